"""The former UNSW timetable site."""
