"""What the commands do: open the store, act as somebody, print a few lines, return what ``--json`` prints."""

import argparse
import getpass
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.files import read_json, replacing, write_parquet
from stillwatch.respond import actions, allow, appeals, audit, cases, importing, policy, throttle
from stillwatch.respond.policy import DAY_S
from stillwatch.respond.runs import read_requests
from stillwatch.respond.schema import Account, ActionRow, Annotation, AuditRow, Campaign, Case, Member, User
from stillwatch.respond.store import DEFAULT_URL, Actor, Change, ForbiddenError, Store
from stillwatch.respond.vocabulary import OPEN_STATES, Action, ActionState, Mode, Reason, Role, Standing, State, Subject, Verdict

Args = argparse.Namespace


def actor(session: Session, name: str | None) -> Actor:
    """Who acts on the command line: with the role of the user of that name; an admin while the store has no users.

    Raises:
        ForbiddenError: the store has users, and this is none of them.
    """
    name = name or getpass.getuser()
    user = session.get(User, name)
    if user is None and session.scalars(select(User.name).limit(1)).first() is not None:
        raise ForbiddenError(f"{name} is no user of this store", todo="Pass --as NAME")
    if user is not None and user.disabled_at is not None:
        raise ForbiddenError(f"{name} is disabled")
    return Actor(name, Role.ADMIN if user is None else Role(user.role))


@contextmanager
def reading(args: Args) -> Iterator[Session]:
    """A reading of the store that the command names, by somebody who may."""
    store = Store.open(args.store or DEFAULT_URL, create=False)
    try:
        with store.read() as session:
            actor(session, args.actor)
            yield session
    finally:
        store.close()


@contextmanager
def writing(args: Args, *, create: bool = False) -> Iterator[Change]:
    """A write to the store that the command names, as who acts."""
    store = Store.open(args.store or DEFAULT_URL, create=create)
    try:
        with store.read() as session:
            who = actor(session, args.actor)
        with store.write(who) as change:
            yield change
    finally:
        store.close()


def _row(row: Any, *leave: str) -> dict[str, Any]:
    """A row as JSON."""
    found = {c.key: getattr(row, c.key) for c in inspect(type(row)).columns if c.key not in leave}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}


def _say(args: Args, *lines: str) -> None:
    if lines and not (args.quiet or args.json):
        print(*lines, sep="\n")


def _now() -> datetime:
    return datetime.now(UTC)


# --- Cases ---------------------------------------------------------------------------------------------------------


def import_run(args: Args) -> dict[str, Any]:
    """``cases import``."""
    store = Store.open(args.store or DEFAULT_URL)
    try:
        with store.read() as session:
            who = actor(session, args.actor)
        done = importing.import_run(store, who, args.run, data=args.data)
    finally:
        store.close()
    if done.known:
        _say(args, "imported before; nothing changed")
    else:
        if done.resumed:
            _say(args, f"{done.resumed} were stored by an import that was cut off; it is finished now")
        _say(args, f"{len(done.opened)} opened, {len(done.updated)} found again, {len(done.reopened)} reopened",
             *(f"{case_id}: {n} further accounts" for case_id, n in done.joined.items()))
        if done.kept_out:
            _say(args, f"{done.kept_out} accounts that people judged innocent were accused again; they stay excluded")
    return vars(done)


def list_cases(args: Args) -> dict[str, Any]:
    """``cases list``."""
    with reading(args) as session:
        states = tuple(map(State, args.state)) if args.state else tuple(OPEN_STATES)
        rows = cases.queue(session, states=states, limit=args.limit)
        counts = cases.counts(session)
    for row in rows:
        _say(args, f"{row.case_id:28} {row.state:15} {row.detected:9} {row.n_accounts:>7,} accounts {row.n_harvested:>10,} requests "
                   f"{row.loss:>12,.0f} tokens a day  {row.assignee or ''}")
    if not rows:
        _say(args, f"no case is {' or '.join(states)}")
    return {"cases": [_row(row, "details") for row in rows], "counts": counts}


