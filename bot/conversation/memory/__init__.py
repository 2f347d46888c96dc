"""Memory of a conversation: what the latest answer offered, and what short words after it mean."""
