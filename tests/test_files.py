"""Files are whole or absent, whatever happens while they are written."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.engine import Engine
from stillwatch.errors import InputError
from stillwatch.evaluate.harvest import any_event_in_common
from stillwatch.files import (
    PARTIAL,
    atomic_write,
    data_files,
    digest,
    folder_lock,
    json_as_text,
    other_files,
    path_argument,
    printable_path,
    publish_together,
    read_json,
    reading_parquet,
    sql_file_list,
    write_json,
    write_parquet,
)
from stillwatch.prove import exposure_ledger
from stillwatch.respond import runs

TABLE = pa.table({"account_id": ["a", "b"], "n": [1, 2]})

KILLED_WRITER = """
import sys, time
from pathlib import Path
from stillwatch.files import atomic_write
with atomic_write(Path(sys.argv[1])) as partial, open(partial, "wb") as handle:
    handle.write(b"PAR1 half a table")
    handle.flush()
    print("half", flush=True)
    time.sleep(60)
"""


def kill_mid_write(path: Path) -> None:
    command = [sys.executable, "-c", KILLED_WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half\n"
        writer.send_signal(signal.SIGKILL)


def test_written_table_reads_back_and_leaves_nothing_else(tmp_path: Path) -> None:
    write_parquet(TABLE, tmp_path / "deep" / "table.parquet")
    assert pq.read_table(tmp_path / "deep" / "table.parquet") == TABLE
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["table.parquet"]


def test_same_table_same_bytes(tmp_path: Path) -> None:
    for name in ("one.parquet", "two.parquet"):
        write_parquet(TABLE, tmp_path / name)
    assert digest(tmp_path / "one.parquet") == digest(tmp_path / "two.parquet")


def test_killed_writer_leaves_no_readable_file(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    kill_mid_write(path)
    assert not path.exists()
    assert data_files(tmp_path) == []
    write_parquet(TABLE, path)  # the same command again
    assert pq.read_table(path) == TABLE


def test_killed_writer_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    write_parquet(TABLE, path)
    kill_mid_write(path)
    assert data_files(tmp_path) == [path]
    assert pq.read_table(path) == TABLE


def test_failed_writer_keeps_the_old_file_and_removes_the_partial_one(tmp_path: Path) -> None:
    path = tmp_path / "value.json"
    write_json({"b": 1, "a": 2}, path)
    with pytest.raises(ZeroDivisionError), atomic_write(path) as partial:
        partial.write_text(f"half{1 / 0}")
    assert read_json(path) == {"a": 2, "b": 1}
    assert not list(tmp_path.glob(f"*{PARTIAL}"))


def test_full_disk_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot write \(No space left on device\)"), atomic_write(tmp_path / "x"):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/null")], ids=["pipe", "folder", "device"])
def test_what_is_no_plain_file_is_refused_before_the_work_and_stays(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "out"
    make(path)
    before = path.lstat()
    with pytest.raises(InputError), atomic_write(path):
        pytest.fail("the work began")
    assert path.lstat() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", ["old", None])
def test_a_link_stays_and_what_it_points_at_is_replaced(content: str | None, tmp_path: Path) -> None:
    link, target = tmp_path / "link.json", tmp_path / "there" / "value.json"
    target.parent.mkdir()
    if content is not None:
        target.write_text(content)
    link.symlink_to(Path("there", "value.json"))
    write_json({"a": 2}, link)
    assert link.is_symlink()
    assert json.loads(target.read_text()) == {"a": 2}
    assert [path.name for path in target.parent.iterdir()] == ["value.json"]


def test_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot write"):
        write_json({}, tmp_path / "file" / "value.json")


@pytest.mark.parametrize("content", [None, b"{", b"\xff\xfe\x00"])
def test_unreadable_json_names_the_file(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "releases.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"releases\.json"):
        read_json(path)


def test_data_files_are_sorted_and_hidden_ones_are_not_listed(tmp_path: Path) -> None:
    for name in ("b.parquet", "a.jsonl", ".hidden.parquet", "_success.parquet", "c.parquet.partial", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in data_files(tmp_path)] == ["a.jsonl", "b.parquet"]
    assert data_files(tmp_path / "b.parquet") == [tmp_path / "b.parquet"]


def test_what_other_programs_keep_among_the_data_is_no_data(tmp_path: Path) -> None:
    for name in ("day/a.parquet", "_temporary/0/b.parquet", ".trash/c.jsonl", "day/d.jsonl.gz", "e.CSV", "_SUCCESS", "f.parquet.partial"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert data_files(tmp_path) == [tmp_path / "day/a.parquet"]
    assert other_files(tmp_path) == [tmp_path / "day/d.jsonl.gz", tmp_path / "e.CSV"]



def test_a_parquet_file_that_cannot_be_read_is_named_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    for content, says in ((None, "no such file"), (b"", "not readable as Parquet"), (b"PAR1 half a table PAR1", "not readable as Parquet")):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InputError, match=says) as caught, reading_parquet(path, "Make it first"):
            pq.read_table(path)
        assert "\n" not in str(caught.value)
        assert str(path) in str(caught.value)
        assert ("Make it first" in str(caught.value)) == (content is None)


SET = ("a", "b", "last")


def publish(out: Path, content: str, *, fail: bool = False) -> None:
    with publish_together(out, SET, stale=("page",)) as staging:
        for name in SET:
            (staging / name).write_text(content)
        if fail:
            raise RuntimeError


def held(out: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in out.iterdir()}


def test_folders_made_anew_are_for_their_owner_alone_and_others_keep_their_mode(shared_machine: None, tmp_path: Path) -> None:
    publish(tmp_path / "a" / "run", "new")
    write_json({}, tmp_path / "b" / "out" / "x.json")
    with folder_lock(tmp_path / "c" / "out", "ingest"):
        pass
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_dir()} == {0o700}
    (tmp_path / "theirs").mkdir()
    publish(tmp_path / "theirs", "new")
    assert (tmp_path / "theirs").stat().st_mode & 0o777 == 0o755


def test_a_private_file_is_so_whatever_stood_there(shared_machine: None, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    for left in (path, path.with_name(path.name + PARTIAL)):
        left.write_text("old")
    with atomic_write(path, private=True) as partial:
        partial.write_text("new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)


def test_a_set_takes_its_places_and_what_was_made_of_the_old_one_goes(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "page").write_text("somebody's own")
    publish(tmp_path / "run", "old")
    assert held(tmp_path / "run")["page"] == "somebody's own"
    (tmp_path / "run" / "page").write_text("of the old")
    (tmp_path / "run" / "other").write_text("stays")
    publish(tmp_path / "run", "new")
    assert held(tmp_path / "run") == dict.fromkeys(SET, "new") | {"other": "stays"}


def test_a_set_that_fails_leaves_the_old_one_and_its_page(tmp_path: Path) -> None:
    publish(tmp_path, "old")
    (tmp_path / "page").write_text("of the old")
    with pytest.raises(RuntimeError):
        publish(tmp_path, "new", fail=True)
    assert held(tmp_path) == dict.fromkeys(SET, "old") | {"page": "of the old"}


@pytest.mark.parametrize("step", ["unlink", "replace"])
def test_a_set_that_is_cut_off_half_way_has_no_last_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    publish(tmp_path, "old")
    unlink, replace = Path.unlink, os.replace

    def cut_off(name: str) -> None:
        if name == "b":
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        if step == "unlink":
            patched.setattr(Path, "unlink", lambda path, missing_ok=False: cut_off(path.name) or unlink(path, missing_ok))
        else:
            patched.setattr(os, "replace", lambda source, target: cut_off(Path(target).name) or replace(source, target))
        with pytest.raises(InputError, match="cannot write"):
            publish(tmp_path, "new")
    assert "last" not in held(tmp_path), "where it stands, all are of one run"


def test_a_path_is_one_file_for_whoever_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pyarrow takes a colon for a URI and expands ``~``, which a shell leaves in ``--out=~/x``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for text, place in (("run:1/a", "run:1/a"), ("s3:x", "s3:x"), ("~/a", "home/a"), ("./~/a", "~/a"), ("~no one/a", "~no one/a")):
        write_parquet(TABLE, path_argument(text))
        assert pq.read_table(path_argument(text)) == TABLE
        assert (tmp_path / place).read_bytes() == path_argument(text).read_bytes(), text
    assert [str(path_argument(text)) for text in ("run", "a/b:c", "/a:b")] == ["run", "a/b:c", "/a:b"]


def test_an_empty_path_is_not_the_current_folder() -> None:
    with pytest.raises(InputError, match="an empty path"):
        path_argument("")


def test_a_name_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    name = os.fsdecode(b"r\xe9.parquet")
    assert printable_path(tmp_path / name) == f"{tmp_path}/r\\xe9.parquet"
    (tmp_path / name).touch()
    for asked in (lambda: data_files(tmp_path), lambda: path_argument(name)):
        with pytest.raises(InputError, match="a name that is not UTF-8"):
            asked()


@pytest.mark.parametrize(("name", "beside"), [("run[1]", "run1"), ("a*", "ab"), ("a?", "ab"), ("[!x]", "y"), ("**", "b"), ("[[]", "["),
                                              ("]", "x")])
def test_a_path_is_no_pattern(tmp_path: Path, name: str, beside: str) -> None:
    """DuckDB read the files of folders beside, too, or instead."""
    for folder in (name, beside):
        write_parquet(pa.table({"event_id": [folder], "account_id": [folder]}), tmp_path / folder / "a.parquet")
        (tmp_path / folder / "a.jsonl").write_text(json.dumps({"event_id": folder, "account_id": folder}))
    table, lines = tmp_path / name / "a.parquet", tmp_path / name / "a.jsonl"
    assert any_event_in_common(table, table)
    assert not any_event_in_common(table, tmp_path / beside / "a.parquet")
    with duckdb.connect() as base:
        Engine(base, 1).view("seen", [table])
        runs._view(base, [table, lines])
        for source in ("seen", f"read_parquet({sql_file_list([table])})", json_as_text(base, [lines], ()),
                       exposure_ledger._source(base, [table]), exposure_ledger._source(base, [lines])):
            assert base.execute(f"SELECT event_id FROM {source}").fetchall() == [(name,)], source
        assert base.execute("SELECT account_id FROM events").fetchall() == [(name,), (name,)]
