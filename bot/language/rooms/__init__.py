"""Finds names, seats and requirements of rooms."""