def show_case(args: Args) -> dict[str, Any]:
    """``cases show``."""
    with reading(args) as session:
        row, now = cases.get(session, args.case), _now()
        people = cases.members(session, args.case)
        _, held_policy = policy.active(session)
        held = actions.in_force(session, now, case_id=args.case)
        pending = [a for a in actions.waiting(session) if a.case_id == args.case]
        notes = session.scalars(select(Annotation).where(Annotation.case_id == args.case).order_by(Annotation.annotation_id)).all()
        runs = session.scalars(select(Campaign).where(Campaign.case_id == args.case)).all()
        proved = cases.proofs(session, args.case)
        heard = appeals.listed(session, state=None, case_id=args.case)
        shown = people[:SHOWN]
        facts = {a.account_id: a for a in session.scalars(select(Account).where(Account.account_id.in_([m.account_id for m in shown])))}
        standings = {a.action_id: actions.standing(a, held_policy, now) for a in held}
        cleared = actions.cleared_and_held(session, now, args.case)
        result = {
            "case": _row(row), "members": [_row(m) for m in people],
            "actions": [_row(a) | {"standing": standings[a.action_id]} for a in held],
            "waiting": [_row(a) for a in pending], "annotations": [_row(n) for n in notes], "campaigns": [_row(c) for c in runs],
            "appeals": [_row(a) for a in heard], "uncovered": actions.uncovered(session, now, args.case) if held else [],
            "proofs": proved, "cleared_and_held": cleared,
        }  # fmt: skip
    _say(args, *_findings(row, people))
    _say(args, "accounts, most suspicious first:", *(_member(m, facts.get(m.account_id)) for m in shown))
    if len(people) > SHOWN:
        _say(args, f"  … and {len(people) - SHOWN:,} more (--json has all)")
    _say(args, *(_held(a, standings[a.action_id]) for a in held),
         *(f"waits for another person: {a.kind} ({a.mode}) by {a.proposed_by}; stillwatch actions approve {a.action_id}" for a in pending),
         *(f"appeal {a.appeal_id} of {a.account_id}: {a.state}" for a in heard),
         *(f"proof: {p['says']}; suspect {p['suspect']}; manifest.json {p['manifest_sha256']}" for p in proved),
         *(f"{n.at:%Y-%m-%d} {n.by}: {n.text}" for n in notes))
    _say(args, *(f"judged innocent and still under an action, {len(names):,} accounts: stillwatch actions undo {action_id} --reason "
                 f"false_positive{''.join(f' --account {name}' for name in names[:3])}{' …' if len(names) > 3 else ''}"
                 for action_id, names in cleared.items()))
    if result["uncovered"]:
        _say(args, f"{len(result['uncovered']):,} accounts are under no action of this case")
    return result


SHOWN = 20
"""Accounts that ``cases show`` prints."""


