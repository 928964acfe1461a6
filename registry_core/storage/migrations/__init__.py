"""Revisions of the one database (Alembic)."""
