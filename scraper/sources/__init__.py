"""The kinds of places that timetables are published at, one file each."""
