"""The seeds that commands take."""

import argparse

LARGEST = 2**63 - 1
"""All that draw take seeds up to this one, and none below 0."""


def seed(text: str) -> int:
    """The ``type`` of an option ``--seed``."""
    value = int(text)
    if not 0 <= value <= LARGEST:
        raise argparse.ArgumentTypeError(f"{text} is no seed: pass a number from 0 to {LARGEST}")
    return value
