"""docs/ingest.md is true: its examples work, and it names every column, format and reason."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ingest_helpers import KEY, TIME, envelope, payload

from stillwatch import dataset, ingest
from stillwatch.ingest import parsers
from stillwatch.ingest.faults import REASONS
from stillwatch.ingest.registry import WORDS
from stillwatch.ingest.values import WANTED
from stillwatch.keys.hashing import keyed
from stillwatch.tables import ACCOUNTS, EVENTS

DOC = (Path(__file__).parents[2] / "docs" / "ingest.md").read_text(encoding="utf-8")


def block(language):
    return re.findall(rf"```{language}\n(.*?)```", DOC, re.S)


@pytest.mark.parametrize("table", [EVENTS, ACCOUNTS], ids=lambda table: table.name)
def test_the_columns_are_those_of_the_contract(table):
    rows = []
    for column in table.columns:
        null = f" (null: {column.null})" if column.null != "not known" else ""
        star = " *" if column.required else ""
        rows.append(f"| `{column.name}`{star} | {WANTED[column.type]} | {column.meaning}{'' if star else null} | {column.feeds} |")
    assert "\n|---|---|---|---|\n" + "\n".join(rows) + "\n\n" in DOC
    said = {column.name: column.meaning for column in table.columns}
    assert [word for name, words in WORDS.items() for word in words if table is ACCOUNTS and word not in said[name]] == []


def test_a_log_of_an_own_schema_is_wrapped_by_the_script(run, write, tmp_path):
    (tmp_path / "wrap.py").write_text(block("python")[0])
    own = {
        "id": "r1", "at": 1771581600, "customer": {"number": 7, "company": "engine", "key": "sk-clear"}, "conversation": "c1",
        "peer": "203.0.113.9", "agent": "own/1", "model": "large", "temperature": 0.5, "status": 200,
        "dialogue": [{"who": "system", "text": "Be terse."}, {"who": "user", "text": "why?"}],
        "reply": {"text": "because", "tokens_in": 5, "tokens_out": 2},
    }
    log = write([own], "own.jsonl").read_bytes()
    wrapped = subprocess.run([sys.executable, str(tmp_path / "wrap.py")], input=log, stdout=subprocess.PIPE, check=True).stdout
    (row,) = run(write(wrapped, "wrapped.jsonl"), "openai").rows
    assert (row["account_id"], row["org_id"], row["key_id"]) == tuple(keyed(KEY, name) for name in ("7", "engine", "sk-clear"))
    assert (row["system"], row["prompt"], row["response"], row["model"]) == ("Be terse.", "why?", "because", "large")
    assert (row["temperature"], row["input_tokens"], row["output_tokens"], row["status"]) == (0.5, 5, 2, 200)
    assert None not in (row["ip"], row["session_id"], row["user_agent"], row["context_key"])
    assert "no request_id is there; wrap a log of another schema" in run(write([own]), "openai", out=tmp_path / "raw").aside[0]["detail"]


def test_example_format_is_one_file(run, write, tmp_path, monkeypatch):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "example.py").write_text(block("python")[1])
    monkeypatch.setattr(parsers, "__path__", [*parsers.__path__, str(tmp_path / "plugins")])
    assert "example" in ingest.formats()
    record = {
        "id": "e1", "at": TIME, "customer": "ada", "peer": "203.0.113.9", "company": "engine", "key": "k",
        "thread": "t", "code": 200, "agent": "own/1",
        "body": {"model": "large", "messages": [{"role": "user", "content": "hello"}], "temperature": 0.5},
        "answer": {"choices": [{"message": {"content": "hi"}}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}},
    }
    (row,) = run(write([record]), "example").rows
    assert (row["account_id"], row["ip"]) == (keyed(KEY, "ada"), keyed(KEY, "203.0.113.0/24"))
    assert (row["prompt"], row["response"], row["input_tokens"], row["temperature"]) == ("hello", "hi", 3, 0.5)
    assert (row["org_id"], row["key_id"], row["session_id"]) == tuple(keyed(KEY, name) for name in ("engine", "k", "t"))
    assert (row["model"], row["status"], row["user_agent"]) == ("large", 200, "own/1")


def test_envelope_of_the_docs_is_the_one_that_is_read(run, write):
    documented = json.loads(block("json")[0])
    assert set(envelope({}, {})) <= set(documented)
    (row,) = run(write([documented | {"request_id": "r"}]), "openai").rows
    assert (row["asn"], row["country"], row["status"]) == (64500, "NL", 200)


def test_all_formats_and_reasons_are_explained():
    for word in [*ingest.formats(), *REASONS]:
        assert f"`{word}`" in DOC, word


@pytest.mark.parametrize("forwarded", ["", "198.51.100.4"])
def test_lines_of_nginx_as_documented_are_joined(run, write, forwarded):
    """What nginx writes in the format of the docs; where a client sends no such header, it writes an empty string."""
    (line,) = re.findall(r"log_format edge escape=json '(.*)';", block("nginx")[0])
    told = {"time_iso8601": "2026-02-20T10:00:01+00:00", "request_id": "edge-1", "remote_addr": "198.51.100.7",
            "http_x_forwarded_for": forwarded, "http_user_agent": "real/1.0"}
    written = re.sub(r"\$(\w+)", lambda variable: told[variable[1]], line)
    result = run(write([payload()]), "litellm", edge=[write(f"{written}\n".encode(), "edge.jsonl")])
    (row,) = result.rows
    assert (row["ip"], row["user_agent"], row["ja4"]) == (keyed(KEY, "198.51.100.0/24"), "real/1.0", "t13d_1")
    assert (result.summary["edge"]["joined"], result.summary["edge"]["quarantined"]) == (1, {})


def test_releases_of_the_docs_are_read(write, tmp_path):
    (tmp_path / "events").mkdir()
    write([{}], "events/part.jsonl")
    (tmp_path / "releases.json").write_text(block("json")[1])
    assert [set(release) for release in dataset.open_dataset(tmp_path).releases] == [{"model", "released_at"}]
