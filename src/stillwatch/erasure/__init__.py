"""Erasure of an account: ``cases erase`` in :mod:`.jobs`, and what it rewrites of logs, runs and replays in :mod:`.folders`."""
