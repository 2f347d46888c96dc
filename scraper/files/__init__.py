"""Parses CSV and JSON files of buildings, rooms and timetables."""
