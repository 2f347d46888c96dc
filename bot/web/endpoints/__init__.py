"""The routes of each HTTP API: parameters, handlers and response schemas."""
