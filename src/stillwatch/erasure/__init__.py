"""Erasure of an account: ``cases erase`` in :mod:`.jobs`, and what it rewrites of logs, runs and replays in :mod:`.folders`
(rows of tables in :mod:`.tables`, names in other files in :mod:`.names`)."""
