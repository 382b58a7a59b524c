"""Privacy modes: what must not be kept is in no output byte."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest_helpers import KEY, SECRET, envelope, event, payload

from stillwatch.ingest import readers
from stillwatch.tables import EVENTS

IDENTIFIERS = (
    "ada-lovelace", "engine-org", "ada@example.com", "+442071234567", "4242424242424242", "203.0.113.9", "sk-clear",
)


def everything(folder):
    """All output: bytes as they are, and all cells of all tables (Parquet compresses)."""
    parts = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            parts.append(path.read_bytes().decode("latin-1"))
            if path.suffix == ".parquet":
                parts.append(str(pq.read_table(path).to_pylist()))
    return "\n".join(parts)


def sources(tmp_path, write):
    """One good and several bad records of every format, SECRET in every text."""
    good = payload()
    good["metadata"]["user_api_key_user_id"] = "ada-lovelace"
    request = {"messages": [{"role": "user", "content": SECRET}], "system": SECRET, "temperature": SECRET}
    answer = {"choices": [{"message": {"content": SECRET}}]}
    bad = [
        SECRET, payload(id="2", messages=[SECRET, 7]), payload(id="3", metadata=SECRET),
        payload(id="4", startTime=SECRET), payload(), [SECRET], {"messages": SECRET},
    ]
    broken = ('{"messages": "' + SECRET + "\n").encode() + b'{"prompt": "\xff ' + SECRET.encode() + b'"}\n'
    litellm = write("".join(json.dumps(one) + "\n" for one in [good, *bad]).encode() + broken, "slp.jsonl")
    fine = envelope({**request, "temperature": 0}, answer, account_id="ada-lovelace")
    openai = write([fine, envelope(request, answer, request_id="r2"), envelope(SECRET, answer)], "oai.jsonl")
    canonical = tmp_path / "c.parquet"
    rows = [event(system=SECRET, response=SECRET), event(system=SECRET, account_id=None)]
    pq.write_table(pa.Table.from_pylist(rows), canonical)
    spend = tmp_path / "spend.csv"
    with open(spend, "w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["request_id", "startTime", "user", "api_key", "proxy_server_request", "response"])
        body = json.dumps({"messages": [{"role": "user", "content": SECRET}]})
        writer.writerow(["r1", "2026-02-20 10:00:00", "ada-lovelace", "sk-clear", body, json.dumps({"choices": []})])
        writer.writerow(["r2", SECRET, "ada-lovelace", "sk-clear", body, SECRET])
        writer.writerow(["r3", SECRET])
    return {"litellm": litellm, "openai": openai, "canonical": canonical, "litellm-spend": spend}


@pytest.mark.parametrize("mode", ["features", "metadata"])
def test_no_text_in_any_output(run, write, tmp_path, mode):
    for format_, path in sources(tmp_path, write).items():
        out = tmp_path / "out" / format_
        result = run(path, format_, out=out, privacy=mode)
        assert result.summary["rows"]["written"] > 0, format_
        assert result.summary["rows"]["quarantined"] > 0, format_
        found = everything(out)
        assert SECRET not in found, format_
        for bad in result.aside:
            assert bad["raw"] is None
            assert bad["raw_bytes"] > 0
            assert len(bad["raw_hash"]) == 32
        for row in result.rows:
            assert (row["system"], row["prompt"], row["response"]) == (None, None, None)
            if format_ in ("litellm", "openai"):
                assert (row["context_key"] is None) == (mode == "metadata")


def test_prompts_are_for_their_owner_alone_until_he_says_otherwise(shared_machine, run, write, tmp_path):
    def modes():
        return {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "out", tmp_path / "out" / "events")}

    log = write([event()])
    run(log, "canonical")
    assert modes() == {"out": 0o700, "events": 0o700}
    for folder in (tmp_path / "out" / "events", tmp_path / "out"):
        folder.chmod(0o750)
    run(log, "canonical")
    assert modes() == {"out": 0o750, "events": 0o750}


def test_text_mode_keeps_text_and_bad_rows(run, write, tmp_path):
    result = run(sources(tmp_path, write)["litellm"], "litellm")
    assert result.rows[0]["prompt"] == f"why {SECRET}?"
    assert all(SECRET.encode() in bad["raw"] for bad in result.aside if bad["reason"] not in ("not_an_object", "unread_field"))


def test_identifiers_are_hashed_alike_everywhere(run, write):
    log = payload()
    log["metadata"] |= {"user_api_key_user_id": "ada-lovelace", "user_api_key_hash": "sk-clear"}
    edge = write([{"request_id": "edge-1", "remote_address": "203.0.113.9:1234", "ja4": "t13d"}], "edge.jsonl")
    registry = write([{
        "account_id": "ada-lovelace", "org_id": "engine-org", "email": "ada@example.com", "phone": "+442071234567",
        "payment": "4242 4242 4242 4242", "signup_ip": "203.0.113.9",
    }], "accounts.jsonl")
    result = run(write([log]), "litellm", edge=[edge], accounts=registry)
    (row,), (account,) = result.rows, result.accounts
    assert row["account_id"] == account["account_id"]
    assert row["org_id"] == account["org_id"]
    assert row["ip"] == account["signup_ip"]
    found = everything(result.out)
    for identifier in IDENTIFIERS:
        assert identifier not in found


def test_finish_sees_text_that_is_not_kept(run, write):
    batches = []
    path = write([payload(id=str(at)) for at in range(3)])
    result = run(path, "litellm", privacy="features", finish=batches.append)
    (batch,) = batches
    assert batch.schema.equals(EVENTS.schema)
    assert batch["prompt"].to_pylist() == [f"why {SECRET}?"] * 3
    assert batch["response"].null_count == 0
    for kept, seen in zip(result.rows, batch.to_pylist(), strict=True):
        assert kept == seen | {"system": None, "prompt": None, "response": None}
    assert result.summary["columns"]["prompt"] == 0.0
    assert "prompt" in result.summary["empty_columns"]


def test_finish_gets_bounded_batches(run, write, monkeypatch):
    monkeypatch.setattr("stillwatch.ingest.output.BATCH_ROWS", 10)
    sizes = []
    path = write([event(event_id=str(at)) for at in range(25)])
    result = run(path, "canonical", finish=lambda table: sizes.append(len(table)))
    assert sizes == [10, 10, 5]
    names = sorted(path.name for path in (result.out / "events").iterdir())
    assert names == [f"part-0000{at}.parquet" for at in range(3)]
    assert len(result.rows) == 25


def test_long_texts_make_smaller_batches(run, write, monkeypatch):
    monkeypatch.setattr("stillwatch.ingest.output.BATCH_CHARS", 1000)
    sizes = []
    path = write([event(event_id=str(at), prompt="x" * 400) for at in range(7)])
    run(path, "canonical", finish=lambda table: sizes.append(len(table)))
    assert sizes == [3, 3, 1]


def test_metadata_mode_does_not_open_text_columns_of_parquet(run, tmp_path, monkeypatch):
    asked = []
    original = readers.Source.__init__

    def spy(self, path, **options):
        asked.append(options.get("skip"))
        original(self, path, **options)

    monkeypatch.setattr(readers.Source, "__init__", spy)
    path = tmp_path / "c.parquet"
    pq.write_table(pa.Table.from_pylist([event(response=SECRET)]), path)
    run(path, "canonical", privacy="metadata")
    assert asked == [frozenset({"system", "prompt", "response"})]


def test_metadata_mode_links_turns_by_the_identifiers_of_the_log(run, write):
    first = envelope({"input": "one"}, {"id": "resp_1", "output": []})
    request = {"input": "two", "previous_response_id": "resp_1"}
    second = envelope(request, {"id": "resp_2", "output": []}, request_id="r2")
    one, two = run(write([first, second]), "openai", privacy="metadata").rows
    assert two["parent_key"] == one["context_key"] is not None
    assert one["parent_key"] is None


def test_another_key_gives_other_hashes(run, write, tmp_path):
    path = write([payload()])
    one = run(path, "litellm").rows[0]
    two = run(path, "litellm", key=KEY[::-1], out=tmp_path / "other").rows[0]
    for name in ("account_id", "org_id", "key_id", "session_id", "ip", "context_key"):
        assert one[name] != two[name]
