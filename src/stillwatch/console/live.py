"""What comes in: the last decisions, and which data the verdicts stand on."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from starlette.responses import Response

from stillwatch.console.page import Page, Visit
from stillwatch.respond import decisions
from stillwatch.respond.schema import Account, Case, DecisionRow, Key, Meta, Run
from stillwatch.respond.vocabulary import Role, Subject

ROWS = 100
RUNS = 10


def _decisions(visit: Visit) -> Response:
    """The last decisions; with ``case``, ``account`` or ``decision`` only those."""
    wanted = {name: visit.query.get(name, "").strip() for name in ("case", "account", "decision")}
    if wanted["account"]:
        wanted["account"] = visit.resolve_names((Subject.ACCOUNT, wanted["account"]))[0][1]
    with visit.store.read() as session:
        rows = decisions.listed(
            session, case_id=wanted["case"] or None, decision=wanted["decision"] or None, name=wanted["account"] or None, limit=ROWS
        )
    return visit.render("decisions.html", title="Decisions", rows=rows, wanted=wanted, n=ROWS)


def _health(visit: Visit) -> Response:
    with visit.store.read() as session:
        runs = session.scalars(select(Run).order_by(Run.imported_at.desc()).limit(RUNS)).all()
        meta = session.get(Meta, 1)
        facts = session.execute(
            select(func.count(), func.count(Account.kind), func.count(Account.org_id), func.count(Account.verified),
                   func.count(Account.created_at), func.count(Account.n_events)).select_from(Account)
        ).one()
        keys = session.scalar(select(func.count()).select_from(Key))
        last = session.scalars(select(DecisionRow.at).order_by(DecisionRow.at.desc()).limit(1)).first()
        n_cases = session.scalar(select(func.count()).select_from(Case))
    names = ("accounts", "kind of customer", "organisation", "verified", "age", "traffic")
    return visit.render(
        "health.html", title="Data health", runs=[(run, _blind_views(run.summary)) for run in runs], meta=meta, keys=keys, last=last,
        facts=list(zip(names, facts, strict=True)), n_cases=n_cases, tables=_columns(runs),
    )


def _columns(runs: Sequence[Run]) -> tuple[Run, list[tuple[str, list[dict[str, Any]]]]] | None:
    """The newest run that told its columns, and these by table: first those that evidence needs, the emptiest on top."""
    for run in runs:
        rows = [row for row in run.summary.get("columns") or () if isinstance(row, dict)]
        if rows:
            rows.sort(key=lambda row: (not row["feeds"], row["n_told"] / max(row["n_rows"], 1), row["column"]))
            return run, [(table, [row for row in rows if row["table"] == table]) for table in ("events", "accounts")]
    return None


def _blind_views(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Evidence that a run could not read, and why; runs of bare traces tell plain sentences."""
    found = []
    for entry in summary.get("blind_views") or ():
        view, reason = (entry.get("view", ""), entry.get("reason", "")) if isinstance(entry, dict) else (str(entry), "")
        found.append((str(view), str(reason)))
    return found


PAGES = (Page("GET", "/decisions", Role.VIEWER, _decisions), Page("GET", "/health", Role.VIEWER, _health))
