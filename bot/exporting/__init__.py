"""Writes rooms, people, bookings, … as CSV, JSON, iCalendar and `.xlsx`, and examples of files to import."""
