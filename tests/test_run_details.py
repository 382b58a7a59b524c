"""A run folder that somebody changed by hand: each reader says so in one line, or makes anew what can be made anew."""

import json
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from stillwatch import partitions, run_details
from stillwatch.cli import main
from stillwatch.detect.run_folder.harvested import pivots
from stillwatch.errors import InputError
from stillwatch.evidence import pdf

WRONG: dict[str, list[Any]] = {
    "evidence": [7, [7], [{"log_odds": "a"}], [{"observed": True}], [{"in_all": [1]}], [{"in_all": [1, "x"]}]],
    "objects": [7, [7], [{"accounts": "many"}]],
    "timeline": [7, {"start_hour": "x"}, {"start_hour": 10**9}, {"harvested": [1, None]}, {"other": [-1]}, {"harvested": [0] * 30_000}],
    "activity": [7, {"counts": [[1], [1, 2]]}, {"counts": [3]}, {"step_hours": 10**6}],
    "graph": [7, {"nodes": 5}, {"nodes": ["a"], "edges": [[1, 2]]}, {"edges": [["a", 0, "x", 1]]}, {"totals": 7},
              {"totals": {"links": "x", "accounts": 0}},
              {"totals": {"links": 1, "accounts": 2, "views": {"x": {"links": -1, "accounts": 2}}}}],
    "n_objects": ["x"], "n_leading": ["x"], "sampled_one_in": ["x"], "n_marked": ["x"],
    "pathways": [7, {"a": "b"}], "templates": [7, [{"masked": 3}]], "pivots": [7, ["x"], [{"share_before": "a"}]],
    "bans": [7, ["x"], [None], [1e30]], "changes": [7], "not_accused": [7], "bias_log_odds": ["x"], "title": [7],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_part_of_another_shape_is_named(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"the details of c-1 have a part '{name}' that detect does not write: f"):
        run_details.parse_details(json.dumps({name: value}), "c-1", Path("f"))


@pytest.mark.parametrize(
    ("name", "observed", "expected", "told"),
    [
        ("harvest.rate", 0.5661, 0.1348, "observed 50 requests a day, expected 2.5"),
        ("harvest.rate", 0.0, None, "observed 1 request a day"),
        ("harvest.volume", 0.5, 0.4, "observed 3162 requests, expected 631"),
        ("session.handoff", 110.0, 7.0, "observed 110 requests in the group, expected 7"),
        ("harvest.long_answers", 0.301, 0.0, "observed 2 times the average of the log's groups, expected 1"),
        ("context.crowd", 0.5, 0.0, "observed 100 accounts, expected 1"),
        ("context.overlap", 0.5, 0.0, "observed 10 times as often, expected 1"),
        ("content.queue", -1.0, 0.0, "observed 0.1 times as many tasks in common as with everybody else, expected 1"),
        ("context.crowd", 1e15, -1e15, "observed 1e+300 accounts, expected 0"),
        ("identity.banned", 12, 0.5, "observed 12 accounts, expected 0.5"),
        ("identity.banned", 1, 0.5, "observed 1 account, expected 0.5"),
        ("identity.banned", None, 0.5, "observed –, expected 0.5"),
        ("context.youth", 0.5, 0.6, "observed 0.5, expected 0.6"),
        (["x"], 0.5, 0.6, "observed 0.5, expected 0.6"),
    ],
)
def test_observed_and_expected_are_told_decoded_and_with_a_unit(name: Any, observed: Any, expected: Any, told: str) -> None:
    piece = {"name": name, "observed": observed, "expected": expected}
    assert run_details.observed_and_expected(piece, lambda x: "–" if x is None else f"{x:.0f}" if 10 < x < 1e9 else f"{x:.2g}") == told
    assert (piece["observed"], piece["expected"]) == (observed, expected)


@pytest.mark.parametrize(
    ("name", "observed", "one_in", "in_all", "told"),
    [
        ("infra.network", 101, 32, [2684.4, 3821.2],
         "observed 101 owners beyond the first in a sample of 1 in 32 of the networks (some 2,700 to 3,800 in all), expected 2"),
        ("infra.network", 101, 32, None, "observed 101 owners beyond the first in a sample of 1 in 32 of the networks, expected 2"),
        ("infra.network", 0, 2, None, "observed 0 owners beyond the first in a sample of 1 in 2 of the networks, expected 2"),
        ("infra.network", 101, 1, None, "observed 101 owners beyond the first, expected 2"),
        ("infra.rotation", 3.24, 4, [1.66, 6.2],
         "observed 0.81 networks an account in a sample of 1 in 4 of the networks (some 1.7 to 6.2 in all), expected 2"),
        ("infra.rotation", 3.24, 1, None, "observed 3.24 networks an account, expected 2"),
        ("context.common_work", 0.5, 2048, None, "observed 0.5 in a sample of 1 in 2,048 of the prompts, expected 2"),
        ("content.queue", -1, 4, None,
         "observed 0.1 times as many tasks in common as with everybody else in a sample of 1 in 4 of the tasks, expected 100"),
        ("identity.payment", 3, 4, None, "observed 3 owners beyond the first, expected 2"),
    ],
)
def test_what_is_counted_in_a_sample_says_so(name: str, observed: float, one_in: int, in_all: list[float] | None, told: str) -> None:
    piece = {"name": name, "observed": observed, "expected": 2, "sampled_one_in": one_in, "in_all": in_all}
    assert run_details.observed_and_expected(piece, "{:.4g}".format) == told


@pytest.mark.parametrize(
    ("observed", "expected", "told"),
    [
        (0.01, 0.547, "observed 0 (no more uneven than chance), expected 0.547"),
        (0.02, 0.01, "observed 0.02 where 0 is equal loads, expected 0"),
    ],
)
def test_a_floor_is_not_told_as_a_measurement(observed: float, expected: float, told: str) -> None:
    piece = {"name": "volume.even_load", "observed": observed, "expected": expected}
    assert run_details.observed_and_expected(piece, "{:.4g}".format) == told


@pytest.mark.parametrize(
    ("score", "digits", "told"), [(-0.04, 1, "-0.04"), (-0.004, 2, "-0.004"), (1.26, 1, "+1.3"), (-0.0, 1, "+0.0"), (-1e-9, 1, "-0.0")]
)
def test_a_score_says_on_which_side_of_the_line_it_is(score: float, digits: int, told: str) -> None:
    assert run_details.signed_score(score, digits) == told


def test_a_burst_of_sign_ups_tells_its_days() -> None:
    piece = {"name": "identity.signup", "observed": 36, "expected": 1.5, "days": 7, "start": "2026-01-05"}
    text = run_details.observed_and_expected(piece, "{:.4g}".format)
    assert text == "observed 36 accounts within 7 days from 2026-01-05 on, expected 1.5"


@pytest.mark.parametrize("text", ["oops", "[1]", "7", "[" * 100_000])
def test_details_that_are_no_object_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="the details of c-1 are no JSON object"):
        run_details.parse_details(text, "c-1", Path("f"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, {}),
        ("", {}),
        ("{}", {}),
        ('{"evidence": [{"name": "x", "log_odds": NaN}]}', {"evidence": [{"name": "x", "log_odds": None}]}),
        ('{"graph": null, "new part": 7}', {"graph": None, "new part": 7}),
        ('{"title": "t", "worth": 5, "unvalued": 6}', {"title": "t"}),
    ],
)
def test_parts_may_be_absent_or_new(text: str | None, told: dict[str, Any]) -> None:
    """And those that another module adds are not taken from here."""
    assert run_details.parse_details(text, "c-1", Path("f")) == told