def _findings(row: Case, people: Sequence[Member]) -> Iterator[str]:
    """What detector and people say of a case, in lines; the same words as the report's (docs/report.md)."""
    yield f"{row.case_id}: {_words(row.state)}, with {row.assignee or 'nobody'}; verdict of people: {_words(row.verdict or 'none yet')}"
    # A run of traces alone has no calibrated evidence, and its score counts something else (docs/detection.md).
    means = _rarity(row.score) if row.details.get("evidence") else "of traces alone: excess in standard deviations"
    rarity = f"score {row.score:+.1f} ({means}), false-discovery rate {row.q_value:.2g}"
    yield f"verdict of the detector: {row.detected}, {rarity}; families that speak: {', '.join(row.views)}"
    if row.first_seen and row.last_seen:
        yield f"harvest from {row.first_seen:%Y-%m-%d %H:%M} to {row.last_seen:%Y-%m-%d %H:%M} UTC"
    gone, out = sum(not m.present for m in people), sum(m.excluded for m in people)
    yield (f"{row.n_accounts:,} accounts ({gone:,} no longer seen, {out:,} excluded), {row.n_harvested:,} of their {row.n_events:,} "
           f"requests harvested; at stake {row.loss:,.0f} answer tokens a day, weighted by the score")
    asked = [f"{_words(name)} {share:.0%}" for name, share in sorted(row.capabilities.items(), key=lambda c: -(c[1] or 0)) if share]
    if asked:
        yield f"asked for: {', '.join(asked[:4])}"
    spoken = sorted((e for e in row.details.get("evidence", []) if e.get("sentence") and (e.get("log_odds") or 0) > 0),
                    key=lambda e: -e["log_odds"])  # fmt: skip
    if spoken:
        yield "why, strongest first, with what each adds to the score:"
        yield from (f"  {e['log_odds']:+.1f}  {e['sentence']}{_observed(e)}" for e in spoken[:5])
    if row.details.get("not_accused"):
        yield "why nobody is accused:"
        yield from (f"  {why}" for why in row.details["not_accused"])
    innocent = sorted((e for e in row.explanations if e["score"] > 0), key=lambda e: (-e["score"], e["hypothesis"]))
    if innocent:
        yield "innocent explanations, fit from 0 to 1: " + ", ".join(f"{e['hypothesis']} {e['score']:.2f}" for e in innocent[:4])
    changes = row.details.get("changes") or []
    if changes:
        yield "what would change the verdict:"
        yield from (f"  {change}" for change in changes[:6])


def _words(name: str) -> str:
    return name.replace("_", " ")


def _rarity(score: float) -> str:
    """A score in words; it is no log-odds (docs/detection.md, section 5)."""
    times = math.exp(min(abs(score), 700.0))
    return f"{times:,.3g} times {'rarer' if score >= 0 else 'more common'} among innocent groups than the line to cross"


def _observed(entry: Mapping[str, Any]) -> str:
    seen, usual = entry.get("observed"), entry.get("expected")
    return "" if seen is None or usual is None else f" (observed {seen:.4g}, expected {usual:.4g})"


def _member(member: Member, facts: Account | None) -> str:
    """An account in a line, with what the registry and the log say of it."""
    told = ["excluded"] if member.excluded else [] if member.present else ["no longer seen"]
    if facts is not None:
        told += [facts.kind] if facts.kind else []
        told += ["verified"] if facts.verified else []
        told += [f"since {facts.created_at:%Y-%m-%d}"] if facts.created_at else []
        told += [f"{facts.n_events:,} requests"] if facts.n_events is not None else []
        told += [f"banned {facts.banned_at:%Y-%m-%d}"] if facts.banned_at else []
    return f"  {member.account_id:32} {member.score:+6.1f}  {', '.join(told)}".rstrip()


def _held(row: ActionRow, standing: str) -> str:
    """An action that took effect, in words that tell whether anything is done."""
    until = f"until {row.expires_at:%Y-%m-%d %H:%M} UTC" if row.expires_at else ""
    if standing == Standing.IN_FORCE:
        return f"in force: {row.kind} {row.action_id} {until}"
    whose = "action" if row.mode == Mode.SHADOW else "policy"
    return f"in shadow, recorded and not carried out (the {whose} is in shadow mode): {row.kind} {row.action_id} {until}"


def detach_proof(args: Args) -> dict[str, Any]:
    """``cases detach``."""
    with writing(args) as change:
        cases.detach(change, args.case, args.proof, args.note)
    _say(args, f"{args.case} names this proof no more")
    return {"case": args.case, "detached": args.proof}


def move_case(args: Args) -> dict[str, Any]:
    """``cases move``."""
    with writing(args) as change:
        verdict = None if args.verdict is None else Verdict(args.verdict)
        row = cases.move(change, args.case, State(args.state), verdict=verdict, note=args.note)
    _say(args, f"{row.case_id} is {row.state}")
    return _row(row, "details")


