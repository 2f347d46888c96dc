"""Scrapes published timetables into values of the core."""