def changed(run: Path, details: str) -> Path:
    path = run / "campaigns.parquet"
    table = pq.read_table(path)
    place = table.column_names.index("details")
    pq.write_table(table.set_column(place, table.schema.field(place), pa.array([details] * len(table), pa.string())), path)
    return run


def one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(words) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    return told


def test_every_reader_refuses_changed_details(
    little_world: Path, little_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = changed(shutil.copytree(little_run, tmp_path / "run"), '{"objects": 7, "templates": 7}')
    again = ["detect", str(little_world), "--out", str(tmp_path / "x"), "--since", str(run)]
    into = ["cases", "import", str(run), "--store", str(tmp_path / "s.db")]
    readers = (["report", str(run)], ["export", str(run), "--format", "json"], into, again)
    for words in readers:
        assert "not the table that the run's summary.json tells" in one_line(words, capsys)
    summary = json.loads((run / "summary.json").read_text())
    del summary["tables"]  # as runs of earlier versions
    (run / "summary.json").write_text(json.dumps(summary))
    for words in readers:
        assert "that detect does not write" in one_line(words, capsys)


@pytest.mark.parametrize("name", ["accounts", "campaigns", "harvest", "links"])
def test_nothing_is_signed_or_told_of_a_table_that_was_changed(
    little_world: Path, little_run: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = shutil.copytree(little_run, tmp_path / "run")
    path = run / f"{name}.parquet"
    table = pq.read_table(path)
    pq.write_table(table.take(pa.array(range(len(table)))[::-1]), path)
    packet = ["export", str(run), "--format", "packet", "--key", str(tmp_path / "key.pem")]
    csv, stix = (["export", str(run), "--format", form] for form in ("csv", "stix"))
    measured = ["evaluate", str(run), "--truth", str(little_world)]
    readers = {"harvest": [packet, csv, measured], "links": [packet]}.get(name, [
        packet, csv, stix, measured, ["report", str(run)],
        ["detect", str(little_world), "--since", str(run), "--out", str(tmp_path / "next")],
    ])
    for words in readers:
        told = one_line(words, capsys)
        assert f"it is not the table that the run's summary.json tells (SHA-256): {path}" in told
    assert [path.name for path in tmp_path.iterdir()] == ["run"], "nor is a key made"
    assert not (run / "export").exists()
    assert not (run / "evaluation.json").exists()
    if name == "links":
        path.unlink()
        assert "not the table" in one_line(packet, capsys), "one that is gone is not called one that never was"


def test_a_packet_and_measures_need_a_summary_and_a_packet_says_where_it_tells_no_digests(
    little_world: Path, little_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "BROWSERS", ())
    run = shutil.copytree(little_run, tmp_path / "run")
    packet = ["export", str(run), "--format", "packet", "--key", str(tmp_path / "key.pem")]
    (run / "summary.json").write_text("{}")
    assert main(packet) == 0
    assert "missing: digests of the run's tables (its summary has none" in capsys.readouterr().out
    (run / "summary.json").unlink()
    for words in (packet, ["evaluate", str(run), "--truth", str(little_world)]):
        assert "no whole run" in one_line(words, capsys)


def test_a_harvest_that_is_gone_is_noticed(
    little_world: Path, little_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = shutil.copytree(little_run, tmp_path / "run")
    (run / "harvest.parquet").unlink()
    for words in (
        ["report", str(run)], ["export", str(run), "--format", "json"], ["export", str(run), "--format", "csv"],
        ["evaluate", str(run), "--truth", str(little_world)],
    ):
        assert "no such file, though campaigns have a harvest" in one_line(words, capsys)


def test_a_run_without_a_harvest_needs_no_table_of_it(tmp_path: Path) -> None:
    assert run_details.demand_harvest(tmp_path, 0) is None


def _cut(sketches: Path) -> None:
    sketches.write_bytes(sketches.read_bytes()[:100])


def _fewer(sketches: Path) -> None:
    table = pq.read_table(sketches)
    pq.write_table(table.slice(0, len(table) // 2), sketches)


def _other(sketches: Path) -> None:
    table = pq.read_table(sketches)
    place = table.column_names.index("account")
    pq.write_table(table.set_column(place, "account", pa.array([7] * len(table), table.schema.field(place).type)), sketches)


def _one_bit(sketches: Path) -> None:
    content = bytearray(sketches.read_bytes())
    content[len(content) // 2] ^= 1
    sketches.write_bytes(content)


def _no_accounts(sketches: Path) -> None:
    partitions.ids_path(sketches).unlink()


def _fewer_accounts(sketches: Path) -> None:
    path = partitions.ids_path(sketches)
    pq.write_table(pq.read_table(path).slice(3), path)


def _other_accounts(sketches: Path) -> None:
    path = partitions.ids_path(sketches)
    table = pq.read_table(path)
    renamed = pc.binary_join_element_wise(table["account_id"], "x", "")
    pq.write_table(pa.table({"account_id": renamed}).replace_schema_metadata(table.schema.metadata), path)


def _damaged_accounts(sketches: Path) -> None:
    path = partitions.ids_path(sketches)
    content = path.read_bytes()
    path.write_bytes(content[:20] + b"\xff" * 50 + content[70:])


@pytest.mark.parametrize(
    "change", [_cut, _fewer, _other, _one_bit, _no_accounts, _fewer_accounts, _other_accounts, _damaged_accounts]
)
def test_changed_sketches_are_made_again(little_world: Path, little_run: Path, tmp_path: Path, change: Any) -> None:
    run = shutil.copytree(little_run, tmp_path / "run")
    before = (run / "accounts.parquet").read_bytes()
    change(sorted((run / "sketches").glob("*.parquet"))[1])
    assert main(["detect", str(little_world), "--out", str(run), "-q"]) == 0
    assert (run / "accounts.parquet").read_bytes() == before


@pytest.mark.parametrize("change", [_fewer, _one_bit])
def test_changed_sketches_that_only_ingest_can_make_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any) -> None:
    log, out = tmp_path / "log.jsonl", tmp_path / "logs"
    same = {"timestamp": "2026-01-01T00:00:00Z", "account_id": "a"}
    rows = [{"event_id": str(i), "prompt": f"What is {i}?", **same} for i in range(50)]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["ingest", str(log), "--from", "canonical", "--privacy", "features", "--out", str(out), "-q"]) == 0
    change(next((out / "sketches").glob("*.parquet")))
    assert "damaged" in one_line(["detect", str(out), "--out", str(tmp_path / "run"), "-q"], capsys)


def test_a_release_without_a_zone_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """As everywhere else, wherever the machine stands."""
    monkeypatch.setenv("TZ", "Etc/GMT-9")
    time.tzset()
    try:
        at = int(datetime(2026, 3, 5, 12, tzinfo=UTC).timestamp()) // 3600
        tally = SimpleNamespace(models=[{(0, h): 10 for h in range(40, 48)} | {(1, h): 10 for h in range(48, 56)}], start_hour=at - 48)
        releases = [[{"model": "new", "released_at": told}] for told in ("2026-03-05T12:00:00", "2026-03-05T12:00:00Z")]
        found = [pivots(cast("Any", tally), 0, cast("Any", SimpleNamespace(releases=one)), {1: "new"}) for one in releases]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert [[(one["share_before"], one["share_after"]) for one in some] for some in found] == [[(0, 1)]] * 2


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(502, 10_000, True), (0, 3, True), (8_586, 10_736, False), (5_000, 10_000, True), (5_001, 10_000, False), (0, 0, False),
     (None, None, False)],
)
def test_a_number_of_exchanges_that_says_little_stands_beside_its_range(
    low: int | None, high: int | None, told: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = ("n_events", "n_accounts", "n_campaigns", "n_accused", "n_review", "n_for_review", "n_watched")
    summary = dict.fromkeys(counts, 2) | {"n_harvested": 9_000, "start": None, "blind_views": [], "warnings": []}
    summary |= {"harvested_low": low, "harvested_high": high}
    monkeypatch.setattr("stillwatch.detect.pipeline.detect", lambda *args, **options: summary)
    assert main(["detect", str(tmp_path / "logs"), "--out", str(tmp_path / "run")]) == 0
    line = capsys.readouterr().out.splitlines()[0]
    assert "9,000 exchanges" in line
    assert (f"{low or 0:,} to {high or 0:,}" in line) == told


def test_the_range_of_a_run_is_that_of_its_campaigns(small_run: Path) -> None:
    rows = pq.read_table(small_run / "campaigns.parquet").to_pylist()
    summary = json.loads((small_run / "summary.json").read_text())
    for name in ("n_harvested", "harvested_low", "harvested_high"):
        assert summary[name] == sum(row[name] for row in rows if row["verdict"] == "campaign")


@pytest.mark.parametrize(("name", "value"), [
    ("first_seen", 5), ("n_events", "12"), ("stages", ["a"]), ("stages", {"a": "b"}), ("warnings", 5), ("warnings", [1]),
    ("blind_views", 5), ("inputs", [{"bytes": "9"}]), ("estimated_false_discoveries", "x"), ("start", 1.5),
    ("harvested_low", "9"), ("sketches", [3]), ("start", "soon"), ("as_of", "2026-02-15T23:57:23"),
    ("first_seen", "0001-01-01T00:00:00+02:00"), ("last_seen", "9999-12-31T23:59:59-02:00"),
])
def test_a_summary_that_was_changed_is_one_line(tmp_path: Path, name: str, value: Any) -> None:
    (tmp_path / "summary.json").write_text(json.dumps({name: value}))
    with pytest.raises(InputError, match=f"'{name}' is not what detect writes: .*summary.json"):
        run_details.read_summary(tmp_path)


@pytest.mark.parametrize("changed", [{"at": None}, {"note": None}, {"at": 5}])
def test_what_was_erased_is_told_with_its_time_and_note(tmp_path: Path, changed: dict[str, Any]) -> None:
    row = {"at": "2026-01-01", "note": "asked", "files": [], "campaigns": {}}
    (tmp_path / "erasures.json").write_text(json.dumps([row]))
    assert run_details.erasures(tmp_path) == [row]
    for wrong in (row | changed, {key: told for key, told in row.items() if key not in changed}):
        (tmp_path / "erasures.json").write_text(json.dumps([wrong]))
        with pytest.raises(InputError, match="not what stillwatch cases erase writes"):
            run_details.erasures(tmp_path)
