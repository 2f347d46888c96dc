"""Booking rules: pure functions that raise a domain error where a rule is broken."""
