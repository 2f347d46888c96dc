"""Both documented HTTP APIs over the desk: one table of routes, bytes rendered once, errors as sentences."""
