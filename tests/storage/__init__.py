"""Tests of storage beyond its contracts: URLs, change log, broken connections."""
