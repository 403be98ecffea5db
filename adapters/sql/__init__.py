"""The desk's memory: ``core.storage.Store`` over SQLAlchemy Core, on SQLite and on PostgreSQL."""
