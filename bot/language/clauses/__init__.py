"""Clauses of a text: what it corrects, what it rules out, and what it wishes for as well."""
