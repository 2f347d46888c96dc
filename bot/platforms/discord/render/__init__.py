"""Renders replies and forms as Discord components."""
