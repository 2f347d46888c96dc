"""The terminal: what is drawn, what is piped, and the conversation at the prompt."""
