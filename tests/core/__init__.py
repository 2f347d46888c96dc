"""What the core promises, checked without any door in front of it."""
