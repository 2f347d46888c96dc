"""Storage: SQLAlchemy repositories and two engines, SQLite and PostgreSQL, behind the core's ports."""
