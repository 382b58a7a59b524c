"""Indicators of others: patterns beside the official parser, imports, matches with cases and with requests."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from evidence_helpers import LAST, write_input, write_run
from sqlalchemy import event

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.evidence import indicators, shared, stix
from stillwatch.respond import importing
from stillwatch.respond.store import SYSTEM, Actor, Store
from stillwatch.respond.vocabulary import Role

ANA = Actor("ana", Role.ANALYST)
NOW = LAST + timedelta(days=1)
UNDERSTOOD = {
    "[ipv4-addr:value = '198.51.100.7']": [("ip", "198.51.100.7")],
    "[ipv4-addr:value = '1.2.3.4' OR ipv6-addr:value = '::1']": [("ip", "1.2.3.4"), ("ip", "::1")],
    "[domain-name:value = 'a.example'] OR [domain-name:value = 'b.example']": [
        ("email_domain", "a.example"), ("email_domain", "b.example"),
    ],
    r"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'it\'s/1']": [("user_agent", "it's/1")],
    "[x-stillwatch-mark:sha256 = 'ab']": [("mark", "ab")],
}
NOT_UNDERSTOOD = [
    "[ipv4-addr:value = '1.2.3.4' AND domain-name:value = 'x']", "[ipv4-addr:value != '1.2.3.4']", "[ipv4-addr:value LIKE '1.%']",
    "[ipv4-addr:value = '1.2.3.4'] FOLLOWEDBY [domain-name:value = 'x']", "[ipv4-addr:value = '1.2.3.4'] WITHIN 5 SECONDS",
    "[file:hashes.MD5 = 'abc']", "[ipv4-addr:value ISSUBSET '10.0.0.0/8']", "[ipv4-addr:value NOT = '1.2.3.4']",
    "[(ipv4-addr:value = '1.2.3.4')]", "", "[", "ipv4-addr:value = '1.2.3.4'", "[ipv4-addr:value = '1.2.3.4'] OR", "[ipv4-addr:value = 4]",
]


@pytest.mark.parametrize("pattern", UNDERSTOOD)
def test_patterns_are_read_as_the_official_parser_reads_them(pattern: str) -> None:
    assert indicators.parse(pattern) == UNDERSTOOD[pattern]
    patterns = pytest.importorskip("stix2patterns.v21.pattern")
    seen = patterns.Pattern(pattern).inspect()
    official = {value.strip("'").replace("\\", "") for rows in seen.comparisons.values() for _, op, value in rows if op == "="}
    assert official == {value for _, value in UNDERSTOOD[pattern]}


@pytest.mark.parametrize("pattern", NOT_UNDERSTOOD)
def test_patterns_that_say_more_are_left_out(pattern: str) -> None:
    assert indicators.parse(pattern) is None


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(str(tmp_path / "s.db"))


def bundled(path: Path, *patterns: str, **more: Any) -> Path:
    objects = [
        {"type": "indicator", "id": f"indicator--00000000-0000-4000-8000-{i:012d}", "pattern": p, "pattern_type": "stix",
         "valid_from": LAST.isoformat(), **more}
        for i, p in enumerate(patterns)
    ]
    path.write_text(json.dumps({"type": "bundle", "objects": objects}))
    return path


def imported(store: Store, path: Path, source: str = "peer") -> indicators.Imported:
    with store.write(ANA, now=NOW) as change:
        return indicators.import_bundle(change, path, source)


def hits(store: Store, now: Any = NOW, data: Path | None = None) -> list[indicators.Hit]:
    with store.read() as session:
        return indicators.match(session, now, data)


def test_what_one_operator_shares_another_finds(store: Store, run_of_two: Path, tmp_path: Path) -> None:
    """One shares a campaign; the other's run has one of the same marks, of other accounts."""
    path = tmp_path / "stix.json"
    path.write_text(json.dumps(stix.bundle(shared.read(run_of_two))))
    done = imported(store, path)
    assert (done.new, done.known, done.left_out) == (2, 0, {})
    assert hits(store) == []
    importing.import_run(store, SYSTEM, write_run(tmp_path / "mine"), now=NOW)
    assert {(hit.where, hit.what, hit.source) for hit in hits(store)} == {
        ("case-aaaa", "content.opening", "peer"), ("case-bbbb", "content.opening", "peer"),
    }
    assert hits(store, LAST + stix.VALID_FOR - timedelta(seconds=1))
    assert hits(store, LAST + stix.VALID_FOR) == [], "no longer valid"
    assert (again := imported(store, path)).known == 2
    assert again.past == 0
    with store.write(ANA, now=LAST + stix.VALID_FOR) as change:
        assert indicators.import_bundle(change, path, "peer").past == 2


