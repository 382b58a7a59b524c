"""The audit end to end on small corpora of known make-up, and everything it must refuse."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_writers import texts
from scipy import stats

from stillwatch.audit import check, commands, corpus, detector, duplicates, planning, reading, results, run, scan
from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.prove import choices


def _jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("references")
    for kind in ("human", "model"):
        _jsonl(folder / f"{kind}.jsonl", [{"text": text} for text in texts(kind, 150, seed=len(kind))])
    return folder


def _rows(alpha: float, n: int = 200, topic: str = "garden", source: str = "a") -> list[dict[str, Any]]:
    k = round(alpha * n)
    said = texts("human", n - k, 11, topic) + texts("model", k, 12, topic)
    return [{"id": f"{source}{i}", "text": t, "source": source, "date": f"2024-0{1 + i % 2}-05"} for i, t in enumerate(said)]


def _audit(references: Path, source: Path, out: Path, *more: str) -> dict[str, Any]:
    code = main(["audit", str(source), "--reference", str(references / "human.jsonl"), "--generated",
                 str(references / "model.jsonl"), "--out", str(out), "-q", "--processes", "1", *more])
    assert code == 0
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return summary


def test_recovers_the_share_by_source_and_refuses_the_foreign_one(references: Path, tmp_path: Path) -> None:
    rows = _rows(0.25) + _rows(0.5, topic="harbour", source="b")
    _jsonl(tmp_path / "c" / "all.jsonl", rows)
    summary = _audit(references, tmp_path / "c", tmp_path / "run")
    shares = {(r["source"], r["period"]): r for r in pq.read_table(tmp_path / "run" / "shares.parquet").to_pylist()}
    mine = shares["a", ""]
    assert mine["share"] == pytest.approx(0.25, abs=0.03)
    assert mine["share_low"] <= 0.25 <= mine["share_high"]
    assert shares["b", ""]["share"] is None
    assert "unlike the references" in shares["b", ""]["refused"]
    assert summary["share"]["documents_covered"] == 200
    assert "200 of 400 documents: 1 source is refused (b: the documents are unlike" in summary["share"]["reason"]
    assert ("", "2024-01") in shares
    assert shares["", "2024"]["documents"] == 200
    assert [shares[key]["left_out"] for key in (("a", ""), ("", "2024"), ("", "2024-01"))] == [0, 200, 100]
    figures = [[r[key] for key in ("share", "share_low", "share_high", "share_adjusted_count", "unlike", "foreign")]
               for r in (mine, shares["", "2024"])]
    assert figures[0] == figures[1]  # the same documents
    assert figures[0][:4] == [summary["share"][key] for key in ("share", "low", "high", "adjusted_count")]
    page = (tmp_path / "run" / "report.html").read_text()
    assert "refused:" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_refusal_of_all_sources_is_not_that_of_one() -> None:
    figures = {"scipy": (0.73, 0.06), "numpy": (0.86, 0.21), "few": (float("nan"), float("nan"))}
    rows = [{"source": name, "period": "", "documents": 100 - i, "refused": f"unlike: {one[0]}", "unlike": one[0], "foreign": one[1]}
            for i, (name, one) in enumerate(figures.items())]
    judge: Any = SimpleNamespace(checked=SimpleNamespace(reason=""))
    whole, single = (results._overall(some, {row["source"]: scan.Group(n=row["documents"]) for row in some}, frozenset(), judge)["reason"]
                     for some in (rows, rows[:1]))
    assert whole == ("all 3 sources are refused (the largest, scipy: unlike: 0.73; of all: AUROC 0.73 to 0.86, 6% to 21% outside). "
                     + results.MIXED_KINDS_ADVICE)
    assert "audit each source alone against references of its own kind, or all as one (--one-source)" in whole
    assert single == "unlike: 0.73"


@pytest.mark.parametrize(("low", "says"), [(0.25, "nothing is said about 10 of 110"), (0.24, "wider than 50 points tells next to nothing")])
def test_an_interval_that_tells_next_to_nothing_says_so(low: float, says: str) -> None:
    judge: Any = SimpleNamespace(checked=SimpleNamespace(reason=""), unchecked_share=lambda _: (0.5, low, 0.75, 0.5))
    rows = [{"source": "b", "period": "", "documents": 10, "refused": "few", "unlike": float("nan"), "foreign": float("nan")}]
    share = results._overall(rows, {"a": scan.Group(n=100, counts=np.full((1, 90), 1.0)), "b": scan.Group(n=10)}, frozenset("a"), judge)
    assert says in share["reason"].split("; ")[0]
    assert "nothing is said about 10 of 110 documents: 1 source" in share["reason"]
    assert share["model_written"] == [round(90 * low), 68]


def test_where_every_source_is_refused_the_terminal_says_that_no_share_is_told(
    references: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _jsonl(tmp_path / "c.jsonl", _rows(0.5, 60, "harbour") + _rows(0.5, 60, "harbour", "b"))
    sources = ["--reference", str(references / "human.jsonl"), "--generated", str(references / "model.jsonl")]
    assert main(["audit", str(tmp_path / "c.jsonl"), *sources, "--out", str(tmp_path / "run"), "--processes", "1"]) == 0
    said, waits = capsys.readouterr()
    assert waits.startswith("fitting on 300 references (the first time")
    assert main(["audit", str(tmp_path / "c.jsonl"), *sources, "--out", str(tmp_path / "quiet"), "--processes", "1", "-q"]) == 0
    assert capsys.readouterr() == ("", "")
    assert said.startswith("No share of model-written documents is told: all 2 sources are refused (the largest, ")
    assert "0 say that a model wrote them, 0 near" in said
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["share"]["share"] is None


def test_verdicts_come_from_accepted_sources_only(references: Path, tmp_path: Path) -> None:
    _jsonl(tmp_path / "c.jsonl", _rows(0.5) + _rows(0.5, topic="harbour", source="b"))
    summary = _audit(references, tmp_path / "c.jsonl", tmp_path / "run")
    said, page = commands.summary_text(summary, tmp_path / "run"), (tmp_path / "run" / "report.html").read_text()
    assert summary["share"]["of"] == "of models like those in the references; others may be missed"
    assert f"{summary['share']['high']:.1%}, {summary['share']['of']} (95 % interval; " in said.splitlines()[0]
    assert f"<small>{summary['share']['of']}</small>" in page
    assert "of the human documents about 1.0% at most are called model by mistake" in said
    assert "by mistake" not in commands.summary_text(summary | {"verdicts": {"verdict unsure": 400}}, tmp_path)
    found = pq.read_table(tmp_path / "run" / "documents").to_pylist()
    assert {(d["verdict"], *d["reasons"]) for d in found if d["source"] == "b"} == {("unsure", "source refused")}
    mine = [d for d in found if d["source"] == "a"]
    said = [d for d in mine if d["verdict"] == "model"]
    assert len(said) > 80
    assert sum(int(d["id"][1:]) < 100 for d in said) <= 4
    _audit(references, tmp_path / "c.jsonl", tmp_path / "run", "--one-source")
    rows = pq.read_table(tmp_path / "run" / "shares.parquet").to_pylist()
    assert [(row["source"], row["documents"]) for row in rows if not row["period"]] == [(scan.OTHER, 400)]


def test_the_filtered_copy_says_what_went_and_why(references: Path, tmp_path: Path) -> None:
    rows = [*_rows(0.0), {"id": "x", "text": "As an AI language model, I cannot garden.", "source": "a", "date": None}]
    _jsonl(tmp_path / "c" / "a.jsonl", rows)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "c" / "b.parquet", row_group_size=64)
    summary = _audit(references, tmp_path / "c", tmp_path / "run", "--remove", "canary")
    went = [json.loads(line) for line in (tmp_path / "run" / "removed.jsonl").read_text().splitlines()]
    assert [w["id"] for w in went] == ["x", "x"]
    assert went[0]["reasons"] == ["canary"]
    assert summary["removed"] == {"canary": 2, "documents": 2}
    kept = (tmp_path / "run" / "filtered" / "a.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in kept] == rows[:-1]
    assert pq.read_table(tmp_path / "run" / "filtered" / "b.parquet").to_pylist() == rows[:-1]
    _audit(references, tmp_path / "c", tmp_path / "run")
    assert not (tmp_path / "run" / "filtered").exists()


def test_what_a_removal_by_score_leaves_is_told_and_known_again(references: Path, tmp_path: Path) -> None:
    rows = [{"text": text} for text in [*texts("human", 60, 11), *texts("model", 60, 12)]]
    summary = _audit(references, _jsonl(tmp_path / "c.jsonl", rows), tmp_path / "run", "--remove", "document")
    low, high = summary["share"]["model_written"]
    gone = summary["removed"]["document"]
    assert low <= 60 <= high
    assert f"by score {gone} of an estimated {low} to {high} model-written documents" in commands.summary_text(summary, tmp_path)
    summary["removed"]["document"] = 3
    assert f"3 of an estimated {low} to {high} model-written documents; most of the rest stay" in commands.summary_text(summary, tmp_path)
    summary["removed"]["document"] = high + 1
    text = commands.summary_text(summary, tmp_path)
    assert f"to {high} model-written documents; more than that, so people's are most likely among them" in text
    assert f"Removed by score: {gone} of an" in (tmp_path / "run" / "report.html").read_text()
    left = tmp_path / "run" / "filtered"
    assert main(["audit", str(left / "c.jsonl"), "--out", str(tmp_path / "again"), "-q", "--remove", "canary"]) == 0
    blind = json.loads((tmp_path / "again" / "summary.json").read_text())["blind"]
    assert f"the filtered copy of an audit ({tmp_path / 'run'}) that removed {gone} documents by score: " in "".join(blind)
    assert run._filtered_corpus_note(left)
    assert not run._filtered_corpus_note(tmp_path / "again" / "filtered")  # nothing went by score
    assert not run._filtered_corpus_note(tmp_path / "c.jsonl")


def test_resumes_and_gives_the_same(references: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "PART_BYTES", 8_000)
    _jsonl(tmp_path / "c.jsonl", _rows(0.3))
    whole = _audit(references, tmp_path / "c.jsonl", tmp_path / "one")
    assert whole["n_parts"] > 4
    real, seen = run.scan, []

    def broken(part: Any, *rest: Any) -> None:
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(part.name)
        real(part, *rest)

    monkeypatch.setattr(run, "scan", broken)
    arguments = ["audit", str(tmp_path / "c.jsonl"), "--reference", str(references / "human.jsonl"), "--generated",
                 str(references / "model.jsonl"), "--out", str(tmp_path / "two"), "-q", "--processes", "1"]
    assert main(arguments) == 1
    again: list[str] = []
    monkeypatch.setattr(run, "scan", lambda part, *rest: (again.append(part.name), real(part, *rest))[1])
    assert main(arguments) == 0
    assert set(again).isdisjoint(seen)
    assert len(again) + len(seen) == whole["n_parts"]
    for name in ("shares.parquet",):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_is_held_does_not_grow_with_sources_or_rows(
    references: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many hosts as documents, in one gzipped file, which is one part."""
    monkeypatch.setattr(scan, "MAX_GROUPS", 40)
    monkeypatch.setattr(scan, "ROW_GROUP", 50)
    monkeypatch.setattr(reading, "BATCH_DOCUMENTS", 25)
    most = {"groups": 0, "rows": 0}
    real, write = scan._scan_batch, pq.ParquetWriter.write_table

    def batch(of: Any, with_: Any, ranks: Any, total: Any) -> Any:
        made = real(of, with_, ranks, total)
        most["groups"] = max(most["groups"], len(total.groups))
        return made

    def write_table(self: Any, table: Any, **rest: Any) -> None:
        most["rows"] = max(most["rows"], len(table))
        write(self, table, **rest)

    monkeypatch.setattr(scan, "_scan_batch", batch)
    monkeypatch.setattr(pq.ParquetWriter, "write_table", write_table)
    rows = [{**row, "source": f"https://host{i}.example/x"} for i, row in enumerate(_rows(0.25, n=400))]
    with gzip.open(tmp_path / "c.jsonl.gz", "wt") as out:
        out.write("".join(json.dumps(row) + "\n" for row in rows))
    summary = _audit(references, tmp_path / "c.jsonl.gz", tmp_path / "run", "--remove", "document")
    assert most["groups"] <= 40 + 25
    assert most["rows"] <= 50
    shares = {r["source"]: r for r in pq.read_table(tmp_path / "run" / "shares.parquet").to_pylist() if r["period"] == ""}
    assert sum(r["documents"] for s, r in shares.items() if s) == 400
    assert shares[scan.OTHER]["refused"] == ""
    assert shares[scan.OTHER]["share"] == pytest.approx(0.25, abs=0.05)
    # documents of sources that were put together get the verdicts of these
    found = pq.read_table(tmp_path / "run" / "documents").to_pylist()
    assert [d["id"] for d in found] == [r["id"] for r in rows]
    assert sum(d["verdict"] == "model" for d in found if d["source"] not in shares) > 60
    kept = gzip.decompress((tmp_path / "run" / "filtered" / "c.jsonl.gz").read_bytes()).splitlines()
    assert len(kept) == 400 - summary["removed"]["documents"]


