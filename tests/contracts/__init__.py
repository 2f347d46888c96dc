"""Contract tests of storage, run against both databases."""