def test_what_is_not_compared_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = str(tmp_path / "s.db")
    shared_ = bundled(tmp_path / "b.json", "[ipv4-addr:value = '1.2.3.4']", valid_until=(LAST + timedelta(days=1)).isoformat())
    assert main(["indicators", "import", str(shared_), "--source", "peer", "--store", url]) == 0
    said = {}
    for at in (LAST, LAST + timedelta(days=2)):
        capsys.readouterr()
        assert main(["indicators", "match", "--as-of", at.isoformat(), "--store", url]) == 0
        said[at] = capsys.readouterr().out
    assert said[LAST] == "0 matches\n"
    assert "not valid at 2026-" in said[LAST + timedelta(days=2)]
    past = bundled(tmp_path / "past.json", "[ipv4-addr:value = '1.2.3.5']", valid_until="2020-01-01T00:00:00Z")
    assert main(["indicators", "import", str(past), "--source", "other", "--store", url]) == 0
    assert "\nno longer valid: 1 of 1, which indicators match compares only with" in capsys.readouterr().out
    assert f"1 indicator (from {LAST:%Y-%m-%d %H:%M} until {LAST + timedelta(days=1):%Y-%m-%d %H:%M}; " in said[LAST + timedelta(days=2)]


def test_requests_are_matched_by_address_client_and_domain(store: Store, input_of_two: Path, tmp_path: Path) -> None:
    agent = "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"
    imported(store, bundled(
        tmp_path / "b.json", "[ipv4-addr:value = '198.51.100.7' OR ipv4-addr:value = '192.0.2.99']",
        "[domain-name:value = 'mail.example']", f"[{agent} = 'still/1.0']", "[domain-name:value = 'other.example']",
    ))
    assert [(hit.what, hit.n_accounts, hit.n_events) for hit in hits(store, data=input_of_two)] == [
        ("ip", 3, 30), ("email_domain", 20, 20), ("user_agent", 20, 200),
    ]


def test_a_thousand_indicators_are_known_again_by_one_reading(store: Store, input_of_two: Path, tmp_path: Path) -> None:
    patterns = [f"[ipv4-addr:value = '198.51.{i // 256}.{i % 256}' OR ipv4-addr:value = '203.0.{i // 256}.{i % 256}']" for i in range(1000)]
    path = bundled(tmp_path / "b.json", *patterns)
    told = json.loads(path.read_text())
    told["objects"].append(told["objects"][7] | {"pattern": "[ipv4-addr:value = '198.51.100.7']"})
    path.write_text(json.dumps(told))
    assert (imported(store, path).new, imported(store, path).known) == (1000, 1001)
    read: list[str] = []

    def count(*args: Any) -> None:
        if args[2].startswith("SELECT") and "FROM indicators" in args[2]:
            read.append(args[2])

    with store.write(ANA, now=NOW) as change:
        event.listen(change.session.connection(), "before_cursor_execute", count)
        indicators.import_bundle(change, path, "peer")
    assert len(read) == 1
    (hit,) = hits(store, data=input_of_two)
    assert (hit.indicator_id[-4:], hit.n_accounts, hit.n_events) == ("0007", 3, 30), "what is told twice is as it was told last"


