"""Where the register is kept: SQLite in one file, or PostgreSQL by URL; columns, keys and migrations."""
