"""Search in the database's own full text: SQLite's FTS5, PostgreSQL's tsvector."""
