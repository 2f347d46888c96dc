"""Handlers of interactions and messages, and direct messages to people."""
