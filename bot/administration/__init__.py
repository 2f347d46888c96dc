"""Verbs of administration: one table for chat, for Discord's options and for the command line."""
