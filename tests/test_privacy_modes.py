"""Privacy modes end to end: what detection finds without text."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch import cli, sketch, workflows
from stillwatch.detect import pipeline
from stillwatch.errors import InputError
from stillwatch.sketch import veil
from stillwatch.tables import EVENTS

MODES = ("text", "features", "metadata")
TEXT_VIEWS = ("content.opening", "content.closing", "content.shingle", "content.system")


@pytest.fixture(scope="module")
def logs(little_world: Path, once: Callable[..., Path]) -> Path:
    """The little world ingested in every mode, under one key."""

    def ingested(folder: Path) -> None:
        folder.mkdir()
        (folder / "key").write_text("3c" * 32 + "\n")
        for mode in MODES:
            workflows.ingest(
                [little_world / "events"], "canonical", folder / mode, privacy=mode, key_file=folder / "key",
                accounts=little_world / "accounts.parquet", quiet=True,
            )

    return once("logs-of-every-mode", ingested)


def alike(one: pa.Table, other: pa.Table) -> float:
    """Rows that both tables have over rows that either has."""
    ours, theirs = ({tuple(row.values()) for row in table.to_pylist()} for table in (one, other))
    return len(ours & theirs) / max(len(ours | theirs), 1)


def found(logs: Path, run: Path, **options: Any) -> dict[str, Any]:
    pipeline.detect(logs, run, quiet=True, **options)
    verdicts = pq.read_table(run / "accounts.parquet").sort_by("account_id")
    return {
        "verdicts": verdicts.select(["account_id", "verdict", "campaign_id"]),
        "harvest": pq.read_table(run / "harvest.parquet"),
        "links": pq.read_table(run / "links.parquet"),
        "summary": json.loads((run / "summary.json").read_text()),
    }


def otherwise(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Share of the accounts whose verdicts differ."""
    return float(np.mean(np.asarray(one["verdicts"]["verdict"]) != np.asarray(other["verdicts"]["verdict"])))


def test_features_give_the_verdicts_of_text(logs: Path, tmp_path: Path) -> None:
    text, features = found(logs / "text", tmp_path / "text"), found(logs / "features", tmp_path / "features")
    assert text["summary"]["n_campaigns"] >= 3
    # Which shingles and values are sampled depends on the key of the hashes, so single accounts and requests may be told otherwise.
    assert otherwise(features, text) <= 0.001
    # A campaign's id is of its accounts, so one account more is another id.
    assert alike(features["harvest"].select(["event_id"]), text["harvest"].select(["event_id"])) >= 0.95
    assert features["summary"]["blind_views"] == text["summary"]["blind_views"]
    assert not (tmp_path / "features" / "sketches").exists()


def test_features_before_a_time_give_the_verdicts_of_text(logs: Path, tmp_path: Path) -> None:
    as_of = pq.read_table(logs / "text" / "events")["timestamp"].to_pylist()[10_000]
    text, features = (found(logs / mode, tmp_path / mode, as_of=as_of) for mode in ("text", "features"))
    assert text["summary"]["n_events"] == 10_000
    # Half a log leaves more accounts at the edge of who surely belongs; of a fifth, whole campaigns lie at the line under one key.
    assert otherwise(features, text) <= 0.01
    assert features["summary"]["n_campaigns"] == text["summary"]["n_campaigns"]
    assert alike(features["harvest"].select(["event_id"]), text["harvest"].select(["event_id"])) >= 0.9


def test_metadata_says_what_it_is_blind_to(logs: Path, tmp_path: Path) -> None:
    summary = found(logs / "metadata", tmp_path)["summary"]
    blind = {view["view"]: view["reason"] for view in summary["blind_views"]}
    for view in (*TEXT_VIEWS, "conduct.capability"):
        assert view in blind
    assert "content.tools" not in blind
    assert summary["privacy"] == "metadata"


