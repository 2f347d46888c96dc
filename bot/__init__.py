"""What people and programs talk to: chat platforms, the HTTP API, jobs, and the wiring of it all."""
