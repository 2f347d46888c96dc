"""What is done again and again: in time, by one worker at a time, and again after it failed."""
