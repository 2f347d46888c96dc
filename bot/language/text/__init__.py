"""Tokens, spelling correction and quoted text."""
