"""From people's decisions in the store to answers, and back into the store's log of decisions."""

import argparse
import asyncio
import contextlib
import hashlib
import io
import json
import os
import pickle
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import structlog

sys.path.append(str(Path(__file__).parents[1] / "respond"))

pytest.importorskip("granian")
pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")
from respond_postgres import copied, fresh, postgres, statement, store_url, templates
from serve_kit import DOCS, KEY, Service, call, running
from sqlalchemy import inspect, select, text, update

from ports import free_port
from stillwatch import cli
from stillwatch.errors import InputError
from stillwatch.keys import hashing
from stillwatch.keys.hashing import keyed
from stillwatch.respond import action_queries, actions, allow, policy, promotion, urls
from stillwatch.respond import tokens as token_store
from stillwatch.respond.schema import Account, ApiToken, AuditRow, DecisionRow, Key, User
from stillwatch.respond.store import Actor, Store, StoreError
from stillwatch.respond.vocabulary import Action, Mode, Reason, Role, Subject
from stillwatch.serve import identity, refresh, server, snapshot, tokens
from stillwatch.serve.clock import Clock
from stillwatch.serve.decider import Decider
from stillwatch.serve.decision_log import DecisionLog, Record
from stillwatch.serve.decisions import Action as Act
from stillwatch.serve.decisions import Question
from stillwatch.serve.refresh import CHANGES, SNAPSHOT, Builder, Refresher
from stillwatch.tables import ACCOUNT_VERDICTS
from stillwatch.workflows import naming, store_source
from stillwatch.workflows.store_source import StoreSink, StoreSource, StoreTokens

__all__ = ["copied", "fresh", "postgres", "store_url", "templates"]
ANA, BEN, CEM = Actor("ana", Role.ANALYST), Actor("ben", Role.APPROVER), Actor("cem", Role.APPROVER)
DEE, ADA = Actor("dee", Role.ADMIN), Actor("ada", Role.ADMIN)
REASON = next(iter(Reason))


def act(store: Store, kind: Action, *names: str, **options: Any) -> str:
    """An action on accounts that the service knows by these names."""
    subjects = [(Subject.ACCOUNT, keyed(KEY, name)) for name in names]
    with store.write(ANA) as change:
        made: str = actions.propose(change, kind, REASON, subjects=subjects, **options).action_id
    if kind is Action.BLOCK:
        with store.write(BEN) as change:
            actions.approve(change, made, "seen")
    return made


@pytest.fixture
def url(store_url: str) -> str:
    return store_url


@pytest.fixture
def store(url: str) -> Store:
    made = Store.open(url, create=False)
    with made.write(DEE) as change:
        enforced = policy.draft(change, policy.Policy(mode=Mode.ENFORCE), "enforce")
    with made.write(ADA) as change:
        promotion.promote(change, enforced.version, "enforce")
    return made


@pytest.fixture
def service(tmp_path: Path, url: str, store: Store) -> Iterator[Service]:
    made = Service(tmp_path / "service", "--store", url, "--enforce", "--log-allows", "1").start()
    yield made
    made.stop()


def test_a_block_takes_two_people_is_seen_within_seconds_and_can_be_undone(store: Store, service: Service) -> None:
    with store.write(ANA) as change:
        subjects = [(Subject.ACCOUNT, keyed(KEY, "eve"))]
        action = actions.propose(change, Action.BLOCK, REASON, subjects=subjects).action_id
    followed(service, store)
    assert service.decide("eve", request_id="one person")["decision"] == "allow"
    with store.write(BEN) as change:
        actions.approve(change, action, "seen")
    service.until(lambda: service.decide("eve")["decision"] == "block")
    with store.write(ANA) as change:
        lift = actions.undo(change, action, REASON, note="an appeal")
    if lift.action_id != action:
        with store.write(BEN) as change:
            actions.approve(change, lift.action_id, "agreed")
    service.until(lambda: service.decide("eve")["decision"] == "allow")
    service.until(lambda: _decisions(store, keyed(KEY, "eve")) >= {"allow", "block"})


def followed(service: Service, store: Store) -> None:
    """Wait until the service answers by what the store says now."""
    service.until(lambda: service.status()["snapshot"]["revision"] == str(store.revision()))


def _decisions(store: Store, account_id: str) -> set[str]:
    with store.read() as session:
        return set(session.scalars(select(DecisionRow.decision).where(DecisionRow.account_id == account_id)))


def test_every_action_of_the_store_and_its_parameters(store: Store, url: str, tmp_path: Path) -> None:
    for kind in Action:
        act(store, kind, str(kind))
    act(store, Action.THROTTLE, "slow", parameters={"requests_per_min": 2})
    act(store, Action.RESTRICT, "quiet", mode=Mode.SHADOW)
    until = datetime.now(UTC) + timedelta(days=1)
    act(store, Action.BLOCK, "friend")
    with store.write(CEM) as change:
        allow.add(change, Subject.ACCOUNT, keyed(KEY, "friend"), owner="cem", reason="a customer", expires_at=until)
    snapshot.write(StoreSource(url).rows(), tmp_path / "s", "r")
    read = snapshot.read(tmp_path / "s")

    def found(name: str) -> snapshot.Entry | None:
        return read.find(snapshot.key64(keyed(KEY, name)), time.time())

    entries = {name: found(name) for name in (*map(str, Action), "slow", "quiet", "friend")}
    assert all(entry is not None for entry in entries.values())
    told = {name: entry for name, entry in entries.items() if entry is not None}
    assert {name: entry.action for name, entry in told.items() if name in map(str, Action)} == {
        "observe": 1, "throttle": 2, "challenge": 3, "restrict": 4, "block": 5,
    }
    assert (told["throttle"].rate_per_min, told["slow"].rate_per_min) == (6, 2)
    assert (told["restrict"].max_tokens, told["restrict"].reasoning, told["restrict"].logprobs) == (1024, False, False)
    assert (told["block"].enforce, told["quiet"].enforce) == (True, False)
    assert told["block"].reason_code == REASON
    assert 29 * 86400 < told["block"].expires_at - time.time() < 31 * 86400
    assert told["friend"].action == 0  # the allow-list goes before any action
    later = read.find(snapshot.key64(keyed(KEY, "friend")), until.timestamp() + 1)
    assert later is not None
    assert later.action == 5


def test_a_weaker_action_holds_when_the_stronger_ends(store: Store, url: str, tmp_path: Path) -> None:
    """Without a new snapshot: the store may be away by then."""
    with store.write(ANA) as change:
        change.session.add(Key(key_id="k-eve", account_id=keyed(KEY, "eve")))
    act(store, Action.THROTTLE, "eve")
    act(store, Action.CHALLENGE, "eve", duration_s=3600)
    snapshot.write(StoreSource(url).rows(), tmp_path / "s", "r")
    read, now = snapshot.read(tmp_path / "s"), time.time()
    for name in (keyed(KEY, "eve"), identity.KEY + "k-eve"):
        held = [read.find(snapshot.key64(name), now + hours * 3600) for hours in (0, 2, 24 * 8)]
        assert [None if entry is None else entry.action for entry in held] == [Act.CHALLENGE, Act.THROTTLE, None]


