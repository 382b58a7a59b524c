"""docs/ingest.md is true: its example format works, and it names every format and reason."""

import json
import re
from pathlib import Path

from ingest_helpers import KEY, TIME, envelope

from stillwatch import ingest
from stillwatch.ingest import parsers
from stillwatch.ingest.faults import REASONS
from stillwatch.keys.hashing import keyed

DOC = (Path(__file__).parents[2] / "docs" / "ingest.md").read_text(encoding="utf-8")


def block(language):
    return re.findall(rf"```{language}\n(.*?)```", DOC, re.S)


def test_example_format_is_one_file(run, write, tmp_path, monkeypatch):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "example.py").write_text(block("python")[0])
    monkeypatch.setattr(parsers, "__path__", [*parsers.__path__, str(tmp_path / "plugins")])
    assert "example" in ingest.formats()
    record = {
        "id": "e1", "at": TIME, "customer": "ada", "peer": "203.0.113.9",
        "body": {"messages": [{"role": "user", "content": "hello"}], "temperature": 0.5},
        "answer": {"choices": [{"message": {"content": "hi"}}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}},
    }
    (row,) = run(write([record]), "example").rows
    assert (row["account_id"], row["ip"]) == (keyed(KEY, "ada"), keyed(KEY, "203.0.113.0/24"))
    assert (row["prompt"], row["response"], row["input_tokens"], row["temperature"]) == ("hello", "hi", 3, 0.5)


def test_envelope_of_the_docs_is_the_one_that_is_read(run, write):
    documented = json.loads(block("json")[0])
    assert set(envelope({}, {})) <= set(documented)
    (row,) = run(write([documented | {"request_id": "r"}]), "openai").rows
    assert (row["asn"], row["country"], row["status"]) == (64500, "NL", 200)


def test_all_formats_and_reasons_are_explained():
    for word in [*ingest.formats(), *REASONS]:
        assert f"`{word}`" in DOC, word
