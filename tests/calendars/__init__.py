"""Calendars: what other programs read in them."""
