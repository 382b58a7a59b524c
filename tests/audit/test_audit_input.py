"""What a data team hands to the audit: every packing, damaged files, files of other kinds, references inside the corpus."""

import gzip
import json
import os
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_writers import TOPICS, texts

from stillwatch.audit import commands, corpus, periods, planning, reading, run, scan, share, verdicts
from stillwatch.audit.corpus import Columns
from stillwatch.audit.page import COUNTED, _counted
from stillwatch.cli import main
from stillwatch.files import folder_lock


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _packed(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".gz":
        data = gzip.compress(data)
    elif path.suffix.lower() == ".zst":
        data = pa.Codec("zstd").compress(data, asbytes=True)
    path.write_bytes(data)
    return path


def _read(path: Path) -> list[str]:
    return [d.text for part in planning.plan(path) for d in reading.documents(part, Columns()) if isinstance(d, corpus.Document)]


def _audit(tmp_path: Path, source: Path, *more: str) -> dict[str, Any]:
    assert main(["audit", str(source), "--out", str(tmp_path / "run"), "-q", "--processes", "1", *more]) == 0
    summary: dict[str, Any] = json.loads((tmp_path / "run" / "summary.json").read_text())
    return summary


@pytest.fixture
def references(tmp_path: Path) -> list[str]:
    for kind in ("human", "model"):
        rows = [{"text": text, "generator": "ab"[i % 2]} for i, text in enumerate(texts(kind, 150, seed=len(kind)))]
        _packed(tmp_path / f"{kind}.jsonl", _lines(rows))
    return ["--reference", str(tmp_path / "human.jsonl"), "--generated", str(tmp_path / "model.jsonl")]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.json.zst"])
def test_arrays_are_read_as_they_stand(tmp_path: Path, name: str, indent: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READ_BYTES", 700)  # many elements at once, some cut at the end
    said = ["", 'quoted "] , [', "é ▒ 😀 ", *texts("human", 9, 1), "x" * 3_000]
    path = _packed(tmp_path / name, json.dumps([{"text": t, "n": 1} for t in said], indent=indent).encode())
    assert _read(path) == said


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.jsonl.zst", "a.jsonl.gz", "A.JSONL.ZST"])
def test_lines_are_read_whatever_they_are_packed_in(tmp_path: Path, name: str) -> None:
    said = texts("human", 30, 1)
    assert _read(_packed(tmp_path / name, _lines([{"text": t} for t in said]))) == said


def test_zstd_in_several_frames_is_read_to_its_end(tmp_path: Path) -> None:
    said = texts("human", 4, 1)
    frames = [pa.Codec("zstd").compress(_lines([{"text": t}]), asbytes=True) for t in said]
    (tmp_path / "a.jsonl.zst").write_bytes(b"".join(frames))
    assert _read(tmp_path / "a.jsonl.zst") == said


def test_files_that_are_no_documents_are_named_and_settings_are_no_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _packed(tmp_path / "c" / "a.jsonl", _lines([{"text": t} for t in texts("human", 3, 1)]))
    (tmp_path / "c" / "dataset_info.json").write_text('{"features": {"text": "string"}}')
    (tmp_path / "c" / "config.json").write_text('{\n "text": 1\n}')
    (tmp_path / "c" / "book.pdf").write_bytes(b"%PDF")
    (tmp_path / "c" / "b.warc.zst").write_bytes(b"")
    (tmp_path / "c" / "x.\x1bz").write_bytes(b"")
    assert main(["audit", str(tmp_path / "c"), "--out", str(tmp_path / "run"), "--processes", "1"]) == 0
    said = "Blind: 5 files were not read, since their endings or contents are not known (.json 2, '.\\x1bz' 1, .pdf 1, .warc.zst 1)"
    assert said in capsys.readouterr().out
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["documents"] == 3


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.json", "a.parquet"])
def test_a_row_without_a_key_can_be_found_again(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "PART_BYTES", 100)
    rows = [{"text": None if i % 3 == 1 else f"ünder {i}", "n": i} for i in range(30)]
    path = tmp_path / name
    if name.endswith("parquet"):
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=7)
    else:
        _packed(path, json.dumps(rows).encode() if name == "a.json" else _lines(rows))
    got = [d for part in planning.plan(path) for d in reading.documents(part, Columns())]
    places = [d.where if isinstance(d, corpus.Unread) else d.identity for d in got]
    at = [int(place.removeprefix(f"{name}#")) for place in places]
    lines = _lines(rows)
    found = [json.loads(lines[i:].partition(b"\n")[0])["n"] for i in at] if "jsonl" in name else at
    assert found == list(range(30))
    assert [isinstance(d, corpus.Unread) for d in got] == [i % 3 == 1 for i in range(30)]


@pytest.mark.parametrize("name", [b"a\xff.jsonl", b"a\x1b[2J.jsonl"])
def test_a_name_that_is_no_text_is_one_clear_line(tmp_path: Path, name: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b'{"text": "x"}')
    except OSError:
        pytest.skip("the file system takes no such name")
    assert main(["audit", str(tmp_path), "--out", str(tmp_path / "run"), "--processes", "1"]) == 1
    error = capsys.readouterr().err
    assert "file name with bytes that are no UTF-8" in error
    assert error.count("\n") == 1
    assert error.rstrip("\n").isprintable()


def test_one_of_anything_is_told_in_the_singular(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.jsonl").write_bytes(_lines([{"text": "As an AI language model, I cannot."}, {"text": None}]))
    (tmp_path / "c" / "book.pdf").write_bytes(b"%PDF")
    assert main(["audit", str(tmp_path / "c"), "--out", str(tmp_path / "run"), "--processes", "1"]) == 0
    said = capsys.readouterr().out
    for line in ("  1 document, ", " words; 1 says that a model wrote it, 0 near-duplicates", "1 file was not read, since its ending",
                 "1 row, page or file holds no text that can be read: a.jsonl#"):
        assert line in said
    page = (tmp_path / "run" / "report.html").read_text()
    assert " words. 1 document identifies itself as a model's" in page


def test_an_audit_written_into_its_own_corpus_is_no_part_of_it(tmp_path: Path) -> None:
    _packed(tmp_path / "c" / "a.jsonl", _lines([{"text": t} for t in texts("human", 3, 1)]))
    for _ in range(2):
        assert main(["audit", str(tmp_path / "c"), "--out", str(tmp_path / "c" / "run"), "-q", "--processes", "1"]) == 0
        assert json.loads((tmp_path / "c" / "run" / "summary.json").read_text())["documents"] == 3


@pytest.mark.parametrize("name", ["b.jsonl.gz", "b.jsonl.zst", "b.json", "b.parquet"])
def test_a_damaged_file_is_named_and_does_not_end_the_audit(tmp_path: Path, name: str) -> None:
    rng, rows = np.random.default_rng(0), [{"text": t} for t in texts("human", 1_500, 1)]
    rows = [{"text": f"{row['text']} {rng.bytes(40).hex()}"} for row in rows]
    path = tmp_path / "c" / name
    path.parent.mkdir()
    if name.endswith("parquet"):
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=100, use_dictionary=False)
        whole, at = path.read_bytes(), path.stat().st_size * 4 // 5
        path.write_bytes(whole[:at] + bytes(4_000) + whole[at + 4_000 :])
    else:
        whole = _packed(path, json.dumps(rows).encode() if name == "b.json" else _lines(rows)).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    _packed(tmp_path / "c" / "a.jsonl", _lines([{"text": "As an AI language model, I cannot."}, *rows[:50]]))
    summary = _audit(tmp_path, tmp_path / "c", "--remove", "canary")
    said = [line for line in summary["blind"] if "1 file could not be read to its end" in line]
    assert len(said) == 1
    assert str(path) in said[0]
    assert 51 < summary["documents"] < 1_551
    kept = _read(tmp_path / "run" / "filtered" / "a.jsonl")
    assert len(kept) == 50
    assert len(kept) + len(_read(tmp_path / "run" / "filtered" / name)) == summary["documents"] - 1
    went = [json.loads(line) for line in (tmp_path / "run" / "removed.jsonl").read_text().splitlines()]
    assert {one["id"]: one["reasons"] for one in went}[name] == [verdicts.CUT_OFF]
    assert summary["removed"][verdicts.UNREAD_LOST] == sum(one["reasons"] == [verdicts.CUT_OFF] for one in went)


def test_files_that_cannot_be_opened_or_have_no_text_do_not_end_the_audit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "c"
    _packed(home / "a.jsonl", _lines([{"text": "As an AI language model, I cannot."}, {"text": "a b"}]))
    pq.write_table(pa.table({"text": ["a b"]}), home / "b.parquet")
    whole = (home / "b.parquet").read_bytes()
    (home / "b.parquet").write_bytes(whole[: len(whole) // 2])
    (home / "c.jsonl.gz").write_text("not packed")
    (home / "d.json.gz").write_text("not packed")
    (home / "e.jsonl").write_text('{"name": "x"}\n' * 3)
    pq.write_table(pa.table({"name": ["x"]}), home / "f.parquet")
    summary = _audit(tmp_path, home, "--remove", "canary")
    assert summary["documents"] == 2
    said = "\n".join(summary["blind"])
    assert "3 files could not be read to their end" in said
    assert "2 files were not read, since they have no column of text" in said
    for name in ("b.parquet", "c.jsonl.gz", "d.json.gz", "e.jsonl", "f.parquet"):
        assert said.count(str(home / name)) == 1
    for name in ("b.parquet", "c.jsonl.gz", "d.json.gz", "e.jsonl", "f.parquet"):  # what was not read was not judged
        assert (tmp_path / "run" / "filtered" / name).read_bytes() == (home / name).read_bytes()
    assert _read(tmp_path / "run" / "filtered" / "a.jsonl") == ["a b"]
    for name in ("b.parquet", "e.jsonl"):  # alone, it is what was asked for
        assert main(["audit", str(home / name), "--out", str(tmp_path / name)]) == 1
        assert str(home / name) in capsys.readouterr().err


@pytest.mark.parametrize(("name", "data", "why"), [
    ("a.json", b'[{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]", "nested too deeply"),
    ("a.jsonl.gz", b'{"text": "a"}\n', "Not a gzipped file"), ("a.jsonl", '{"text": "a"}\n'.encode("utf-16"), "UTF-16"),
    ("a.json", '[{"text": "a"}]'.encode("utf-16-be"), "UTF-16"), ("a.jsonl", b"", "the file is empty"),
    ("a.json.gz", b"[", "Not a gzipped file"),
])
def test_one_line_says_why_nothing_could_be_read(
    tmp_path: Path, name: str, data: bytes, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(data)
    assert main(["audit", str(tmp_path / name), "--out", str(tmp_path / "run")]) == 1
    said = capsys.readouterr().err
    assert why in said
    assert str(tmp_path / name) in said
    assert "--text-column" not in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.jsonl.gz"])
def test_a_byte_order_mark_is_no_part_of_the_first_document(tmp_path: Path, name: str) -> None:
    rows = [{"text": "one"}, {"text": "two"}]
    data = json.dumps(rows).encode() if name == "a.json" else _lines(rows)
    assert _read(_packed(tmp_path / name, b"\xef\xbb\xbf" + data)) == ["one", "two"]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_text_files_are_read_in_their_encoding(tmp_path: Path, coding: str) -> None:
    text = texts("human", 1, 1)[0] + " A rosé at the café."
    _packed(tmp_path / "a.txt", text.encode(coding))
    assert _read(tmp_path) == [text.replace("é", "\ufffd") if coding == "latin-1" else text]


@pytest.mark.parametrize("data", [
    bytes(range(256)), np.random.default_rng(0).bytes(500).replace(b"\0", b"\1"), "a b".encode("utf-16-le"),
    "Это по-русски".encode("cp1251"),
])
def test_a_text_file_that_holds_no_text_is_told_and_kept(tmp_path: Path, data: bytes) -> None:
    _packed(tmp_path / "c" / "a.txt", b"a b")
    _packed(tmp_path / "c" / "b.md", data)
    summary = _audit(tmp_path, tmp_path / "c", "--remove", "canary")
    assert (summary["documents"], summary["unreadable_rows"]) == (1, 1)
    assert any(line.endswith(f"b.md ({reading.NO_TEXT})") for line in summary["blind"])
    assert (tmp_path / "run" / "filtered" / "b.md").read_bytes() == data


@pytest.mark.parametrize(("time", "month"), [
    ("2023-01-05T10:00:00Z", "2023-01"), ("2023/1/5", "2023-01"), (" 1851-10 ", "1851-10"), ("2023", "2023"), (date(2023, 1, 5), "2023-01"),
    ("20230105", "2023-01"), ("20230105103000", "2023-01"), ("20230105T103000Z", "2023-01"), (20230105, "2023-01"),
    (20230105103000, "2023-01"), (20230105103000.0, "2023-01"), (1672914600, "2023-01"), (1672914600.5, "2023-01"),
    ("1672914600", "2023-01"), (1672914600_000, "2023-01"), (1672914600_000_000, "2023-01"), (1672914600_000_000_000, "2023-01"),
    ("2023-13-01", ""), ("2023-99", ""), ("0000-01-01", ""), ("9999-12-31", ""), ("٢٠٢٣-٠١-٠٥", ""), ("20231301", ""), (20239901103000, ""),
    (123456789, ""), (10**25, ""), (float("inf"), ""), (float("nan"), ""), (True, ""), (-5, ""), (None, ""), ("last week", ""), ({}, ""),
])
def test_a_month_is_read_or_not_at_all(time: Any, month: str) -> None:
    assert periods.period(time) == month


def test_times_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    times = ["2023-13-01", "2023-01-05", None, "", 99, "soon"]
    _packed(tmp_path / "c" / "a.jsonl", _lines([{"text": f"a {i}", "date": time} for i, time in enumerate(times)]))
    stamps = pa.array([1672914600123456789, None], pa.timestamp("ns"))
    far = pa.array([2**61, 1672914600_000_000], pa.timestamp("us", "Europe/Berlin"))
    pq.write_table(pa.table({"text": ["b 1", "b 2"], "date": stamps}), tmp_path / "c" / "b.parquet")
    pq.write_table(pa.table({"text": ["c 1", "c 2"], "date": far}), tmp_path / "c" / "c.parquet")
    summary = _audit(tmp_path, tmp_path / "c")
    assert [line for line in summary["blind"] if line.startswith("4 documents have a time that cannot be read") and "'2023-13-01'" in line]
    found = pq.read_table(tmp_path / "run" / "documents").to_pylist()
    assert [d["id"] for d in found if d["period"]] == ["a.jsonl#38", "b.parquet#0", "c.parquet#1"]


def test_an_audit_is_not_written_over_what_it_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The filtered copy of an earlier audit goes with the next into the same folder."""
    _packed(tmp_path / "c.jsonl", _lines([{"text": "As an AI language model, I cannot."}, {"text": "a b"}]))
    _audit(tmp_path, tmp_path / "c.jsonl", "--remove", "canary")
    copy = tmp_path / "run" / "filtered" / "c.jsonl"
    before = copy.read_bytes()
    for more in ([str(copy)], [str(tmp_path / "c.jsonl"), "--reference", str(copy)]):
        assert main(["audit", *more, "--out", str(tmp_path / "run")]) == 1
        assert "written over" in capsys.readouterr().err
        assert copy.read_bytes() == before


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.jsonl.zst"])
def test_the_filtered_copy_keeps_the_form(tmp_path: Path, name: str) -> None:
    rows = [{"text": t, "more": {"n": i}} for i, t in enumerate(["As an AI language model, I cannot.", *texts("human", 3, 1)])]
    path = _packed(tmp_path / "c" / name, json.dumps(rows, indent=1).encode() if "json." in f"{name}." else _lines(rows))
    _packed(tmp_path / "c" / "all.json", json.dumps(rows[:1]).encode())
    _audit(tmp_path, tmp_path / "c", "--remove", "canary")
    assert _read(tmp_path / "run" / "filtered" / path.name) == [row["text"] for row in rows[1:]]
    assert json.loads((tmp_path / "run" / "filtered" / "all.json").read_text()) == []


def test_the_filtered_copy_keeps_what_was_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody judged it, so nothing says that it is to go."""
    home, copy = tmp_path / "c", tmp_path / "run" / "filtered"
    out = {"text": "As an AI language model, I cannot.", "n": 0}
    rows = [out, {"text": None, "n": 1}, {"text": "a b", "n": 2}, {"text": ["c"], "n": 3}]
    _packed(home / "a.jsonl", _lines(rows) + b"no json\n")
    _packed(home / "b.json", json.dumps([*rows, 7]).encode())
    pq.write_table(pa.Table.from_pylist(rows[:3]), home / "c.parquet")
    for name, data in (("d.csv", b"text\nx\n"), ("e.json", b'{"size": 1}\n'), ("sub/f.pdf", b"%PDF"), ("g.jsonl", b'{"text": null}\n')):
        _packed(home / name, data)
    assert main(["audit", str(home), "--out", str(tmp_path / "run"), "--processes", "1", "--remove", "canary"]) == 0
    assert "11 rows, pages or files that were not read are in the filtered copy" in capsys.readouterr().out
    *lines, last = (copy / "a.jsonl").read_bytes().splitlines()
    assert ([json.loads(line) for line in lines], last) == (rows[1:], b"no json")
    assert json.loads((copy / "b.json").read_text()) == [*rows[1:], 7]
    assert pq.read_table(copy / "c.parquet").to_pylist() == rows[1:3]
    for name in ("d.csv", "e.json", "sub/f.pdf", "g.jsonl"):
        assert (copy / name).read_bytes() == (home / name).read_bytes()
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["removed"] == {"canary": 3, "documents": 3, "unread_kept": 11}


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_fields_are_looked_for_in_each_record(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever records begin a file or a part of it: many writers leave fields out that are null."""
    monkeypatch.setattr(planning, "PART_BYTES", 100)
    rows: list[dict[str, Any]] = [{"id": 1}, {"text": "a"}, {"content": "b", "date": "2021-05-02", "source": "s"}]
    rows += [{"name": f"a b {i}"} for i in range(9)] + [{"text": "c", "when": "2022"}]
    path = _packed(tmp_path / "c" / name, json.dumps(rows).encode() if name == "a.json" else _lines(rows))
    summary = _audit(tmp_path, path.parent, "--remove", "canary")
    found = pq.read_table(tmp_path / "run" / "documents").to_pylist()
    assert [(one["source"], one["period"]) for one in found] == [(name, ""), ("s", "2021-05"), (name, "")]
    assert summary["unreadable_rows"] == 10
    assert not any("no column of text" in line for line in summary["blind"])
    kept = (tmp_path / "run" / "filtered" / name).read_text()
    assert (json.loads(kept) if name == "a.json" else [json.loads(line) for line in kept.splitlines()]) == rows
    _audit(tmp_path, path.parent, "--time-column", "when")
    periods = [one["period"] for one in pq.read_table(tmp_path / "run" / "documents").to_pylist()]
    assert periods == ["", "", "2022"]
    assert main(["audit", str(path), "--out", str(tmp_path / "run"), "--time-column", "nope"]) == 1
    assert capsys.readouterr().err.startswith(f"stillwatch: no column 'nope': {path}. It has: id, text, content, date")


def test_pages_of_a_crawl_become_lines_that_keep_their_dates(tmp_path: Path) -> None:
    pytest.importorskip("warcio", reason="warcio not installed")
    from warcio.warcwriter import WARCWriter

    (tmp_path / "c").mkdir()
    with open(tmp_path / "c" / "a.wet.gz", "wb") as out:
        writer = WARCWriter(out, gzip=True)
        for name, said in (("a", b"As an AI language model, I cannot."), ("b", b"a b"), ("c", b"\0")):
            headers = {"WARC-Date": "2023-01-05T10:00:03Z"}
            writer.write_record(writer.create_warc_record(f"http://a.org/{name}", "conversion", payload=BytesIO(said),
                                                          warc_content_type="text/plain", warc_headers_dict=headers))
    summary = _audit(tmp_path, tmp_path / "c", "--remove", "canary")
    kept = (tmp_path / "run" / "filtered" / "a.wet.gz.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in kept] == [{"url": "http://a.org/b", "date": "2023-01-05T10:00:03Z", "text": "a b"}]
    went = [json.loads(line) for line in (tmp_path / "run" / "removed.jsonl").read_text().splitlines()]
    assert [(one["id"], one["reasons"]) for one in went] == [("http://a.org/a", ["canary"]), ("http://a.org/c", [verdicts.NOT_READ])]
    assert summary["removed"] == {"canary": 1, "documents": 1, "unread_lost": 1}


def test_documents_without_spaces_between_words_are_told(tmp_path: Path) -> None:
    said = ["我们昨天去了花园，看见一朵红色的玫瑰。" * 9, "きのうは庭へ行って、赤い薔薇を見ました。" * 9,
            "เมื่อวานเราไปที่สวนและเห็นกุหลาบสีแดง" * 9]
    spaced = ["어제 우리는 정원에 가서 빨간 장미를 보았다. " * 9, "Мы видели розу. " * 9,
              "She wrote 我们昨天去了花园看见一朵 on the wall of the house by the garden."]
    path = _packed(tmp_path / "c.jsonl", _lines([{"text": text} for text in said + spaced]))
    summary = _audit(tmp_path, path)
    assert any(line.startswith("3 documents are written without spaces") for line in summary["blind"])


def test_text_that_is_no_text_is_a_bad_row(tmp_path: Path) -> None:
    values = pa.array([b"good one", b"\xff\xfe bad", b"good two"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"text": values}), tmp_path / "a.parquet")
    assert _read(tmp_path / "a.parquet") == ["good one", "good two"]


def test_references_inside_the_corpus_count_for_no_share(tmp_path: Path, references: list[str]) -> None:
    mine = [json.loads(line) for line in (tmp_path / "human.jsonl").read_text().splitlines()]
    others = [{"text": text} for text in texts("human", 60, 7) + texts("model", 60, 8)]
    _packed(tmp_path / "c.jsonl", _lines(mine + others))
    summary = _audit(tmp_path, tmp_path / "c.jsonl", *references)
    assert summary["documents_that_are_references"] == 150
    assert summary["documents"] == 270
    assert summary["share"]["share"] == pytest.approx(0.5, abs=0.03)  # of the 120 others
    found = pq.read_table(tmp_path / "run" / "documents").to_pylist()
    assert {(d["verdict"], *d["reasons"]) for d in found[:150]} == {("unsure", "reference")}
    _packed(tmp_path / "c.jsonl", _lines(mine))
    assert "of 150 documents 150 are references" in _audit(tmp_path, tmp_path / "c.jsonl", *references)["share"]["reason"]
    row = pq.read_table(tmp_path / "run" / "shares.parquet").to_pylist()[0]
    assert "besides 150 that are references" in row["refused"]


def test_an_opening_that_all_documents_share_with_the_references_is_the_reason(tmp_path: Path, references: list[str]) -> None:
    header = "You are reading the weekly bulletin of the old garden society, number one. "
    for kind in ("human", "model"):
        rows = [json.loads(line) for line in (tmp_path / f"{kind}.jsonl").read_text().splitlines()]
        _packed(tmp_path / f"{kind}.jsonl", _lines([{**row, "text": header * (i == 0) + row["text"]} for i, row in enumerate(rows)]))
    rows = [{"text": header + t} for t in texts("human", 80, 7)]
    summary = _audit(tmp_path, _packed(tmp_path / "c.jsonl", _lines(rows)), *references)
    assert summary["documents_that_are_references"] == 0
    assert "strip the opening" in summary["share"]["reason"]


def test_documents_that_only_begin_as_references_do_count_for_the_share(tmp_path: Path, references: list[str]) -> None:
    """Models have stock openings: were such documents left out, the model's would be missing."""
    stock = [f"In today's fast-paced world, the {word} can play a crucial role in everyday life. " for word in TOPICS["garden"]]
    rows = [json.loads(line) for line in (tmp_path / "model.jsonl").read_text().splitlines()]
    _packed(tmp_path / "model.jsonl", _lines([{**row, "text": stock[i % len(stock)] + row["text"]} for i, row in enumerate(rows)]))
    made = [stock[i % len(stock)] + text for i, text in enumerate(texts("model", 20, 8))]
    path = _packed(tmp_path / "c.jsonl", _lines([{"text": text} for text in [*texts("human", 80, 7), *made]]))
    summary = _audit(tmp_path, path, *references)
    assert summary["documents_that_are_references"] == 0
    assert summary["share"]["low"] <= 0.2 <= summary["share"]["high"]
    assert summary["share"]["share"] == pytest.approx(0.2, abs=0.02)


def test_the_same_texts_as_both_references_are_refused(
    tmp_path: Path, references: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _packed(tmp_path / "c.jsonl", _lines([{"text": t} for t in texts("human", 60, 7)]))
    twice = ["--reference", references[1], "--generated", references[1]]
    assert main(["audit", str(tmp_path / "c.jsonl"), "--out", str(tmp_path / "run"), *twice]) == 1
    error = capsys.readouterr().err
    assert "150 texts stand in" in error
    assert error.count("\n") == 1


def test_it_says_which_verdicts_no_document_can_have(tmp_path: Path, references: list[str]) -> None:
    _packed(tmp_path / "c.jsonl", _lines([{"text": t} for t in texts("human", 60, 7)]))
    summary = _audit(tmp_path, tmp_path / "c.jsonl", *references)
    assert (summary["blind"], summary["makers"]) == ([], ["a", "b"])
    blind = _audit(tmp_path, tmp_path / "c.jsonl", *references, "--fpr", "0.001")["blind"]
    assert ["can be called model: the least p that 150 human" in blind[0], "can be called human" in blind[1]] == [True, True]
    (tmp_path / "model.jsonl").write_text((tmp_path / "model.jsonl").read_text().replace('"generator"', '"nobody"'))
    summary = _audit(tmp_path, tmp_path / "c.jsonl", *references)
    assert summary["makers"] == ["model.jsonl"]
    assert "to be mixed in the corpus as in the model-written references" in summary["blind"][0]


def test_an_audit_takes_no_folder_that_holds_anything_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It removes what an earlier audit left there, so that another's report and work would go."""
    source = _packed(tmp_path / "a.jsonl", _lines([{"text": t} for t in texts("human", 3, 1)]))
    for name in ("report.html", ".work/mine"):
        other = tmp_path / name.replace("/", "-")
        _packed(other / name, b"mine")
        assert main(["audit", str(source), "--out", str(other), "-q"]) == 1
        assert "something else than an audit" in capsys.readouterr().err
        assert (other / name).read_bytes() == b"mine"
    assert main(["audit", str(source), "--out", str(source), "-q"]) == 1
    assert "a file stands there" in capsys.readouterr().err
    (tmp_path / "run" / ".work").mkdir(parents=True)  # what is left of one that was broken off at once
    _audit(tmp_path, source)
    _audit(tmp_path, source)


def test_two_audits_do_not_write_into_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _packed(tmp_path / "a.jsonl", _lines([{"text": t} for t in texts("human", 3, 1)]))
    _audit(tmp_path, source)
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    with folder_lock(tmp_path / "run", "audit"):
        assert main(["audit", str(source), "--out", str(tmp_path / "run"), "-q", "--remove", "canary"]) == 1
    error = capsys.readouterr().err
    assert "another audit is writing to this folder" in error
    assert error.count("\n") == 1
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == before
    _audit(tmp_path, source)  # the hold ends with the one that had it


def test_an_audit_that_was_broken_off_as_it_began_anew_can_be_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = _packed(tmp_path / "a.jsonl", _lines([{"text": t} for t in texts("human", 3, 1)]))
    _audit(tmp_path, source)
    with monkeypatch.context() as patched:
        patched.setattr(run, "write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert main(["audit", str(source), "--out", str(tmp_path / "run"), "-q", "--seed", "2"]) == 1
    assert _audit(tmp_path, source, "--seed", "2")["documents"] == 3


@pytest.mark.parametrize("step", ["_reasons", "judge_documents"])
def test_what_a_kill_leaves_of_an_audit_does_not_look_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    source, out = _packed(tmp_path / "a.jsonl", _lines([{"text": t} for t in texts("human", 3, 1)])), tmp_path / "run"
    whole = ["documents", "filtered", "removed.jsonl", "report.html", "shares.parquet", "summary.json"]
    _audit(tmp_path, source, "--remove", "canary")
    assert sorted(path.name for path in out.glob("[!.]*")) == whole
    with monkeypatch.context() as patched:
        patched.setattr(verdicts, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert main(["audit", str(source), "--out", str(out), "-q", "--remove", "canary"]) == 1
    left = ["documents.partial"] if step == "judge_documents" else ["documents", "filtered.partial"]
    assert sorted(path.name for path in out.glob("[!.]*")) == left
    _audit(tmp_path, source, "--remove", "canary")
    assert sorted(path.name for path in out.glob("[!.]*")) == whole


def test_an_index_is_written_over_nothing_but_an_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _packed(tmp_path / "a.jsonl", _lines([{"text": t} for t in texts("human", 3, 1)]))
    before = source.read_bytes()
    assert main(["audit-index", f"a={source}", "--out", str(source)]) == 1
    assert "something else than an index" in capsys.readouterr().err
    assert source.read_bytes() == before
    for _ in range(2):
        assert main(["audit-index", f"a={source}", "--out", str(tmp_path / "i.npz"), "-q"]) == 0
    assert main(["audit-index", f"a={_packed(tmp_path / 'b.jsonl', b'')}", "--out", str(tmp_path / "j.npz")]) == 1
    assert "no texts" in capsys.readouterr().err


def test_a_name_is_of_one_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _packed(tmp_path / "a.jsonl", _lines([{"text": t} for t in texts("human", 3, 1)]))
    assert main(["audit-index", f"a={source}", f"a={source}", "--out", str(tmp_path / "i.npz")]) == 1
    assert "two sets are called a" in capsys.readouterr().err
    assert not (tmp_path / "i.npz").exists()


def test_an_index_that_is_absent_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, absent = _packed(tmp_path / "a.jsonl", _lines([{"text": t} for t in texts("human", 3, 1)])), tmp_path / "i.npz"
    assert main(["audit", str(source), "--known", str(absent), "--out", str(tmp_path / "run"), "--processes", "1"]) == 1
    assert capsys.readouterr().err.startswith(f"stillwatch: no such file: {absent}. Make one: stillwatch audit-index")


@pytest.mark.parametrize(("more", "says"), [
    (["--remove", "duplicate"], "needs --known"), (["--remove", "canary,document"], "needs --reference"),
    (["--remove", "campaign"], "needs --campaigns"), (["--processes", "0"], "--processes"), (["--processes", "-1"], "--processes"),
])
def test_what_would_remove_nothing_is_said(tmp_path: Path, more: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    source = _packed(tmp_path / "a.jsonl", _lines([{"text": t} for t in texts("human", 3, 1)]))
    assert main(["audit", str(source), "--out", str(tmp_path / "run"), *more]) == 1
    assert says in capsys.readouterr().err


def test_the_page_counts_in_words(tmp_path: Path, references: list[str]) -> None:
    """A share says what it rests on: neither short documents nor references; counts have names, and removal its number."""
    known = json.loads((tmp_path / "human.jsonl").read_text().splitlines()[0])["text"]
    rows = [{"text": t} for t in [*texts("human", 80, 15), *texts("model", 40, 16), known, "Too short."]]
    summary = _audit(tmp_path, _packed(tmp_path / "c.jsonl", _lines(rows)), *references, "--remove", "document,canary")
    page = (tmp_path / "run" / "report.html").read_text()
    assert summary["share"]["share"] is not None
    judged = summary["share"]["documents_judged"]
    assert judged == len(rows) - summary["documents_that_are_references"] - 1
    assert f"It rests on {judged} of {len(rows)} documents" in page
    assert "Passed. Held-out" in " ".join(page.split())
    assert {f"reason {name}" for name in (*verdicts.REASONS, *verdicts.UNSURE)} < set(COUNTED)
    counts, known = summary["verdicts"], f"{100 * summary['limits']['known']:.1f} %"
    why = {name: n for name in verdicts.UNSURE if (n := counts.get(f"reason {name}"))}
    assert why["reference"] == summary["documents_that_are_references"]
    assert why["too short"] == 1
    assert sum(why.values()) == counts["verdict unsure"]
    text = commands.summary_text(summary, tmp_path)
    assert f"{counts['verdict unsure']} unsure ({', '.join(f'{name} {n}' for name, n in why.items())})" in text
    assert "less than 20 words (too short)</td>" in page
    summary["verdicts"] = {f"reason {name}": 1 for name in verdicts.UNSURE}
    said = [text for text, _ in _counted(summary)][: len(verdicts.UNSURE)]
    assert [f"({name})" in text for name, text in zip(verdicts.UNSURE, said, strict=True)] == [True] * len(said)
    assert known in said[4]
    assert "1.0 %" in said[7]
    assert "called model-written</td>" in page
    assert "removed from the filtered copy</td>" in page
    assert "What would change it" in page
    assert str(tmp_path / "human.jsonl") in page


def test_each_unsure_document_has_its_reason() -> None:
    """The first that holds. 80 human references allow p = 1 / 81 at the least, so that none can be called model at 1 %."""
    cases: list[tuple[str, int, float, float, float, str, list[str]]] = [  # source, words, known, p of human, p of model, verdict, reasons
        ("a", 50, 0.6, 0.5, 0.5, "unsure", ["between"]), ("a", 50, 0.6, 1 / 81, 0.9, "unsure", ["few references"]),
        ("a", 50, 0.6, 0.9, 1 / 241, "human", []), ("a", 50, 0.6, 0.9, 3 / 241, "unsure", ["between"]),
        ("a", 50, 0.4, 0.9, 1 / 241, "unsure", ["unknown words"]), ("a", 19, 0.4, 0.9, 1 / 241, "unsure", ["too short"]),
        ("a", 50, -1, 0.9, 1 / 241, "unsure", ["reference"]), ("a", 50, -2, 0.9, 1 / 241, "unsure", ["no question"]),
        ("b", 50, 0.6, 0.9, 1 / 241, "unsure", ["source refused"]),
        ("a", 50, 0.6, 1 / 81, 1 / 241, "unsure", ["unlike both"]), ("a", 50, 0.6, 1 / 81, 2 / 241, "unsure", ["unlike both"]),
    ]
    empty: dict[str, Any] = {"id": "x", "canaries": [], "campaigns": []}
    rows = [empty | dict(zip(("source", "n_words", "known", "p_human", "p_model"), case, strict=False)) for case in cases]
    limits = verdicts.Limits(0.5, np.array([[1 / 81], [1 / 241]]), share.Scale(0, 1, np.zeros(0)))
    table, of_a = pa.Table.from_pylist(rows, schema=scan.DOCUMENTS), frozenset({"a"})
    at_one = list(zip(*verdicts.judge_documents(table, of_a, frozenset({"a", "b"}), limits, 0.01), strict=True))
    assert at_one == [case[-2:] for case in cases]
    at_two = list(zip(*verdicts.judge_documents(table, of_a, of_a, limits, 0.02), strict=True))
    assert (at_two[1], at_two[9]) == (("model", ["document"]), ("unsure", ["unlike both"]))
    assert verdicts.judge_documents(table, frozenset(), of_a, None, 0.01) == (["unsure"] * 11, [["source refused"]] * 11)
