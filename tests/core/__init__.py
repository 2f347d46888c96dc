"""Tests of the core without a front end."""
