"""Timetables are taken in whole or not at all, and nobody loses a room to one in silence."""
