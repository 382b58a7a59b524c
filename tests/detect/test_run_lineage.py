"""Which campaign of an earlier run one continues."""

from pathlib import Path

import pyarrow.parquet as pq

from stillwatch.cli import main
from stillwatch.detect.run_folder.lineage import Earlier, ancestor

EARLIER: Earlier = [("c-1", {"a", "b"}, {"m"}, "c-0"), ("c-2", {"x"}, set(), None)]


def test_the_one_with_most_in_common_is_continued() -> None:
    assert ancestor(EARLIER, "c-9", {"a", "b", "c"}, {}) == "c-1"
    assert ancestor(EARLIER, "c-9", {"new"}, {"objects": [{"object": "m"}]}) == "c-1"
    assert ancestor(EARLIER, "c-9", {"new"}, {}) is None


def test_one_that_is_the_same_continues_what_it_did(little_world: Path, little_run: Path, tmp_path: Path) -> None:
    """A schedule that looks at the whole log each night, beside its last run, keeps what an operator did before his bans."""
    assert ancestor(EARLIER, "c-1", {"a", "b"}, {}) == "c-0"
    assert ancestor(EARLIER, "c-2", {"x"}, {}) is None
    assert main(["detect", str(little_world), "--out", str(tmp_path / "run"), "--since", str(little_run), "-q"]) == 0
    found = pq.read_table(tmp_path / "run" / "campaigns.parquet")["lineage"].to_pylist()
    assert found
    assert not any(found)
