"""Stillwatch: find networks of fake accounts that harvest a hosted language model."""

from pathlib import Path

from stillwatch.numeric import kernel_cache

__version__ = "0.1.0"

kernel_cache.ensure_writable_cache(Path(__file__).parent)
