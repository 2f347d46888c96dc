"""The rules a booking must pass: plain functions from values to values, or a refusal."""
