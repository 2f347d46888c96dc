"""Terminal adapter: a prompt on a screen, plain lines in a pipe."""