def assign_case(args: Args) -> dict[str, Any]:
    """``cases assign``."""
    with writing(args) as change:
        row = cases.assign(change, args.case, args.name)
    return _row(row, "details")


def note_case(args: Args) -> dict[str, Any]:
    """``cases note``."""
    with writing(args) as change:
        row = cases.annotate(change, args.case, args.text)
        change.session.flush()
    return _row(row)


def exclude_account(args: Args) -> dict[str, Any]:
    """``cases exclude``."""
    with writing(args) as change:
        return _row(cases.exclude(change, args.case, args.account, args.note))


def include_account(args: Args) -> dict[str, Any]:
    """``cases include``."""
    with writing(args) as change:
        return _row(cases.include(change, args.case, args.account, args.note))


def write_labels(args: Args) -> dict[str, Any]:
    """``cases labels``."""
    import pyarrow as pa

    from stillwatch.tables import TRUTH

    with reading(args) as session:
        rows = cases.labels(session)
    write_parquet(pa.Table.from_pylist(rows, TRUTH.schema), args.out)
    innocent = sum(row["campaign"] is None for row in rows)
    _say(args, f"{args.out}: {len(rows)} accounts, {innocent} of them innocent")
    return {"file": str(args.out), "n_accounts": len(rows), "n_innocent": innocent}


# --- Actions -------------------------------------------------------------------------------------------------------


def _subjects(args: Args) -> list[tuple[Subject, str]] | None:
    named = [(Subject.ACCOUNT, x) for x in args.account] + [(Subject.KEY, x) for x in args.key]
    return named or None


LONGEST_DAYS = 3650


def _days(args: Args) -> float:
    """``--days``, if it is a length of time.

    Raises:
        InputError: it is not.
    """
    if not 0 < args.days <= LONGEST_DAYS:
        raise InputError(f"{args.days:g} days are not between 0 and {LONGEST_DAYS}", where="--days")
    return float(args.days)


def _duration_s(args: Args) -> int | None:
    return None if args.days is None else round(_days(args) * DAY_S)


def _blast(seen: Mapping[str, Any]) -> list[str]:
    """A blast radius in lines; a lift has its subjects only."""
    if "n_accounts" not in seen:
        return [f"{seen['n_subjects']:,} subjects"]
    kinds, doubted = seen["by_kind"], seen["expected_innocent_by_kind"]
    cap = [f"the policy's cap: {seen['cap']:,}"] if "cap" in seen else []
    return [
        f"{seen['n_subjects']:,} subjects, {seen['n_accounts']:,} accounts: "
        + ", ".join(f"{n:,} {kind} ({_few(doubted[kind])} innocent)" for kind, n in sorted(kinds.items(), key=lambda kind: -kind[1])),
        f"innocents expected, by the false-discovery rate of the cases: {_few(seen['expected_innocent'])}",
        f"verified {seen['n_verified']:,}, contracted resellers {seen['n_contracted_resellers']:,}, older than a year "
        f"{seen['n_older_than_a_year']:,}, banned already {seen['n_already_banned']:,}, under another action "
        f"{seen['n_under_another_action']:,}; organisations told {seen['n_organisations']:,}",
        *([f"not known to the store: {seen['n_not_known']:,}; where tables hold keyed hashes, stillwatch identify tells that of a name"]
          if seen.get("n_not_known") else []),
        f"left out: {seen['n_allowed_left_out']:,} allowed, {seen['n_excluded_left_out']:,} excluded",
        "traffic unknown: the import had no --data" if seen["requests_per_day"] is None
        else f"{seen['requests_per_day']:,.0f} requests and {seen['output_tokens_per_day']:,.0f} answer tokens a day",
        *cap,
    ]


def _few(n: float) -> str:
    """A count that is expected; a small one is not none."""
    return "0" if n == 0 else f"{n:.1f}" if n >= 0.05 else "less than 0.1"


