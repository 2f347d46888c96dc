"""PostgreSQL: batched decisions, transactions, LISTEN/NOTIFY and administration."""
