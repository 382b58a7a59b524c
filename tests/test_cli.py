"""Bad usage: exit code 1 and one line that says what, where, and what to do; never a traceback."""

import argparse
import http.client
import io
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch import __version__
from stillwatch.cli import main, parser
from stillwatch.dataset import open_dataset
from stillwatch.detect import pipeline
from stillwatch.engine import open_engine
from stillwatch.errors import InputError

BAD_USAGE = {
    "no command": ([], "COMMAND"),
    "unknown command": (["harvest"], "'harvest'"),
    "one campaign of a bundle": (["export", "run", "--format", "stix", "--campaign", "c-1"], "of one campaign: --campaign"),
    "a folder for JSON": (["exposure", "--curves", ".", "--out", "e"], "a folder, where a file is needed: ."),
    "a folder for a commitment log": (["prove", "mark", "a", "--log", "."], "a folder, where a file is needed: ."),
    "a folder for canaries": (["prove", "canary", "questions", "--canaries", "."], "a folder, where a file is needed: ."),
    "a folder for tokens": (["token", "x", "--tokens", "."], "a folder, where a file is needed: ."),
    "unknown option": (["demo", "--fast"], "unrecognized arguments: --fast. See stillwatch demo --help"),
    "unknown option of a word": (["audit-log", "verify", "--now"], "arguments: --now. See stillwatch audit-log verify --help"),
    "unknown choice": (["detect", "logs", "--out", "run", "--engine", "abacus"], "'abacus'"),
    "argument missing": (["detect", "logs"], "--out"),
    "not a number": (["simulate", "demo", "--out", "world", "--seed", "one"], "--seed: invalid seed value: 'one'"),
    "a seed below 0": (["detect", "--traces", "t.parquet", "--out", "run", "--seed", "-5"], "--seed: -5 is no seed"),
    "a seed that nothing holds": (["audit", "corpus", "--seed", str(2**63)], f"--seed: {2**63} is no seed"),
    "a seed of a harvest below 0": (["distill", "harvest", "--teacher", "t", "--prompts", "p", "--seed", "-1"], "-1 is no seed"),
    "a seed of data below 0": (["distill", "data", "--teacher", "t", "--out", "o", "--task", "x", "--seed=-1"], "-1 is no seed"),
    "a seed of a student below 0": (["distill", "train", "classifier", "--seed", "-1"], "-1 is no seed"),
    "not a time": (["detect", "logs", "--out", "run", "--as-of", "yesterday"], "'yesterday' is not an ISO time: --as-of"),
    "the end of time": (["detect", "logs", "--out", "run", "--as-of", "9999-12-31T23:59:59-12:00"], "is not a time of any log: --as-of"),
    "the beginning of time": (["detect", "logs", "--out", "run", "--as-of", "0001-01-01T00:00+14:00"], "is not a time of any log: --as-of"),
    "too many events": (["simulate", "demo", "--out", "world", "--events", "9" * 15], "is not a size of a world. Pass a number from 1 to"),
    "two sources": (["detect", "logs", "--traces", "traces.parquet", "--out", "run"], "either DIR or --traces"),
    "no source": (["detect", "--out", "run"], "either DIR or --traces"),
    "no folder to write to": (["simulate", "demo"], "--out is missing"),
    "unknown scenario": (["simulate", "doomsday", "--out", "world"], "no scenario 'doomsday'. There are: demo"),
    "unknown format": (["ingest", "here", "--from", "stone-tablets", "--out", "logs"], "unknown format 'stone-tablets': --from. Choose"),
    "no such logs": (["ingest", "nowhere", "--from", "canonical", "--out", "logs"], "no such file: nowhere"),
    "no logs": (["ingest", "--from", "canonical", "--out", "logs"], "no SOURCE"),
    "no folder for events": (["ingest", "here", "--from", "canonical"], "--out is missing"),
    "no such folder": (["detect", "nowhere", "--out", "run"], "no such folder: nowhere"),
    "no such traces": (["detect", "--traces", "nowhere.parquet", "--out", "run"], "no such file: nowhere.parquet"),
    "no such run": (["evaluate", "nowhere", "--truth", "nowhere.parquet"], "no such run folder: nowhere"),
    "traces that continue a run": (["detect", "--traces", "t.parquet", "--since", "r", "--out", "o"], "do not continue an earlier run"),
    "no run to report": (["report", "nowhere"], "no such run folder: nowhere"),
    "no run to export": (["export", "nowhere", "--format", "csv"], "no such run folder: nowhere"),
}
"""What was asked -> the arguments, and what the line must say."""


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def stillwatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in an empty folder, in this process; a traceback would fail the test."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> "subprocess.CompletedProcess[str]":
        try:
            code = main(args)
        except SystemExit as ended:  # argparse's way
            code = int(ended.code or 0)
        return subprocess.CompletedProcess(args, code, *capfd.readouterr())

    return run