def list_actions(args: Args) -> dict[str, Any]:
    """``actions list``."""
    with reading(args) as session:
        rows, now = actions.waiting(session) if args.waiting else actions.in_force(session, _now()), _now()
        _, held = policy.active(session)
        stand = {row.action_id: actions.standing(row, held, now) for row in rows}
    for row in rows:
        n, until = row.blast.get("n_subjects", 0), "" if row.expires_at is None else f"until {row.expires_at:%Y-%m-%d %H:%M}"
        what = f"{_words(stand[row.action_id]):9} {row.kind:9} {row.mode:7}"
        _say(args, f"{row.action_id}  {what} {n:>7,} subjects  {row.case_id or ''}  by {row.proposed_by} {until}")
    if not rows:
        _say(args, "nothing waits for another person" if args.waiting else "no action holds")
    return {"actions": [_row(row) | {"standing": stand[row.action_id]} for row in rows]}


def show_action(args: Args) -> dict[str, Any]:
    """``actions show``."""
    with reading(args) as session:
        row = actions.get(session, args.action)
        said = actions.approvals(session, args.action)
        subjects = actions.targets(session, args.action, live=True)
        _, held = policy.active(session)
        stand = actions.standing(row, held, _now())
    named = [f"{subject}:{subject_id}" for subject, subject_id in subjects]
    result = {"action": _row(row) | {"standing": stand}, "approvals": [_row(a) for a in said], "subjects": named}
    _say(args, f"{row.action_id}: {row.kind} for {_words(row.reason)}, {_words(stand)} (proposed as {row.mode})", *_blast(row.blast),
         *(f"{a.actor}: {'yes' if a.approved else 'no'} {a.note}" for a in said))
    return result


def preview_action(args: Args) -> dict[str, Any]:
    """``actions preview``."""
    with reading(args) as session:
        seen = actions.preview(session, _now(), case_id=args.case, subjects=_subjects(args))
    _say(args, *_blast(seen))
    return seen


def propose_action(args: Args) -> dict[str, Any]:
    """``actions propose``."""
    with writing(args) as change:
        row = actions.propose(
            change, Action(args.kind), Reason(args.reason), case_id=args.case, subjects=_subjects(args),
            mode=None if args.mode is None else Mode(args.mode), duration_s=_duration_s(args), note=args.note,
            parameters=policy.written(args.parameters),
        )  # fmt: skip
        _, held = policy.active(change.session)
    return _told(args, row, held)


def _told(args: Args, row: ActionRow, held: policy.Policy) -> dict[str, Any]:
    stand = actions.standing(row, held, _now())
    if stand == ActionState.PROPOSED:
        said = f"{row.kind} ({row.mode}) waits for {row.needed_approvals} more person"
    elif stand == Standing.SHADOW:
        said = f"{row.kind} is in shadow: decisions record what it would have done, and nothing is carried out"
    else:
        said = f"{row.kind} is {_words(stand)}"
    _say(args, f"{row.action_id}: {said}")
    return _row(row) | {"standing": stand}


def approve_action(args: Args) -> dict[str, Any]:
    """``actions approve``."""
    with writing(args) as change:
        row = actions.approve(change, args.action, args.note)
        _, held = policy.active(change.session)
    return _told(args, row, held)


def reject_action(args: Args) -> dict[str, Any]:
    """``actions reject``."""
    with writing(args) as change:
        row = actions.reject(change, args.action, args.note)
        _, held = policy.active(change.session)
    return _told(args, row, held)


def undo_action(args: Args) -> dict[str, Any]:
    """``actions undo``."""
    with writing(args) as change:
        row = actions.undo(change, args.action, Reason(args.reason), subjects=_subjects(args), note=args.note)
        _, held = policy.active(change.session)
    return _told(args, row, held)


def renew_action(args: Args) -> dict[str, Any]:
    """``actions renew``."""
    with writing(args) as change:
        row = actions.renew(change, args.action, duration_s=_duration_s(args), note=args.note)
        _, held = policy.active(change.session)
    return _told(args, row, held)


