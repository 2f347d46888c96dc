"""Reading timetables that others publish, as values of the core."""
