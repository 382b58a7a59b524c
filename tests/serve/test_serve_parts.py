"""The parts of the service by themselves: snapshot, rate windows, replays, clock, identities, tokens, headers, log."""

import asyncio
import itertools
import json
import math
import random
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pyarrow as pa
import pytest
import structlog

pytest.importorskip("granian")
from hypothesis import given, settings
from hypothesis import strategies as st
from serve_kit import KEY, entries

from stillwatch.errors import InputError
from stillwatch.files import folder_lock
from stillwatch.ingest.parsers._envelope import parse_envelope
from stillwatch.ingest.tenant import Tenant
from stillwatch.keys.credentials import HEADERS, SUBPROTOCOL, credential
from stillwatch.keys.hashing import keyed
from stillwatch.serve import answers, decision_log, grpc_authz, snapshot, sources, tokens
from stillwatch.serve.clock import HELD_S, Clock
from stillwatch.serve.counters import REPLAY_S, REPLAYS, Replays
from stillwatch.serve.deadlines import Deadlines
from stillwatch.serve.decider import Decider
from stillwatch.serve.decision_log import DecisionLog, FileSink, Record
from stillwatch.serve.decisions import NAMES, Action, Decision, Question
from stillwatch.serve.identity import LONGEST, MANY, Identities
from stillwatch.serve.server import Settings
from stillwatch.throttling.rates import BURST_S, Rates

FEW = st.sampled_from(["ada", "bob", "eve", "", "ümlaut", "x" * 40])
ROWS = st.lists(
    st.tuples(FEW, st.sampled_from(NAMES), st.sampled_from(["enforce", "shadow"]), st.one_of(st.none(), st.integers(1, 9))), max_size=12
)


def table(rows: list[tuple[str, str, str, int | None]]) -> pa.Table:
    times = [None if until is None else datetime.fromtimestamp(until, UTC) for *_, until in rows]
    columns: dict[str, Any] = {
        "account_id": pa.array([row[0] for row in rows], pa.string()), "action": pa.array([row[1] for row in rows], pa.string()),
        "mode": pa.array([row[2] for row in rows], pa.string()), "reason_code": pa.array(["r"] * len(rows), pa.string()),
        "expires_at": pa.array(times, pa.timestamp("us", "UTC")),
    }
    return pa.table(columns)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(0, 10))
def test_snapshot_finds_what_a_plain_search_finds(tmp_path_factory: pytest.TempPathFactory, rows: Any, now: int) -> None:
    path = tmp_path_factory.mktemp("s") / "snapshot.arrow"
    snapshot.write(table(rows), path, "r1")
    read = snapshot.read(path)
    assert (read.revision, read.rows) == ("r1", len(rows))
    for name in ("ada", "bob", "eve", "", "ümlaut", "x" * 40, "nobody"):
        alive = [(mode == "enforce", NAMES.index(action)) for who, action, mode, until in rows
                 if who == name and (until is None or until > now)]
        allows = [row for row in alive if row[0] and row[1] == 0]
        found = read.find(snapshot.key64(name), now)
        got = None if found is None else (found.enforce, found.action)
        assert got == (allows[0] if allows else max(alive, default=None))


def test_snapshot_keeps_every_field(shared_machine: None, tmp_path: Path) -> None:
    path = tmp_path / "snapshot.arrow"
    until = datetime(2030, 1, 1, tzinfo=UTC)
    row = {
        "account_id": "ada", "action": "restrict", "mode": "enforce", "reason_code": "r", "case_id": "c-1", "expires_at": until,
        "policy_version": "3", "rate_per_min": 2.5, "case_rate_per_min": 9.0, "max_tokens": 100, "reasoning": True,
        "logprobs": False, "verify_url": "https://v.example/",
    }
    snapshot.write(pa.Table.from_pylist([row], schema=snapshot.ENTRIES), path, "r")
    assert path.stat().st_mode & 0o777 == 0o600
    entry = snapshot.read(path).find(snapshot.key64("ada"), 0)
    assert entry is not None
    assert (Action(entry.action).name, entry.enforce, entry.reason_code, entry.case_id) == ("RESTRICT", True, "r", "c-1")
    assert (entry.policy_version, entry.expires_at, entry.rate_per_min) == ("3", until.timestamp(), 2.5)
    assert (entry.case_rate_per_min, entry.max_tokens, entry.reasoning, entry.logprobs) == (9.0, 100, True, False)
    assert entry.verify_url == "https://v.example/"