def test_the_revision_follows_changes_only(store: Store, url: str) -> None:
    source = StoreSource(url)
    first = source.revision()
    assert source.revision() == first
    act(store, Action.THROTTLE, "eve")
    assert source.revision() != first


def test_changes_over_a_snapshot_say_what_a_new_one_would(store: Store, url: str, tmp_path: Path) -> None:
    """Whatever people do, one after the other and several at a time."""
    rng = random.Random(5)
    accounts, keys, orgs = ([f"{kind}-{i}" for i in range(n)] for kind, n in (("a", 40), ("k", 30), ("o", 3)))
    with store.write(ANA) as change:
        for i, name in enumerate(accounts):
            change.session.add(Account(account_id=name, org_id=orgs[i % 4] if i % 4 < 3 else None))
        change.session.flush()
        for i, name in enumerate(keys):
            change.session.add(Key(key_id=name, account_id=accounts[i]))
    made: list[str] = []
    allowed: list[int] = []

    def step() -> None:
        what = rng.choice(["act", "act", "key", "key", "undo", "allow", "revoke", "renew"])
        names = rng.sample(accounts, 3) if what != "key" else rng.sample([*keys, "k-unknown"], 2)
        subject = Subject.KEY if what == "key" else Subject.ACCOUNT
        with contextlib.suppress(InputError), store.write(ADA) as change:
            if what in ("act", "key"):
                kind = rng.choice([Action.OBSERVE, Action.THROTTLE, Action.CHALLENGE, Action.RESTRICT])
                options = {"mode": rng.choice([Mode.ENFORCE, Mode.SHADOW])}
                made.append(actions.propose(change, kind, REASON, subjects=[(subject, name) for name in names], **options).action_id)
            elif what == "undo" and made:
                some = rng.choice([None, [(Subject.ACCOUNT, name) for name in names]])
                actions.undo(change, rng.choice(made), REASON, subjects=some)
            elif what == "renew" and made:
                actions.renew(change, rng.choice(made), duration_s=3600)
            elif what == "allow":
                who = rng.choice([(Subject.ACCOUNT, names[0]), (Subject.ORG, rng.choice(orgs)), (Subject.KEY, rng.choice(keys))])
                until = change.now + timedelta(days=1)
                allowed.append(allow.add(change, *who, owner="dee", reason="known", expires_at=until).allow_id)
            elif what == "revoke" and allowed:
                allow.revoke(change, rng.choice(allowed), "over")

    for _ in range(30):
        step()
    builder, folder = Builder(StoreSource(url), tmp_path / "state"), tmp_path / "state"
    folder.mkdir()
    decider = Decider(enforce=True)
    refresher = Refresher(decider, folder, None)
    assert builder.build()
    refresher.look()
    written = (folder / SNAPSHOT).stat().st_mtime_ns
    n_different = 0
    for _ in range(25):
        for _ in range(rng.choice([1, 1, 3])):
            step()
        builder.build()
        refresher.look()
        snapshot.write(StoreSource(url).rows(), tmp_path / "whole", "r")
        whole, now = snapshot.read(tmp_path / "whole"), time.time()
        base = snapshot.read(folder / SNAPSHOT)
        assert decider.snapshot is not None
        for name in (*accounts, *keys, *orgs, "k-unknown", "nobody"):
            key = snapshot.key64(name)
            assert decider.snapshot.find(key, now) == whole.find(key, now), name
            assert _bare(decider.snapshot.enforced_of(key, now)) == _bare(whole.enforced_of(key, now)), name
            n_different += base.find(key, now) != whole.find(key, now)
    assert (folder / SNAPSHOT).stat().st_mtime_ns == written, "it was not written anew"
    assert n_different > 50, "changes were needed"
    assert decider.snapshot.revision == str(store.revision())

    with store.write(ADA) as change:  # which concerns everybody
        promotion.promote(change, policy.draft(change, policy.Policy(mode=Mode.SHADOW), "stop").version, "stop")
    builder.build()
    refresher.look()
    assert not (folder / CHANGES).exists()
    rows = [decider.snapshot.entry(row) for row in range(decider.snapshot.rows)]
    assert {entry.enforce for entry in rows if entry.action != Act.ALLOW} == {False}


def _bare(entries: list[snapshot.Entry]) -> list[tuple[int, float]]:
    return [(entry.action, entry.expires_at) for entry in entries]


def test_many_changes_are_a_new_snapshot(store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_source, "MAX_CHANGED", 3)
    builder = Builder(StoreSource(url), tmp_path)
    builder.build()
    for names, there in ((("a", "b", "c"), True), (("d",), False)):
        act(store, Action.THROTTLE, *names)
        assert builder.build()
        assert (tmp_path / CHANGES).exists() == there
    assert snapshot.read(tmp_path / SNAPSHOT).rows == 4
    assert not builder.build()


def test_changes_of_another_snapshot_count_for_nothing(store: Store, url: str, tmp_path: Path) -> None:
    decider = Decider(enforce=True)
    refresher, builder = Refresher(decider, tmp_path, None), Builder(StoreSource(url), tmp_path)
    key = snapshot.key64(keyed(KEY, "eve"))

    def action() -> str:
        refresher.look()
        found = decider.snapshot and decider.snapshot.find(key, time.time())
        return "" if found is None else Act(found.action).name

    act(store, Action.THROTTLE, "eve")
    builder.build()
    assert action() == "THROTTLE"
    act(store, Action.BLOCK, "eve")
    builder.build()
    assert action() == "BLOCK"
    kept = (tmp_path / CHANGES).read_bytes()
    old = (tmp_path / SNAPSHOT).read_bytes()
    Builder(StoreSource(url), tmp_path).build()  # it was started again
    assert action() == "BLOCK"
    (tmp_path / CHANGES).write_bytes(kept)
    assert action() == "BLOCK", "of another snapshot: what there is stays"
    (tmp_path / SNAPSHOT).write_bytes(old)
    assert action() == "BLOCK", "now they belong together again"
    (tmp_path / CHANGES).write_bytes(kept[:-40] + bytes(40))
    assert action() == "BLOCK"
    assert "snapshot" in str(refresher.status()["source_error"])
    late = Decider(enforce=True)
    Refresher(late, tmp_path, None).look()
    assert late.snapshot is not None, "a service that starts with damaged changes has the snapshot"


