"""Thousands of bad requests (Schemathesis, from the service's own OpenAPI): no crash, no answer outside its description.

``eval "$(.ci/peers.sh FOLDER)"`` installs it and sets STILLWATCH_SCHEMATHESIS. ``python benchmarks/bad_requests.py`` sends ten thousand.
"""

import sys
from pathlib import Path

import pytest

pytest.importorskip("granian")
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import bad_requests


@pytest.mark.real_peer
@pytest.mark.skipif(not bad_requests.PROGRAM, reason="schemathesis is not installed")
def test_thousands_of_bad_requests(tmp_path: Path) -> None:
    assert bad_requests.send(tmp_path, 1_500) >= 1_500
