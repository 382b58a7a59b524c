"""What the commands do: open the store, act as somebody, print a few lines, return what ``--json`` prints."""

import argparse
import getpass
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.files import read_json, replacing, write_parquet
from stillwatch.respond import actions, allow, appeals, audit, cases, importing, policy
from stillwatch.respond.policy import DAY_S
from stillwatch.respond.schema import Annotation, AuditRow, Campaign, User
from stillwatch.respond.store import DEFAULT_URL, Actor, Change, ForbiddenError, Store
from stillwatch.respond.vocabulary import OPEN_STATES, Action, Mode, Reason, Role, State, Subject, Verdict

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
    if not (args.quiet or args.json):
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
    return {"cases": [_row(row, "details") for row in rows], "counts": counts}


def show_case(args: Args) -> dict[str, Any]:
    """``cases show``."""
    with reading(args) as session:
        row = cases.get(session, args.case)
        people = cases.members(session, args.case)
        held = actions.in_force(session, _now(), case_id=args.case)
        pending = [a for a in actions.waiting(session) if a.case_id == args.case]
        notes = session.scalars(select(Annotation).where(Annotation.case_id == args.case).order_by(Annotation.annotation_id)).all()
        runs = session.scalars(select(Campaign).where(Campaign.case_id == args.case)).all()
        proved = cases.proofs(session, args.case)
        result = {
            "case": _row(row), "members": [_row(m) for m in people], "actions": [_row(a) for a in held],
            "waiting": [_row(a) for a in pending], "annotations": [_row(n) for n in notes], "campaigns": [_row(c) for c in runs],
            "appeals": [_row(a) for a in appeals.listed(session, state=None, case_id=args.case)],
            "uncovered": actions.uncovered(session, _now(), args.case) if held else [], "proofs": proved,
        }  # fmt: skip
    _say(args, f"{row.case_id}  {row.state}  verdict: {row.verdict or 'none'}  assignee: {row.assignee or 'nobody'}",
         f"{row.detected}, log-odds {row.score:.2f}, q {row.q_value:.2g}, views {', '.join(row.views)}",
         f"{row.n_accounts:,} accounts, {row.n_harvested:,} of {row.n_events:,} requests, {row.loss:,.0f} tokens a day at stake")
    spoken = sorted((e for e in row.details.get("evidence", []) if e.get("sentence") and (e.get("log_odds") or 0) > 0),
                    key=lambda e: -e["log_odds"])  # fmt: skip
    innocent = sorted((e for e in row.explanations if e["score"] > 0), key=lambda e: (-e["score"], e["hypothesis"]))
    _say(args, *(f"  +{e['log_odds']:.1f}  {e['sentence']}" for e in spoken[:5]))
    if innocent:
        _say(args, "innocent explanations: " + ", ".join(f"{e['hypothesis']} {e['score']:.2f}" for e in innocent[:4]))
    _say(args, *(f"  {m.account_id:32} {m.score:7.2f}  {_standing(m)}" for m in people[:20]))
    if len(people) > 20:
        _say(args, f"  … and {len(people) - 20:,} more (--json has all)")
    _say(args, *(f"in force: {a.action_id} {a.kind} ({a.mode}) until {a.expires_at}" for a in held),
         *(f"waiting:  {a.action_id} {a.kind} by {a.proposed_by}" for a in pending), *(f"{n.at:%Y-%m-%d} {n.by}: {n.text}" for n in notes))
    _say(args, *(f"proof:    {p['says']}; suspect {p['suspect']}; manifest.json {p['manifest_sha256']}" for p in proved))
    if result["uncovered"]:
        _say(args, f"{len(result['uncovered']):,} accounts are under no action yet")
    return result


def detach_proof(args: Args) -> dict[str, Any]:
    """``cases detach``."""
    with writing(args) as change:
        cases.detach(change, args.case, args.proof, args.note)
    _say(args, f"{args.case} names this proof no more")
    return {"case": args.case, "detached": args.proof}


def _standing(member: Any) -> str:
    return "excluded" if member.excluded else "" if member.present else "gone"


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


def _duration_s(args: Args) -> int | None:
    return None if args.days is None else round(args.days * DAY_S)


