"""Where bookings are kept: SQLAlchemy tables and the two databases behind the core's ports."""
