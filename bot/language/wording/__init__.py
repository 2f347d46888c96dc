"""Words for times and problems."""
