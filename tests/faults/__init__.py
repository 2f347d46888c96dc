"""Fault tests with real processes."""
