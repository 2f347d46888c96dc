"""Terminal: rendering for screens and pipes, session and prompt."""
