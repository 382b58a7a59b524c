"""How much wider intervals must be than the bootstrap says, from a recorded back-test."""

from pathlib import Path
from typing import Any

from stillwatch.files import read_json

RECORD = Path(__file__).parent / "calibration.json"


def record() -> dict[str, Any]:
    """The recorded back-test: command, curves, errors, widening."""
    found: dict[str, Any] = read_json(RECORD)
    return found


def widening() -> float:
    """The factor on half-widths."""
    return float(record()["widening"])
