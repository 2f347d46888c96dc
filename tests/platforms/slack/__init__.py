"""Slack, from the words typed there to the blocks shown."""
