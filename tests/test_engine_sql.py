"""Every query that a run sends to the engine can be carried to Spark and ClickHouse."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from stillwatch import simulate
from stillwatch.detect import pipeline
from stillwatch.engine import Engine
from stillwatch.errors import InputError

LOADING = ("CREATE", "DROP", "SET", "COPY")
"""Statements with which an engine reads and names its own files; each engine has its own."""
SENT = (
    "MIN(time) AS first_us", "WITH used AS (SELECT account, net AS value", "EXISTS (SELECT 1 FROM sketches WHERE client <> 0)",
    "WITH habits AS ( SELECT opening AS object", "WITH turns AS", "WITH lived AS MATERIALIZED",
    "WITH used AS ( SELECT account, client, parameters",
    "WITH left_by AS (SELECT opening AS object", "WITH left_by AS MATERIALIZED", "FROM sketches JOIN marks", "WITH here_0 AS MATERIALIZED",
)
"""Parts of the queries that a run sends, one of each kind."""


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The distinct queries of one run on a small world."""
    folder, seen = tmp_path_factory.mktemp("sql"), []
    recorded = {name: getattr(Engine, name) for name in ("run", "arrays")}

    def recording(name: str) -> Callable[..., Any]:
        def method(self: Engine, sql: str, *args: object) -> Any:
            seen.append(sql)
            return recorded[name](self, sql, *args)

        return method

    with pytest.MonkeyPatch.context() as patch:
        for name in recorded:
            patch.setattr(Engine, name, recording(name))
        simulate.run("demo", Path(folder / "world"), events=8000, seed=1, prompts=None, rates=None, quiet=True)
        pipeline.detect(folder / "world", folder / "run", quiet=True)
    return [sql for sql in dict.fromkeys(seen) if not sql.lstrip().upper().startswith(LOADING)]


def test_an_engine_of_another_version_is_wrong_usage(tmp_path: Path) -> None:
    """No extra is missing that somebody could install."""
    with pytest.raises(InputError, match=r"the engine spark is not available in this version\. Use --engine duckdb"):
        pipeline.detect(tmp_path, tmp_path / "run", engine="spark")


@pytest.mark.parametrize("dialect", ["spark", "clickhouse"])
def test_queries_can_be_carried(queries: list[str], dialect: str) -> None:
    plain = [" ".join(sql.split()) for sql in queries]
    assert [part for part in SENT if not any(part in sql for sql in plain)] == []
    for sql in queries:
        carried = sqlglot.transpile(sql, read="duckdb", write=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE)
        assert len(carried) == 1
        assert sqlglot.parse_one(carried[0], read=dialect) is not None
