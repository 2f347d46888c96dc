"""Parse results as JSON and as a summary in words."""
