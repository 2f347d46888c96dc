"""Clauses of a text: what it corrects, what it rules out, and what it requests as well."""
