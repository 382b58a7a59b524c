"""What leaves tells how many requests were harvested: the table of them must be there, and fit."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from evidence_helpers import write_run

from stillwatch.cli import main
from stillwatch.files import write_parquet


def _gone(path: Path) -> None:
    path.unlink()


def _fewer(path: Path) -> None:
    write_parquet(pq.read_table(path).slice(3), path)


def _more(path: Path) -> None:
    table = pq.read_table(path)
    write_parquet(pa.concat_tables([table, table.slice(0, 1)]), path)


def _of_another(path: Path) -> None:
    table = pq.read_table(path)
    write_parquet(table.set_column(1, table.field(1), pa.array(["c-other"] * len(table))), path)


def _no_table(path: Path) -> None:
    path.write_text("oops")


@pytest.mark.parametrize(("change", "told"), [
    (_gone, "no such file, though campaigns have a harvest"), (_fewer, "has 87 requests of c-aaaa, which tells 90"),
    (_more, "has 91 requests of c-aaaa, which tells 90"), (_of_another, "has 0 requests of c-aaaa, which tells 90"),
    (_no_table, "not readable as Parquet"),
])
@pytest.mark.parametrize("format_", ["packet", "stix", "ocsf"])
def test_a_harvest_that_does_not_fit_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], None], told: str, format_: str
) -> None:
    run = write_run(tmp_path / "run")
    change(run / "harvest.parquet")
    assert main(["export", str(run), "--format", format_, "--key", str(tmp_path / "k.pem")]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (run / "export").exists()
    assert not (tmp_path / "k.pem").exists(), "no key is made for nothing"
