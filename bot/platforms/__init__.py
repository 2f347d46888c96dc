"""Chat platforms, a package each, and the modules that they share."""
