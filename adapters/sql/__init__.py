"""The desk's memory: ``core.ports.Store`` over SQLAlchemy Core, on SQLite and on PostgreSQL."""