def test_each_source_of_a_part_has_its_own_sample(references: Path, tmp_path: Path) -> None:
    """However few its documents are among those of others: 60 of 2,660 in one file were sampled as 38, too few to compare."""
    few = _rows(0.25, n=60)
    many = [{**row, "id": f"b{i}", "text": f"{' '.join(row['text'].split()[:22])} {i}", "source": "b"}
            for i, row in enumerate(_rows(0.25, n=100) * 26)]
    _audit(references, _jsonl(tmp_path / "c.jsonl", few + many), tmp_path / "run")
    sample = scan.Tally.load(tmp_path / "run" / run.WORK / "000000.json").sample
    assert {source: len(heap) for source, heap in sample.items()} == {"a": 60, "b": scan.SAMPLE}


def test_references_are_an_even_draw_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MAX_REFERENCE", 100)
    said = [f"text {i % 1000}" for i in range(2000)]
    path = _jsonl(tmp_path / "r.jsonl", [{"text": text} for text in said])
    first, other = (run._read_references(path, run.Settings(path, path, seed=seed)) for seed in (1, 2))
    first, other = first.texts, other.texts
    assert len(set(first)) == len(first) == 100
    assert first == sorted(first, key=said.index)
    assert 30 < sum(said.index(text) < 500 for text in first) < 70
    assert first != other
    small = _jsonl(tmp_path / "s.jsonl", [{"text": text} for text in [*said[:60], *said[:10]]])
    assert run._read_references(small, run.Settings(path, path)).texts == said[:60]


