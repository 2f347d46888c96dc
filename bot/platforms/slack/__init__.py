"""Slack: turns deliveries into `ChatRequest`s, and replies into Block Kit."""
