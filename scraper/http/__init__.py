"""Polite HTTP client with SSRF guard, rate limit and robots.txt."""