@pytest.mark.parametrize(("args", "words"), BAD_USAGE.values(), ids=BAD_USAGE.keys())
def test_bad_usage_is_one_line(args: list[str], words: str, tmp_path: Path, stillwatch: Command) -> None:
    done = stillwatch(*args)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("stillwatch")
    assert words in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_command_is_a_program(tmp_path: Path) -> None:
    """Its exit code is that of the function which the other tests call."""
    args, words = BAD_USAGE["no such logs"]
    done = subprocess.run([sys.executable, "-m", "stillwatch", *args], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert words in done.stderr


def test_a_file_that_is_not_parquet_is_one_line(tmp_path: Path, stillwatch: Command) -> None:
    (tmp_path / "traces.parquet").write_bytes(b"PAR1 no, not at all")
    done = stillwatch("detect", "--traces", "traces.parquet", "--out", "run")
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "traces.parquet" in done.stderr


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--help"], ("simulate", "ingest", "detect", "evaluate", "report", "export")), (["--version"], (__version__,)),
        (["detect", "--help"], ("--as-of", "--traces", "--out")), (["verify", "--help"], ("statement",)),
        (["ingest", "--from", "list"], ("canonical", "litellm", "anthropic")),
        (["simulate", "list"], ("demo", "innocents", "february_2026")),
    ],
)
def test_help_and_lists_exit_with_zero(args: list[str], words: tuple[str, ...], tmp_path: Path, stillwatch: Command) -> None:
    done = stillwatch(*args)
    assert done.returncode == 0
    assert [word for word in words if word not in done.stdout] == []
    assert done.stderr == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("limits", "said"),
    [({"threads": -1}, "--threads"), ({"memory_gb": -1.0}, "--memory"), ({"memory_gb": math.nan}, "--memory")],
)
def test_limits_that_are_none_are_one_line(limits: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"is below 0, or no number: {said}. Pass a number above 0"), open_engine(tmp_path, **limits):
        pass


@pytest.mark.parametrize("args", [["-q", "--json", "cases", "list"], ["cases", "-q", "--json", "list"], ["cases", "list", "-q", "--json"]])
def test_options_of_every_command_count_wherever_they_are(args: list[str]) -> None:
    told = parser().parse_args(args)
    assert (told.quiet, told.json, told.verbose) == (True, True, False)


def test_a_run_is_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("campaigns.parquet", "summary.json"):
        (tmp_path / name).write_bytes(b"{}")
    (tmp_path / "sketches").mkdir()
    assert main(["detect", str(tmp_path), "--out", str(tmp_path / "again")]) == 1
    assert "a run, not a log" in capsys.readouterr().err


def test_too_many_threads_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1025 threads are too many: --threads"), open_engine(tmp_path, 1025):
        pass
    with open_engine(tmp_path, 1, 1e300) as engine:
        assert engine.threads == 1


@pytest.mark.parametrize("name", [".", "events", "events/run", "sketches"])
@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["detect", "logs"], "a run"), (["replay", "logs"], "a replay"),
        (["export", "run", "--format", "packet", "--data", "logs"], "an export"),
        (["prove", "ledger", "marks.jsonl", "--run", "run", "--events", "logs/events"], "a ledger"),
    ],
    ids=["detect", "replay", "export", "ledger"],
)
def test_nothing_is_written_among_the_logs(name: str, words: list[str], what: str, tmp_path: Path, stillwatch: Command) -> None:
    logs = tmp_path / "logs"
    (logs / "events").mkdir(parents=True)
    (logs / "accounts.parquet").write_bytes(b"the registry")
    done = stillwatch(*words, "--out", str(logs / name))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{what} must not be written among the logs it reads" in done.stderr
    assert (logs / "accounts.parquet").read_bytes() == b"the registry"
    assert sorted(path.name for path in logs.rglob("*")) == ["accounts.parquet", "events"]


