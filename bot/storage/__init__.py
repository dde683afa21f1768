"""What is kept: one database, opened for one workspace at a time, SQLite or PostgreSQL."""
