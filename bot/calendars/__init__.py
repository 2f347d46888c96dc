"""Calendars that programs subscribe to: iCalendar (RFC 5545, 7986) of people, societies and rooms."""
