"""Alembic migrations of the store. ``python -m alembic -c src/stillwatch/respond/migrations/alembic.ini revision``."""

HEAD = "0012"
"""The newest revision; a store at it needs no migration, and none of Alembic is imported."""
