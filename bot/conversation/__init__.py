"""Shared parts of commands: dispatching, searches, bookings, alternatives and refusals."""
