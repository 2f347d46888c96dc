"""Repositories: rows to values, one module per aggregate."""
