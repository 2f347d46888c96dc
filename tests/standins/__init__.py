"""Fake servers on the loopback: Slack, Discord, OpenID Connect, timetable sites, and a TCP proxy."""
