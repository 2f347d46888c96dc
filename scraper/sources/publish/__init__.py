"""Publish, UNSW's current timetable site."""