def test_what_a_run_was_blind_to_is_told_where_its_finds_are(logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Or nothing found would look like nothing there."""
    assert cli.main(["detect", str(logs / "metadata"), "--out", str(tmp_path / "run")]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Blind: ")]
    assert len(told) == 1
    assert all(view in told[0] for view in (*TEXT_VIEWS, "conduct.capability"))


def test_sketches_tell_nothing_without_the_key(logs: Path) -> None:
    """No hash of text in the folder is one that can be computed from a guess of the text."""
    plain = pq.read_table(logs / "text" / "events")
    plain = sketch.sketch_events(EVENTS.conform(plain))
    kept = pa.concat_tables(map(pq.read_table, sorted((logs / "features" / "sketches").glob("*.parquet"))))
    assert len(kept) == len(plain)
    for name in veil.TEXT_HASHES:
        before, after = plain[name].to_numpy(), kept[name].to_numpy()
        assert ((before == 0) == (after == 0)).all()
        assert not np.intersect1d(before[before != 0], after).size
        assert len(np.unique(before)) == len(np.unique(after))
    others = [name for name in kept.column_names if name not in veil.TEXT_HASHES]
    assert kept.select(others).equals(plain.select(others))


def test_siphash_is_the_published_one() -> None:
    """Vector of SipHash-2-4 for the key 00..0f and the message 00..07, from its reference implementation."""
    key, message = np.frombuffer(bytes(range(16)), "<u8"), np.frombuffer(bytes(range(8)), "<i8")
    out = np.empty(1, np.int64)
    veil.siphash(message, key[0], key[1], out)
    assert out.view(np.uint64)[0] == 0x93F5F5799A932462


def change_events(logs: Path) -> None:
    path = logs / "events" / "part-00000.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)


def add_events(logs: Path) -> None:
    shutil.copy(logs / "events" / "part-00000.parquet", logs / "events" / "more.parquet")


def lose_sketches(logs: Path) -> None:
    (logs / "sketches" / "part-00000.parquet").unlink()


def lose_accounts(logs: Path) -> None:
    (logs / "sketches" / "part-00000.ids").unlink()


def lose_record(logs: Path) -> None:
    (logs / "ingest.json").unlink()


def make_older(logs: Path) -> None:
    told = json.loads((logs / "ingest.json").read_text())
    told["sketches"]["format"] = 0
    (logs / "ingest.json").write_text(json.dumps(told))


def damage_record(logs: Path) -> None:
    told = json.loads((logs / "ingest.json").read_text())
    del told["sketches"]["events"]
    (logs / "ingest.json").write_text(json.dumps(told))


@pytest.mark.parametrize(
    "spoil", [change_events, add_events, lose_sketches, lose_accounts, lose_record, make_older, damage_record],
    ids=lambda spoil: spoil.__name__,
)
def test_sketches_of_other_events_are_not_read(logs: Path, tmp_path: Path, spoil: Any) -> None:
    shutil.copytree(logs / "features", tmp_path / "logs")
    spoil(tmp_path / "logs")
    with pytest.raises(InputError, match="ingest again"):
        pipeline.detect(tmp_path / "logs", tmp_path / "run", quiet=True)


def test_another_mode_replaces_the_sketches(logs: Path, little_world: Path, tmp_path: Path) -> None:
    shutil.copytree(logs / "features", tmp_path / "logs")
    source = little_world / "events"
    workflows.ingest([source], "canonical", tmp_path / "logs", privacy="text", key_file=logs / "key", quiet=True)
    assert not (tmp_path / "logs" / "sketches").exists()
    assert not list((tmp_path / "logs").glob(".*"))


def test_the_key_is_made_once_and_only_for_its_owner(little_world: Path, tmp_path: Path) -> None:
    sources, out = [next((little_world / "events").iterdir())], tmp_path / "logs"
    first = workflows.ingest(sources, "canonical-clear", out, quiet=True)
    key = Path(first["key_file"])
    assert key == out / "stillwatch.key"
    assert key.stat().st_mode & 0o777 == 0o600
    secret, events = key.read_bytes(), (out / "events" / "part-00000.parquet").read_bytes()
    workflows.ingest(sources, "canonical-clear", out, quiet=True)
    assert key.read_bytes() == secret
    assert (out / "events" / "part-00000.parquet").read_bytes() == events


def test_ingest_prints_what_was_put_aside_and_what_to_do_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    good = {"event_id": "1", "timestamp": "2026-02-20T10:00:00Z", "account_id": "a", "prompt": "hello"}
    log.write_text("\n".join([json.dumps(good), json.dumps(good), json.dumps(good | {"account_id": None}), "{"]))
    workflows.ingest([log], "canonical", tmp_path / "out")
    printed = capsys.readouterr().out
    assert "1 of 4 rows became events" in printed
    assert "an earlier row of this run has the same event_id" in printed
    assert "nobody is named who could be acted on" in printed
    assert f"stillwatch detect {tmp_path / 'out'} --out RUN" in printed
    assert "Keep it" in printed
    workflows.ingest([log], "canonical", tmp_path / "out")
    assert "Keep it" not in capsys.readouterr().out
