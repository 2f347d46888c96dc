"""Clients of Slack's Web API and Socket Mode."""
