"""Handlers: what a delivery from Slack leads to."""
