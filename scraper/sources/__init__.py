"""The kinds of timetable sources, one module or package each."""
