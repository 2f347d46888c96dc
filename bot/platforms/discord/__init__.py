"""Roomie on Discord."""