def test_a_revoked_indicator_is_removed(store: Store, input_of_two: Path, tmp_path: Path) -> None:
    pattern = "[ipv4-addr:value = '198.51.100.7']"
    imported(store, bundled(tmp_path / "b.json", pattern))
    assert len(hits(store, data=input_of_two)) == 1
    imported(store, bundled(tmp_path / "b.json", pattern, revoked=True))
    assert hits(store, data=input_of_two) == []


def test_what_one_source_tells_and_takes_back_leaves_what_others_told(store: Store, input_of_two: Path, tmp_path: Path) -> None:
    pattern = "[ipv4-addr:value = '198.51.100.7' OR domain-name:value = 'mail.example']"
    both = [("peer", "ip"), ("rival", "ip"), ("peer", "email_domain"), ("rival", "email_domain")]
    imported(store, bundled(tmp_path / "b.json", pattern))
    assert imported(store, tmp_path / "b.json", "rival").new == 1
    assert [(hit.source, hit.what) for hit in hits(store, data=input_of_two)] == both
    revoked = imported(store, bundled(tmp_path / "b.json", pattern, revoked=True), "stranger")
    assert (len(revoked.removed), len(revoked.left_out)) == (0, 1)
    assert [(hit.source, hit.what) for hit in hits(store, data=input_of_two)] == both
    assert len(imported(store, tmp_path / "b.json", "rival").removed) == 1
    assert {hit.source for hit in hits(store, data=input_of_two)} == {"peer"}


def test_what_is_older_than_the_known_version_changes_nothing(store: Store, input_of_two: Path, tmp_path: Path) -> None:
    pattern, old, new = "[ipv4-addr:value = '198.51.100.7']", LAST - timedelta(days=2), LAST - timedelta(days=1)
    imported(store, bundled(tmp_path / "b.json", pattern, modified=new.isoformat()))
    for stale in ({"revoked": True}, {"pattern": "[file:name = 'x']"}, {"pattern": "[ipv4-addr:value = '1.2.3.4']"}):
        done = imported(store, bundled(tmp_path / "b.json", pattern, **{"modified": old.isoformat(), **stale}))
        assert (done.new, done.known, len(done.left_out), done.removed) == (0, 0, 1, {})
    imported(store, bundled(tmp_path / "b.json", pattern, modified=new.isoformat(), valid_until="soon"))
    assert len(hits(store, data=input_of_two)) == 1, "nor does one whose times are none"
    done = imported(store, bundled(tmp_path / "b.json", "[file:name = 'x']", modified=LAST.isoformat()))
    assert (len(done.removed), done.left_out) == (1, {})
    assert hits(store, data=input_of_two) == []


@pytest.mark.parametrize("times", [
    {"valid_from": "0001-01-01T00:00:00+14:00"}, {"valid_until": "9999-12-31T23:59:59-01:00"}, {"modified": "0001-01-01T00:00:00+01:00"},
])
def test_times_that_no_calendar_has_in_utc_are_none(times: dict[str, str], store: Store, input_of_two: Path, tmp_path: Path) -> None:
    pattern = "[ipv4-addr:value = '198.51.100.7']"
    done = imported(store, bundled(tmp_path / "b.json", pattern, **times))
    assert (done.new, list(done.left_out.values())) == (0, ["its times are invalid"])
    assert imported(store, bundled(tmp_path / "b.json", pattern)).new == 1, "a corrected version is heard"
    assert len(hits(store, data=input_of_two)) == 1


def test_what_was_taken_back_does_not_return_with_an_older_bundle(store: Store, input_of_two: Path, tmp_path: Path) -> None:
    pattern, old, new = "[ipv4-addr:value = '198.51.100.7']", LAST - timedelta(days=2), LAST - timedelta(days=1)
    taken = {"revoked": True, "modified": new.isoformat()}
    for known in (False, True):
        source = f"peer {known}"
        if known:
            imported(store, bundled(tmp_path / "b.json", pattern, modified=old.isoformat()), source)
        done = [imported(store, bundled(tmp_path / "b.json", pattern, **taken), source) for _ in range(2)]
        assert [(one.new, one.known, len(one.removed), len(one.left_out)) for one in done] == [(0, 0, known, not known), (0, 0, 0, 1)]
        done = [imported(store, bundled(tmp_path / "b.json", pattern, modified=old.isoformat()), source)]
        assert (done[0].new, done[0].known, len(done[0].left_out)) == (0, 0, 1)
        assert hits(store, data=input_of_two) == []
        with store.read() as session:
            assert indicators.not_valid(session, NOW).n == 0
    again = imported(store, bundled(tmp_path / "b.json", pattern, modified=LAST.isoformat()), "peer True")
    assert (again.new, again.known, len(hits(store, data=input_of_two))) == (1, 0, 1)


