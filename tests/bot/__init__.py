"""Commands and replies, through the real dispatcher on a real database."""
