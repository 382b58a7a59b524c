"""The type of ``--seed`` options."""

import argparse

LARGEST = 2**63 - 1
"""Largest seed that every random generator in use accepts; the smallest is 0."""


def seed(text: str) -> int:
    """Parse a seed, for the ``type`` of an option; out of range is a usage error."""
    value = int(text)
    if not 0 <= value <= LARGEST:
        raise argparse.ArgumentTypeError(f"{text} is no seed: pass a number from 0 to {LARGEST}")
    return value
