"""How the tables came to be: one file per change, run by Alembic. See ``adapters/sql/schema.py``."""
