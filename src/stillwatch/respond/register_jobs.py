"""What the commands of the allow-list, of appeals and of the audit log do."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from stillwatch.errors import InputError
from stillwatch.files import atomic_write
from stillwatch.respond import allow, appeals, audit, identifiers, lookup
from stillwatch.respond.acting import Args, as_json, days, limit, meant, reading, say, say_more, the_account, writing
from stillwatch.respond.schema import ActionRow, AuditRow
from stillwatch.respond.vocabulary import ActionState, Role, Subject
from stillwatch.terminal.counting import number_of


def add_allowed(args: Args) -> dict[str, Any]:
    """``allow add``."""
    subject, lasts = Subject(args.subject), timedelta(days=days(args))
    with reading(args, Role.APPROVER) as session:
        (named,) = meant(session, args, (subject, args.id))
        found = lookup.look_up(session, [named])  # before the write, for which others wait
    with writing(args) as change:
        lookup.store_facts(change, found)
        row = allow.add(change, *named, owner=args.owner, reason=args.reason, expires_at=change.now + lasts)
        n = identifiers.known(change.session, [named]).get(named, 0)
        accused = allow.accused(change.session, [named]).get(named, {})
    say(args, f"entry {row.allow_id}: {row.subject} {row.subject_id} until {row.expires_at:%Y-%m-%d %H:%M}", *_covers(subject, n, found))
    if accused:
        of_cases = [f"{case_id} ({number_of(n_accounts, 'account')})" for case_id, n_accounts in accused.items()]
        say(args, f"accused in {', '.join(of_cases[:5])}{' …' if len(of_cases) > 5 else ''}: while the entry lasts, no action touches whom"
                  " it covers")
    return as_json(row) | {"n_known": n, "accused": accused}


def _covers(subject: Subject, n: int, found: lookup.LookupResult) -> list[str]:
    """Whom an entry protects, in lines: one that is misspelt protects nobody, and nothing else would tell."""
    if subject is Subject.ORG and n:
        who = f"imports or {found.place}" if found.place else "imports"
        told = f"it covers {number_of(n, 'account')} that {who} told, others of it once an import or an action names them"
        return [told] + [found.fault] * bool(found.fault)
    return lookup.lines(found) or ["the store knows it"]


def list_allowed(args: Args) -> dict[str, Any]:
    """``allow list``."""
    most = limit(args, "entries")
    with reading(args) as session:
        found = allow.entries(session, datetime.now(UTC))
    rows, more = found[:most], len(found) > most
    say(args, *(f"{r.allow_id:>5}  {r.subject} {r.subject_id}  until {r.expires_at:%Y-%m-%d}  {r.owner}: {r.reason}" for r in rows))
    say_more(args, more=more)
    if not rows:
        say(args, "nobody is on the allow-list")
    return {"entries": [as_json(row) for row in rows], "more": more}


def revoke_allowed(args: Args) -> dict[str, Any]:
    """``allow revoke``."""
    with writing(args) as change:
        row = allow.revoke(change, args.entry, args.note)
    say(args, f"entry {row.allow_id}: {row.subject} {row.subject_id} is no longer allowed")
    return as_json(row)


def receive_appeal(args: Args) -> dict[str, Any]:
    """``appeal receive``."""
    with writing(args) as change:
        account = the_account(change.session, args)
        row = appeals.receive(change, args.about, account, args.statement)
    say(args, f"appeal {row.appeal_id} is open")
    return as_json(row)


def list_appeals(args: Args) -> dict[str, Any]:
    """``appeal list``."""
    most = limit(args, "appeals")
    with reading(args) as session:
        found = appeals.listed(session, state=None if args.all else appeals.OPEN)
    rows, more = found[:most], len(found) > most
    for row in rows:
        say(args, f"{row.appeal_id:>5}  {row.state:10} {row.case_id or row.action_id}  {row.account_id}  {row.received_at:%Y-%m-%d}",
            f"       {row.statement if len(row.statement) <= MOST_SHOWN else row.statement[:MOST_SHOWN] + ' … (--json has all)'}")
    say_more(args, more=more)
    if not rows:
        say(args, "no appeal was received" if args.all else "no appeal is open")
    return {"appeals": [as_json(row) for row in rows], "more": more}


def decide_appeal(args: Args) -> dict[str, Any]:
    """``appeal decide``."""
    with writing(args) as change:
        lifts = appeals.decide(change, args.appeal, overturned=args.outcome == "overturn", reason=args.reason)
    say(args, f"appeal {args.appeal}: {args.outcome}", *(_lift(row) for row in lifts))
    return {"appeal": args.appeal, "outcome": args.outcome, "lifts": [as_json(row) for row in lifts]}


MOST_SHOWN = 400
"""Characters of a statement that ``appeal list`` prints."""


def _lift(row: ActionRow) -> str:
    waits = f"; somebody else agrees with stillwatch actions approve {row.action_id}" if row.state == ActionState.PROPOSED else ""
    return f"{row.action_id}: lift of {row.lifts} is {row.state}{waits}"


def verify_log(args: Args) -> dict[str, Any]:
    """``audit-log verify``; faults are an error."""
    with reading(args, Role.ANALYST) as session:
        found = audit.verify(session, head=args.head)
    if not found.whole:
        raise InputError(f"the audit log is broken, or the store was changed past it: {'; '.join(found.faults)}")
    say(args, f"{number_of(found.n_rows, 'row')}, whole, and the state is as they say. Keep this outside of the database: {found.head}")
    if found.erasures:
        by = ", ".join(map(str, found.erasures))
        say(args, f"{number_of(found.n_erased, 'row')} changed by erasures, of which rows {by} tell")
    return {"rows": found.n_rows, "head": found.head, "whole": True, "erased_rows": found.n_erased, "erasures": list(found.erasures)}


def export_log(args: Args) -> dict[str, Any]:
    """``audit-log export``."""
    n = 0
    with reading(args, Role.ANALYST) as session, atomic_write(args.out) as partial, open(partial, "w", encoding="utf-8") as file:
        for row in session.scalars(select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=1000)):
            try:
                file.write(audit.canonical(as_json(row)) + "\n")
            except (TypeError, ValueError) as error:
                todo = "stillwatch audit-log verify tells what was changed"
                raise InputError(f"row {row.seq} holds what nobody wrote", where=args.out, todo=todo) from error
            n += 1
    say(args, f"{args.out}: {number_of(n, 'row')}")
    return {"file": str(args.out), "rows": n}
