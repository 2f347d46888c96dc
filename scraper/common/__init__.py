"""Shared parts: errors, entries, text, wall time, the parsing process."""
