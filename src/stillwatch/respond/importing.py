"""Bring a run into the store: each campaign opens a case or updates the one it is. One transaction, so all or nothing.

Importing writes what the detector says (scores, members, marks); state, verdict, assignee, exclusions, remarks and labels
are people's and stay as they are. The one thing it may do to them is to reopen a case that was confirmed as a true positive
when accounts show up in it that nobody has judged.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from stillwatch.respond import cases
from stillwatch.respond.matching import Found, Known, Match, match
from stillwatch.respond.runs import Facts, FoundCampaign, FoundRun, read_facts, read_run
from stillwatch.respond.schema import Account, Campaign, Case, Key, Mark, Member, Run
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import State, Verdict

CHUNK = 5000


@dataclass
class Imported:
    """What an import did; lists hold case ids."""

    run_id: str
    known: bool = False
    """The same run was imported before; nothing was done."""
    opened: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)
    joined: dict[str, int] = field(default_factory=dict)
    """Case -> accounts that were not in it before."""
    kept_out: int = 0
    """Accounts that people judged innocent and the run accuses again; they stay excluded."""


def import_run(change: Change, folder: Path, *, data: Path | None = None) -> Imported:
    """Import a run folder.

    Args:
        change: the write in progress.
        folder: run folder that ``stillwatch detect`` wrote.
        data: the folder it was made of; gives registry facts, traffic and keys of the accused, without which the blast radius is
            counted in accounts only and requests that name only a key are not reached.

    Raises:
        InputError: the run or the data cannot be read.
    """
    run = read_run(folder)
    accused = sorted({row["account_id"] for campaign in run.campaigns for row in campaign.members})
    facts = None if data is None else read_facts(data, accused)
    result = Imported(run.run_id)
    if change.session.get(Run, run.run_id) is not None:
        result.known = True
    else:
        _store(change, run, accused, result)
    if facts is not None:
        _store_facts(change, facts)
    return result


def _store(change: Change, run: FoundRun, accused: Sequence[str], result: Imported) -> None:
    session = change.session
    summary = {name: value for name, value in run.summary.items() if name != "inputs"} | {
        "inputs": [entry.get("sha256") for entry in run.summary.get("inputs", []) if isinstance(entry, dict)]
    }
    row = Run(run_id=run.run_id, imported_at=change.now, imported_by=change.actor.name, last_seen=run.last_seen, summary=summary)
    session.add(row)
    session.flush()
    change.audit("run.import", run.run_id, after={"campaigns": len(run.campaigns), "accounts": len(accused)})
    found = [
        Found(c.row["campaign_id"], frozenset(m["account_id"] for m in c.members), frozenset(_marks(c)), c.row["lineage"])
        for c in run.campaigns
    ]
    matches = match(found, _known(session, found))
    work = _Work.of(session, run, sorted({m.case_id for m in matches.values()}), cases.cleared(session, accused))
    for campaign in sorted(run.campaigns, key=lambda c: str(c.row["campaign_id"])):
        _one(change, work, campaign, matches.get(campaign.row["campaign_id"]), result)
    session.flush()  # cases before what refers to them
    for table, rows in ((Campaign, work.campaigns), (Member, work.joining), (Mark, work.marks)):
        for at in range(0, len(rows), CHUNK):
            session.execute(insert(table), rows[at : at + CHUNK])


@dataclass
class _Work:
    """What is known of the matched cases, and the rows to add; read and written in bulk, since a run may have thousands."""

    run: FoundRun
    cleared: set[str]
    case_ids: set[str]
    cases: dict[str, Case]
    members: dict[str, dict[str, Member]]
    known_marks: dict[str, dict[tuple[str, str], Mark]]
    last_seen: dict[str, datetime | None]
    """Run -> its newest request."""
    campaigns: list[dict[str, Any]] = field(default_factory=list)
    joining: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, session: Session, run: FoundRun, matched: Sequence[str], cleared: set[str]) -> "_Work":
        runs = {row.run_id: row.last_seen for row in session.execute(select(Run.run_id, Run.last_seen))}
        work = cls(run, cleared, set(session.scalars(select(Case.case_id))), {}, {}, {}, runs)
        for chunk in _chunks(matched):
            work.cases |= {case.case_id: case for case in session.scalars(select(Case).where(Case.case_id.in_(chunk)))}
            for member in session.scalars(select(Member).where(Member.case_id.in_(chunk))):
                work.members.setdefault(member.case_id, {})[member.account_id] = member
            for mark in session.scalars(select(Mark).where(Mark.case_id.in_(chunk))):
                work.known_marks.setdefault(mark.case_id, {})[mark.view, mark.object] = mark
        return work

    def newer(self, case: Case) -> bool:
        """Whether the run looks at later traffic than the one that the case's facts are of."""
        last = self.last_seen.get(case.run_id)
        return last is None or self.run.last_seen is None or self.run.last_seen >= last

    def free_id(self, campaign_id: str) -> str:
        """Named after the campaign that opens it; a split may need another name for what came back as the same accounts."""
        stem = "case-" + campaign_id.removeprefix("c-")[:20]
        names = (stem if n == 1 else f"{stem}-{n}" for n in itertools.count(1))
        case_id = next(name for name in names if name not in self.case_ids)
        self.case_ids.add(case_id)
        return case_id