@pytest.mark.parametrize(
    "changed", [{"action": "banish"}, {"mode": "soon"}, {"reason_code": None}, {"max_tokens": "many"}, {"expires_at": "then"},
                {"rate_per_min": math.nan}, {"case_rate_per_min": math.nan}]
)
def test_a_source_that_makes_no_sense_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    rows = entries({"ada": "block"}).to_pylist()
    with pytest.raises(InputError):
        snapshot.write(pa.Table.from_pylist([rows[0] | changed]), tmp_path / "s", "r")
    assert not (tmp_path / "s").exists()


def at(data: st.DataObject, length: int) -> int:
    """A place in a file whose length differs from run to run by a few bytes."""
    return data.draw(st.integers(0, 999_999)) * length // 1_000_000


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of fifty blocks; not to be changed."""
    path = tmp_path_factory.mktemp("s") / "sound"
    snapshot.write(entries({f"a{i}": "block" for i in range(50)}), path, "r1")
    return path


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_snapshot_is_never_read(sound: Path, data: st.DataObject) -> None:
    good, path = sound.read_bytes(), sound.with_name("damaged")
    kind = data.draw(st.sampled_from(["cut", "flip", "junk"]))
    if kind == "cut":
        path.write_bytes(good[: at(data, len(good))])
    elif kind == "junk":
        path.write_bytes(data.draw(st.binary(max_size=300)))
    else:
        place = at(data, len(good))
        path.write_bytes(good[:place] + bytes([good[place] ^ (1 << data.draw(st.integers(0, 7)))]) + good[place + 1 :])
    try:
        read = snapshot.read(path)
    except InputError:
        return
    # a bit outside the data (padding, unused fields): then every answer is as before
    assert kind == "flip"
    assert read.rows == 50
    assert all(found is not None and found.action == Action.BLOCK
               for found in (read.find(snapshot.key64(f"a{i}"), 0) for i in range(50)))


@given(st.floats(0.5, 600), st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_rate_windows_never_give_more_than_rate_and_burst(rate: float, gaps: list[float]) -> None:
    rates, at, taken = Rates[str](), 0.0, []
    for gap in gaps:
        at += gap
        wait_s = rates.wait_s("a", rate, at)
        if wait_s == 0:
            rates.take("a", rate, at)
            taken.append(at)
        else:
            assert rates.wait_s("a", rate, at + wait_s + 1e-6) == 0  # what Retry-After promises
    most = max(1.0, rate * BURST_S / 60)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= most + (taken[last] - taken[first]) * rate / 60 + 1e-6


def test_rate_windows_are_bounded() -> None:
    rates = Rates[int](capacity=100)
    for key in range(10_000):
        rates.take(key, 1.0, at=0.0)
    assert len(rates) <= 100


def test_replays_are_few_short_and_bounded() -> None:
    replays, answer = Replays(capacity=10), Decision("allow", "allow", "enforce")
    replays.put((1, "r"), answer, 0.0)
    assert [replays.get((1, "r"), 1.0) for _ in range(REPLAYS + 1)] == [answer] * REPLAYS + [None]
    replays.put((1, "s"), answer, 0.0)
    assert replays.get((1, "s"), REPLAY_S + 0.1) is None
    assert replays.get((2, "s"), 1.0) is None
    for i in range(1000):
        replays.put((1, str(i)), answer, 2.0)
    assert len(replays) == len(replays._order) == 10
    replays.put((2, "r"), answer, 2.0 + REPLAY_S + 0.1)
    replays.put((3, "r"), answer, 2.0 + REPLAY_S + 0.1)
    assert len(replays) <= 10 - 2, "what is too old goes, two for each that comes"


def test_an_answer_that_was_repeated_too_often_stays_so_until_it_is_forgotten() -> None:
    replays, answer = Replays(capacity=2), Decision("allow", "allow", "enforce")
    for at in (0.0, 5.0, 10.0, 15.0):  # asked again and again, it is decided anew and not forgotten
        replays.put((1, "r"), answer, at)
        assert [replays.get((1, "r"), at) is answer for _ in range(REPLAYS + 1)] == [at == 0.0] * REPLAYS + [False]
    replays.put((2, "r"), answer, 16.0)
    replays.put((3, "r"), answer, 16.0)
    replays.put((1, "r"), answer, 16.0)
    assert replays.get((1, "r"), 16.0) is answer


def test_forgetting_holds_up_nobody() -> None:
    replays, answer = Replays(capacity=1000), Decision("allow", "allow", "enforce", ("r",))
    sizes = [0]
    for i in range(10_000):
        replays.put((i, str(i)), answer, i / 200 if i < 5000 else 100 + i / 200)
        sizes.append(len(replays))
    assert max(sizes) == 1000
    assert min(b - a for a, b in itertools.pairwise(sizes)) == -1, "each that comes takes two out at most"
    assert len(replays) == 1000


def decider(tmp_path: Path, rows: pa.Table, **options: Any) -> Decider:
    snapshot.write(rows, tmp_path / "s", "r1")
    made = Decider(**({"enforce": True} | options))
    made.snapshot = snapshot.read(tmp_path / "s")
    return made


def test_a_client_cannot_live_on_one_admitted_request(tmp_path: Path) -> None:
    for given_by_gateway, admitted in ((True, 1 + REPLAYS), (False, 1)):
        made = decider(tmp_path, entries({"ada": "throttle"}))
        asked = Question("decide", (("ada",),), "same", idempotent=given_by_gateway)
        told = [made.decide(asked)[0].decision for _ in range(20)]
        assert told == ["allow"] * admitted + ["throttle"] * (20 - admitted)


def test_a_repeated_id_answers_for_nobody_else(tmp_path: Path) -> None:
    made = decider(tmp_path, entries({"evil": "block"}))
    for who in ((("ada",),), (("ada",), ("evil",)), (("ada", "evil"),), (("ada", "bob"), ("evil",)), (("ada",), ("bob", "evil"))):
        told, repeated = made.decide(Question("decide", who, "same", idempotent=True))
        assert (told.decision, repeated) == ("block" if "evil" in str(who) else "allow", False)
        assert made.decide(Question("decide", who, "same", idempotent=True)) == (told, True)


def test_a_case_shares_one_rate(tmp_path: Path) -> None:
    rows = entries({f"a{i}": "throttle" for i in range(10)}, case_rate_per_min=12.0)  # two at once
    made = decider(tmp_path, rows)
    told = [made.decide(Question("decide", ((f"a{i}",),)))[0].decision for i in range(10)]
    assert told == ["allow"] * 2 + ["throttle"] * 8


def test_a_throttle_in_shadow_takes_nothing_from_an_enforced_one_of_its_case(tmp_path: Path) -> None:
    rows = entries({f"a{i}": "throttle" for i in range(4)}, case_rate_per_min=12.0)  # two at once
    rows = rows.set_column(2, "mode", pa.array(["shadow", "shadow", "enforce", "enforce"]))
    made = decider(tmp_path, rows)
    told = [made.decide(Question("decide", ((f"a{i % 4}",),)))[0] for i in range(8)]
    assert [one.decision for one in told] == ["allow"] * 6 + ["throttle"] * 2
    assert [one.would for one in told[4:6]] == ["throttle"] * 2, "what would be refused is still told"


def test_shadow_mode_refuses_nothing_and_tells_what_would_be(tmp_path: Path) -> None:
    rows = entries({action: action for action in ("throttle", "challenge", "restrict", "block")})
    for made in (decider(tmp_path, rows, enforce=False), decider(tmp_path, rows.set_column(2, "mode", pa.array(["shadow"] * 4)))):
        for name in ("challenge", "restrict", "block"):
            told, _ = made.decide(Question("decide", ((name,),)))
            assert (told.decision, told.would, told.mode, told.max_tokens) == ("allow", name, "shadow", 0)


def test_a_service_in_shadow_mode_says_so_of_everybody(tmp_path: Path) -> None:
    for enforce, mode in ((False, "shadow"), (True, "enforce")):
        told, _ = decider(tmp_path, entries({"ada": "block"}), enforce=enforce).decide(Question("decide", (("nobody",),)))
        assert (told.decision, told.mode) == ("allow", mode)


def test_an_allow_goes_before_all_of_its_principal_and_no_other(tmp_path: Path) -> None:
    rows = pa.concat_tables([entries({"ada": "block", "key": "block", "evil": "block"}), entries({"ada": "allow"})])
    made = decider(tmp_path, rows)
    assert made.decide(Question("decide", (("ada", "key"),)))[0].decision == "allow"
    assert made.decide(Question("envoy", (("ada",), ("evil",))))[0].decision == "block"


def test_of_two_of_a_kind_the_stricter_is_done_though_it_ends_first(tmp_path: Path) -> None:
    first, last = datetime(2030, 1, 2, tzinfo=UTC), datetime(2030, 1, 9, tzinfo=UTC)
    told = {"rate_per_min": 600.0, "max_tokens": 0, "case_id": "c-mild", "expires_at": last}
    rows = [row | told for row in entries({"ada": "throttle", "bob": "restrict", "owner": "throttle"}).to_pylist()]
    rows += entries({"ada": "throttle", "bob": "restrict", "key": "throttle"}, expires_at=first).to_pylist()
    made = decider(tmp_path, pa.Table.from_pylist(rows, snapshot.ENTRIES))
    for who in ("ada",), ("owner", "key"):
        assert [made.decide(Question("decide", (who,)))[0].decision for _ in range(2)] == ["allow", "throttle"]
    assert made.decide(Question("decide", (("bob",),)))[0].max_tokens == 64
    # once it has ended, the milder one goes on
    made.clock = Clock(wall=first.timestamp, steady=lambda: 0.0)
    assert made.decide(Question("decide", (("bob",),)))[0].case_id == "c-mild"


def test_beside_a_restriction_a_throttle_counts_and_who_cannot_restrict_carries_out_the_next(tmp_path: Path) -> None:
    restricted = dict.fromkeys(("slow", "doubted", "both", "key", "alone"), "restrict")
    throttled, challenged = dict.fromkeys(("slow", "both", "account"), "throttle"), dict.fromkeys(("doubted", "both"), "challenge")
    rows = pa.concat_tables([entries(restricted), entries(throttled), entries(challenged)])

    def told(who: tuple[tuple[str, ...], ...], restricts: bool, rows: pa.Table = rows, enforce: bool = True) -> list[str]:
        made = decider(tmp_path, rows, enforce=enforce)
        return [made.decide(Question("decide", who, restricts=restricts))[0].decision for _ in range(2)]

    for restricts, done in ((True, "restrict"), (False, "allow")):
        assert told((("alone",),), restricts) == [done] * 2
        assert told((("slow",),), restricts) == [done, "throttle"]
        assert told((("account", "key"),), restricts) == [done, "throttle"], "of the account, though its key is restricted"
        assert told((("slow",),), restricts, enforce=False) == ["allow"] * 2
        allowed = pa.concat_tables([rows, entries({"slow": "allow"})])
        assert told((("slow",), ("alone",)), restricts, allowed) == [done] * 2, "the throttle of who is allowed is none"
    assert [told(((name,),), True) for name in ("doubted", "both")] == [["restrict"] * 2, ["restrict", "throttle"]]
    assert [told(((name,),), False) for name in ("doubted", "both")] == [["challenge"] * 2] * 2


def test_actions_expire_by_the_clock(tmp_path: Path) -> None:
    wall, steady = [1000.0], [0.0]
    clock = Clock(wall=lambda: wall[0], steady=lambda: steady[0])
    rows = entries({"ada": "block"}, expires_at=datetime.fromtimestamp(1100, UTC))
    made = decider(tmp_path, rows, clock=clock)

    def told() -> str:
        clock.check()
        return made.decide(Question("decide", (("ada",),)))[0].decision

    assert told() == "block"
    wall[0] += 3600  # the wall clock jumps ahead: the action does not end
    assert told() == "block"
    assert clock.skew_s == 3600
    steady[0] += 101
    wall[0] -= 7200  # it jumps back, and the action's time is over: it does not come back
    assert told() == "allow"


def test_nobody_is_told_to_wait_beyond_the_end_of_a_throttle(tmp_path: Path) -> None:
    clock = Clock(wall=lambda: 1000.0, steady=lambda: 0.0)
    rows = entries({"ada": "throttle"}, rate_per_min=0.0, expires_at=datetime.fromtimestamp(1100, UTC))
    told, _ = decider(tmp_path, rows, clock=clock).decide(Question("decide", (("ada",),)))
    assert (told.decision, told.retry_after_s) == ("throttle", 100)


def test_the_clock_follows_drift_at_once_and_jumps_after_a_while() -> None:
    wall, steady = [1000.0], [0.0]
    clock = Clock(wall=lambda: wall[0], steady=lambda: steady[0])
    wall[0] += 1.5
    clock.check()
    assert clock.now() == 1001.5
    wall[0] += 3600
    for _ in range(3):
        clock.check()
    assert clock.now() == 1001.5
    steady[0] += HELD_S + 1
    wall[0] += HELD_S + 1
    clock.check()
    assert clock.now() == wall[0]


def test_identities_are_those_of_ingest() -> None:
    identities = Identities(KEY)
    assert identities.principal("ada", "org", "key") == (keyed(KEY, "ada"), keyed(KEY, "key"))
    assert identities.principal(None, "org", None) == (keyed(KEY, "org"),)
    assert identities.principal("", None, "key") == (keyed(KEY, "key"),)
    assert identities.principal(None, None, None) == ()


@pytest.mark.parametrize(
    "header",
    [b"Bearer sk-1", b"bearer   sk-1", b"BEARER sk-1 ", b"sk-1", b"Bearer x,Bearer sk-1", b"Basic sk-1", b"Token sk-1", b"Bearer\tsk-1",
     b"Bearer Bearer sk-1", b"Bearer sBearer k-1", b"AWS4-HMAC-SHA256 Credential=Bearer sk-1/20260101/x, SignedHeaders=host",
     b"AWS4-HMAC-SHA256 Credential=sk-1/20260101/x"],
)
def test_a_credential_is_found_however_it_is_written(header: bytes) -> None:
    found = Identities(KEY).of_credentials([(b"authorization", header), (b"x-api-key", b"other")])
    every = {identifier for principal in found for identifier in principal}
    assert {keyed(KEY, "sk-1"), keyed(KEY, "other")} <= every
    assert keyed(KEY, str(credential({"authorization": header.decode()}.get))) in every, "as ingest calls it"


NAMED = st.sampled_from([None, "", " ", "\t\n", "ada", "7"])


@given(NAMED, NAMED, NAMED, st.dictionaries(
    st.sampled_from([*HEADERS, "x-other"]), st.one_of(
        st.sampled_from(["Bearer sk-1", "bearer", " ", "a,b", f"realtime, {SUBPROTOCOL}sk-2", "X Credential=AK/2026, y"]),
        st.text("ab ,=/\t", max_size=12),
    ),
))
def test_whom_ingest_names_a_request_after_is_whom_the_service_seeks(
    account: str | None, org: str | None, key: str | None, headers: dict[str, str]
) -> None:
    identities, tenant = Identities(KEY), Tenant(KEY)
    told = {"account_id": account, "org_id": org, "key_id": key}
    assert parse_envelope(told, tenant)["account_id"] == next(iter(identities.principal(account, org, key)), None)
    ingested = parse_envelope({"account_id": " ", "key_id": " ", "headers": headers}, tenant)["account_id"]
    sought = identities.of_credentials([(name.encode(), value.encode()) for name, value in headers.items()])
    assert (ingested is None) is (sought == ()), "decided on, so ingested"
    assert ingested is None or ingested in {identifier for principal in sought for identifier in principal}


def test_a_credential_is_found_in_every_header_that_may_carry_one() -> None:
    for name in (b"x-litellm-api-key", b"ocp-apim-subscription-key", b"x-goog-api-key"):
        assert Identities(KEY).of_credentials([(name, b"sk-1")]) == (Identities(KEY).of_credential("sk-1"),)
    protocols = b"realtime, openai-insecure-api-key.sk-1, openai-beta.realtime-v1"
    assert Identities(KEY).of_credentials([(b"sec-websocket-protocol", protocols)]) == (Identities(KEY).of_credential("sk-1"),)
    assert Identities(KEY).of_credentials([(b"authorization", b"Bearer"), (b"sec-websocket-protocol", b"realtime")]) == ()


@pytest.mark.parametrize("apart", [False, True], ids=["with commas", "repeated"])
@pytest.mark.parametrize("place", [0, 7, -8, -1])
@pytest.mark.parametrize("n", [15, 16, 17, 5000])
def test_of_many_credentials_the_outermost_of_each_header_count(n: int, place: int, apart: bool) -> None:
    values = [b"k%d" % i for i in range(n)]
    values[place] = b"sk-1"
    headers = [(b"x-api-key", value) for value in values] if apart else [(b"x-api-key", b" ,, " + b",".join(values) + b", ,")]
    found = Identities(KEY).of_credentials([(b"api-key", b"one"), (b"other", b"two"), *headers, (b"authorization", b"Bearer three")])
    every = {identifier for principal in found for identifier in principal}
    assert {keyed(KEY, name) for name in ("one", "sk-1", "three")} <= every
    assert keyed(KEY, "two") not in every
    assert len(found) <= 4 * MANY
    assert n > MANY or len(found) == n + 2


def test_long_names_do_not_fill_the_memory() -> None:
    identities = Identities(KEY)
    assert identities.id("a" * 100_000) == identities.id("a" * LONGEST) == keyed(KEY, "a" * LONGEST)
    assert max(map(len, identities._cache)) == LONGEST


@given(st.text(max_size=700))
def test_nothing_can_be_injected_into_a_header(text: str) -> None:
    for decision in ("throttle", "challenge", "restrict", "block"):
        told = Decision(decision, decision, "enforce", [text], text, text, retry_after_s=3, verify_url=text)
        for name, value in answers.headers(told):
            assert all(0x20 <= byte <= 0x7E for byte in name + value)
            assert len(value) < 600
        told.verify_url, empty = "", told.verify_url
        assert b"uri" not in dict(answers.headers(told)).get(b"www-authenticate", b"")
        told.verify_url = empty
        challenge = dict(answers.headers(told)).get(b"www-authenticate", b'""')
        assert challenge.count(b'"') % 2 == 0
        for api in ("openai", "anthropic"):
            body = answers.body(told, api) if told.refused else b"{}"
            assert b"\n" not in body
            body.decode("ascii")


def test_a_case_link_is_quoted(tmp_path: Path) -> None:
    rows = entries({"ada": "block"}).set_column(4, "case_id", pa.array(["../admin?x=1#y\r\n"]))
    told, _ = decider(tmp_path, rows, case_url="https://guard.example/cases/{case_id}").decide(Question("decide", (("ada",),)))
    assert told.case_url == "https://guard.example/cases/..%2Fadmin%3Fx%3D1%23y%0D%0A"


def test_tokens(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    secret = tokens.create(path, "gateway", tokens.Role.DECIDE)
    gone = tokens.create(path, "old", tokens.Role.ADMIN, expires_at=1.0)
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret not in path.read_text()
    found = tokens.load(path).find(secret.encode())
    assert found is not None
    assert (found.name, found.role) == ("gateway", "decide")
    for wrong in (b"", gone.encode(), secret.encode()[:-1], secret.upper().encode()):
        assert tokens.load(path).find(wrong) is None
    with pytest.raises(InputError):
        tokens.create(path, "gateway", tokens.Role.ADMIN)
    tokens.revoke(path, "gateway")
    assert tokens.load(path).find(secret.encode()) is None


def test_tokens_are_changed_by_one_command_at_a_time(tmp_path: Path) -> None:
    """Else the later of two would write what it read before the other revoked a token."""
    path = tmp_path / "tokens.json"
    secret = tokens.create(path, "gateway", tokens.Role.DECIDE)
    link = tmp_path / "link.json"
    link.symlink_to(path)
    with folder_lock(tmp_path / "tokens.json.lock", "stillwatch token"):
        for change in (lambda: tokens.revoke(path, "gateway"), lambda: tokens.create(link, "other", tokens.Role.DECIDE)):
            with pytest.raises(InputError, match="another stillwatch token is writing"):
                change()
    assert tokens.load(path).find(secret.encode()) is not None
    with folder_lock(tmp_path, "service"):  # whose state the file may lie in
        tokens.revoke(path, "gateway")
    assert not tokens.load(path).rows


def test_to_revoke_a_token_of_a_mistyped_file_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file of tokens"):
        tokens.revoke(tmp_path / "stat" / "tokens.json", "gateway")
    assert not list(tmp_path.iterdir())


def record(n: int) -> Record:
    return Record(1e9, f"r{n}", "decide", "ada", "block", "block", "enforce", "r", "c", "1", "r1", 5)


def test_the_log_writes_all_and_only_once(tmp_path: Path) -> None:
    log = DecisionLog(FileSink(tmp_path / "d"))
    log.start()
    for n in range(2345):
        log.add(record(n))
    log.close()
    lines = "".join(path.read_text() for path in (tmp_path / "d").iterdir()).splitlines()
    assert (len(lines), len(set(lines)), log.written, log.dropped) == (2345, 2345, 2345, 0)


def test_a_torn_line_takes_no_other_with_it(tmp_path: Path) -> None:
    FileSink(tmp_path).write([record(0)])
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    for n in (1, 2):
        FileSink(tmp_path).write([record(n)])
    _, *whole = path.read_bytes().splitlines()
    assert [json.loads(line)["request_id"] for line in whole] == ["r1", "r2"]


def test_a_log_that_cannot_write_keeps_then_drops_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sink:
        full, got = True, list[Record]()

        def write(self, records: list[Record]) -> None:
            if self.full:
                raise OSError(28, "No space left on device")
            self.got += records

    monkeypatch.setattr(decision_log, "CAPACITY", 1000)
    sink = Sink()
    log = DecisionLog(sink)
    for n in range(1500):
        log.add(record(n))
    log._flush()
    assert (log.failures, log.dropped, log.written) == (1, 500, 0)
    sink.full = False
    log._flush()
    assert [row.request_id for row in sink.got] == [f"r{n}" for n in range(1000)]  # in order, none lost or twice


@pytest.mark.parametrize("bad", [{0}, {499}, {1199}, {0, 1, 2, 3, 700, 701, 1198}, set(range(0, 1199, 7))])
def test_a_row_that_cannot_be_written_holds_up_no_other(bad: set[int]) -> None:
    class Sink:
        def __init__(self) -> None:
            self.got: list[int] = []

        def write(self, records: list[Record]) -> None:
            if bad & {row.latency_us for row in records}:
                raise ValueError("no such row")
            self.got += [row.latency_us for row in records]

    sink = Sink()
    log = DecisionLog(sink)

    def add(n: int) -> None:
        log.add(Record(1e9, "q", "decide", "ada", "block", "block", "enforce", "r", "c", "1", "r1", n))

    for n in range(1200):
        add(n)
    with structlog.testing.capture_logs() as said:
        for _ in range(20):  # mostly one does
            log._flush()
        for n in range(1200, 1240):  # a last one that fails waits until another is written
            add(n)
            log._flush()
    assert sorted(sink.got) == sorted({*range(1240)} - bad)
    assert (log.written, log.dropped, log.waiting) == (len(sink.got), len(bad), 0)
    assert sum(line["dropped"] for line in said if "dropped" in line) == len(bad)


def test_what_is_written_again_after_a_failure_has_the_same_id() -> None:
    class Sink:
        def __init__(self) -> None:
            self.got: dict[str, str] = {}

        def write(self, records: list[Record]) -> None:
            again = {row.answer_id for row in records} <= self.got.keys()
            self.got |= {row.answer_id: row.request_id for row in records}
            if not again:
                raise OSError("written, and nobody heard of it")

    sink = Sink()
    log = DecisionLog(sink)
    for _ in range(3):
        log.add(record(1))
    log._flush()
    log._flush()
    assert (list(sink.got.values()), log.written) == (["r1"] * 3, 3)


def test_what_is_lost_at_the_end_is_told() -> None:
    class Sink:
        def write(self, records: list[Record]) -> None:
            raise OSError(28, "No space left on device")

    log = DecisionLog(Sink())
    log.start()
    for n in range(7):
        log.add(record(n))
    with structlog.testing.capture_logs() as said:
        log.close()
    assert log.dropped == 7
    [end] = [line for line in said if line["log_level"] == "error"]
    assert (end["dropped"], end["error"]) == (7, "OSError: [Errno 28] No space left on device")


def test_what_a_sink_that_hangs_has_in_hand_at_the_end_is_told() -> None:
    class Sink:
        held = threading.Event()

        def write(self, records: list[Record]) -> None:
            self.held.wait(60)

    sink = Sink()
    log = DecisionLog(sink)
    log.start()
    for n in range(700):
        log.add(record(n))
    with structlog.testing.capture_logs() as said:
        log.close(0.3)
    sink.held.set()
    assert log.dropped == 700
    assert [line["error"] for line in said if line.get("dropped") == 700] == ["nothing was answered within 0.3 s"]


def test_the_share_of_plain_allows_is_kept() -> None:
    random.seed(5)
    log = DecisionLog(FileSink(Path("unused")), allow_share=0.1)
    assert all(log.wants(False) for _ in range(100))
    kept = sum(log.wants(True) for _ in range(10_000))
    assert math.isclose(kept, 1000, abs_tol=150)


def test_a_run_folder_is_served_in_shadow_mode(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    verdicts = {"account_id": ["a", "b", "c"], "verdict": ["campaign", "review", "clear"], "campaign_id": ["c-1", "g-1", None],
                "score": [9.0, 3.0, 0.0], "reasons": [["x"], ["y"], []]}
    pq.write_table(pa.table(verdicts), tmp_path / "accounts.parquet")
    source = sources.RunSource(tmp_path)
    rows = {row["account_id"]: row for row in source.rows().to_pylist()}
    assert {name: (row["action"], row["mode"], row["case_id"]) for name, row in rows.items()} == {
        "a": ("block", "shadow", "c-1"), "b": ("observe", "shadow", "g-1"),
    }
    before = source.revision()
    pq.write_table(pa.table(verdicts).slice(0, 1), tmp_path / "accounts.parquet")
    assert source.revision() != before
    with pytest.raises(InputError):
        sources.RunSource(tmp_path / "none").revision()


# --- Deadlines -----------------------------------------------------------------------------------------------------


def test_only_what_takes_too_long_is_ended_and_one_timer_does_for_all() -> None:
    async def slow(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    async def scene() -> None:
        deadlines = Deadlines(0.15)
        begun = time.monotonic()
        found = await asyncio.gather(
            *(deadlines.within(slow(s)) for s in (0.0, 0.01, 60.0, 0.02, 60.0)), return_exceptions=True
        )
        assert [type(one) for one in found] == [float, float, TimeoutError, float, TimeoutError]
        assert 0.14 <= time.monotonic() - begun < 5
        assert not deadlines._waits
        assert deadlines._timer is None, "nobody waits, so nothing ticks"
        assert await deadlines.within(slow(0.0)) == 0.0, "and it begins again"

    asyncio.run(scene())


def test_a_cancellation_from_outside_is_no_deadline() -> None:
    async def scene() -> None:
        deadlines = Deadlines(5.0)
        task = asyncio.get_running_loop().create_task(deadlines.within(asyncio.sleep(60)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not deadlines._waits, "what is over is gone before its deadline"

    asyncio.run(scene())


def test_a_token_that_was_presented_still_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    secret, digest = tokens.new_secret()
    expires = time.time() + 60
    held = tokens.Tokens([tokens.Token("a", digest, tokens.Role.DECIDE, expires)])
    assert held.find(secret.encode()) is held.find(secret.encode()) is not None
    assert held.find(b"swt_other") is None
    assert len(held._found) == 1, "what is no token is not kept"
    assert held.find(secret.encode(), expires - 1) is not None
    assert held.find(secret.encode(), expires) is None
    monkeypatch.setattr(tokens.time, "time", lambda: expires)
    assert held.find(secret.encode()) is None


def test_grpc_listens_on_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    made = MagicMock(start=AsyncMock())
    grpc = MagicMock()
    grpc.aio.server.return_value = made
    monkeypatch.setattr(grpc_authz, "modules", lambda: (grpc, MagicMock(METHOD=("service", "Check"))))
    asyncio.run(grpc_authz.start(MagicMock(), Settings(host="::1", grpc_port=8081)))
    made.add_insecure_port.assert_called_once_with("[::1]:8081")
