"""Installations of the Slack app, and its manifest."""
