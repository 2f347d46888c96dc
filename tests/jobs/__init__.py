"""Tests of recurring jobs and their command line."""
