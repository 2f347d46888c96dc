"""Vocabulary of commands and platforms: requests, replies, commands and formatting."""