def sweep_actions(args: Args) -> dict[str, Any]:
    """``actions sweep``."""
    with writing(args) as change:
        over = actions.sweep(change)
    _say(args, f"{len(over)} expired")
    return {"expired": over}


# --- Allow-list, appeals, policy, audit log ------------------------------------------------------------------------


def add_allowed(args: Args) -> dict[str, Any]:
    """``allow add``."""
    with writing(args) as change:
        until = change.now + timedelta(days=_days(args))
        row = allow.add(change, Subject(args.subject), args.id, owner=args.owner, reason=args.reason, expires_at=until)
    _say(args, f"entry {row.allow_id}: {row.subject} {row.subject_id} until {row.expires_at:%Y-%m-%d %H:%M}")
    return _row(row)


def list_allowed(args: Args) -> dict[str, Any]:
    """``allow list``."""
    with reading(args) as session:
        rows = allow.entries(session, _now())
    _say(args, *(f"{r.allow_id:>5}  {r.subject} {r.subject_id}  until {r.expires_at:%Y-%m-%d}  {r.owner}: {r.reason}" for r in rows))
    if not rows:
        _say(args, "nobody is on the allow-list")
    return {"entries": [_row(row) for row in rows]}


def revoke_allowed(args: Args) -> dict[str, Any]:
    """``allow revoke``."""
    with writing(args) as change:
        return _row(allow.revoke(change, args.entry, args.note))


def receive_appeal(args: Args) -> dict[str, Any]:
    """``appeal receive``."""
    with writing(args) as change:
        row = appeals.receive(change, args.case, args.account, args.statement)
    _say(args, f"appeal {row.appeal_id} is open")
    return _row(row)


def list_appeals(args: Args) -> dict[str, Any]:
    """``appeal list``."""
    with reading(args) as session:
        rows = appeals.listed(session, state=None if args.all else appeals.OPEN)
    _say(args, *(f"{r.appeal_id:>5}  {r.state:10} {r.case_id}  {r.account_id}  {r.received_at:%Y-%m-%d}" for r in rows))
    if not rows:
        _say(args, "no appeal was received" if args.all else "no appeal is open")
    return {"appeals": [_row(row) for row in rows]}


def decide_appeal(args: Args) -> dict[str, Any]:
    """``appeal decide``."""
    with writing(args) as change:
        lifts = appeals.decide(change, args.appeal, overturned=args.outcome == "overturn", reason=args.reason)
    _say(args, f"appeal {args.appeal}: {args.outcome}", *(f"{row.action_id}: lift of {row.lifts} is {row.state}" for row in lifts))
    return {"appeal": args.appeal, "outcome": args.outcome, "lifts": [_row(row) for row in lifts]}


def show_policy(args: Args) -> dict[str, Any]:
    """``policy show``."""
    with reading(args) as session:
        version, held = policy.active(session)
    result = {"version": version, "document": policy.document(held)}
    _say(args, json.dumps(result, indent=1))
    return result


def draft_policy(args: Args) -> dict[str, Any]:
    """``policy draft``."""
    told = read_json(args.file)
    if not isinstance(told, dict):
        raise InputError("not a JSON object", where=args.file)
    with writing(args, create=True) as change:
        row = policy.draft(change, policy.parse(told), args.note)
    _say(args, f"version {row.version}; promote it with: stillwatch policy promote {row.version} --note …")
    return _row(row)


OTHERS = 2000
"""Accounts of no case that throttles are tried on, to see what a rate does to customers."""
MOST_CASES = 50


