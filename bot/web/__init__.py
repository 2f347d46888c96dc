"""HTTP server: the two documented APIs, login pages and service endpoints."""
