"""Notifications: when they are due, that they arrive, and that they arrive once."""