def _known(session: Session, found: Sequence[Found]) -> list[Known]:
    """The cases that share a member, a mark or a campaign with what was found."""
    touched: set[str] = set()
    accounts = sorted({account_id for f in found for account_id in f.members})
    objects = sorted({object_ for f in found for _, object_ in f.marks})
    ids = sorted({f.campaign_id for f in found} | {f.lineage for f in found if f.lineage})
    for chunk in _chunks(accounts):
        touched |= set(session.scalars(select(Member.case_id).where(Member.account_id.in_(chunk)).distinct()))
    for chunk in _chunks(objects):
        touched |= set(session.scalars(select(Mark.case_id).where(Mark.object.in_(chunk)).distinct()))
    for chunk in _chunks(ids):
        touched |= set(session.scalars(select(Campaign.case_id).where(Campaign.campaign_id.in_(chunk)).distinct()))
    parts: dict[str, tuple[set[str], set[tuple[str, str]], set[str]]] = {case_id: (set(), set(), set()) for case_id in sorted(touched)}
    for chunk in _chunks(sorted(touched)):
        for case_id, account_id in session.execute(select(Member.case_id, Member.account_id).where(Member.case_id.in_(chunk))):
            parts[case_id][0].add(account_id)
        for case_id, view, object_ in session.execute(select(Mark.case_id, Mark.view, Mark.object).where(Mark.case_id.in_(chunk))):
            parts[case_id][1].add((view, object_))
        of_case = select(Campaign.case_id, Campaign.campaign_id).where(Campaign.case_id.in_(chunk))
        for case_id, campaign_id in session.execute(of_case):
            parts[case_id][2].add(campaign_id)
    return [Known(case_id, frozenset(m), frozenset(o), frozenset(c)) for case_id, (m, o, c) in parts.items()]


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[at : at + CHUNK] for at in range(0, len(values), CHUNK))


def _marks(campaign: FoundCampaign) -> dict[tuple[str, str], dict[str, Any]]:
    objects = campaign.details.get("objects", [])
    return {(str(o["view"]), str(o["object"])): o for o in objects if isinstance(o, dict) and "view" in o and "object" in o}


def _one(change: Change, work: _Work, campaign: FoundCampaign, matched: Match | None, result: Imported) -> None:
    row, run = campaign.row, work.run
    if matched is None:
        case_id = work.free_id(row["campaign_id"])
        case = Case(case_id=case_id, state=State.NEW, opened_at=change.now, changed_at=change.now, **_facts_of(run, campaign))
        change.session.add(case)
        change.audit("case.open", case_id, after={"campaign_id": row["campaign_id"], "run_id": run.run_id})
        result.opened.append(case_id)
        newer = True
    else:
        case = work.cases[matched.case_id]
        newer = work.newer(case)
        before = {"campaign_id": case.campaign_id, "score": case.score, "n_accounts": case.n_accounts}
        if newer:
            for name, value in _facts_of(run, campaign).items():
                setattr(case, name, value)
        after = {"campaign_id": row["campaign_id"], "score": row["score"], "n_accounts": row["n_accounts"], "run_id": run.run_id}
        change.audit("case.found_again", case.case_id, before=before, after=after | {"matched": matched.why})
        result.updated.append(case.case_id)
    why = {} if matched is None else matched.why | {"strength": round(matched.strength, 4)}
    work.campaigns.append({"run_id": run.run_id, "campaign_id": row["campaign_id"], "case_id": case.case_id, "matched": why})
    joined = _members(change, work, campaign, case.case_id, newer, result)
    _update_marks(work, campaign, case.case_id)
    if matched is not None and joined:
        result.joined[case.case_id] = joined
        if case.state in (State.RESOLVED, State.CLOSED) and case.verdict == Verdict.TRUE_POSITIVE:
            cases.follow(change, case, State.REOPENED, f"found again with {joined} further accounts")
            result.reopened.append(case.case_id)