def test_a_lift_is_heard_although_a_file_could_not_be_read_once(
    store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decider = Decider(enforce=True)
    refresher, builder = Refresher(decider, tmp_path, None), Builder(StoreSource(url), tmp_path)
    key, read = snapshot.key64(keyed(KEY, "eve")), snapshot.read

    def held() -> bool:
        refresher.look()
        return decider.snapshot is not None and decider.snapshot.find(key, time.time()) is not None

    made = act(store, Action.THROTTLE, "eve")
    builder.build()
    assert held()

    def fails(path: Path, pause: Any = None) -> Any:
        raise InputError("not a snapshot (OSError: too many open files)", where=path)

    with store.write(ANA) as change:
        actions.undo(change, made, Reason.FALSE_POSITIVE)
    with store.write(ADA) as change:
        promotion.promote(change, 1, "again")  # the snapshot is written as a whole
    builder.build()
    monkeypatch.setattr(snapshot, "read", fails)
    assert held()
    assert "too many open files" in str(refresher.status()["source_error"])
    monkeypatch.setattr(snapshot, "read", read)
    assert not held()
    assert refresher.status()["source_error"] == ""


@pytest.mark.parametrize("name", [SNAPSHOT, CHANGES])
def test_what_is_damaged_or_gone_from_the_state_folder_is_written_anew(store: Store, url: str, tmp_path: Path, name: str) -> None:
    builder = Builder(StoreSource(url), tmp_path)
    builder.build()
    act(store, Action.THROTTLE, "eve")
    builder.build()
    assert not builder.build()
    (tmp_path / name).write_bytes(b"junk")
    decider = Decider(enforce=True)
    refresher = Refresher(decider, tmp_path, None)
    refresher.look()
    if name == CHANGES:
        made = decider.snapshot
        assert made is not None
        assert made.find(snapshot.key64(keyed(KEY, "eve")), time.time()) is None
    assert refresher.status()["source_error"] != "", "whatever the other file says"
    assert builder.build()
    refresher.look()
    assert decider.snapshot is not None
    assert decider.snapshot.find(snapshot.key64(keyed(KEY, "eve")), time.time()) is not None
    (tmp_path / SNAPSHOT).unlink()
    assert builder.build()


def test_a_clock_that_jumps_ends_no_action_and_no_entry_of_the_allow_list(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall, steady = [time.time()], [0.0]
    monkeypatch.setattr(store_source, "Clock", lambda: Clock(lambda: wall[0], lambda: steady[0]))
    made = act(store, Action.THROTTLE, "eve", "ada")
    with store.write(BEN) as change:
        allow.add(change, Subject.ACCOUNT, keyed(KEY, "ada"), owner="ana", reason="x", expires_at=change.now + timedelta(days=1))
    source = StoreSource(url)
    source.revision()
    for jumped_for, n in ((0.0, 3), (599.0, 3), (601.0, 0)):
        wall[0], steady[0] = time.time() + 40 * 86400 + jumped_for, jumped_for
        source._swept = -1e9
        source.revision()
        assert source.rows().num_rows == n
        with store.read() as session:
            assert action_queries.get(session, made).state == ("in_force" if n else "expired")


def test_a_start_with_a_clock_that_is_ahead_ends_no_action_for_good(store: Store, url: str) -> None:
    """Who corrects it within ten minutes has every action back: only then are those that are over marked so."""
    ahead_s = 40 * 86400
    wall, steady, start = [time.time() + ahead_s], [0.0], time.time()
    made = act(store, Action.BLOCK, "eve")
    clock = Clock(lambda: wall[0], lambda: steady[0])
    (sign,) = store_source.clock_warnings(clock, store)
    assert re.fullmatch(r"by this machine's clock \(.*\) 1 action ended while no service ran. If it is ahead, set it right .*", sign)
    source = StoreSource(url, clock)
    for passed_s, n in ((0, 0), (599, 0), (661, 0), (1198, 0), (1201, 1), (1300, 1)):
        steady[0], wall[0] = passed_s, start + passed_s + (ahead_s if passed_s < 599 else 0)
        source._swept = -1e9
        source.revision()
        assert source.rows().num_rows == n, passed_s
        with store.read() as session:
            assert action_queries.get(session, made).state == "in_force"


def test_a_service_that_is_restarted_every_few_minutes_marks_what_is_over(
    store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its starts count as one as long as nobody sets the clock, and the machine is not started anew."""
    wall, steady, state = [time.time() + 40 * 86400], [5000.0], tmp_path / "state"
    made = act(store, Action.BLOCK, "eve")
    monkeypatch.setattr("stillwatch.serve.clock.Clock", lambda: Clock(lambda: wall[0], lambda: steady[0]))

    def started(_: Any, source: StoreSource, *__: Any, clock: Clock, **___: Any) -> None:
        clock.keep(state / server.CLOCK)
        source.revision()

    monkeypatch.setattr(server, "run", started)
    for after_s, set_s, booted, is_over in (
        (0, 0, False, False), (500, 0, False, False), (500, 0, True, False), (500, 7200, False, False), (300, 0, False, False),
        (301, 0, False, True),
    ):
        wall[0] += after_s + set_s
        steady[0] = 10.0 if booted else steady[0] + after_s
        assert cli.main(["serve", "--store", url, "--state", str(state), "--no-console"]) == 0
        with store.read() as session:
            assert (action_queries.get(session, made).state == "expired") is is_over
        assert ("ended while no service ran" in capsys.readouterr().err) is not is_over
    (state / server.CLOCK).write_text('{"started_s": "soon"}')
    assert cli.main(["serve", "--store", url, "--state", str(state), "--no-console"]) == 0


def test_a_start_with_a_clock_that_is_behind_the_store_is_told(
    store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    act(store, Action.THROTTLE, "eve")
    wall, told = [time.time()], list[Clock]()
    monkeypatch.setattr("stillwatch.serve.clock.Clock", lambda: Clock(lambda: wall[0], lambda: 0.0))
    monkeypatch.setattr(server, "run", lambda *_, clock, **__: told.append(clock))
    for behind_s in (30, 7200):
        wall[0] = time.time() - behind_s
        assert cli.main(["serve", "--store", url, "--state", str(tmp_path / "state"), "--no-console"]) == 0
    assert [round(clock.behind_s, -1) for clock in told] == [0, 7200]
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "is behind the store's newest entry" in said


def test_a_builder_that_is_started_anew_takes_over_the_clock_of_the_service(
    store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[tuple[StoreSource, Clock]]()
    act(store, Action.THROTTLE, "eve")
    monkeypatch.setattr(server, "run", lambda _, source, *__, clock, **___: told.append((source, clock)))
    cli.main(["serve", "--store", url, "--state", str(tmp_path / "state"), "--no-console"])
    ((source, clock),) = told
    assert pickle.loads(pickle.dumps(source)).rows().num_rows == 1
    clock._offset += 40 * 86400  # by which the wall clock was set back since: a builder's own clock would follow it
    clock.check()
    assert pickle.loads(pickle.dumps(source)).rows().num_rows == 0


def test_an_account_is_no_key_of_the_same_number(store: Store, url: str, tmp_path: Path, service: Service) -> None:
    """Accounts, keys and organisations may all be numbered from 1 on: who is account 17 and who has key 17 are two customers."""
    one, other = keyed(KEY, "17"), keyed(KEY, "18")
    with store.write(ANA) as change:
        made = [
            actions.propose(change, Action.THROTTLE, REASON, subjects=[subject], parameters={"requests_per_min": 0}).action_id
            for subject in ((Subject.ACCOUNT, one), (Subject.KEY, other))
        ]
    with store.write(BEN) as change:
        for action_id in made:
            actions.approve(change, action_id)

    def stops(**who: str) -> bool:
        return bool(service.ask(who).json()["decision"] == "throttle")

    service.until(lambda: stops(account_id="17"))
    service.until(lambda: stops(key_id="18"))
    hashed: Any = {"hashed": True}
    for _ in range(2):
        assert stops(account_id="17", key_id="1")
        assert stops(key_id="17"), "whose it is nobody tells: it is its own account"
        assert not stops(account_id="18", key_id="17")
        assert not stops(account_id="18")
        assert stops(account_id="16", key_id="18")
        assert stops(account_id=one, **hashed)
        assert not stops(account_id=other, key_id=one, **hashed)
        assert stops(account_id=keyed(KEY, "x"), key_id=other, **hashed)
        with store.write(ADA) as change:
            promotion.promote(change, 1, "the snapshot as a whole")
        followed(service, store)
    with store.write(BEN) as change:
        allow.add(change, Subject.KEY, one, owner="ana", reason="x", expires_at=change.now + timedelta(days=1))
        allow.add(change, Subject.ACCOUNT, keyed(KEY, "20"), owner="ana", reason="x", expires_at=change.now + timedelta(days=1))
    with store.read() as session:
        seen = actions.preview(session, datetime.now(UTC), subjects=[(Subject.ACCOUNT, one), (Subject.KEY, keyed(KEY, "20"))])
    assert seen["n_allowed_left_out"] == 0
    followed(service, store)
    assert stops(account_id="17", key_id="1")


def test_a_revision_that_the_log_does_not_explain_is_refused(store: Store) -> None:
    before = store.revision()
    with pytest.raises(AssertionError, match="does not explain"), store.write(ADA) as change:
        change.bump()
    assert store.revision() == before


def test_decisions_are_stored_once(store: Store, url: str) -> None:
    def record(request_id: str, surface: str, answer_id: str) -> Record:
        return Record(1e9, request_id, surface, "someone", "block", "block", "enforce", "r", "", "3", "r1", 42, answer_id)

    sink = StoreSink(url)
    first = [record("a", "decide", "1"), record("b", "envoy", "2"), record("", "decide", "3"), record("", "decide", "4")]
    sink.write(first)
    sink.write([*first, record("a", "decide", "5")])
    with store.read() as session:
        every = session.scalars(select(DecisionRow)).all()
    assert sorted((row.answer_id, row.request_id) for row in every) == [("1", "a"), ("2", "b"), ("3", ""), ("4", ""), ("5", "a")]
    rows = {row.request_id: row for row in every}
    assert (rows["a"].account_id, rows["a"].key_id, rows["b"].account_id, rows["b"].key_id) == ("someone", None, None, "someone")
    assert (rows["a"].policy_version, rows["a"].latency_us, rows["a"].at.year) == (3, 42, 2001)


def test_a_client_that_repeats_its_request_id_hides_no_decision(store: Store, service: Service) -> None:
    for name in ("eve", "mal"):
        act(store, Action.BLOCK, hashlib.sha256(name.encode()).hexdigest())
    for name in ("eve", "mal"):
        service.until(lambda name=name: call(service.port, "/nginx", edge(service, name)).status == 403)
    before = service.status()["log"]["written"] + service.status()["log"]["waiting"]
    for name in ("eve", "mal") * 3:
        assert call(service.port, "/nginx", {**edge(service, name), "x-request-id": "same"}).status == 403
    service.until(lambda: service.status()["log"]["written"] == before + 6)
    with store.read() as session:
        whose = list(session.scalars(select(DecisionRow.key_id).where(DecisionRow.request_id == "same")))
    assert sorted(map(whose.count, set(whose))) == [3, 3]


def edge(service: Service, secret: str) -> dict[str, str]:
    return {"x-stillwatch-token": service.secrets["decide"], "x-api-key": secret}


def test_no_text_of_a_client_stops_the_log(store: Store, service: Service) -> None:
    """PostgreSQL holds no NUL, and SQLite no half of a surrogate pair; too long a name fits into no index."""
    token = {"x-stillwatch-token": service.secrets["decide"]}
    assert call(service.port, "/v1/decide", token, rb'{"account_id":"ada","request_id":"a\u0000b"}').status == 200
    assert call(service.port, "/v1/decide", token, rb'{"account_id":"ada","request_id":"a\u0000b"}').json()["request_id"] == "a\0b"
    litellm = rb'{"input_type":"request","request_data":{"user_api_key_user_id":"a"},"litellm_call_id":"c\u0000d"}'
    assert call(service.port, "/beta/litellm_basic_guardrail_api", token, litellm).status == 200
    service.until(lambda: service.status()["log"]["written"] == 2)
    sink, random_ = StoreSink(str(store.engine.url.render_as_string(hide_password=False))), random.Random(7)
    log = DecisionLog(sink)
    long = "".join(chr(random_.randrange(0x10000, 0x1ffff)) for _ in range(1024))
    for name in ("first", "x\0y", "\ud800", long, "last"):
        log.add(Record(1e9, name, "decide", name, "block", "block", "enforce", "r", "", "3", "r1", 42))
    log._flush()
    with store.read() as session:
        written = set(session.scalars(select(DecisionRow.request_id)))
    assert written - {long} == {"ab", "cd", "first", "xy", "?", "last"}
    assert log.dropped == (long not in written)


def test_a_store_that_goes_away_changes_no_answer(store: Store, url: str, service: Service, tmp_path: Path) -> None:
    act(store, Action.BLOCK, "eve")
    service.until(lambda: service.decide("eve")["decision"] == "block")
    gateway, own = made(url, "edge"), service.tokens.read_bytes()
    service.until(lambda: call(service.port, "/v1/decide", {"x-stillwatch-token": gateway}, {"account_id": "eve"}).status == 200)
    store.engine.dispose()
    server, _, name = url.rpartition("/")
    if url.startswith("sqlite"):
        for file in ("store.db", "store.db-wal", "store.db-shm"):
            with contextlib.suppress(FileNotFoundError):
                (tmp_path / file).rename(tmp_path / file.replace("store", "gone"))
        (tmp_path / "store.db").mkdir()  # nothing can be opened here
    else:
        statement(server, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        statement(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    service.until(lambda: service.decide("eve")["decision"] != "block" or service.status()["source_unreachable_s"] > 0)
    assert [service.decide("eve")["decision"] for _ in range(5)] == ["block"] * 5
    service.stop()
    service.tokens.unlink()  # those of the store do
    service.start()
    assert call(service.port, "/v1/decide", {"x-stillwatch-token": gateway}, {"account_id": "eve"}).json()["decision"] == "block"
    assert service.process is not None
    service.stop()
    service.tokens.write_bytes(own)
    if url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'gone.db'}"
        service.options[service.options.index("--store") + 1] = url
    else:
        statement(server, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    service.start()
    back = Store.open(url)
    act(back, Action.BLOCK, "mal")
    # until the builder has read the store again
    service.until(lambda: service.decide("eve")["decision"] != "block" or service.decide("mal")["decision"] == "block")
    assert [service.decide(who)["decision"] for who in ("eve", "mal")] == ["block", "block"]
    back.close()


def test_what_hangs_holds_up_neither_snapshots_nor_the_end_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store may stop answering without closing a connection."""
    monkeypatch.setattr(refresh, "LOOK_S", 0.05)
    decider, hanging = Decider(), threading.Event()
    refresher = Refresher(decider, tmp_path, None, 0.02, also=lambda: hanging.wait(60) and None)

    async def served() -> dict[str, Any]:
        watching = asyncio.create_task(refresher.run())
        while not refresher.status()["source_unreachable_s"]:
            await asyncio.sleep(0.01)
        told = refresher.status()
        pa_rows = pa.table({name: ["eve"] for name in ("account_id", "reason_code")} | {"action": ["block"], "mode": ["enforce"]})
        snapshot.write(pa_rows, tmp_path / SNAPSHOT, "later")
        while decider.snapshot is None:
            await asyncio.sleep(0.01)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        return told

    try:
        told = asyncio.run(asyncio.wait_for(served(), 20))
    finally:
        hanging.set()
    assert told["source_error"]
    assert decider.snapshot is not None


def test_a_builder_that_says_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "SILENT_S", 0.1)
    refresher = Refresher(Decider(), tmp_path, StoreSource(f"sqlite:///{tmp_path / 'a.db'}"), 0.05)
    refresher._process = argparse.Namespace(is_alive=lambda: True)
    for at in (1.0, 2.0):
        (tmp_path / refresh.BUILDER).write_text(json.dumps({"at": at, "revision": "1"}))
        refresher.look()
        assert not refresher.status()["source_unreachable_s"]
        time.sleep(0.2)
        refresher.look()
        assert refresher.status()["source_unreachable_s"] > 0.1
        assert refresher.status()["source_error"]


def test_a_kept_snapshot_is_there_before_its_source_is_said_to_be_away(tmp_path: Path) -> None:
    source = StoreSource(f"sqlite:///{tmp_path / 'a.db'}")
    rows = pa.table({name: ["x"] for name in ("account_id", "reason_code")} | {"action": ["block"], "mode": ["enforce"]})
    snapshot.write(rows, tmp_path / SNAPSHOT, "kept", source=source.name)
    (tmp_path / refresh.BUILDER).write_text(json.dumps({"at": 1.0, "error": "no store", "since": 1.0}))
    refresher = Refresher(Decider(), tmp_path, source)
    refresher._process = argparse.Namespace(is_alive=lambda: True)
    with structlog.testing.capture_logs() as logs:
        refresher.look()
    (told,) = [row["event"] for row in logs if row["log_level"] == "error"]
    assert "the last snapshot stays" in told


@pytest.mark.real_peer
def test_a_store_that_hangs_changes_no_answer(fresh: Callable[..., str], tmp_path: Path) -> None:
    """And does not keep the service from its end."""
    url = fresh()
    store = Store.open(url)
    act(store, Action.THROTTLE, "eve")
    service, pids = Service(tmp_path / "service", "--store", url).start(), list[int]()
    try:
        service.until(lambda: service.decide("eve")["reasons"] == [REASON])
        with store.connect() as connection:
            others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            pids += connection.execute(text(others)).scalars()
        store.close()
        assert pids
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        service.until(lambda: service.status()["source_unreachable_s"] > 0)
        assert service.decide("eve")["reasons"] == [REASON]
        before = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - before < 20
    finally:
        if service.process is not None:
            service.stop(signal.SIGKILL)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_with_a_store_that_hangs_a_service_starts_with_what_it_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pg8000")
    monkeypatch.setattr(urls, "CONNECT_S", 0.2)
    kept = tmp_path / "kept.json"
    tokens.save(kept, [tokens.Token("edge", tokens.new_secret()[1], tokens.Role.DECIDE)])
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"postgresql://u@127.0.0.1:{server.getsockname()[1]}/x"
        assert [token.name for token in StoreTokens(url, tmp_path / "none.json", kept).read().rows] == ["edge"]
        for use in (StoreSource(url).revision, lambda: StoreSink(url).write([])):
            with pytest.raises(StoreError):
                use()


def test_a_store_that_is_not_there_is_no_empty_one(tmp_path: Path) -> None:
    """Else a wrong path, or a file that was moved away, would lift every block."""
    url = f"sqlite:///{tmp_path / 'nothing.db'}"
    tokens.create(tmp_path / "tokens.json", "x", tokens.Role.DECIDE)
    command = [sys.executable, "-m", "stillwatch", "serve", "--store", url, "--tokens", str(tmp_path / "tokens.json"),
               "--state", str(tmp_path / "state"), "--port", str(free_port())]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stderr.count("\n")) == (1, 1), said.stderr
    assert "no store" in said.stderr
    for use in (StoreSource(url).revision, lambda: StoreSink(url).write([])):
        with pytest.raises(StoreError, match="no store"):
            use()
    assert not (tmp_path / "nothing.db").exists()


def made(url: str, name: str, *options: str, code: int = 0) -> str:
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        found = cli.main(["token", name, "--store", url, *options])
    assert found == code, complained.getvalue()
    assert complained.getvalue().count("\n") == code
    return (complained if code else said).getvalue().strip()


def test_tokens_of_the_store_work_beside_those_of_the_file(store: Store, url: str, service: Service) -> None:
    asked = {"account_id": "eve"}

    def status(secret: str, path: str = "/v1/decide") -> int:
        return call(service.port, path, {"x-stillwatch-token": secret}, asked if path == "/v1/decide" else None).status

    gateway, monitor = made(url, "envoy-eu"), made(url, "prometheus", "--role", "metrics", "--days", "1")
    service.until(lambda: (status(gateway), status(monitor)) == (200, 403))  # both are known
    assert status(service.secrets["decide"]) == 200
    assert (status(monitor), status(monitor, "/metrics"), status(gateway, "/metrics")) == (403, 200, 403)
    assert "is, or was" in made(url, "envoy-eu", code=1)
    made(url, "envoy-eu", "--revoke")
    service.until(lambda: status(gateway) == 401)
    assert "no such token" in made(url, "envoy-eu", "--revoke", code=1)
    assert "is, or was" in made(url, "envoy-eu", code=1), "the log tells tokens by name"
    assert (status(service.secrets["decide"]), status(monitor, "/metrics")) == (200, 200)
    with store.read() as session:
        log = [(row.action, row.object) for row in session.scalars(select(AuditRow).where(AuditRow.action.like("token.%")))]
        held = session.scalars(select(ApiToken)).all()
        rows = (*held, *session.scalars(select(AuditRow)))
        everything = repr([[getattr(row, column.key) for column in inspect(type(row)).columns] for row in rows])
    assert log == [("token.add", "envoy-eu"), ("token.add", "prometheus"), ("token.revoke", "envoy-eu")]
    assert gateway not in everything
    assert monitor not in everything


def test_every_command_finds_the_store_named_in_the_environment(
    store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLWATCH_STORE", url)
    found: dict[str, Any] = {}

    def walk(parser: argparse.ArgumentParser) -> None:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for sub in action.choices.values():
                    walk(sub)
            elif "--store" in action.option_strings and action.metavar == "URL":  # distill has files of answers
                found[parser.prog.split(maxsplit=1)[1]] = action.default

    walk(cli.parser())
    assert {"cases list", "serve", "token", "console", "webhooks add"} <= found.keys()
    assert set(found.values()) == {url}, found

    act(store, Action.BLOCK, "eve")
    said = subprocess.run([sys.executable, "-m", "stillwatch", "token", "edge"], capture_output=True, text=True, cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert not (tmp_path / "stillwatch-tokens.json").exists()
    (tmp_path / "tenant.key").write_text(KEY.hex())
    port = free_port()
    command = [sys.executable, "-m", "stillwatch", "serve", "--enforce", "--drain-s", "0", "--port", str(port),
               "--key-file", "tenant.key"]
    with running(command, tmp_path, port):
        answer = call(port, "/v1/decide", {"x-stillwatch-token": said.stdout.strip()}, {"account_id": "eve"})
        assert (answer.status, answer.json()["decision"]) == (200, "block")


def test_a_service_with_another_key_than_the_stores_says_so(
    url: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    act(store, Action.BLOCK, "eve")
    with store.write(DEE) as change:
        change.meta.key_check = hashing.key_check(KEY)
    monkeypatch.chdir(tmp_path)
    told: list[bool] = []
    monkeypatch.setattr(server, "run", lambda *_, other_key, **__: told.append(other_key))
    for key in (KEY, bytes(32)):
        (tmp_path / "some.key").write_text(key.hex())
        assert cli.main(["serve", "--store", url, "--enforce", "--key-file", "some.key", "--no-console"]) == 0
    assert told == [False, True]
    Builder(StoreSource(url), tmp_path).build()
    for other_key in told:
        refresher = Refresher(Decider(), tmp_path, None, keyed=True, enforce=True, other_key=other_key)
        capsys.readouterr()
        refresher.look()
        for place in (refresher.status()["warning"], *capsys.readouterr()):  # the log on standard output, the terminal's line
            assert ("hashed with another key" in place) == other_key


@pytest.mark.parametrize("explicit", [False, True])
def test_a_run_is_served_with_the_tokens_that_token_makes(
    explicit: bool, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of the store that the environment names; with --tokens those of the file alone."""
    monkeypatch.setenv("STILLWATCH_STORE", url)
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.table({"account_id": ["a"], "verdict": ["campaign"], "campaign_id": ["c-1"]}), tmp_path / "accounts.parquet")
    served: list[Any] = []

    def run(settings: server.Settings, *_: Any, token_source: tokens.TokenSource | None = None) -> None:
        served.append(token_source or tokens.TokenFile(settings.tokens))

    monkeypatch.setattr(server, "run", run)
    option = ["--tokens", "own.json"] if explicit else []
    secrets = []
    for more in ([], ["--tokens", "own.json"]):
        assert cli.main(["token", "edge", *more]) == 0
        secrets.append(capsys.readouterr().out.strip().encode())
    (tmp_path / "stillwatch-serve").mkdir()  # which the service makes
    assert cli.main(["serve", "--run", ".", *option]) == 0
    assert [served[0].read().find(secret) is not None for secret in secrets] == [not explicit, explicit]


@pytest.mark.parametrize("place", ["store", "file"])
def test_tokens_are_listed_without_their_secrets(place: str, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--store", url] if place == "store" else ["--tokens", str(tmp_path / "tokens.json")]
    for told in (["edge"], ["monitor", "--role", "metrics", "--days", "1"], ["old"], ["old", "--revoke"]):
        assert cli.main(["token", *told, *where]) == 0
    secret = capsys.readouterr().out.split()[0]
    assert cli.main(["token", "--list", *where]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [(name, role, end) for name, role, end, _ in lines] == [
        ("edge", "decide", "never"), ("monitor", "metrics", "expires"), ("old", "decide", "revoked"),
    ][: 3 if place == "store" else 2]
    assert cli.main(["token", "--list", "--json", *where]) == 0
    rows = json.loads(capsys.readouterr().out)["tokens"]
    assert [(row["name"], row["expires_at"] is None) for row in rows[:2]] == [("edge", True), ("monitor", False)]
    assert secret not in str(rows)
    assert hashlib.sha256(secret.encode()).hexdigest() not in str(rows)
    for wrong in ([], ["edge", "--list"], ["--list", "--revoke"]):
        assert cli.main(["token", *wrong, *where]) == 1
        assert "NAME or --list, one of them" in capsys.readouterr().err


def test_only_an_admin_makes_tokens(store: Store, url: str, tmp_path: Path) -> None:
    with store.write(DEE) as change:
        change.session.add(User(name="ben", role="approver", created_at=change.now))
        change.session.add(User(name="dee", role="admin", created_at=change.now))
    assert "needs admin" in made(url, "x", "--as", "ben", code=1)
    assert "no user" in made(url, "x", "--as", "eve", code=1)
    secret = made(url, "x", "--as", "dee")
    assert "needs admin" in made(url, "x", "--as", "ben", "--revoke", code=1)
    assert cli.main(["token", "--list", "--store", url, "--as", "ben"]) == 1
    assert StoreTokens(url, Path("nowhere"), tmp_path / "kept").read().find(secret.encode()) is not None
    for days in ("0", "-1", "nan", "inf"):
        assert "days" in made(url, "y", "--as", "dee", "--days", days, code=1)


def test_where_tokens_come_from(store: Store, url: str, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    source = StoreTokens(url, path, tmp_path / "kept.json")
    with pytest.raises(InputError, match="no tokens"):
        source.read()
    now = datetime.now(UTC)
    with store.write(DEE) as change:
        token_store.add(change, "a", hashlib.sha256(b"a").hexdigest(), "decide")
        token_store.add(change, "b", hashlib.sha256(b"b").hexdigest(), "admin", now + timedelta(hours=1))
    with store.write(DEE) as change:
        token_store.revoke(change, "a")
    assert source.read().find(b"a") is None, "revoked"
    assert source.read().find(b"b") is not None
    with store.connect(writing=True) as connection:
        connection.execute(update(ApiToken).values(expires_at=now - timedelta(seconds=1)))
    assert source.read().find(b"b") is None, "expired"
    secret = tokens.create(path, "c", tokens.Role.DECIDE)
    assert source.read().find(secret.encode()) is not None, "a file that came later"
    path.unlink()
    with pytest.raises(InputError, match="no file"):
        source.read()  # a file that is gone is no revocation: the service keeps what it had


def test_a_builder_that_ended_with_the_service_is_not_started_again(url: str, tmp_path: Path) -> None:
    refresher = Refresher(Decider(), tmp_path, StoreSource(url))
    refresher._process = dead = argparse.Namespace(is_alive=lambda: False, exitcode=-15)
    refresher.ending = True
    refresher.look()
    assert refresher._process is dead


def test_a_snapshot_of_another_source_is_not_served(tmp_path: Path) -> None:
    """Whoever tried a run first, or another store, must not refuse that one's accounts."""
    other, mine = StoreSource(f"sqlite:///{tmp_path / 'other.db'}"), StoreSource(f"sqlite:///{tmp_path / 'mine.db'}")
    rows = pa.table({"account_id": ["eve"], "action": ["block"], "mode": ["enforce"], "reason_code": ["x"]})
    decider, told = Decider(enforce=True), Question("decide", (("eve",),))
    for source, served in ((other, False), (mine, True), (None, True)):
        snapshot.write(rows, tmp_path / SNAPSHOT, "1", source=None if source is None else source.name)
        refresher = Refresher(decider, tmp_path, mine)
        refresher._process = argparse.Namespace(is_alive=lambda: True)  # no builder writes over it meanwhile
        refresher.look()
        assert (decider.snapshot is not None) == served
        assert decider.decide(told)[0].decision == ("block" if served else "allow")
        decider.snapshot = None
    assert "secret" not in StoreSource("postgresql://ana:secret@db/stillwatch").name


def test_a_customers_name_leads_to_its_case_and_actions(store: Store, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables hold keyed hashes; support knows the name, or only the API key that the customer sends."""
    key_file = tmp_path / "tenant.key"
    key_file.write_text(KEY.hex())
    action = act(store, Action.THROTTLE, "eve")
    command = ["identify", "--key-file", str(key_file), "--store", url]
    assert cli.main([*command, "eve", "nobody"]) == 0
    told = capsys.readouterr().out
    assert f"eve: {keyed(KEY, 'eve')}\n  cases: none\n  actions: {action} (throttle, in_force)\n" in told
    assert f"nobody: {keyed(KEY, 'nobody')}\n  cases: none\n  actions: none\n" in told
    assert cli.main([*command, "--api-key", "sk-secret"]) == 0
    told = capsys.readouterr().out
    assert keyed(KEY, hashlib.sha256(b"sk-secret").hexdigest()) in told
    assert keyed(KEY, "sk-secret") in told
    assert "sk-secret" not in told
    assert cli.main(["identify", "--key-file", str(tmp_path / "absent"), "--store", url, "eve"]) == 1
    assert "no such key file" in capsys.readouterr().err
    assert not (tmp_path / "absent").exists()


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a run of hashed accounts that accuses C1 and 7, lists C3 for review and clears C4, and its key."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_text(KEY.hex())
    finds = [("C3", "review", "c-b"), ("C1", "campaign", "c-a"), ("7", "campaign", "c-a"), ("C4", "clear", None)]
    rows = [{"account_id": keyed(KEY, name), "verdict": verdict, "campaign_id": campaign, "score": 1.0, "reasons": []}
            for name, verdict, campaign in finds]
    (tmp_path / "run").mkdir()
    pq.write_table(pa.Table.from_pylist(rows, ACCOUNT_VERDICTS.schema), tmp_path / "run" / "accounts.parquet")
    return tmp_path


@pytest.mark.parametrize(("name", "content"), [
    ("list.txt", "C4\nC3\n\nC1\r\n7\n"), ("one.csv", '"account_id"\nC3\nC1\n7.0\n'),
    ("many.csv", "\ufeffemail;User_ID\nx;C3\ny; C1\nz;7\nw;\n"),
    ("a.jsonl", '{"account_id": "C3"}\n{"user_id": "C1"}\n{"account_id": 7.0}\n{"x": 1}\n'),
    ("a.parquet", pa.table({"account_id": ["C1", "C3", "7", None]})),
], ids=str)
def test_names_of_a_file_lead_from_a_find_to_whose_accounts_it_has(
    found: Path, name: str, content: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = found / name
    pq.write_table(content, path) if isinstance(content, pa.Table) else path.write_text(content)
    command = ["identify", "--names", name, "--run", "run", "--key-file", "key"]
    assert cli.main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["verdict"], row["campaign_id"]) for row in told["accounts"]] == [
        ("7", "campaign", "c-a"), ("C1", "campaign", "c-a"), ("C3", "review", "c-b"),
    ]
    assert (told["n_accused"], told["n_named"], told["n_not_named"]) == (2, 3, 0)
    assert cli.main(command) == 0
    *rows, counts = [line for line in capsys.readouterr().out.splitlines() if "can be read" not in line]
    assert rows[1].split() == ["C1", keyed(KEY, "C1"), "campaign", "c-a"]
    assert counts == f"2 accounts accused, 1 for review; of these 3 named in {name}, 0 not"


def test_whom_the_file_does_not_name_stays_in_the_list(shared_machine: None, found: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found / "few.txt").write_text("C3\n")
    command = ["identify", "--run", "run", "--key-file", "key"]
    assert cli.main([*command, "--names", "few.txt", "--out", "who.csv"]) == 0
    assert capsys.readouterr().out == "2 accounts accused, 1 for review; of these 1 named in few.txt, 2 not\n"
    lost = sorted(keyed(KEY, name) for name in ("C1", "7"))
    assert (found / "who.csv").read_text().splitlines() == [
        "name,account_id,verdict,campaign_id", *(f",{id_},campaign,c-a" for id_ in lost), f"C3,{keyed(KEY, 'C3')},review,c-b",
    ]
    assert (found / "who.csv").stat().st_mode & 0o777 == 0o600
    rows = [dict.fromkeys(naming.FIELDS, "") | {"name": name} for name in ("=1+1\u202e", "\t=1+1", "＝1+1", "\r=1+1")]
    naming.write_csv(rows, found / "odd.csv")
    assert (found / "odd.csv").read_text().splitlines()[1:] == ["'=1+1⟦U+202E⟧,,,", "'\t=1+1,,,", "'＝1+1,,,", "⟦U+000D⟧=1+1,,,"]


@pytest.mark.parametrize(("words", "said"), [
    (("--names", "a.txt"), "--names FILE and --run RUN go together"), (("--run", "run"), "go together"), (("--out", "x"), "go together"),
    (("C1", "--names", "a.txt", "--run", "run"), "go together"), (("--names", "no.csv", "--run", "run"), "no such file: no.csv"),
    (("--names", "a.txt", "--run", "no"), "no such run folder: no"), (("--names", "run", "--run", "run"), "no such file: run"),
    (("--names", "b.csv", "--run", "run"), "no column account_id: b.csv. It has: kundennr, mail. Name it so, or pass a list"),
    (("--names", "a.txt", "--run", "run"), "none of the accounts that the run found is named in it: a.txt. Where ingest hashed"),
    (("--names", "a.txt", "--run", "run", "--key-file", "other"), "none of the accounts that the run found is named in it: a.txt. Is it"),
    (("--names", "a.txt", "--run", "run", "--key-file", "no"), "no such key file: no"),
], ids=str)
def test_names_that_cannot_be_joined_are_one_line(
    found: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (found / "a.txt").write_text("C1\n")
    (found / "b.csv").write_text("Kundennr;mail\nC1;x\n")
    (found / "other").write_text(bytes(32).hex())
    assert cli.main(["identify", *words]) == 1
    error = capsys.readouterr().err
    assert (error.count("\n"), said in error) == (1, True), error


def test_without_a_key_names_are_told_as_a_service_without_one_takes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(tmp_path / "store.db")]
    Store.open(store[1]).close()
    assert cli.main(["identify", *store, "eve"]) == 0
    assert capsys.readouterr().out.startswith("eve: eve\n")
    assert cli.main(["identify", *store, "--api-key", "sk-secret"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"API key: {hashlib.sha256(b'sk-secret').hexdigest()}\n")


def test_the_documented_trial(tmp_path: Path) -> None:
    """A newcomer's first commands, with no run and no store; then the second request within a minute is refused."""
    text = DOCS.read_text().partition("<!-- tested: try it -->\n```sh\n")[2].partition("```")[0]
    *lines, last = text.strip().splitlines()
    assert last == "stillwatch serve --enforce"
    own = f'stillwatch() {{ {sys.executable} -m stillwatch "$@"; }}'
    done = subprocess.run(["bash", "-ec", "\n".join([own, *lines])], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    secret = done.stdout.split()[0]
    port = free_port()
    command = [sys.executable, "-m", "stillwatch", "serve", "--enforce", "--port", str(port), "--deadline-ms", "20000"]
    with running(command, tmp_path, port, STILLWATCH_STORE="sqlite:///stillwatch.db"):
        deadline = time.monotonic() + 60
        while call(port, "/readyz").status != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        header = {"x-stillwatch-token": secret}
        first, second = (call(port, "/v1/decide", header, {"account_id": "ada", "request_id": f"r{i}"}).json() for i in range(2))
    assert (first["decision"], second["decision"], second["refusal"]["status"]) == ("allow", "throttle", 429)


@pytest.mark.parametrize(("modes", "enforce", "said"), [
    (["shadow"], True, "no action is enforced"), (["enforce", "shadow"], False, "without --enforce"),
    (["enforce", "shadow"], True, ""), (["shadow"], False, ""), ([], True, ""),
])
def test_where_nothing_is_done_it_is_told(modes: list[str], enforce: bool, said: str, tmp_path: Path) -> None:
    """Three have to say enforce: the action, the policy (the snapshot has both as one) and the service."""
    n = len(modes)
    rows = pa.table({"account_id": pa.array([f"a{i}" for i in range(n)], pa.string()), "action": pa.array(["block"] * n, pa.string()),
                     "mode": pa.array(modes, pa.string()), "reason_code": pa.array(["x"] * n, pa.string())})
    snapshot.write(rows, tmp_path / SNAPSHOT, "1")
    refresher = Refresher(Decider(), tmp_path, None, enforce=enforce)
    refresher.look()
    told = refresher.status()["warning"]
    assert said in told if said else told == ""
    # and one that is enforced since, over the snapshot
    base = snapshot.read(tmp_path / SNAPSHOT)
    more = rows.slice(0, min(n, 1)).set_column(2, "mode", pa.array(["enforce"] * min(n, 1), pa.string()))
    snapshot.write(more, tmp_path / CHANGES, "2", base=base.digest, names=more["account_id"].to_pylist())
    refresher.look()
    assert bool(refresher.status()["warning"]) == (n > 0 and not enforce)


def test_an_action_without_a_case_stands_for_itself(store: Store, url: str, service: Service) -> None:
    """Its name is what the client can appeal; and its accounts share the rate that a case's would."""
    made = act(store, Action.THROTTLE, "ann", "bea", parameters={"requests_per_min": 600, "case_requests_per_min": 1})
    service.until(lambda: service.decide("ann", request_id=str(time.time())).get("case_id") == made)
    answers = [service.decide(name, request_id=name) for name in ("ann", "bea")]
    assert [answer["decision"] for answer in answers] == ["throttle", "throttle"], "one more of either would be the second in a minute"
    assert answers[0]["refusal"]["headers"]["x-guard-case"] == f"https://guard.example/cases/{made}"
    service.until(lambda: made in _cases(store))
    assert cli.main(["appeal", "receive", made, keyed(KEY, "ann"), "--statement", "why?", "--store", url, "--as", "ana"]) == 0


def _cases(store: Store) -> set[str | None]:
    with store.read() as session:
        return set(session.scalars(select(DecisionRow.case_id)))


@pytest.mark.parametrize(("names", "keyed_", "said"), [
    ([keyed(KEY, "eve"), keyed(KEY, "ada")], False, "no --key-file"), (["eve", "ada"], True, "in the clear"),
    ([keyed(KEY, "eve")], True, ""), (["eve"], False, ""), ([], False, ""),
])
def test_names_that_can_never_be_found_are_told(
    names: list[str], keyed_: bool, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the tenant's key every question about a hashed table is about nobody, and so every answer is allow."""
    n = len(names)
    rows = pa.table({"account_id": pa.array(names, pa.string()), "action": pa.array(["block"] * n, pa.string()),
                     "mode": pa.array(["enforce"] * n, pa.string()), "reason_code": pa.array(["x"] * n, pa.string())})
    snapshot.write(rows, tmp_path / SNAPSHOT, "1")
    for enforce in (False, True):
        refresher = Refresher(Decider(), tmp_path, None, keyed=keyed_, enforce=enforce)
        refresher.look()
        refresher.look()
        told = refresher.status()["warning"]
        assert said in told if said else "found" not in told
        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("stillwatch: --enforce, and yet nobody is")]
        assert len(lines) == (enforce and said != ""), "at the terminal, once"
        assert all(said in line for line in lines)
