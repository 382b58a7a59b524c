"""Shared fixtures, and the rule that on CI nothing skips for want of an install."""

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOT_INSTALLED = ("not installed", "could not import")


@pytest.fixture(scope="session")
def benchmark_data() -> Path:
    """The folder of public benchmark data; benchmarks/README.md says what is in it."""
    folder = Path(os.environ.get("STILLWATCH_BENCHMARKS") or ROOT.parent / "shared" / "benchmarks")
    if not folder.is_dir():
        pytest.skip("benchmark data not here: set STILLWATCH_BENCHMARKS to its folder")
    return folder


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated world of about 60,000 requests in 14 daily files, with four operators; not to be changed."""
    from stillwatch import simulate

    folder = tmp_path_factory.mktemp("worlds") / "small"
    simulate.run("demo", folder, events=60_000, seed=3, quiet=True)
    return folder


def _forbid_skip(report: Any) -> None:
    """Where everything is said to be installed (STILLWATCH_CI=1), a skip for want of an install is a failure."""
    if os.environ.get("STILLWATCH_CI") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if any(words in reason for words in NOT_INSTALLED):
        report.outcome = "failed"
        report.longrepr = f"skipped where STILLWATCH_CI=1 forbids it: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Turn forbidden skips of tests into failures."""
    report = yield
    _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Turn forbidden skips of whole modules into failures."""
    report = yield
    _forbid_skip(report)
    return report
