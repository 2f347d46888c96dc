"""Fakes that keep state."""