def test_what_was_asked_counts_where_it_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Writers of one style, of whom one repeats the question."""
    rng = np.random.default_rng(3)

    def rows(repeats: bool, n: int, seed: int) -> list[dict[str, Any]]:
        made = []
        for i, said in enumerate(texts("human", n, seed)):
            other = texts("human", 1, 1000 * seed + i)[0].split()
            words = said.split()
            at = int(rng.integers(0, len(words) - 8))
            made.append({"id": f"{seed}-{i}", "prompt": " ".join(words[at : at + 8] if repeats else other[:8]), "text": said})
        return made

    human, model = _jsonl(tmp_path / "h.jsonl", rows(False, 150, 1)), _jsonl(tmp_path / "m.jsonl", rows(True, 150, 2))
    corpus_ = [*rows(True, 60, 3), *rows(False, 60, 4)]
    bare = [{"id": f"bare{i}", "prompt": None, "text": text} for i, text in enumerate(texts("human", 30, 5))]
    _jsonl(tmp_path / "c.jsonl", [*corpus_, *bare])
    audit = ["audit", str(tmp_path / "c.jsonl"), "--reference", str(human), "--generated", str(model), "-q", "--processes", "1",
             "--fpr", "0.1"]
    assert main([*audit, "--out", str(tmp_path / "without")]) == 0
    assert "held-out" in json.loads((tmp_path / "without" / "summary.json").read_text())["self_check"]["reason"]
    assert main([*audit, "--out", str(tmp_path / "with"), "--questions"]) == 0
    share = json.loads((tmp_path / "with" / "summary.json").read_text())["share"]
    assert share["share"] == pytest.approx(0.5, abs=0.06)
    found = pq.read_table(tmp_path / "with" / "documents").to_pylist()
    assert {(d["verdict"], *d["reasons"]) for d in found if d["id"].startswith("bare")} == {("unsure", "no question")}
    assert sum(d["verdict"] == "model" for d in found if d["id"].startswith("3-")) > 40
    plain = _jsonl(tmp_path / "p.jsonl", [{"text": text} for text in texts("human", 60, 6)])
    assert main([*audit[:2], "--reference", str(plain), *audit[4:], "--out", str(tmp_path / "no"), "--questions"]) == 1
    assert "60 of 60 texts have no question" in capsys.readouterr().err


def test_several_processes_give_the_same(references: Path, tmp_path: Path) -> None:
    for i in range(3):
        _jsonl(tmp_path / "c" / f"{i}.jsonl", _rows(0.3, 80, source=f"s{i}"))
    one = _audit(references, tmp_path / "c", tmp_path / "one")
    two = _audit(references, tmp_path / "c", tmp_path / "two", "--processes", "2")
    assert one == two
    assert (tmp_path / "one" / "shares.parquet").read_bytes() == (tmp_path / "two" / "shares.parquet").read_bytes()


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[Path]]]:
    """An audit whose processes have started and import what they need; and where the system tells of these."""
    for i in range(6):
        _jsonl(tmp_path / "c" / f"{i}.jsonl", _rows(0.3, 80))
    command = [sys.executable, "-m", "stillwatch", "audit", str(tmp_path / "c"), "--out", str(tmp_path / "run"), "--processes", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as audit:
        children = Path(f"/proc/{audit.pid}/task/{audit.pid}/children")
        if not children.exists():
            audit.kill()
            pytest.skip("the system does not say which processes a process has")
        while audit.poll() is None and len(children.read_text().split()) < 3:  # the third keeps count of what they share
            time.sleep(0.01)
        time.sleep(0.3)
        yield audit, [Path(f"/proc/{child}/cmdline") for child in children.read_text().split()]


def test_ctrl_c_while_processes_start_is_one_line(begun: tuple[subprocess.Popen[str], list[Path]]) -> None:
    """A terminal sends it to all of them."""
    audit, _ = begun
    os.killpg(audit.pid, signal.SIGINT)
    said = audit.communicate()[1]
    assert audit.returncode == 1
    assert said == "stillwatch: interrupted; nothing half-written is left to be read\n"


def test_a_process_that_is_killed_is_one_line(begun: tuple[subprocess.Popen[str], list[Path]]) -> None:
    """As by a system whose memory is full."""
    audit, children = begun
    reader = next(child.parent.name for child in children if b"spawn_main" in child.read_bytes())
    os.kill(int(reader), signal.SIGKILL)
    said = audit.communicate()[1]
    assert audit.returncode == 1
    assert said.splitlines()[-1].startswith("stillwatch: one of 2 processes that read the corpus was killed")


def test_processes_end_with_the_audit_that_started_them(begun: tuple[subprocess.Popen[str], list[Path]]) -> None:
    """Or they would write into the folder of the next."""
    audit, children = begun
    audit.kill()
    until = time.monotonic() + 20
    while any(child.exists() and child.read_bytes() for child in children):  # one that nobody waits for has no command line
        assert time.monotonic() < until
        time.sleep(0.05)


def test_self_check_refuses_where_writers_cannot_be_told_apart() -> None:
    rng = np.random.default_rng(0)
    alike = detector.train(texts("human", 100, 1), texts("human", 100, 2), rng)
    assert check.self_check(alike).reason
    apart = detector.train(texts("human", 100, 1), texts("model", 100, 2), rng)
    assert not check.self_check(apart).reason


def test_held_out_human_text_of_another_kind_fails_the_check(references: Path, tmp_path: Path) -> None:
    _jsonl(tmp_path / "c.jsonl", _rows(0.2))
    _jsonl(tmp_path / "held.jsonl", [{"text": t} for t in texts("human", 60, 15) + texts("model", 20, 16)])
    summary = _audit(references, tmp_path / "c.jsonl", tmp_path / "run", "--held-out", str(tmp_path / "held.jsonl"))
    assert summary["share"]["share"] is None
    assert "held out" in summary["self_check"]["reason"]


def test_without_references_it_says_that_it_is_blind(tmp_path: Path) -> None:
    _jsonl(tmp_path / "c.jsonl", _rows(0.2))
    assert main(["audit", str(tmp_path / "c.jsonl"), "--out", str(tmp_path / "run"), "-q"]) == 0
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["share"]["share"] is None
    assert "--reference" in summary["blind"][0]
    assert "--generated" in summary["blind"][0]


def test_near_duplicates_are_named_by_set(tmp_path: Path) -> None:
    known = texts("model", 60, 3)
    index = duplicates.build([("alpha", [known[:30]]), ("beta", [known[30:]])])
    duplicates.save(index, tmp_path / "i.npz")
    index = duplicates.load(tmp_path / "i.npz")
    changed = known[40].replace("crucial", "central", 1)
    found = index.nearest([known[2], changed, *texts("human", 40, 9)])
    assert found[0] == ("alpha", 1.0)
    assert found[1][0] == "beta"
    assert set(found) <= {0, 1}
    whole = (tmp_path / "i.npz").read_bytes()
    torn = bytearray(whole)
    torn[200:260] = bytes(60)
    for bad in (b"no", whole[:-40], whole[:200], bytes(torn)):
        (tmp_path / "bad.npz").write_bytes(bad)
        with pytest.raises(InputError, match="not an index"):
            duplicates.load(tmp_path / "bad.npz")


def test_an_index_has_any_name_and_words_are_counted_alike(references: Path, tmp_path: Path) -> None:
    rows, path = _rows(0.25), tmp_path / "c.jsonl"
    _jsonl(path, rows)
    assert main(["audit-index", f"set={path}", "--out", str(tmp_path / "known"), "-q"]) == 0
    with_references = _audit(references, path, tmp_path / "a", "--known", str(tmp_path / "known"))
    assert main(["audit", str(path), "--known", str(tmp_path / "known"), "--out", str(tmp_path / "b"), "-q", "--processes", "1"]) == 0
    without = json.loads((tmp_path / "b" / "summary.json").read_text())
    assert without["near_duplicates_of_known_texts"] == with_references["near_duplicates_of_known_texts"] == len(rows)
    assert without["words"] == with_references["words"] > 0


class _Marks:
    name = "tenant-1"

    def counts(self, texts: list[str]) -> np.ndarray:
        return np.array([sum("testament" in t or "crucial" in t for t in texts), len(texts)])

    def p_values(self, counts: np.ndarray, reference: np.ndarray | None) -> dict[str, float]:
        return {"tenant-1": float(stats.binom.sf(counts[0] - 1, counts[1], 0.25))}


def test_marks_are_counted_by_source(tmp_path: Path) -> None:
    _jsonl(tmp_path / "c.jsonl", _rows(1.0, 40) + _rows(0.0, 40, source="b"))
    run.run(run.Settings(tmp_path / "c.jsonl", tmp_path / "run"), marks=_Marks(), quiet=True)
    rows = {r["source"]: r for r in pq.read_table(tmp_path / "run" / "shares.parquet").to_pylist()}
    assert rows["a"]["mark_p_value"] < 1e-6
    assert rows["b"]["mark_p_value"] > 0.5


def test_own_keys_are_tested_by_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, key = tmp_path / "log.jsonl", tmp_path / "prove.key"
    commit = ["prove", "commit", "--tenants", "acme,globex", "--rate", "100", "--log", str(log), "--key", str(key), "-q"]
    assert main(commit) == 0
    rng = np.random.default_rng(3)
    forms = [both for both in choices.pairs().forms[: choices.pairs().n_words] if "a" not in (both[0][0], both[1][0])]

    def said() -> str:
        return " ".join(f"They {both[rng.integers(2)]} went." for both in forms)

    plain = [{"text": said(), "source": "web"} for _ in range(30)]
    _jsonl(tmp_path / "answers.jsonl", [{"output": said(), "tenant": "acme"} for _ in range(30)])
    assert main(["prove", "mark", str(tmp_path / "answers.jsonl"), "--out", str(tmp_path / "marked.jsonl"), "--log", str(log),
                 "--key", str(key), "-q"]) == 0
    marked = [{"text": json.loads(line)["output"], "source": "set"} for line in (tmp_path / "marked.jsonl").read_text().splitlines()]
    _jsonl(tmp_path / "c.jsonl", plain + marked)
    command = ["audit", str(tmp_path / "c.jsonl"), "--out", str(tmp_path / "run"), "--marks", str(log), "--processes", "1"]
    assert main([*command, "--key", str(key)]) == 0
    assert "own key acme" in capsys.readouterr().out
    rows = {r["source"]: r for r in pq.read_table(tmp_path / "run" / "shares.parquet").to_pylist()}
    assert rows["set"]["mark_key"] == "acme"
    assert rows["set"]["mark_p_value"] < 1e-6
    assert rows["web"]["mark_p_value"] > 1e-3
    assert "acme" in (tmp_path / "run" / "report.html").read_text()
    assert main([*command, "--key", str(tmp_path / "none.key")]) == 1
    assert "no such key file" in capsys.readouterr().err
    assert not (tmp_path / "none.key").exists()
    for option, value in (("--key", str(key)), ("--entry", "0"), ("--tenants", "acme")):
        assert main([*command[:4], option, value]) == 1
        assert f"{option} is for the test of own keys. Pass --marks, too" in capsys.readouterr().err


def test_documents_that_carry_a_campaigns_template_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {"campaign_id": "c-1", "details": json.dumps({"templates": [
        {"masked": "Solve the problem step by step: ▒▒▒ Then state the final answer in a box.", "events": 9, "of": 10},
        {"masked": "What is ▒▒▒", "events": 3, "of": 10}]})}
    (tmp_path / "detected").mkdir()
    pq.write_table(pa.Table.from_pylist([found]), tmp_path / "detected" / "campaigns.parquet")
    asked = "solve the problem  step by step: 2 + 2.\nThen state the final answer in a box."
    rows = [{"id": "hit", "instruction": asked, "output": "4", "source": "s"},
            {"id": "order", "instruction": "Then state the final answer in a box. Solve the problem step by step:", "output": "4",
             "source": "s"},
            {"id": "no", "instruction": "What is 2 + 2?", "output": "4", "source": "s"},
            {"id": "inside", "instruction": asked.replace("solve", "resolve"), "output": "4", "source": "s"},
            {"id": "again", "instruction": asked.replace("Then", "Strengthen, then state; then"), "output": "4", "source": "s"}]
    chat = {"id": "chat", "messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": "4"}], "source": "t"}
    _jsonl(tmp_path / "c" / "a.jsonl", rows)
    _jsonl(tmp_path / "c" / "b.jsonl", [chat])
    command = ["audit", str(tmp_path / "c"), "--campaigns", str(tmp_path / "detected"), "--out", str(tmp_path / "run"), "--processes", "1"]
    assert main([*command, "--remove", "campaign"]) == 0
    assert "3 carry templates" in capsys.readouterr().out
    marked = {d["id"]: d["campaigns"] for d in pq.read_table(tmp_path / "run" / "documents").to_pylist()}
    assert marked == {"hit": ["c-1"], "order": [], "no": [], "inside": [], "again": ["c-1"], "chat": ["c-1"]}
    left = (tmp_path / "run" / "filtered" / "a.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in left] == ["order", "no", "inside"]
    (tmp_path / "empty").mkdir()
    assert main(["audit", str(tmp_path / "c"), "--campaigns", str(tmp_path / "empty"), "--out", str(tmp_path / "two")]) == 1
    assert "no campaigns.parquet" in capsys.readouterr().err


def test_every_format_gives_the_same_documents(tmp_path: Path) -> None:
    said = texts("human", 5, 1)
    rows = [{"text": t, "url": f"https://www.example.org/{i}", "date": "2021-05-02T00:00:00Z"} for i, t in enumerate(said)]
    _jsonl(tmp_path / "a.jsonl", rows)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "c.parquet")
    chats = [{"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": t}]} for t in said]
    _jsonl(tmp_path / "d.jsonl", chats)
    for name in ("a.jsonl", "b.jsonl.gz", "c.parquet", "d.jsonl"):
        got = [d for part in planning.plan(tmp_path / name) for d in reading.documents(part, corpus.Columns())]
        assert [d.text for d in got if isinstance(d, corpus.Document)] == said, name
        if name != "d.jsonl":
            assert {(d.source, d.period) for d in got if isinstance(d, corpus.Document)} == {("example.org", "2021-05")}


def test_parts_of_jsonl_hold_every_line_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"text": "x" * (i % 37), "id": i} for i in range(300)]
    _jsonl(tmp_path / "a.jsonl", rows)
    for size in (50, 333, 10_000):
        monkeypatch.setattr(planning, "PART_BYTES", size)
        got = [d for part in planning.plan(tmp_path / "a.jsonl") for d in reading.documents(part, corpus.Columns())]
        assert [d.identity for d in got if isinstance(d, corpus.Document)] == [str(i) for i in range(300)], size


def test_a_folder_of_texts_is_copied_without_what_goes(tmp_path: Path) -> None:
    for i, text in enumerate(["As a large language model, I cannot say.", *texts("human", 3, 2)]):
        (tmp_path / "c" / f"d{i % 2}").mkdir(parents=True, exist_ok=True)
        (tmp_path / "c" / f"d{i % 2}" / f"{i}.txt").write_text(text)
    assert main(["audit", str(tmp_path / "c"), "--out", str(tmp_path / "run"), "-q", "--remove", "canary"]) == 0
    left = sorted(p.relative_to(tmp_path / "run" / "filtered").as_posix() for p in (tmp_path / "run" / "filtered").rglob("*.txt"))
    assert left == ["d0/2.txt", "d1/1.txt", "d1/3.txt"]


def test_bad_rows_are_counted_and_bad_input_is_one_line(
    references: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _jsonl(tmp_path / "c.jsonl", _rows(0.2))
    with open(tmp_path / "c.jsonl", "a") as more:
        more.write('{"text": \n[1]\n{"text": null}\n')
    (tmp_path / "void.jsonl").write_text('{"text": null}\n')
    summary = _audit(references, tmp_path / "c.jsonl", tmp_path / "run")
    assert summary["unreadable_rows"] == 3
    places = summary["blind"][0].removeprefix("3 rows, pages or files hold no text that can be read: ").split(", ")
    whole = (tmp_path / "c.jsonl").read_bytes()
    found = [whole[int(place.removeprefix("c.jsonl#")) :].partition(b"\n")[0] for place in places]
    assert found == [b'{"text": ', b"[1]", b'{"text": null}']
    for arguments in (["audit", str(tmp_path / "none"), "--out", "o"],
                      ["audit", str(tmp_path / "c.jsonl"), "--out", str(tmp_path / "o"), "--text-column", "nope"],
                      ["audit", str(tmp_path / "c.jsonl"), "--out", str(tmp_path / "o"), "--remove", "nope"],
                      ["audit", str(tmp_path / "void.jsonl"), "--out", str(tmp_path / "v")],
                      ["audit-index", "nope", "--out", str(tmp_path / "i.npz")]):
        assert main(arguments) == 1
        error = capsys.readouterr().err
        assert error.startswith("stillwatch: ")
        assert error.count("\n") == 1


def test_pages_of_a_warc_are_read_as_they_are_typed(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", reason="trafilatura not installed")
    pytest.importorskip("warcio", reason="warcio not installed")
    from io import BytesIO

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    text = texts("human", 1, 1)[0]
    russian = "Мы видели розу у забора, и потом лопату в саду. " * 9
    body = f"<html><body><article><p>{text}</p><p>{text[::-1]}</p></article></body></html>"
    cases: list[tuple[str, str, str | None, bytes, str | None]] = [  # record, status, media type, body, what is read of it
        ("response", "200 OK", "Text/HTML; Charset=UTF-8", body.encode(), text), ("response", "203 Yes", " text/html", body.encode(), text),
        ("response", "200 OK", None, body.encode(), text), ("resource", "", "text/html", body.encode(), text),
        ("response", "200 OK", "text/plain; charset=windows-1251", russian.encode("windows-1251"), russian),
        ("response", "200 OK", 'TEXT/PLAIN;charset="utf-16le"', russian.encode("utf-16le"), russian),
        ("response", "200 OK", "text/html; charset=windows-1251", body.replace(text, russian).encode("windows-1251"), russian),
        ("response", "200 OK", "text/plain; charset=latin-1", russian.encode(), russian),
        ("response", "200 OK", "text/plain; charset=no-such", text.encode(), text),
        ("response", "404 Not Found", "text/html", body.encode(), None), ("response", "301 Moved", "text/html", b"", None),
        ("response", "200 OK", None, b"\x89PNG", None),
    ]
    with open(tmp_path / "page.warc", "wb") as out:
        writer = WARCWriter(out, gzip=False)
        for i, (record, status, kind, held, _) in enumerate([*cases, ("response", "200 OK", "image/png", b"\x89PNG", None)]):
            http = StatusAndHeaders(status, [] if kind is None else [("Content-Type", kind)], protocol="HTTP/1.1") if status else None
            writer.write_record(writer.create_warc_record(f"http://a.org/{i}", record, payload=BytesIO(held), http_headers=http,
                                                          warc_content_type=kind if http is None else ""))
    (part,) = planning.plan(tmp_path / "page.warc")
    read = list(reading.documents(part, corpus.Columns()))
    assert len(read) == len(cases)  # a picture is no page
    for got, (*_, expected) in zip(read, cases, strict=True):
        assert isinstance(got, corpus.Document) == (expected is not None), got
        if isinstance(got, corpus.Document) and expected is not None:
            assert expected[:40] in got.text
        elif isinstance(got, corpus.Unread):
            assert got.why


def test_html_and_warc(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", reason="trafilatura not installed")
    warcio = pytest.importorskip("warcio", reason="warcio not installed")
    from io import BytesIO

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    assert warcio
    text = texts("human", 1, 1)[0]
    body = f"<html><body><nav>Menu</nav><article><h1>On</h1><p>{text}</p><p>{text[::-1]}</p></article></body></html>".encode()
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_bytes(body)
    with open(tmp_path / "crawl.warc.gz", "wb") as out:
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.0")
        writer = WARCWriter(out, gzip=True)
        writer.write_record(writer.create_warc_record("http://www.example.org/a", "response", payload=BytesIO(body),
                                                      http_headers=headers))
    for where in ("pages", "crawl.warc.gz"):
        got = [d for part in planning.plan(tmp_path / where) for d in reading.documents(part, corpus.Columns())]
        assert len(got) == 1
        assert isinstance(got[0], corpus.Document)
        assert text[:40] in got[0].text
        assert "Menu" not in got[0].text
    assert got[0].source == "example.org"
    with open(tmp_path / "page.warc", "wb") as out:
        writer = WARCWriter(out, gzip=False)
        writer.write_record(writer.create_warc_record("http://a.org", "response", payload=BytesIO(body), http_headers=headers))
    whole = (tmp_path / "page.warc").read_bytes()
    for spoilt in (whole.replace(b"WARC-Target-URI", b"WARC-Garget-URI"), whole.replace(b"WARC/1.0", b"WARD/1.0"), whole[:40]):
        (tmp_path / "page.warc").write_bytes(spoilt)
        (part,) = planning.plan(tmp_path / "page.warc")
        with pytest.raises(corpus.DamagedError):
            list(reading.documents(part, corpus.Columns()))
