"""What the commands of logged decisions do."""

from datetime import UTC, datetime, timedelta
from typing import Any

from stillwatch.respond import decisions, identifiers
from stillwatch.respond.acting import Args, actor, as_json, days, head, limit, reading, say, say_more, the_account
from stillwatch.respond.store import DEFAULT_URL, Store
from stillwatch.respond.vocabulary import Subject
from stillwatch.terminal.counting import number_of


def list_decisions(args: Args) -> dict[str, Any]:
    """``decisions list``."""
    most = limit(args, "decisions")
    with reading(args) as session:
        name = args.account and the_account(session, args)
        found = decisions.listed(session, case_id=args.case, name=name, limit=most + 1)
        rows, more = found[:most], len(found) > most
        if name and not rows:
            identifiers.demand(session, [(Subject.ACCOUNT, name)])
    if rows:
        head(args, f"{'AT, UTC':19}  {'SURFACE':10} {'ACCOUNT OR KEY':32}  DECISION  REASON  CASE")
    for row in rows:
        would = f" (would be {row.action})" if row.action and row.action != row.decision else ""
        say(args, f"{row.at:%Y-%m-%d %H:%M:%S}  {row.surface:10} {row.account_id or row.key_id or '':32}  {row.decision}{would}  "
                  f"{row.reason or ''}  {row.case_id or ''}".rstrip())
    say_more(args, more=more)
    if not rows:
        say(args, "no such decision was logged; stillwatch serve --store logs those about accounts under an action")
    return {"decisions": [as_json(row) for row in rows], "more": more}


def prune_decisions(args: Args) -> dict[str, Any]:
    """``decisions prune``."""
    before = datetime.now(UTC) - timedelta(days=days(args))
    store = Store.open(args.store or DEFAULT_URL, create=False)
    try:
        with store.read() as session:
            who = actor(session, args.actor)
        removed = decisions.prune(store, who, before)
    finally:
        store.close()
    say(args, f"{number_of(removed, 'decision')} of before {before:%Y-%m-%d %H:%M} UTC removed")
    return {"removed": removed, "before": before.isoformat()}