@pytest.mark.parametrize("words", [["little-world"], ["--traces", "traces.parquet"]], ids=["a log", "traces"])
def test_a_run_takes_the_place_of_no_other_tables(words: list[str], little_world: Path, tmp_path: Path, stillwatch: Command) -> None:
    """Where arguments are swapped, a run's accounts.parquet would take the place of another log's registry."""
    source = {"little-world": str(little_world), "traces.parquet": str(tmp_path / "traces.parquet")}
    other = tmp_path / "other"
    (other / "events").mkdir(parents=True)
    shutil.copy(little_world / "accounts.parquet", other)
    before = (other / "accounts.parquet").read_bytes()
    pq.write_table(pa.table({"account_id": ["a"], "view": ["v"], "object": ["o"]}), tmp_path / "traces.parquet")
    for says in ("a folder of logs, whose registry a run would replace", "no table of a run, which would replace it"):
        done = stillwatch("detect", *(source.get(word, word) for word in words), "--out", str(other))
        assert (done.returncode, says in done.stderr) == (1, True)
        assert (other / "accounts.parquet").read_bytes() == before
        if (other / "events").exists():
            (other / "events").rmdir()


def test_a_run_of_traces_is_not_written_over_them(tmp_path: Path) -> None:
    pq.write_table(pa.table({"account_id": ["a"], "view": ["v"], "object": ["o"]}), tmp_path / "links.parquet")
    before = (tmp_path / "links.parquet").read_bytes()
    with pytest.raises(InputError, match="written over what it is made of"):
        pipeline.detect(None, tmp_path, traces=tmp_path / "links.parquet")
    assert (tmp_path / "links.parquet").read_bytes() == before


def test_a_table_of_verdicts_is_no_registry(little_world: Path, little_run: Path, tmp_path: Path) -> None:
    shutil.copytree(little_world / "events", tmp_path / "events")
    shutil.copy(little_run / "accounts.parquet", tmp_path)
    with pytest.raises(InputError, match="accounts of a run, not a registry"):
        open_dataset(tmp_path)


def test_the_engine_clears_its_own_folders_alone(tmp_path: Path) -> None:
    for name in ("spill-over-2025", ".spill-killed.partial"):
        (tmp_path / name).mkdir()
    with open_engine(tmp_path, 1):
        assert len(list(tmp_path.iterdir())) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["spill-over-2025"]


@pytest.mark.parametrize(
    "name",
    ["events/part-00000.parquet", "events/log.jsonl", "ingest.json", "events/2026-02-02.parquet", "accounts.parquet", "accounts.jsonl",
     "truth.parquet", "releases.json"],
)
def test_no_world_takes_the_place_of_a_log(name: str, tmp_path: Path, stillwatch: Command) -> None:
    log = tmp_path / "logs" / name
    log.parent.mkdir(parents=True)
    if log.suffix == ".parquet":
        pq.write_table(pa.table({"account_id": ["mine"]}), log)
    else:
        log.write_bytes(b"mine")
    before = log.read_bytes()
    done = stillwatch("simulate", "demo", "--events", "100", "--out", str(tmp_path / "logs"))
    assert (done.returncode, done.stdout, log.read_bytes()) == (1, "", before)
    assert "not of a simulated world, so it is not replaced" in done.stderr
    assert [path for path in (tmp_path / "logs").rglob("*") if path.is_file()] == [log]


