"""SQLite: one writer thread, a pool of readers, and administration."""