def _facts_of(run: FoundRun, campaign: FoundCampaign) -> dict[str, Any]:
    row = campaign.row
    days = 1.0
    if row["first_seen"] is not None:
        days = max((row["last_seen"] - row["first_seen"]).total_seconds() / 86_400, 1.0)
    chance = 1 / (1 + math.exp(-max(min(row["score"], 700.0), -700.0)))
    tokens = row["output_tokens"] or 0
    return {
        "campaign_id": row["campaign_id"], "run_id": run.run_id, "detected": row["verdict"], "score": row["score"],
        "q_value": row["q_value"], "loss": chance * tokens / days, "n_accounts": row["n_accounts"], "n_events": row["n_events"],
        "n_harvested": row["n_harvested"], "output_tokens": tokens, "first_seen": row["first_seen"], "last_seen": row["last_seen"],
        "views": list(row["views"]), "capabilities": dict(row["capabilities"] or {}), "explanations": list(row["explanations"]),
        "details": dict(campaign.details),
    }  # fmt: skip


def _members(change: Change, work: _Work, campaign: FoundCampaign, case_id: str, newer: bool, result: Imported) -> int:
    """Bring the members up to date; returns how many joined."""
    known, run_id = work.members.get(case_id, {}), work.run.run_id
    if newer:
        for earlier in known.values():
            earlier.present = False
    joined = 0
    for row in campaign.members:
        account_id = row["account_id"]
        member = known.get(account_id)
        if member is None:
            out = account_id in work.cleared
            work.joining.append({
                "case_id": case_id, "account_id": account_id, "score": row["score"], "reasons": list(row["reasons"]), "present": newer,
                "excluded": out, "first_run": run_id, "last_run": run_id, "joined_at": change.now,
            })  # fmt: skip
            joined += not out
            result.kept_out += out
        else:
            result.kept_out += member.excluded
            if newer:
                member.score, member.reasons, member.present = row["score"], list(row["reasons"]), True
                member.last_run = run_id
    return joined


def _update_marks(work: _Work, campaign: FoundCampaign, case_id: str) -> None:
    """Add the run's marks; earlier ones stay, so that what an operator goes back to is known."""
    known = work.known_marks.get(case_id, {})
    for (view, object_), told in _marks(campaign).items():
        values = {
            "n_accounts": int(told.get("accounts") or 0), "expected_accounts": float(told.get("expected_accounts") or 0.0),
            "n_events": int(told.get("events") or 0), "last_run": work.run.run_id,
        }  # fmt: skip
        mark = known.get((view, object_))
        if mark is None:
            work.marks.append({"case_id": case_id, "view": view, "object": object_, **values})
        else:
            for name, value in values.items():
                setattr(mark, name, value)


def _store_facts(change: Change, facts: Facts) -> None:
    session = change.session
    for chunk in _chunks([row["account_id"] for row in facts.accounts]):
        session.execute(delete(Account).where(Account.account_id.in_(chunk)))
    for at in range(0, len(facts.accounts), CHUNK):
        session.execute(insert(Account), [dict(row) for row in facts.accounts[at : at + CHUNK]])
    for chunk in _chunks([key_id for key_id, _ in facts.keys]):
        session.execute(delete(Key).where(Key.key_id.in_(chunk)))
    for at in range(0, len(facts.keys), CHUNK):
        rows = [{"key_id": key_id, "account_id": account_id} for key_id, account_id in facts.keys[at : at + CHUNK]]
        session.execute(insert(Key), rows)
    change.bump()