def test_an_internal_failure_shows_no_key(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(*_: object, **__: object) -> None:
        connection = http.client.HTTPConnection("127.0.0.1")
        connection.putrequest("GET", "/")
        connection.putheader("Authorization", "Bearer sk-SECRET\nsk-SECRET")

    monkeypatch.setattr("stillwatch.report.run", fails)
    assert main(["report", "somewhere"]) == 2
    said = capsys.readouterr().err
    assert ("Invalid header value" in said, "SECRET" in said) == (True, False)


def test_an_error_of_the_disk_ends_its_sentence_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("It is broken.")

    monkeypatch.setattr("stillwatch.report.run", fails)
    assert main(["report", "run"]) == 1
    assert capsys.readouterr().err == "stillwatch: It is broken. Check the path, the permissions and the free space\n"


REPORTS = "import sys; from stillwatch import cli, report; report.run = lambda *_, **__: 'page'; sys.exit(cli.main(sys.argv[1:]))"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("json_", [[], ["--json"]])
def test_output_that_goes_nowhere_is_no_trace(json_: list[str], unbuffered: str) -> None:
    command, env = [sys.executable, "-c", REPORTS, "report", "run", *json_], {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=env)
    assert done.returncode == 1
    assert done.stderr == "stillwatch: No space left on device. Check the path, the permissions and the free space\n"
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, text=True, env=env)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["prove", "test", "--help"]])
def test_a_help_that_goes_nowhere_is_told(words: list[str], monkeypatch: pytest.MonkeyPatch, stillwatch: Command) -> None:
    with open(os.open("/dev/full", os.O_WRONLY), "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        done = stillwatch(*words)
    assert (done.returncode, done.stderr[:38]) == (1, "stillwatch: No space left on device. C")


def test_a_terminal_without_a_character_gets_it_escaped(monkeypatch: pytest.MonkeyPatch, stillwatch: Command) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "latin-1"))
    monkeypatch.setattr("stillwatch.report.run", lambda *_, **__: "l\u2019été")
    done = stillwatch("report", "run")
    assert (done.returncode, done.stderr) == (0, "")
    sys.stdout.flush()
    assert sys.stdout.buffer.getvalue() == b"l\\u2019\xe9t\xe9\n"  # type: ignore[attr-defined]


def _options(command: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.Action]]:
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _options(sub)
        else:
            yield f"{command.prog} {action.option_strings[-1] if action.option_strings else action.metavar}", action


def test_every_option_says_what_it_is_and_whether_it_may_be_repeated() -> None:
    told = dict(_options(parser()))
    assert [name for name, action in told.items() if action.option_strings and not action.help] == []
    repeated = [name for name, action in told.items() if type(action) is argparse._AppendAction]
    assert "stillwatch ingest --edge" in repeated
    assert [name for name in repeated if "may be repeated" not in str(told[name].help)] == []


@pytest.mark.parametrize(("option", "said"), [
    ("identify --key-file", "(default: names are not hashed)"),
    ("detect --since", "fills lineage"),
    ("detect DIR", "releases.json are optional"),
    ("audit --fpr", "share of human documents that may be called model-written (default: 0.01)"),
    ("serve --fail-closed", "decide, litellm, envoy, envoy-grpc, nginx, forward:"),
    ("serve --case-url", "your page for refused customers, with {case_id} in it; clients see it"),
])
def test_help_says(option: str, said: str) -> None:
    told = dict(_options(parser()))
    assert said in str(told[f"stillwatch {option}"].help)


def test_a_folder_with_a_colon_is_a_folder(tmp_path: Path, stillwatch: Command) -> None:
    done = stillwatch("simulate", "demo", "--events", "100", "--out", "s3:x", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert pq.read_metadata(tmp_path / "s3:x" / "accounts.parquet").num_rows
    assert stillwatch("report", os.fsdecode(b"o\xe9")).stderr == "stillwatch: a name that is not UTF-8: o?. Rename it\n"


@pytest.mark.parametrize(
    "words", [["audit-index", "set=~/x.jsonl"], ["prove", "lineage", "m=~/x.jsonl", "--suspect", "m", "--roles", "r.json"]]
)
def test_a_home_folder_behind_a_name_is_one(
    words: list[str], tmp_path: Path, stillwatch: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    models = {name: {"vendor": name, "models": [name]} for name in "ab"}
    (tmp_path / "r.json").write_text(json.dumps({"teachers": models, "null_groups": models}))
    assert f": {tmp_path}/x.jsonl" in stillwatch(*words, "--out", "o.npz").stderr
