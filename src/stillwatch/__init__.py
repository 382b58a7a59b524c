"""Stillwatch: find networks of fake accounts that harvest a hosted language model."""

__version__ = "0.1.0"