def _blast(seen: Mapping[str, Any]) -> list[str]:
    """A blast radius in lines; a lift has its subjects only."""
    if "n_accounts" not in seen:
        return [f"{seen['n_subjects']:,} subjects"]
    kinds, doubted = seen["by_kind"], seen["expected_innocent_by_kind"]
    cap = [f"the policy's cap: {seen['cap']:,}"] if "cap" in seen else []
    return [
        f"{seen['n_subjects']:,} subjects, {seen['n_accounts']:,} accounts: "
        + ", ".join(f"{n:,} {kind} ({doubted[kind]:.1f} innocent)" for kind, n in sorted(kinds.items(), key=lambda kind: -kind[1])),
        f"innocents expected, by the scores: {seen['expected_innocent']:.1f}",
        f"verified {seen['n_verified']:,}, contracted resellers {seen['n_contracted_resellers']:,}, older than a year "
        f"{seen['n_older_than_a_year']:,}, banned already {seen['n_already_banned']:,}, under another action "
        f"{seen['n_under_another_action']:,}; of {seen['n_organisations']:,} organisations",
        f"left out: {seen['n_allowed_left_out']:,} allowed, {seen['n_excluded_left_out']:,} excluded",
        "traffic unknown: the import had no --data" if seen["requests_per_day"] is None
        else f"{seen['requests_per_day']:,.0f} requests and {seen['output_tokens_per_day']:,.0f} answer tokens a day",
        *cap,
    ]


def list_actions(args: Args) -> dict[str, Any]:
    """``actions list``."""
    with reading(args) as session:
        rows = actions.waiting(session) if args.waiting else actions.in_force(session, _now())
    for row in rows:
        n, until = row.blast.get("n_subjects", 0), "" if row.expires_at is None else f"until {row.expires_at:%Y-%m-%d %H:%M}"
        _say(args, f"{row.action_id}  {row.kind:9} {row.mode:7} {n:>7,} subjects  {row.case_id or ''}  by {row.proposed_by} {until}")
    return {"actions": [_row(row) for row in rows]}


def show_action(args: Args) -> dict[str, Any]:
    """``actions show``."""
    with reading(args) as session:
        row = actions.get(session, args.action)
        said = actions.approvals(session, args.action)
        subjects = actions.targets(session, args.action, live=True)
    result = {"action": _row(row), "approvals": [_row(a) for a in said], "subjects": [f"{s}:{i}" for s, i in subjects]}
    _say(args, f"{row.action_id}  {row.kind}  {row.state}  {row.mode}  {row.reason}", *_blast(row.blast),
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
        )  # fmt: skip
    return _told(args, row)


def _told(args: Args, row: Any) -> dict[str, Any]:
    waits = f", waits for {row.needed_approvals} more person" if row.state == "proposed" else ""
    _say(args, f"{row.action_id}: {row.kind} ({row.mode}) is {row.state}{waits}")
    return _row(row)


def approve_action(args: Args) -> dict[str, Any]:
    """``actions approve``."""
    with writing(args) as change:
        row = actions.approve(change, args.action, args.note)
    return _told(args, row)


def reject_action(args: Args) -> dict[str, Any]:
    """``actions reject``."""
    with writing(args) as change:
        row = actions.reject(change, args.action, args.note)
    return _told(args, row)


def undo_action(args: Args) -> dict[str, Any]:
    """``actions undo``."""
    with writing(args) as change:
        row = actions.undo(change, args.action, Reason(args.reason), subjects=_subjects(args), note=args.note)
    return _told(args, row)


def renew_action(args: Args) -> dict[str, Any]:
    """``actions renew``."""
    with writing(args) as change:
        row = actions.renew(change, args.action, duration_s=_duration_s(args), note=args.note)
    return _told(args, row)


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
        until = change.now + timedelta(days=args.days)
        row = allow.add(change, Subject(args.subject), args.id, owner=args.owner, reason=args.reason, expires_at=until)
    _say(args, f"entry {row.allow_id}: {row.subject} {row.subject_id} until {row.expires_at:%Y-%m-%d %H:%M}")
    return _row(row)


def list_allowed(args: Args) -> dict[str, Any]:
    """``allow list``."""
    with reading(args) as session:
        rows = allow.entries(session, _now())
    _say(args, *(f"{r.allow_id:>5}  {r.subject} {r.subject_id}  until {r.expires_at:%Y-%m-%d}  {r.owner}: {r.reason}" for r in rows))
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


def promote_policy(args: Args) -> dict[str, Any]:
    """``policy promote``."""
    with writing(args) as change:
        row = policy.promote(change, args.version, args.note)
    _say(args, f"version {row.version} is in force")
    return _row(row)


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
