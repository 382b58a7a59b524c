"""STIX by the official validator, OCSF by its models, and that neither holds what must stay."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from evidence_helpers import SECRET_TEXT, SIZES, START, members, write_run

from stillwatch.cli import main
from stillwatch.evidence import ocsf, shared, stix
from stillwatch.report import words


def exported(run: Path, out: Path, format: str, *options: str) -> str:
    assert main(["export", str(run), "--format", format, "--out", str(out), "-q", *options]) == 0
    return (out / ("stix.json" if format == "stix" else "ocsf.jsonl")).read_text(encoding="utf-8")


@pytest.mark.parametrize("tlp", ["white", "green", "amber", "red"])
def test_the_official_validator_accepts_the_bundle(run_of_two: Path, tmp_path: Path, tlp: str) -> None:
    validator = pytest.importorskip("stix2validator")
    text = exported(run_of_two, tmp_path, "stix", "--tlp", tlp)
    result = validator.validate_string(text, validator.ValidationOptions(version="2.1"))
    assert result.is_valid, [str(e) for e in result.errors]
    # Of what the standard only recommends, one thing is amiss: the validator wants UUIDv4 of an observable that it does not know.
    strict = validator.validate_string(text, validator.ValidationOptions(version="2.1", strict=True)).errors
    assert [str(e) for e in strict if not ("x-stillwatch-mark--" in str(e) and "{103}" in str(e))] == []
    told = json.loads(text)
    broken = json.dumps(told | {"objects": [{**o, "modified": "yesterday"} if o["type"] == "campaign" else o for o in told["objects"]]})
    assert not validator.validate_string(broken, validator.ValidationOptions(version="2.1")).is_valid, "the validator checks nothing"


def test_the_bundle_has_campaigns_indicators_sightings_and_relations(run_of_two: Path) -> None:
    objects = stix.bundle(shared.read(run_of_two))["objects"]
    by_id = {o["id"]: o for o in objects}
    kinds: dict[str, list[Any]] = {}
    for one in objects:
        kinds.setdefault(one["type"], []).append(one)
    assert [c["name"] for c in kinds["campaign"]] == ["c-aaaa", "c-bbbb"], "groups for review are not shared"
    n = SIZES["c-aaaa"]
    told = f"about {10 * n} of their requests are taken for harvest ({9 * n} to {10 * n}), most often data analysis (100%). This is a"
    assert told in kinds["campaign"][0]["description"]
    told = "Families of evidence: content, timing. Estimated false-discovery rate 0.0001, if innocents are like the calibration's; at"
    assert told in kinds["campaign"][0]["description"]
    assert len(kinds["indicator"]) == len(kinds["x-stillwatch-mark"]) == len(kinds["observed-data"]) == 2
    assert {(r["relationship_type"], by_id[r["source_ref"]]["type"], by_id[r["target_ref"]]["type"]) for r in kinds["relationship"]} == {
        ("uses", "campaign", "attack-pattern"), ("indicates", "indicator", "campaign"), ("based-on", "indicator", "observed-data"),
    }
    marking = stix.TLP["amber"][0]
    marked = [o for o in objects if o["type"] not in ("marking-definition", "x-stillwatch-mark")]
    assert all(o["object_marking_refs"] == [f"marking-definition--{marking}"] for o in marked)
    assert all(ref in by_id for o in kinds["observed-data"] for ref in o["object_refs"])


def test_the_same_run_gives_the_same_bytes(run_of_two: Path, tmp_path: Path) -> None:
    for format in ("stix", "ocsf"):
        assert exported(run_of_two, tmp_path / "a", format) == exported(run_of_two, tmp_path / "b", format)


@pytest.mark.parametrize("format", ["stix", "ocsf"])
def test_nothing_private_leaves(run_of_two: Path, tmp_path: Path, format: str) -> None:
    text = exported(run_of_two, tmp_path, format)
    private = [SECRET_TEXT, "country", "identity.payment", "-card", "-few", "-many", "203.0.113", *(a for c in SIZES for a in members(c))]
    assert [word for word in private if word in text] == []


@pytest.mark.parametrize(("k", "n"), [(2, 4), (5, 2), (7, 1), (50, 0)])
def test_a_mark_is_shared_if_k_accounts_left_it(run_of_two: Path, k: int, n: int) -> None:
    run = shared.read(run_of_two, k=k)
    assert sum(len(c.marks) for c in run.campaigns) == n
    assert all(mark.n_accounts >= k for c in run.campaigns for mark in c.marks)


@pytest.mark.parametrize("format", ["stix", "ocsf"])
def test_what_leaves_claims_no_intent(run_of_two: Path, tmp_path: Path, format: str) -> None:
    text = exported(run_of_two, tmp_path, format)
    assert text.count("no proof of intent") == 2, "each campaign says so"
    assert "objective" not in text


def test_a_k_of_one_is_refused(run_of_two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(run_of_two), "--format", "stix", "--out", str(tmp_path), "--k", "1"]) == 1
    assert "one account" in capsys.readouterr().err


def test_marks_under_the_tenants_key_are_not_shared(tmp_path: Path) -> None:
    run = shared.read(write_run(tmp_path / "run", privacy="features"))
    assert run.keyed
    assert not any(c.marks for c in run.campaigns)


@pytest.mark.parametrize(
    ("shares", "said"),
    [({"other": 0.62, "code_review": 0.38, "data": 0.0}, "most often code review (38%)"),
     ({"other": 1.0}, "of no known kind"), ({}, "of no known kind")],
)
def test_the_largest_known_share_is_not_called_most(run_of_two: Path, shares: dict[str, float], said: str) -> None:
    assert shared.main_capability(replace(shared.read(run_of_two).campaigns[0], capabilities=shares)) == said


def test_times_are_cut_alike() -> None:
    at = START.replace(microsecond=999_999)
    assert (ocsf._ms(at), stix._time(at)[-5:]) == (int(START.timestamp()) * 1000 + 999, ".999Z")


@pytest.mark.parametrize("told", [True, False])
def test_the_interval_of_a_harvest_is_shared_with_it(tmp_path: Path, told: bool) -> None:
    run = write_run(tmp_path / "run")
    table = pq.read_table(run / "campaigns.parquet")
    if not told:  # as an earlier version wrote it
        pq.write_table(table.drop(["harvested_low", "harvested_high"]), run / "campaigns.parquet")
    n, low, high = (table[name][0].as_py() for name in ("n_harvested", "harvested_low", "harvested_high"))
    finding = ocsf.findings(shared.read(run))[0]
    ends = (low, high) if told else (None, None)
    assert [finding["unmapped"][name] for name in ("harvested", "harvested_low", "harvested_high")] == [n, *ends]
    assert (f"taken for harvest ({low} to {high})." if told else "taken for harvest.") in finding["finding_info"]["desc"]


def test_ocsf_findings_are_as_their_models_say(run_of_two: Path, tmp_path: Path) -> None:
    models = pytest.importorskip("py_ocsf_models.events.findings.detection_finding")
    lines = exported(run_of_two, tmp_path, "ocsf").splitlines()
    found = [models.DetectionFinding(**json.loads(line)) for line in lines]
    assert [f.finding_info.uid for f in found] == ["c-aaaa", "c-bbbb"]
    assert {f.type_uid for f in found} == {200401}
    broken = json.loads(lines[0]) | {"severity_id": "very"}
    with pytest.raises(ValueError, match="severity"):
        models.DetectionFinding(**broken)


@pytest.mark.parametrize(("n", "severity"), [(0, 2), (9_999, 2), (10_000, 3), (99_999, 3), (100_000, 4), (1_000_000, 5)])
def test_severity_grows_with_the_harvest(n: int, severity: int) -> None:
    assert ocsf._severity(n)[0] == severity


@pytest.mark.parametrize(("score", "expected"), [(-1e9, 15), (-0.1, 15), (0.0, 50), (4.0, 75), (7.0, 90), (1e9, 90)])
def test_confidence_is_the_reports_word_and_never_certainty(score: float, expected: int) -> None:
    assert shared.confidence(score) == expected
    assert set(shared.CONFIDENCE) == {words.confidence(at) for at in (-1.0, 0.0, 4.0, 7.0)}


# What OCSF 1.5 asks for in the class detection_finding (2004): the class, what it takes from base_event, classification and occurrence,
# and the objects that a finding here has. A tuple: at least one of these.
REQUIRED: dict[str, list[str | tuple[str, ...]]] = {
    "": ["activity_id", "category_uid", "class_uid", "type_uid", "time", "severity_id", "metadata", "finding_info"],
    "metadata": ["product", "version"],
    "metadata.product": ["vendor_name", ("name", "uid")],
    "finding_info": ["uid", "title"],
    "finding_info.analytic": ["type_id", ("name", "uid")],
    "finding_info.attacks": [("tactic", "technique", "sub_technique")],
    "finding_info.related_events": ["uid"],
    "evidences": ["data"],
}
NUMBERS = {
    "activity_id": {1}, "category_uid": {2}, "class_uid": {2004}, "type_uid": {200401}, "severity_id": set(range(7)), "status_id": {1},
}


def test_ocsf_findings_have_all_that_the_schema_requires(run_of_two: Path, tmp_path: Path) -> None:
    for line in exported(run_of_two, tmp_path, "ocsf").splitlines():
        finding = json.loads(line)
        for place, names in REQUIRED.items():
            found: list[Any] = [finding]
            for step in filter(None, place.split(".")):
                found = [inner for one in found if step in one for inner in (one[step] if isinstance(one[step], list) else [one[step]])]
            assert found or place == "finding_info.related_events"
            for one in found:
                told = {name for name, value in one.items() if value not in (None, "")}
                assert [name for name in names if not told & {*((name,) if isinstance(name, str) else name)}] == [], place
        assert {name: finding[name] for name in NUMBERS if finding[name] not in NUMBERS[name]} == {}
        assert finding["type_uid"] == finding["class_uid"] * 100 + finding["activity_id"]
        assert isinstance(finding["time"], int)
        assert 1e12 < finding["time"] < 1e13, "milliseconds"


def test_an_export_tells_the_time_of_the_run_and_not_of_the_export(run_of_two: Path) -> None:
    """STIX: what is there again is the same object, with the same times, until the run is another."""
    run = shared.read(run_of_two)
    first, again = (stix.bundle(shared.read(run_of_two)) for _ in range(2))
    assert first == again
    made = [o for o in first["objects"] if "modified" in o and o["created"] != stix._time(stix.SAME)]
    assert {(o["created"], o["modified"]) for o in made} == {(stix._time(START), stix._time(run.last_seen))}
    assert len({o["id"] for o in first["objects"]}) == len(first["objects"])


def test_a_later_run_tells_the_same_objects_as_made_when_they_were(run_of_two: Path) -> None:
    """STIX 2.1, section 3.1: of one identifier ``created`` never changes, and what is another version has a newer ``modified``."""
    run = shared.read(run_of_two)
    later = replace(run, last_seen=run.last_seen + timedelta(days=1), campaigns=tuple(replace(c, n_harvested=999) for c in run.campaigns))
    first, second = ({o["id"]: o for o in stix.bundle(one)["objects"]} for one in (run, later))
    assert first.keys() == second.keys()
    assert {name for name, o in first.items() if o.get("created") != second[name].get("created")} == set()
    changed = {name for name, o in first.items() if o != second[name]}
    assert {name.split("--")[0] for name in changed} == {"campaign", "indicator", "observed-data", "relationship"}
    assert all(o["created"] <= o["modified"] for o in (*first.values(), *second.values()) if "modified" in o)
    assert all(first[name]["modified"] < second[name]["modified"] for name in changed)
    validator = pytest.importorskip("stix2validator")
    assert validator.validate_string(json.dumps(stix.bundle(later)), validator.ValidationOptions(version="2.1")).is_valid
