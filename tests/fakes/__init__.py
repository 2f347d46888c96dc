"""Stand-ins that keep state, for what a test must hold still."""
