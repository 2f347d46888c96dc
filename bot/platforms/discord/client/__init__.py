"""Connection to Discord: gateway client, interactions endpoint, command tree and its sync."""