@pytest.mark.parametrize("value", ["198.51.100.7/32", "198.51.100.0/24", "198.51.0.0/16", "::ffff:198.51.100.7"])
def test_addresses_match_however_they_are_written_and_in_networks(value: str, store: Store, input_of_two: Path, tmp_path: Path) -> None:
    imported(store, bundled(tmp_path / "b.json", f"[ipv4-addr:value = '{value}']"))
    assert [(hit.n_accounts, hit.n_events) for hit in hits(store, data=input_of_two) if hit.what == "ip"] == [(3, 30)]


def test_values_match_in_upper_case_as_in_lower(store: Store, tmp_path: Path) -> None:
    data = write_input(tmp_path / "in", address="2001:DB8:0::7")
    imported(store, bundled(
        tmp_path / "b.json", "[ipv6-addr:value = '2001:DB8::7']", "[ipv6-addr:value = '2001:db8::/32']",
        "[ipv6-addr:value = '2001:db9::7']", "[domain-name:value = 'Mail.Example']",
    ))
    assert [(hit.indicator_id[-1], hit.what, hit.n_accounts) for hit in hits(store, data=data)] == [
        ("0", "ip", 3), ("1", "ip", 3), ("3", "email_domain", 20),
    ]


@pytest.mark.parametrize("value", ["999.1.1.1", "198.51.100.7/33", "example", "", "2001:db8:::1"])
def test_addresses_that_are_none_are_left_out(value: str, store: Store, tmp_path: Path) -> None:
    done = imported(store, bundled(tmp_path / "b.json", f"[ipv4-addr:value = '{value}']", "[ipv4-addr:value = '1.2.3.4']"))
    assert (done.new, list(done.left_out)) == (1, ["indicator--00000000-0000-4000-8000-000000000000"])


def test_each_without_an_id_is_told(store: Store, tmp_path: Path) -> None:
    path = bundled(tmp_path / "b.json", *["[ipv4-addr:value = '1.2.3.4']"] * 3)
    told = json.loads(path.read_text())
    told["objects"][0].pop("id")
    told["objects"][2].pop("id")
    path.write_text(json.dumps(told))
    assert list(imported(store, path).left_out) == ["object 1", "object 3"]


def test_what_is_left_out_is_told_and_the_rest_is_kept(store: Store, tmp_path: Path) -> None:
    done = imported(store, bundled(tmp_path / "b.json", "[file:name = 'x']", "[ipv4-addr:value = '1.2.3.4']"))
    assert (done.new, list(done.left_out)) == (1, ["indicator--00000000-0000-4000-8000-000000000000"])
    assert imported(store, bundled(tmp_path / "c.json", "[ipv4-addr:value = '1.2.3.4']", valid_until="soon")).new == 0


@pytest.mark.parametrize("marked", [None, 7])
def test_markings_that_are_no_list_are_none(marked: Any, store: Store, tmp_path: Path) -> None:
    assert imported(store, bundled(tmp_path / "b.json", "[ipv4-addr:value = '1.2.3.4']", object_marking_refs=marked)).new == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"type": "bundle", "objects": 3}', '{"type": "indicator"}', "\xff"])
def test_what_is_no_bundle_is_told(store: Store, tmp_path: Path, content: str) -> None:
    (tmp_path / "b.json").write_text(content, encoding="latin-1")
    with pytest.raises(InputError):
        imported(store, tmp_path / "b.json")
