"""Shared fixtures, and the rule that on CI nothing skips for want of an install."""

import fcntl
import functools
import gc
import os
import shutil
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
NOT_INSTALLED = ("not installed", "could not import")

# How long an example takes says something of the machine, not of the code: one that was busy failed a test.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

# A shell that runs the tests in the background has them ignore Ctrl-C, which some of them send.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Collecting makes millions of objects that stay: looking among them for garbage took a fifth of its time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture
def shared_machine() -> Iterator[None]:
    """What is made is readable by everybody unless it says otherwise (umask 022)."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def benchmark_data() -> Path:
    """The folder of public benchmark data; benchmarks/README.md says what is in it."""
    folder = Path(os.environ.get("STILLWATCH_BENCHMARKS") or ROOT.parent / "shared" / "benchmarks")
    if not folder.is_dir():
        pytest.skip("benchmark data not here: set STILLWATCH_BENCHMARKS to its folder")
    return folder


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, Callable[[Path], object]], Path]]:
    """``once("name", make)``: a folder that one of the workers makes and all of them read; a test that changes it fails the session."""
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent  # which the workers share
    before: dict[Path, dict[Path, tuple[int, int]]] = {}

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder = place / f"once-{name}"
        with open(place / f"once-{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                partial = place / f"once-{name}.partial"
                shutil.rmtree(partial, ignore_errors=True)  # of a worker whose making failed
                make(partial)
                partial.rename(folder)
        before.setdefault(folder, _stamps(folder))
        return folder

    yield made
    for folder, stamps in before.items():
        changed = {path.name for path, _ in stamps.items() ^ _stamps(folder).items()}
        assert not changed, f"a test changed {folder.name}, which other tests read"


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="session")
def small_world(once: Callable[..., Path]) -> Path:
    """A simulated world of about 60,000 requests in 14 daily files, with four operators; not to be changed."""
    from stillwatch import simulate

    return once("small-world", lambda folder: simulate.run("demo", folder, events=60_000, seed=3, quiet=True))


@pytest.fixture(scope="session")
def small_run(once: Callable[..., Path], small_world: Path) -> Path:
    """What ``stillwatch detect`` finds in :func:`small_world`; not to be changed."""
    from stillwatch.detect import pipeline

    return once("small-run", lambda folder: pipeline.detect(small_world, folder, quiet=True))


@pytest.fixture(scope="session")
def little_world(once: Callable[..., Path]) -> Path:
    """The same with about 20,000 requests, of which three operators are found and one is for review; not to be changed."""
    from stillwatch import simulate

    return once("little-world", lambda folder: simulate.run("demo", folder, events=20_000, seed=3, quiet=True))


@pytest.fixture(scope="session")
def little_run(once: Callable[..., Path], little_world: Path) -> Path:
    """What ``stillwatch detect`` finds in :func:`little_world`; not to be changed."""
    from stillwatch.detect import pipeline

    return once("little-run", lambda folder: pipeline.detect(little_world, folder, quiet=True))


@pytest.fixture(scope="session", autouse=True)
def one_parser() -> Iterator[None]:
    """``cli.main`` in this process takes the command line that it made before in the same environment: most of a short command's time."""
    from stillwatch import cli

    make = cli.parser
    made = functools.cache(lambda _: make())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "parser", lambda: made(frozenset(item for item in os.environ.items() if item[0].startswith("STILLWATCH_"))))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_compiler() -> Iterator[None]:
    """Stores take the SQL that SQLAlchemy compiled for an earlier one of their kind: a fifth of the time of a test of a store.

    Its dialects are compared by what they are, since each engine has one of its own.
    """
    try:
        from sqlalchemy.engine.default import DefaultDialect

        from stillwatch.respond import store
    except ImportError:
        yield
        return
    make, compiled = store.create_engine, dict[Any, Any]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(DefaultDialect, "__hash__", lambda one: hash(type(one)))
        patch.setattr(store, "create_engine", lambda *of, **options: make(*of, execution_options={"compiled_cache": compiled}, **options))
        yield


def _forbid_skip(report: Any) -> None:
    """Where everything is said to be installed (STILLWATCH_CI=1), a skip for want of an install is a failure."""
    if os.environ.get("STILLWATCH_CI") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if any(words in reason for words in NOT_INSTALLED):
        report.outcome = "failed"
        report.longrepr = f"skipped where STILLWATCH_CI=1 forbids it: {reason}"


LONGEST = "test_thousands_of_bad_requests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest test comes first, so that no worker is alone with it when the others are done."""
    items.sort(key=lambda item: not item.name.startswith(LONGEST))


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
