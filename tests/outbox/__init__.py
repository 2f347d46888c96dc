"""What Roomie says unasked: when it is due, that it arrives, and that nobody reads it twice."""
