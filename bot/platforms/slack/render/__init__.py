"""Renders replies as Block Kit."""
