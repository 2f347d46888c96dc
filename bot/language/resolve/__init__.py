"""Resolves a phrase to the time it means, seen from now."""
