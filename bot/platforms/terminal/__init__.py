"""Roomie at a terminal: the same conversation, for demonstrations, tests and people who live there."""
