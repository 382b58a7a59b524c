"""One engine for all link tests; each loads its own table of sketches."""

from collections.abc import Iterator

import pytest

from stillwatch.engine import Engine, open_engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine(tmp_path_factory.mktemp("engine"), threads=2, memory_gb=1) as opened:
        yield opened
