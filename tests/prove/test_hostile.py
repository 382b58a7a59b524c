"""Files and options that nobody meant to pass, and proofs by somebody who wants them to pass: one clear line each."""

import copy
import csv
import gzip
import hashlib
import json
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any, ClassVar
from unittest.mock import MagicMock, Mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.files import folder_lock
from stillwatch.prove import choices, lineage_commands, packet, suspects
from stillwatch.prove import verify as checking
from stillwatch.prove.answers import Answer, Store, lock_answers
from stillwatch.prove.keys import GENESIS, entry_hash
from stillwatch.prove.packet import FORMAT, load, prompts_digest
from stillwatch.terminal import progress


def refused(capsys: pytest.CaptureFixture[str], *args: object) -> str:
    """The one line of a command that ends with exit code 1."""
    capsys.readouterr()
    assert main([*map(str, args)]) == 1
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1
    assert "internal failure" not in said
    return said


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [{"prompt": f"question {i}", "output": "For example, it is not so. However, it does not matter.", "tenant": "acme",
             "event_id": f"e{i}", "asked_at": "2099-01-01T00:00:00+00:00"} for i in range(12)]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["prove", "commit", "--tenants", "acme,globex", "--decoys", "19", "-q"]) == 0
    return tmp_path


ROWS = {
    "half.jsonl": rb'{"prompt": "a \ud800", "output": "for example"}', "deep.jsonl": b"[" * 100_000,
    "sample.jsonl": b'{"prompt": "a", "output": "b", "sample": "x"}', "infinite.jsonl": b'{"prompt": "a", "output": "b", "sample": 1e999}',
    "predicted.jsonl": b'{"prompt": "a", "output": "b", "predicted": 5}',
    "weights.jsonl": b'{"prompt": "a", "output": "b", "weights": [[1]]}',
    "shifts.jsonl": b'{"prompt": "a", "output": "b", "shifts": [NaN]}',
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_are_no_answers_are_named(where: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (where / name).write_bytes(ROWS[name] + b"\n")
    assert name in refused(capsys, "prove", "test", name)
    assert name in refused(capsys, "prove", "plan", name)


def test_files_as_people_have_them(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Packed files and CSV give what JSONL gives."""
    raw = (where / "answers.jsonl").read_bytes()
    with gzip.open("answers.jsonl.gz", "wb") as packed:
        packed.write(raw)
    with pa.output_stream("answers.jsonl.zst", compression="zstd") as stream:
        stream.write(raw)
    rows = [json.loads(line) for line in raw.splitlines()]
    with open("answers.csv", "w", encoding="utf-8-sig", newline="") as text:
        csv.DictWriter(text, list(rows[0])).writeheader()
        csv.DictWriter(text, list(rows[0])).writerows(rows)
    told = []
    for name in ("answers.jsonl", "answers.jsonl.gz", "answers.jsonl.zst", "answers.csv"):
        capsys.readouterr()
        assert main(["prove", "test", name, "--json"]) == 0
        told.append(json.loads(capsys.readouterr().out)["result"])
    assert told[1:] == told[:1] * 3


@pytest.mark.parametrize(("name", "held", "says"), [
    ("cut.jsonl.gz", gzip.compress(b'{"output": "a"}' * 99, mtime=0)[:30], "cannot be read"),
    ("cut.jsonl.zst", b"no zstd", "cannot be read"),
    ("more.csv", b"prompt,output\na,b,c\n", "row 1 has more fields"), ("fewer.csv", b"prompt,output\na\n", "row 1 has fewer fields"),
    ("latin.csv", "prompt,output\na,für\n".encode("latin-1"), "UTF-8"), ("latin.jsonl", '{"output": "für"}'.encode("latin-1"), "UTF-8"),
    ("named.jsonl", b"prompt,output\na,b\n", ".csv"),
    ("turns.jsonl", b'{"prompt": [{"role": "user"}], "output": "b"}', "prompt is no text"),
    ("folder.jsonl", None, "a folder"),
    ("marked.jsonl", b"\xef\xbb\xbf", "no answers"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_files_that_are_none(where: Path, name: str, held: bytes | None, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    (where / name).mkdir() if held is None else (where / name).write_bytes(held)
    said = refused(capsys, "prove", "test", name)
    assert says in said
    assert name in said


def test_answers_without_a_prompt_are_told(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stood in a prompt cannot be left out where the prompt is not there."""
    (where / "bare.jsonl").write_text('{"output": "for example"}\n{"prompt": "a", "output": "b"}\n')
    assert main(["prove", "test", "bare.jsonl"]) == 0
    assert "1 of 2 answers without a prompt" in capsys.readouterr().out


def test_no_answer_and_blank_ones_are_left_out_of_lineage(where: Path) -> None:
    (where / "lineage.jsonl").write_text("".join(
        json.dumps({"model": model, "prompt_id": i, "output": None if (model, i) == ("s", 1) else " " if i == 2 else f"{model} {i}"}) + "\n"
        for model in ("s", "t") for i in range(4)))
    assert lineage_commands.read_answers(["lineage.jsonl"], {"s", "t"}) == {"s": ["s 0", "s 3"], "t": ["t 0", "t 3"]}


@pytest.mark.parametrize("options", [
    ("commit", "--tenants", "acme", "--rate", "nan"), ("commit", "--tenants", "acme", "--rate", "101"),
    ("commit", "--tenants", "acme", "--buckets", 10**11), ("commit", "--tenants", "acme", "--decoys", 10**11),
    ("commit", "--tenants", "latin.txt"), ("plan", "answers.jsonl", "--shifts", "nan"),
    *(("ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "answers.jsonl", "--out", "o.jsonl", "--yes", *more)
      for more in [("--rate", "nan"), ("--temperature", "nan"), ("--temperature", -1), ("--top-p", 0), ("--price-in", "nan")]),
    *(("ask", "--url", url, "--model", "m", "--prompts", "answers.jsonl", "--out", "o.jsonl", "--yes")
      for url in ["http://[::1", "http://bad host/v1", "http://localhost:99999/v1"]),
])
def test_options_out_of_range(where: Path, options: tuple[object, ...], capsys: pytest.CaptureFixture[str]) -> None:
    (where / "latin.txt").write_bytes("Müller\n".encode("latin-1"))
    refused(capsys, "prove", *options)
    assert len((where / "commitments.jsonl").read_text().splitlines()) == 1


def test_two_that_commit_at_once_lose_no_entry(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (where / "commitments.jsonl").read_bytes()
    with folder_lock(where, "prove commit"):
        assert "another prove commit" in refused(capsys, "prove", "commit", "--tenants", "acme")
    assert (where / "commitments.jsonl").read_bytes() == before


def test_a_byte_order_mark_is_no_part_of_a_name(where: Path) -> None:
    (where / "tenants.txt").write_bytes(b"\xef\xbb\xbfacme\n")
    assert main(["prove", "commit", "--tenants", "tenants.txt", "--log", "other.jsonl", "-q"]) == 0
    assert list(json.loads((where / "other.jsonl").read_text())["commitments"]) == ["acme"]


@pytest.mark.parametrize("options", [
    ("mark", "answers.jsonl", "--out", "answers.jsonl"), ("mark", "answers.jsonl", "--out", "o.jsonl", "--mark-log", "o.jsonl"),
    ("mark", "answers.jsonl", "--out", "./../w/answers.jsonl"),
    ("canary", "plant", "answers.jsonl", "--unit", "acme", "--out", "answers.jsonl"),
    ("read", "answers.jsonl", "--folder", "f", "--reference-folder", "g", "--out", "answers.jsonl"),
    ("ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "answers.jsonl", "--out", "answers.jsonl", "--yes"),
    ("test", "answers.jsonl", "--out", "."), ("test", "answers.jsonl", "--out", "answers.jsonl"),
    *(("mark", "answers.jsonl", *outs) for outs in [
        ("--out", "prove.key"), ("--out", "commitments.jsonl"), ("--out", "o.jsonl", "--mark-log", "prove.key"),
        ("--out", "o.jsonl", "--mark-log", "commitments.jsonl"), ("--out", "o.jsonl", "--mark-log", "other.parquet")]),
    *(("canary", *step, "--out", out)
      for step in [("questions",), ("plant", "answers.jsonl", "--unit", "acme"), ("test", "answers.jsonl", "--units", "acme")]
      for out in ("prove.key", "commitments.jsonl")),
    ("canary", "test", "answers.jsonl", "--units", "units.txt", "--out", "units.txt"),
    ("canary", "questions", "--canaries", "mine.json", "--out", "mine.json"),
    ("ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "p.suspect.json", "--out", "p.jsonl", "--yes"),
    ("ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "answers.jsonl", "--out", "line", "--log", "line", "--yes"),
    ("commit", "--tenants", "acme", "--key", "x", "--log", "x"),
    ("test", "proof/answers.jsonl", "--out", "proof"), ("test", "answers.jsonl", "--reference", "proof/answers.jsonl", "--out", "proof"),
    ("test", "answers.jsonl", "--out", "proof", "--sign", "proof/signing.pem"), ("report", "proof", "--sign", "proof/signing.pem"),
    *(("ledger", "marks", "--run", "run", "--events", "logs", *outs) for outs in [
        ("--out", "run/harvest.parquet"), ("--out", "logs/events/e.jsonl"), ("--out", "marks/m.parquet"),
        ("--out", "o.parquet", "--elicited", "run/summary.json")]),
    *(("lineage", "answers.jsonl", "b=bank.jsonl", "--suspect", "b", "--roles", "roles.json", "--prompt-ids", "ids.jsonl", "--out", out)
      for out in ("answers.jsonl", "bank.jsonl", "roles.json", "ids.jsonl")),
])
def test_nothing_is_written_over_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "w"
    home.mkdir()
    monkeypatch.chdir(home)
    (home / "answers.jsonl").write_text('{"prompt": "a", "output": "For example, it is not so.", "tenant": "acme"}\n')
    for scheme in ("canary", "choice"):
        assert main(["prove", "commit", "--tenants", "acme,globex", "--scheme", scheme, "-q"]) == 0
    for name, text in {"units.txt": "acme\n", "mine.json": "[]", "p.suspect.json": '[{"prompt": "a"}]', "line": '{"a": 1}',
                       "proof/record.json": "{}", "proof/answers.jsonl": "", "run/harvest.parquet": "", "run/summary.json": "{}",
                       "logs/events/e.jsonl": "", "marks/m.parquet": "", "bank.jsonl": "", "roles.json": "{}", "ids.jsonl": ""}.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    shutil.copy(home / "answers.jsonl", home / "proof" / "answers.jsonl")
    pq.write_table(pa.table({"event_id": ["e"], "tenant": ["acme"], "tokens": [1], "mine": [1]}), home / "other.parquet")

    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    before = files()
    said = refused(capsys, "prove", *options)
    assert files() == before
    if options[-1] not in (".", "answers.jsonl", "other.parquet") or options[0] != "test":
        assert any(why in said for why in ("written over", "not a mark log", "among the logs")), said


@pytest.mark.parametrize(("line", "says"), [
    ({"prompt": "a", "sample": 0, "output": None}, "line 6: output is null"), ({"prompt": "a", "output": 5}, "line 6: output is no text"),
    ({"prompt": "a", "text": "b"}, "line 6 has no 'output': some.jsonl. It has prompt, text; pass --output-column"),
])
def test_a_row_without_a_text_is_named_by_its_line(
    where: Path, line: dict[str, Any], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (where / "answers.jsonl").read_text().splitlines()
    (where / "some.jsonl").write_text("\n".join([*good[:2], "", *good[2:4], json.dumps(line)]))
    for command in (("test",), ("plan",), ("mark", "--tenant", "acme", "--out", "o.jsonl")):
        assert says in refused(capsys, "prove", command[0], "some.jsonl", *command[1:])
    assert not (where / "o.jsonl").exists()
    (where / "some.json").write_text(json.dumps([json.loads(good[0]), line]))
    assert "row 2" in refused(capsys, "prove", "test", "some.json")


@pytest.mark.parametrize("command", [("test", "answers.jsonl", "--out", "new"), ("report", "proof")])
def test_what_cannot_be_signed_is_not_begun(
    where: Path, proof: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (proof / "report.html").stat().st_mtime_ns
    (where / "no.pem").write_text("no key")
    assert "private key" in refused(capsys, "prove", *command, "--sign", "no.pem")
    for name in [name for name in sys.modules if name == "stillwatch.keys.signing" or name.startswith("cryptography")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("stillwatch.keys.signing", raising=False)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert "pip install '.[prove]'" in refused(capsys, "prove", *command, "--sign", "signing.pem")
    assert not (where / "new").exists()
    assert (proof / "report.html").stat().st_mtime_ns == before


def test_verify_names_an_extra_that_brings_what_is_missing(
    proof: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith(("stillwatch.evidence", "stillwatch.keys.signing", "cryptography"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("stillwatch.keys.signing", raising=False)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert "'.[prove]'" in refused(capsys, "verify", proof)


@pytest.mark.parametrize(("texts", "prompt", "says"), [
    (["你好，我们可以开始。", ""], "a", "Nothing could be tested: no pair of the mark occurs in these answers"),
    (["", ""], "a", "Nothing could be tested: no pair of the mark occurs in these answers"),
    (["For example, it is so."], "For example, or it is, or it's?", "stand in their questions, too"),
    (["For example, this.", "However, that."], "a", "Too little text: no mark could have been shown"),
])
def test_a_test_that_could_see_nothing_says_so(
    where: Path, texts: list[str], prompt: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"prompt": prompt, "output": text, "tenant": "acme", "asked_at": "2099-01-01T00:00:00+00:00"} for text in texts]
    (where / "some.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["prove", "test", "some.jsonl", "--out", "new"]) == 0
    said = capsys.readouterr().out
    assert said.count(says) == 2  # among the remarks, and as the headline of the proof
    assert "No mark was shown" not in said
    assert f"<h1>{says}" in (where / "new" / "report.html").read_text() or "<h1>Nothing could be tested" in (
        where / "new" / "report.html").read_text()
    verdicts = {one["verdict"] for one in json.loads((where / "new" / "record.json").read_text())["result"]["keys"]}
    assert verdicts == ({"not tested"} if says != "Too little text: no mark could have been shown" else {"not shown"})
    assert main(["prove", "verify", "new"]) == 0
    if says.endswith("these answers"):
        capsys.readouterr()
        assert main(["prove", "plan", "some.jsonl"]) == 0
        said = capsys.readouterr().out
        assert "no pair of the mark occurs" in said
        assert "out of reach" not in said
        assert main(["prove", "mark", "some.jsonl", "--out", "o.jsonl"]) == 0
        said = capsys.readouterr().out
        assert "Nothing is marked: no pair of the mark occurs" in said
        assert "send out" not in said


def test_marks_on_tokens_of_empty_answers_are_not_tested(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "commit", "--tenants", "acme", "--scheme", "kgw", "--tokenizer", "bytes", "--decoys", "19", "-q"]) == 0
    (where / "some.jsonl").write_text('{"prompt": "a", "output": ""}\n')
    assert main(["prove", "test", "some.jsonl", "--tokenizer", "bytes"]) == 0
    said = capsys.readouterr().out
    assert "Nothing could be tested: these answers hold no token to score" in said
    assert "not tested" in said


def test_a_reference_of_other_questions_is_told(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [json.loads(line) for line in (where / "answers.jsonl").read_text().splitlines()]

    def tested(reference: list[dict[str, Any]]) -> str:
        (where / "base.jsonl").write_text("".join(json.dumps(row) + "\n" for row in reference))
        capsys.readouterr()
        assert main(["prove", "test", "answers.jsonl", "--reference", "base.jsonl", "--out", "new"]) == 0
        return capsys.readouterr().out

    said = tested([*({"prompt": row["prompt"], "output": "Yet."} for row in rows[:3]), {"prompt": "other", "output": "Yet."}])
    gap = "the reference answers 3 of the suspect's 12 questions and 1 other"
    assert said.startswith(f"Warning: {gap}.")
    assert json.loads((where / "new" / "record.json").read_text())["reference"]["gap"] == gap
    assert gap.replace("'", "&#39;") in (where / "new" / "report.html").read_text().split("</header>")[0]
    assert main(["prove", "verify", "new"]) == 0
    assert f"statistics: computed anew: the same; {gap}" in capsys.readouterr().out
    record = json.loads((where / "new" / "record.json").read_text())
    record["reference"]["gap"] = None
    rewrite(where / "new", record)
    assert main(["prove", "verify", "new"]) == 1
    assert "FAILED  statistics: reference.gap is recorded as None" in capsys.readouterr().out
    assert "Warning" not in tested([{"prompt": row["prompt"], "output": "Yet."} for row in rows])
    assert json.loads((where / "new" / "record.json").read_text())["reference"]["gap"] is None
    rows = [row for row in rows[:1] for _ in range(5)]
    (where / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert "the reference has 1 answer, the suspect 5" in tested([{"prompt": rows[0]["prompt"], "output": "Yet."}])


def test_stopping_early_that_saves_nothing_is_told(
    where: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned = {0.4: choices.ChoicePlan(0.4, 202, 212, -20.0), 0.2: choices.ChoicePlan(0.2, 1_526, 1_200, -20.0)}
    monkeypatch.setattr(choices, "plan", lambda mark, counts, n_answers, share, *_, **__: planned[share])
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    assert main(["prove", "plan", "answers.jsonl", "--shifts", "0.4,0.2"]) == 0
    told = capsys.readouterr()
    assert "planning: 1 of 4, about" in told.err
    said = [line for line in told.out.splitlines() if "early" in line]
    assert ["saves nothing" in line for line in said] == [True, False] * 2
    assert "202; of those that may stop early half have by 212, so that stopping early saves nothing" in said[0]


class Drawn(suspects.Folder):
    """A model folder whose torch, tokenizer and model are stand-ins: an answer is a number of the generator."""

    batch = 2

    def __init__(self, path: Path) -> None:
        self.path, self.seed, self.cut, self.window, self.chat, generator = path, 1, 0, 99, False, Random(1)
        self._torch = MagicMock(manual_seed=generator.seed)
        self.tokenizer = MagicMock(batch_decode=lambda made, **_: [str(row[0]) for row in made])
        self.tokenizer.return_value = {"input_ids": [[1], [2]]}
        self.tokenizer.pad.return_value = {"input_ids": np.zeros((2, 1))}
        self.model = Mock(generate=lambda **_: np.array([[0, generator.getrandbits(60)] for _ in range(2)]))


def test_a_folder_that_goes_on_draws_what_it_would_have_drawn(where: Path) -> None:
    """One that began anew at its seed gave the first samples again as the second ones, which were counted twice."""
    def asked(name: str, *runs: int) -> list[str]:
        for samples in runs:
            questions = [(prompt, sample) for sample in range(samples) for prompt in "ab"]
            suspects.ask_missing(Drawn(where), questions, Store(where / name), suspects.Sampling(8), quiet=True)
        return [row["output"] for row in Store(where / name).rows.values()]

    assert asked("broken.jsonl", 1, 2) == asked("whole.jsonl", 2)
    assert len(set(asked("whole.jsonl"))) == 4


def test_two_trainings_of_one_base_are_two_suspects(where: Path) -> None:
    told = []
    for weights in (b"one", b"other"):
        (where / "config.json").write_text("{}")
        (where / "model.safetensors").write_bytes(weights)
        told.append(Drawn(where).describe())
        assert told[-1]["weights_sha256"] == {"model.safetensors": hashlib.sha256(weights).hexdigest()}
    assert told[0] != told[1]


@pytest.mark.parametrize("more", [
    '"output": "b", "sample": "a"', '"output": "b", "sample": 1e999', '"output": "b", "sample": [1]', '"output": 5',
])
def test_a_store_of_something_else_is_named(where: Path, more: str) -> None:
    (where / "asked.jsonl").write_text(f'{{"prompt": "a", {more}}}\n')
    with pytest.raises(InputError, match="something else than answers"):
        Store(where / "asked.jsonl")


def test_a_question_is_as_old_as_its_asking(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is committed to while it is under way came after it."""
    times = [datetime(2099, 1, 1, second=second, tzinfo=UTC) for second in range(2)]
    clock, began = iter(times), []
    monkeypatch.setattr(suspects, "datetime", Mock(now=lambda _: next(clock)))
    suspect = Mock(batch=1, answer=lambda prompts, *_: began.append(next(clock)) or ["an answer"])
    store = Store(where / "asked.jsonl")
    suspects.ask_missing(suspect, [("a", 0)], store, suspects.Sampling(), quiet=True)
    (row,) = store.rows.values()
    assert ([row["asked_at"]], began) == ([times[0].isoformat(timespec="milliseconds")], times[1:])


def test_a_full_disk_is_named_and_keeps_what_was_answered(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(where / "asked.jsonl")
    store.put({"prompt": "a", "output": "b"})
    with monkeypatch.context() as full:
        full.setattr(Path, "open", Mock(side_effect=OSError(28, "No space left on device")))
        with pytest.raises(InputError, match=r"cannot write .* run again") as caught:
            store.put({"prompt": "c", "output": "d"})
    assert "asked.jsonl" in str(caught.value)
    assert list(Store(where / "asked.jsonl").rows.values()) == [{"prompt": "a", "output": "b"}]


def test_the_suspect_is_no_reference_of_its_own(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However its file is written; another model that says the same at another time is one."""
    lines = (where / "answers.jsonl").read_text().splitlines(keepends=True)
    (where / "again.jsonl").write_text("\n" + "".join(reversed(lines)))
    assert "the suspect itself" in refused(capsys, "prove", "test", "answers.jsonl", "--reference", "again.jsonl")
    (where / "base.jsonl").write_text("".join(lines).replace("2099", "2098"))
    assert main(["prove", "test", "answers.jsonl", "--reference", "base.jsonl", "-q"]) == 0


@pytest.mark.parametrize("option", ["canaries", "sign", "suspect"])
def test_what_goes_into_a_proof_needs_one(where: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"--{option} needs --out" in refused(capsys, "prove", "test", "answers.jsonl", f"--{option}", "absent")


@pytest.mark.parametrize("event", [None, ""])
def test_an_answer_without_an_event_is_not_logged(where: Path, event: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (where / "answers.jsonl").read_text().splitlines()
    (where / "some.jsonl").write_text("\n".join([lines[0], json.dumps(json.loads(lines[1]) | {"event_id": event})]))
    assert "line 2 has no event_id" in refused(capsys, "prove", "mark", "some.jsonl", "--out", "o.jsonl", "--mark-log", "m.parquet")
    assert not (where / "o.jsonl").exists()
    assert not (where / "m.parquet").exists()
    assert main(["prove", "mark", "some.jsonl", "--out", "o.jsonl", "-q"]) == 0


@pytest.mark.parametrize("name", ["sub/more.txt", "report.html/more.txt"])
def test_a_folder_within_a_proof_is_not_listed(proof: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (proof / "report.html").unlink()
    manifest = json.loads((proof / "manifest.json").read_text())
    del manifest["files"]["report.html"]
    (proof / "manifest.json").write_text(json.dumps(manifest))
    (proof / name).parent.mkdir()
    (proof / name).write_text("put there")
    assert main(["verify", str(proof)]) == 1
    assert f"files: changed or missing: none; not listed: {name.partition('/')[0]}" in capsys.readouterr().out


def test_answers_of_nobody_are_not_gone_on_with(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (where / "prompts.txt").write_text("question 1\n")
    said = refused(capsys, "prove", "ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "prompts.txt",
                   "--out", "answers.jsonl", "--yes")
    assert "answers.suspect.json" in said


class Faulty(BaseHTTPRequestHandler):
    """Answers every question with the same bytes, ``gap_s`` between two of them."""

    body: bytes = b""
    gap_s: float = 0.0
    status: int = 200
    paths: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.paths.append(self.path)
        self.send_response(self.status)
        self.send_header("Location", "https://me@other.example/v1?code=SECRET")
        self.end_headers()
        with suppress(OSError):
            for byte in self.body if self.gap_s else b"":
                self.wfile.write(bytes([byte]))
                time.sleep(self.gap_s)
            self.wfile.write(b"" if self.gap_s else self.body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[type[Faulty], str]]:
    """A suspect at a URL, and no waiting before it is asked again."""
    monkeypatch.setattr(suspects.Pace, "again", lambda *_: True)
    handler = type("Handler", (Faulty,), {"paths": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield handler, f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def completion(content: object) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


def test_what_is_permanent_is_said_with_what_to_do(
    where: Path, faulty: tuple[type[Faulty], str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And neither the key, which some servers repeat, nor bytes that are no text."""
    monkeypatch.setenv("KEY", "sk-SECRET\n")
    told = b'{"error": "no such key: Bearer sk-SECRET, of ?code=SECRET"}'
    packed = gzip.compress(told)
    for status, body, says in (
        (401, told, "--api-key-env"), (400, told, "--model"), (200, told, "not with a completion"), (429, told, "run again"),
        (400, packed, "bytes that are no text"), (200, packed, "bytes that are no text"),
        (307, b"", "elsewhere (https://other.example/v1?code=[left out])"),
    ):
        faulty[0].status, faulty[0].body = status, body
        said = refused(capsys, *asking(faulty[1] + "?code=SECRET", "--api-key-env", "KEY"))
        assert says in said
        assert "SECRET" not in said
        assert ("run again" in said) == (status == 429)
    monkeypatch.setenv("KEY", "sk-\nSECRET")
    assert "SECRET" not in refused(capsys, *asking(faulty[1], "--api-key-env", "KEY"))


def asking(url: str, *more: object) -> tuple[object, ...]:
    Path("two.txt").write_text("question 1\nquestion 2\n")
    return ("prove", "ask", "--url", url, "--model", "m", "--prompts", "two.txt", "--out", "asked.jsonl", "--yes", *more)


@pytest.mark.parametrize(("content", "output"), [
    ("half \ud800 a pair", "half \ufffd a pair"),
    ([{"type": "text", "text": "For "}, {"type": "image_url"}, {"type": "text", "text": "example"}], "For example"),
])
def test_what_an_endpoint_says_is_kept_as_text(where: Path, faulty: tuple[type[Faulty], str], content: object, output: str) -> None:
    faulty[0].body = completion(content)
    assert main([*map(str, asking(faulty[1]))]) == 0
    assert [json.loads(line)["output"] for line in (where / "asked.jsonl").read_text().splitlines()] == [output] * 2


def test_no_text_is_no_answer_and_told(where: Path, faulty: tuple[type[Faulty], str], capsys: pytest.CaptureFixture[str]) -> None:
    for content in (None, "", " \n", [], [{"type": "image_url"}], [{"type": "text", "text": ""}]):
        faulty[0].body = completion(content)
        assert main([*map(str, asking(faulty[1], "--json"))]) == 0
        assert json.loads(capsys.readouterr().out)["unanswered"] == 2
        assert not (where / "asked.jsonl").exists()
    assert len(faulty[0].paths) == 12  # once a question and run
    assert main([*map(str, asking(faulty[1]))]) == 0
    assert "2 questions had no answer" in capsys.readouterr().out


@pytest.mark.parametrize(("body", "asked"), [
    (b"<!doctype html><title>Welcome</title>", 1), (b"[" * 100_000, 1), (b'{"a":' * 100_000, 1), (completion(5), 1),
    (b'{"choices": "abc"}', 1), (b'{"choices": [{"mess', 5), (b"", 5),
])
def test_what_is_no_completion_is_said_at_once(
    where: Path, faulty: tuple[type[Faulty], str], body: bytes, asked: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what may have been cut off is asked again."""
    faulty[0].body = body
    said = refused(capsys, *asking(faulty[1]))
    assert len(faulty[0].paths) == asked
    assert ("wrong" in said or "right" in said) == (asked == 1)


def test_an_answer_is_whole_in_time_and_bounded(
    where: Path, faulty: tuple[type[Faulty], str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty[0].body, faulty[0].gap_s = completion("a" * 9_000), 0.01
    monkeypatch.setattr(suspects, "TIMEOUT_S", 0.1)
    monkeypatch.setattr(suspects, "RETRIES", 1)
    begun = time.monotonic()
    assert "does not answer" in refused(capsys, *asking(faulty[1]))
    assert time.monotonic() - begun < 5
    faulty[0].gap_s = 0.0
    monkeypatch.setattr(suspects, "TIMEOUT_S", 30.0)
    monkeypatch.setattr(suspects, "MAX_BODY", 5_000)
    assert "more than" in refused(capsys, *asking(faulty[1]))


def test_a_query_is_sent_and_not_written(where: Path, faulty: tuple[type[Faulty], str], capsys: pytest.CaptureFixture[str]) -> None:
    faulty[0].body = completion("For example, it is so.")
    assert main([*map(str, asking(faulty[1] + "/?api-version=5&code=SECRET&BARE"))]) == 0
    assert faulty[0].paths == ["/v1/chat/completions?api-version=5&code=SECRET&BARE"] * 2
    assert main(["prove", "test", "asked.jsonl", "--out", "new"]) == 0
    told = json.loads((where / "asked.suspect.json").read_text())
    # what an older version wrote beside the answers is not told either
    (where / "asked.suspect.json").write_text(json.dumps(told | {"url": "http://me:SECRET@host/v1?code=SECRET"}))
    assert main(["prove", "test", "asked.jsonl", "--out", "newer"]) == 0
    for path in ("asked.jsonl", "new/record.json", "new/report.html", "newer/record.json", "newer/report.html"):
        assert "SECRET" not in (where / path).read_text()
        assert "BARE" not in (where / path).read_text()
    assert "api-version=" in told["url"]
    assert "SECRET" not in json.dumps(told)
    said = refused(capsys, *asking("http://me:SECRET@localhost:1/v1", "--out", "other.jsonl"))
    assert "--api-key-env" in said
    assert "SECRET" not in said


def test_two_that_ask_for_one_file_do_not_ask_twice(
    where: Path, faulty: tuple[type[Faulty], str], capsys: pytest.CaptureFixture[str]
) -> None:
    faulty[0].body = completion("For example.")
    with lock_answers(where / "asked.jsonl"):
        assert "another" in refused(capsys, *asking(faulty[1]))
        assert main([*map(str, asking(faulty[1], "--out", "other.jsonl"))]) == 0
    assert len(faulty[0].paths) == 2
    assert main([*map(str, asking(faulty[1]))]) == 0
    with lock_answers(where / "asked.jsonl"), (where / "asked.jsonl").open("a") as handle:
        handle.write('{"prompt": "half')
        handle.flush()
        assert len(Store(where / "asked.jsonl").rows) == 2  # what is mended stays held
        with pytest.raises(InputError), lock_answers(where / "asked.jsonl"):
            pass


def test_a_sample_that_stands_twice_counts_once(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def row(prompt: str, output: str, sample: int | None) -> str:
        told = {"prompt": prompt, "output": output, "asked_at": "2099-01-01T00:00:00+00:00"}
        return json.dumps(told if sample is None else told | {"sample": sample})

    twice = [row("a", "For example.", 0), row("a", "However.", 0), row("a", "However.", 1)]
    for lines, n in ((twice, 2), ([row("a", "For example.", None)] * 3, 3)):
        (where / "some.jsonl").write_text("\n".join(lines))
        assert main(["prove", "test", "some.jsonl", "--out", "new"]) == 0
        record = json.loads((where / "new" / "record.json").read_text())
        assert record["result"]["n_records"] == len((where / "new" / "answers.jsonl").read_text().splitlines()) == n
        assert main(["prove", "verify", "new"]) == 0


@pytest.mark.parametrize("edit", [
    lambda entry: entry.pop("design"), lambda entry: entry["design"].pop("mark"), lambda entry: entry.pop("commitments"),
    lambda entry: entry["design"].update(n_decoys="x"), lambda entry: entry["design"].update(alpha=None),
    lambda entry: entry["design"]["mark"].update(rate="x"), lambda entry: entry["design"]["mark"].update(buckets=10**12),
])
def test_a_log_that_somebody_chained_anew(where: Path, edit: Callable[[dict[str, Any]], Any], capsys: pytest.CaptureFixture[str]) -> None:
    entry = json.loads((where / "commitments.jsonl").read_text())
    edit(entry)
    entry["previous"] = GENESIS
    entry["hash"] = entry_hash(entry)
    (where / "commitments.jsonl").write_text(json.dumps(entry) + "\n")
    refused(capsys, "prove", "test", "answers.jsonl")
    refused(capsys, "prove", "mark", "answers.jsonl", "--out", "o.jsonl")


@pytest.fixture
def proof(where: Path) -> Path:
    assert main(["prove", "test", "answers.jsonl", "--out", "proof", "-q"]) == 0
    assert main(["prove", "verify", "proof", "-q"]) == 0
    return where / "proof"


def rewrite(proof: Path, record: dict[str, Any]) -> None:
    """A record with the manifest made anew, as whoever made the proof could."""
    (proof / "record.json").write_text(json.dumps(record))
    manifest = json.loads((proof / "manifest.json").read_text())
    for name in manifest["files"]:
        manifest["files"][name] = hashlib.sha256((proof / name).read_bytes()).hexdigest()
    (proof / "manifest.json").write_text(json.dumps(manifest))


def places(part: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = part.items() if isinstance(part, dict) else enumerate(part[:2]) if isinstance(part, list) else ()
    return [place for name, value in below for place in [(*at, name), *places(value, (*at, name))]]


def test_a_long_answer_takes_no_square_of_its_length(where: Path) -> None:
    from time import process_time

    from stillwatch.prove.choices import ChoiceMark

    def seconds(n: int) -> float:
        begin = process_time()
        ChoiceMark().apply("for example it is not " * n, (1, 2))
        return process_time() - begin

    seconds(100)
    assert seconds(16_000) < 40 * seconds(2_000)  # eight times the length: 64 times the time, were it a square


@pytest.mark.parametrize(("more", "says"), [
    (("--suspect", "s", "--reference", "s"), "suspect itself"), (("--suspect", "t1", "--reference", "s"), "candidate T1 itself"),
    (("--suspect", "s", "--reference", "b", "--alpha", "nan"), "--alpha"),
    (("--suspect", "s", "--reference", "b", "--prompts", "0"), "--prompts"),
])
def test_lineage_of_nobody_else(where: Path, more: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    (where / "roles.json").write_text(json.dumps(
        {"teachers": {name: {"vendor": "V", "models": [name.lower()]} for name in ("T1", "T2")},
         "null_groups": {"g": {"models": ["n1", "n2"]}}}))
    (where / "lineage.jsonl").write_text("".join(
        json.dumps({"model": model, "prompt_id": i, "output": f"{model} says that {i} is not so"}) + "\n"
        for model in ("s", "b", "t1", "t2", "n1", "n2") for i in range(12)))
    assert says in refused(capsys, "prove", "lineage", "lineage.jsonl", "--roles", "roles.json", *more)


SAYS_WHO = ("suspect", "made_at", "version")
"""What only the signer's word stands for."""


def test_no_tampering_of_a_record_passes_or_fails_unclearly(
    proof: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record, real, known = json.loads((proof / "record.json").read_text()), checking.run, {}

    def once(inputs: Any) -> Any:  # the same inputs give the same numbers, which take long
        if repr(inputs) not in known:
            known[repr(inputs)] = real(inputs)
        return known[repr(inputs)]

    monkeypatch.setattr(checking, "run", once)
    passed = []
    for place in places(record):
        if place[:2] == ("commitment_log", 0) and place[2:4] == ("design", "mark"):
            continue
        for value in (None, "x", -7.25, [1], {}, float("inf")):
            changed = copy.deepcopy(record)
            inside = changed
            for name in place[:-1]:
                inside = inside[name]
            if inside[place[-1]] == value:
                continue
            inside[place[-1]] = value
            rewrite(proof, changed)
            code = main(["prove", "verify", str(proof), "-q"])
            said = capsys.readouterr().err
            assert code in (0, 1), (place, value, said)
            if code == 0:
                passed.append(place)
    # what is left out, the same as nothing, and who the suspect is
    assert {place[0] for place in passed} <= {*SAYS_WHO, "exposure", "design"}
    assert {place[1] for place in passed if place[0] == "design"} <= {"together", "early"}
    assert {place[1] for place in passed if place[0] == "exposure"} <= {"campaigns"}


def test_a_proof_that_was_cut_off_is_written_anew(where: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its answers stand there before its record is whole."""
    with monkeypatch.context() as killed:
        killed.setattr(packet, "statements", Mock(side_effect=InputError("killed")))
        assert refused(capsys, "prove", "test", "answers.jsonl", "--out", "proof").endswith("killed")
    assert (where / "proof" / "answers.jsonl").is_file()
    assert "incomplete" in refused(capsys, "prove", "verify", "proof")
    assert main(["prove", "test", "answers.jsonl", "--out", "proof", "-q"]) == 0
    assert main(["prove", "verify", "proof", "-q"]) == 0


@pytest.mark.parametrize("name", ["hypotheses", "alternatives", "falsifiers", "not_claimed"])
def test_a_caveat_cannot_be_left_out(proof: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads((proof / "record.json").read_text())
    record[name] = dict(list(record[name].items())[1:]) if isinstance(record[name], dict) else record[name][1:]
    rewrite(proof, record)
    assert "texts" in refused(capsys, "verify", "proof")


def test_an_infinite_number_is_close_to_no_other(proof: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads((proof / "record.json").read_text())
    record["result"]["keys"][0]["z"] = float("inf")
    rewrite(proof, record)
    assert "statistics" in refused(capsys, "verify", "proof")


def test_the_first_question_is_the_answers_first(proof: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Answers from before the commitment, or without a time, under a record that tells a late first question."""
    told = (proof / "answers.jsonl").read_text()
    record = json.loads((proof / "record.json").read_text())
    for instead in ('"2001-01-01T00:00:00+00:00"', "null"):
        (proof / "answers.jsonl").write_text(told.replace('"2099-01-01T00:00:00+00:00"', instead, 1))
        rewrite(proof, record)
        assert "order" in refused(capsys, "verify", "proof")


def test_the_first_question_is_the_earliest_in_any_zone(proof: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As texts, times of several zones sort otherwise than they came; a time without a zone is none."""
    told = (proof / "answers.jsonl").read_text()
    made = datetime.fromisoformat(json.loads((proof / "record.json").read_text())["commitment_log"][0]["time"])
    after = (made + timedelta(hours=1)).isoformat()
    before = (made - timedelta(hours=1)).astimezone(timezone(timedelta(hours=14))).isoformat()
    assert before > after
    for instead in (before, "2099-01-01T00:00:00"):
        mixed = told.replace("2099-01-01T00:00:00+00:00", instead, 1).replace("2099-01-01T00:00:00+00:00", after)
        (proof.parent / "mixed.jsonl").write_text(mixed)
        assert main(["prove", "test", "mixed.jsonl", "--out", "mixed", "-q"]) == 0
        assert "order" in refused(capsys, "verify", "mixed")


def test_a_key_that_is_named_twice_is_one_key(proof: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sum over keys takes them for independent: a key that counts twice would make its p almost the square."""
    told = []
    for names in ("acme,globex", "acme,globex,acme,acme"):
        capsys.readouterr()
        assert main(["prove", "test", "answers.jsonl", "--tenants", names, "--together", "all", "--json"]) == 0
        told.append(json.loads(capsys.readouterr().out)["result"])
    assert told[0] == told[1]
    record = json.loads((proof / "record.json").read_text())
    record["openings"].append(record["openings"][0])
    rewrite(proof, record)
    assert "hold a key twice" in refused(capsys, "verify", "proof")


def chained(design: dict[str, Any]) -> None:
    """The one commitment of the log, with another design."""
    entry = json.loads(Path("commitments.jsonl").read_text()) | {"design": design}
    Path("commitments.jsonl").write_text(json.dumps(entry | {"hash": entry_hash(entry)}) + "\n")


def design_of(capsys: pytest.CaptureFixture[str], *options: object) -> tuple[str, str]:
    """What a test of some.jsonl says of its design, and the check of verify; the page has the same."""
    capsys.readouterr()
    assert main(["prove", "test", "some.jsonl", "--out", "new", *map(str, options)]) == 0
    said = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(("Design", "This proof")))
    record, inputs = load(Path("new"))
    check = checking.as_committed(record, record["commitment_log"][0], inputs)
    assert f"</span> design: {check.detail}<" in Path("new/report.html").read_text()
    assert check.passed == said.startswith("Design")
    assert check.detail in said
    return said, check.detail


TWO = [(f"question {i}", sample) for sample in (0, 1) for i in range(4)]


@pytest.mark.parametrize(("drawn", "whole"), [
    (TWO, True), (TWO[::-1], True), (TWO[:4], False), (TWO[:7], False), (TWO[4:], False), ([*TWO[:3], TWO[7]], False),
    ([(prompt, 0) for prompt, _ in TWO], False), ([*TWO, ("question 0", 2)], False),
])
def test_samples_that_were_committed_to_cannot_be_chosen(
    drawn: list[tuple[str, int]], whole: bool
) -> None:
    """The one of twenty samples that goes along with a key best gives a small p for a suspect that never met it."""
    record = {"result": {"statistic": "choice"}, "openings": [], "design": {"mode": "written"}}
    answers = tuple(Answer(prompt, "For example.", sample=sample) for prompt, sample in drawn)
    inputs = Mock(answers=answers, early=False, reference=None, together=())
    check = checking.as_committed(record, {"design": {"samples": 2}, "commitments": {}}, inputs)
    assert check.passed == whole
    assert ("samples" in check.detail) != whole


def test_a_blank_answer_is_no_sample() -> None:
    """Samples that do not go along with a key could be blanked otherwise; what is read in reading mode is not the suspect's."""
    record = {"result": {"statistic": "choice"}, "openings": [], "design": {"mode": "written"}}
    answers = tuple(Answer(prompt, "For example." if sample else "\n", sample=sample) for prompt, sample in TWO)
    for design, mode, says in (({"samples": 2}, "written", "numbered from 0; 4 of 8 answers are blank"), ({}, "written", "missing, blank"),
                               ({"samples": 2}, "read", "as committed")):
        inputs = Mock(answers=answers, early=False, reference=None, together=(), mode=mode)
        assert says in checking.as_committed(record, {"design": design, "commitments": {}}, inputs).detail


@pytest.mark.parametrize(("drawn", "whole"), [
    (TWO, True), (TWO[:6], True), (TWO[:3], True), (TWO[:1], True),
    (TWO[4:], False), ([*TWO[:3], TWO[4]], False), ([*TWO[:4], TWO[5]], False),
])
def test_questions_that_stop_early_stop_in_the_order_of_samples(drawn: list[tuple[str, int]], whole: bool) -> None:
    answers = [Answer(prompt, "For example.", sample=sample) for prompt, sample in drawn]
    assert checking.is_whole_sample(answers, 2, ["hash"] * 4) == whole
    assert checking.is_whole_sample(answers, 10**15, ["hash"] * 4) == whole  # whoever made the proof wrote the number


def test_forms_of_choices_are_committed_to(proof: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Who edits them later has another mark, and another test; a commitment of before names the pairs alone, and goes on."""
    known = choices.pairs()
    monkeypatch.setattr(choices, "pairs", lambda: replace(known, forms=(("do not", "do no"), *known.forms[1:])))
    for command in (("test", "answers.jsonl"), ("mark", "answers.jsonl", "--out", "o.jsonl"), ("plan", "answers.jsonl")):
        assert "forms of choices are not the committed ones" in refused(capsys, "prove", *command)
    assert main(["prove", "verify", "proof"]) == 1
    assert "FAILED  design: the forms of choices are not those of this version" in capsys.readouterr().out
    chained({name: value for name, value in json.loads(Path("commitments.jsonl").read_text())["design"].items() if name != "forms_sha256"})
    assert main(["prove", "test", "answers.jsonl", "--out", "old", "-q"]) == 0
    assert main(["prove", "verify", "old", "-q"]) == 0


def test_what_a_commitment_leaves_open_is_said(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the test, its page and verify; a commitment of before goes on to verify."""
    chosen = [{"prompt": f"question {i}", "sample": i, "output": "For example, it is not so.", "asked_at": "2099-01-01T00:00:00+00:00"}
              for i in range(3)]
    (where / "some.jsonl").write_text("".join(json.dumps(row) + "\n" for row in chosen))
    said, detail = design_of(capsys)
    assert "left open by the commitment: questions, samples of a question (some are missing" in said
    assert "whether answers are tested or read" in said
    assert "shown" not in detail  # which choice marks leave no choice of
    design = json.loads((where / "commitments.jsonl").read_text())["design"]
    prompts = prompts_digest([str(row["prompt"]) for row in chosen])
    chained(design | {"samples": 1, "mode": "written", "reference": False, "prompts_sha256": prompts})
    assert "not the committed samples, 1 of every question" in design_of(capsys)[0]
    (where / "some.jsonl").write_text("".join(json.dumps(row | {"sample": 0}) + "\n" for row in chosen))
    assert design_of(capsys)[0] == "Design as committed"
    assert main(["verify", "new", "-q"]) == 0
    # what does not go along with the key cannot be blanked
    (where / "some.jsonl").write_text("".join(json.dumps(row | {"sample": 0, "output": " " if i else "so"}) + "\n"
                                              for i, row in enumerate(chosen)))
    assert "the questions are not the committed ones, all of them and no others; 2 of 3 answers are blank" in design_of(capsys)[0]


def test_what_counts_as_shown_is_committed_to(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (where / "commitments.jsonl").unlink()
    commit = ("prove", "commit", "--tenants", "acme", "--scheme", "kgw", "--tokenizer", "bytes", "--decoys", "19", "-q")
    assert main([*commit, "--mode", "written", "--exclude", "tuple", "--samples", "12"]) == 0
    (where / "some.jsonl").write_text('{"prompt": "a", "output": "it is so and so", "asked_at": "2099-01-01T00:00:00+00:00"}\n')
    design = json.loads((where / "commitments.jsonl").read_text())["design"]
    assert (design["mode"], design["exclude"], design.pop("samples")) == ("written", "tuple", 12)
    chained(design)
    assert "exclude is not the committed one" in design_of(capsys, "--tokenizer", "bytes", "--exclude", "window")[0]
    assert "shown" not in design_of(capsys, "--tokenizer", "bytes")[0]  # as committed
    assert json.loads((where / "new" / "record.json").read_text())["design"]["exclude"] == "tuple"
    del design["exclude"]
    chained(design)
    assert "what counts as shown to the suspect" in design_of(capsys, "--tokenizer", "bytes", "--exclude", "window")[0]
    chained(design | {"mode": "read"})
    assert "mode is not the committed one" in design_of(capsys, "--tokenizer", "bytes", "--mode", "written")[0]
    (where / "other.jsonl").write_text('{"prompt": "a", "output": "it was so or so"}\n')
    against = ("--tokenizer", "bytes", "--reference", "other.jsonl")
    chained(design | {"mode": "written", "exclude": None})  # by the kind of test: by the width, or against a reference by contexts
    assert "committed one" not in design_of(capsys, *against)[0]
    assert json.loads((where / "new" / "record.json").read_text())["design"]["exclude"] == "window"
    assert main(["verify", "new", "-q"]) == 0
    assert "against a reference, what was shown is left out by whole contexts" in refused(
        capsys, "prove", "test", "some.jsonl", *against, "--exclude", "tuple")
    for wrong in (("--samples", "0"), ("--mode", "written", "--against", "reference", "--exclude", "tuple"),
                  ("--mode", "read", "--early", "--prompts", "some.jsonl")):
        refused(capsys, *commit, *wrong)


def test_verify_says_since_when_keys_are_committed_to(proof: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second commitment does not make the keys younger."""
    first = json.loads((proof.parent / "commitments.jsonl").read_text())
    assert main(["prove", "commit", "--tenants", "acme,globex", "--decoys", "19", "--prompts", "answers.jsonl", "-q"]) == 0
    assert main(["prove", "test", "answers.jsonl", "--out", "second", "-q"]) == 0
    capsys.readouterr()
    assert main(["verify", "second"]) == 0
    assert f"keys committed to since {first['time']}, entry 0" in capsys.readouterr().out


def test_verify_says_what_it_did_not_check(proof: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "proof"]) == 0
    assert "NOT CHECKED signature: the proof is not signed" in capsys.readouterr().out
    assert main(["prove", "report", "proof", "--sign", "k.pem", "-q"]) == 0
    assert main(["verify", "proof"]) == 0
    assert "NOT CHECKED signature: pass --public-key" in capsys.readouterr().out
    # what the page tells whoever gets the proof to type
    hash_ = json.loads((proof / "record.json").read_text())["commitment"]
    assert main(["verify", "proof", "--public-key", "k.pem.pub", "--published", hash_]) == 0
    said = capsys.readouterr().out
    assert "NOT CHECKED signature" not in said
    assert "NOT CHECKED suspect: whose answers these are (model, URL, sampling" in said
    assert "order" in refused(capsys, "verify", "proof", "--published", "0" * 64)
    assert "neither a proof" in refused(capsys, "verify", proof.parent)


def test_the_page_says_who_was_asked_and_what_its_columns_are(proof: Path) -> None:
    (proof.parent / "answers.suspect.json").write_text(json.dumps(
        {"kind": "endpoint", "url": "https://suspect.example/v1", "model": "m", "chat": True, "sampling": {}}))
    assert main(["prove", "test", "answers.jsonl", "--out", "proof", "--suspect", "The suspect", "-q"]) == 0
    page = (proof / "report.html").read_text()
    assert "The suspect: m at https://suspect.example/v1 (answers: SHA-256" in page
    assert "True ·" not in page
    for term in ("Pairs", "Excess", "z", "p", "Rank p", "Verdict"):
        assert f"<dt>{term}</dt>" in page
    assert f'"format": "{FORMAT}"' in (proof / "record.json").read_text()


def test_only_a_harvest_of_the_ledger_is_named(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = {"tenant": ["acme", "globex"], "scheme": ["choice"] * 2, "campaign_id": ["c-1", None], "tokens": [5, 5]}
    pq.write_table(pa.table(held), where / "ledger.parquet")
    said = refused(capsys, "prove", "test", "answers.jsonl", "--ledger", "ledger.parquet", "--campaign", "c-2")
    assert "c-2" in said
    assert "It holds c-1" in said
    (where / "other.json").write_text("{}")
    assert "canary test" in refused(capsys, "prove", "test", "answers.jsonl", "--canaries", "other.json", "--out", "p")
    assert not (where / "p").exists()