def try_throttle(args: Args) -> dict[str, Any]:
    """``policy throttle``."""
    rates = tuple(args.rate) if args.rate else throttle.RATES
    if not all(math.isfinite(rate) and rate > 0 for rate in rates):
        raise InputError("a rate must be above 0", where="--rate", todo="Write requests a minute, such as 6 or 0.2")
    with reading(args) as session:
        version, held = policy.active(session)
        wanted = [cases.get(session, name) for name in args.case] if args.case else cases.queue(
            session, states=tuple(OPEN_STATES), limit=MOST_CASES
        )  # fmt: skip
        accounts = {case.case_id: [m.account_id for m in cases.members(session, case.case_id, acting_on=True)] for case in wanted}
    if args.policy is not None:
        told = read_json(args.policy)
        if not isinstance(told, dict):
            raise InputError("not a JSON object", where=args.policy)
        held, version = policy.parse(told), -1
    accused = sorted({name for names in accounts.values() for name in names})
    found, n_others = read_requests(args.data, accused, OTHERS)
    case_of = {name: case_id for case_id, names in accounts.items() for name in names}
    groups: dict[str, tuple[list[float], list[str]]] = {}
    for name, at_s, mine in zip(*(found[column].to_pylist() for column in ("account_id", "at_s", "wanted")), strict=True):
        times, who = groups.setdefault(case_of[name] if mine else "", ([], []))
        times.append(at_s)
        who.append(name)
    result: dict[str, Any] = {"policy_version": None if version < 0 else version, "cases": {}, "others": None, "n_others": n_others}
    for group in (*accounts, ""):
        times, who = groups.get(group, ([], []))
        sent = throttle.Requests(np.array(times, np.float64), who)
        rows = throttle.table(sent, rates, throttle.SHARES if group else ())
        own = throttle.of_policy(sent, held)
        what = {
            "n_accounts": len(set(who)), "n_requests": len(who), "per_min": sent.per_min,
            "policy": throttle.told(own), "tried": [throttle.told(row) for row in rows],
        }  # fmt: skip
        if group:
            result["cases"][group] = what
        else:
            result["others"] = what
        title = group or f"accounts of no such case ({what['n_accounts']:,} of {n_others:,}, by hash)"
        _say(args, f"{title}: {what['n_accounts']:,} accounts, {len(who):,} requests, {sent.per_min:.3g} a minute together",
             *(f"  {_limit(row):36} lets {_passed(row):>6} through; refuses {row.n_ever_refused:,} accounts at times" for row in rows),
             f"  {'the policy: ' + _limit(own):36} lets {_passed(own):>6} through; refuses {own.n_ever_refused:,} accounts at times")
    return result


def _limit(row: throttle.Tried) -> str:
    limits = (("each", row.each_per_min), ("together", row.together_per_min))
    return ", ".join(f"{whom} {rate:g} a minute" for whom, rate in limits if rate is not None)


def _passed(row: throttle.Tried) -> str:
    return "none" if row.share_passed is None else f"{row.share_passed:.1%}"


def promote_policy(args: Args) -> dict[str, Any]:
    """``policy promote``."""
    with writing(args) as change:
        row = policy.promote(change, args.version, args.note)
    _say(args, f"version {args.version} is in force")
    return {"version": policy.BUILT_IN} if row is None else _row(row)


def verify_log(args: Args) -> dict[str, Any]:
    """``audit-log verify``; faults are an error."""
    with reading(args) as session:
        found = audit.verify(session, head=args.head)
    if not found.whole:
        raise InputError(f"the audit log is broken: {'; '.join(found.faults)}")
    _say(args, f"{found.n_rows} rows, whole. Keep this outside of the database: {found.head}")
    return {"rows": found.n_rows, "head": found.head, "whole": True}


def export_log(args: Args) -> dict[str, Any]:
    """``audit-log export``."""
    n = 0
    with reading(args) as session, replacing(args.out) as partial, open(partial, "w", encoding="utf-8") as file:
        for row in session.scalars(select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=1000)):
            file.write(audit.canonical(_row(row)) + "\n")
            n += 1
    _say(args, f"{args.out}: {n} rows")
    return {"file": str(args.out), "rows": n}
