"""Import a run into the store: each campaign opens a case or updates its known case.

A run may have thousands of campaigns, so it is stored in parts, each a short transaction after which the store is consistent, so that
people can go on working. An interrupted import is finished by repeating it. The interruption does not change which case a campaign
belongs to: a case takes one campaign of a run, so campaigns that are stored already and their cases are left out of later matching.

An import writes what the detector says (scores, members, marks). State, verdict, assignee, exclusions, remarks and labels belong to
people and stay, with one exception: a case that was confirmed as a true positive is reopened when unjudged accounts appear in it.

A *look* is a run of the latest requests alone (``detect --recent``). It complements the run of the whole log of the same time: both
count, in whatever order they are imported, as in replay. It adds accounts to a case, and turns a group for review into a campaign.
"""

import itertools
import math
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from stillwatch import run_details
from stillwatch.errors import InputError
from stillwatch.files import read_json
from stillwatch.keys import hashing
from stillwatch.respond import cases
from stillwatch.respond.bulk import chunks, put
from stillwatch.respond.matching import KnownCase, Match, NewCampaign, match
from stillwatch.respond.runs import Facts, FoundCampaign, FoundRun, read_facts, read_run
from stillwatch.respond.schema import Account, Campaign, Case, Key, Label, Mark, Member, Run
from stillwatch.respond.store import Actor, Change, Store
from stillwatch.respond.vocabulary import Role, State, Verdict
from stillwatch.terminal.counting import number_of

CAMPAIGNS = 500
"""Most campaigns in one transaction."""
ROWS = 20_000
"""Most members and marks in one transaction, unless one campaign alone has more: a case is stored as a whole."""
PAUSE_S = 0.1
"""Pause between transactions: a waiting SQLite writer retries every 0.1 s (its busy handler) and would otherwise never get a turn."""


_SET_BY_PEOPLE = {"state": State.NEW, "verdict": None, "assignee": None}
"""Columns that an import sets for a new case and never writes again."""
_SET_BY_DETECTOR = tuple(c.name for c in Case.__table__.columns if c.name not in {"case_id", "opened_at", "changed_at", *_SET_BY_PEOPLE})


@dataclass
class Imported:
    """What an import did; lists hold case ids."""

    run_id: str
    known: bool = False
    """The same run was imported before; only facts can be new."""
    resumed: int = 0
    """Campaigns that an earlier, interrupted import had stored; the fields below count the others."""
    opened: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)
    joined: dict[str, int] = field(default_factory=dict)
    """Case id -> accounts that joined it, without those that only an older run has seen."""
    accused: list[str] = field(default_factory=list)
    """Cases that were for review and are a campaign now."""
    for_review: list[str] = field(default_factory=list)
    """Cases that were a campaign and are for review now."""
    kept_out: int = 0
    """Accounts that people judged innocent and that the run accuses again; they stay excluded."""
    facts: int = 0
    """Accounts whose facts are new or changed."""
    keys: int = 0
    """Keys that are new or have another owner."""
    older: int = 0
    """Accounts that keep facts, or keys, from a run with later traffic."""
    columns: bool = False
    """Whether the contents of the log's columns (data health) are new or changed."""
    silent: int = 0
    """Accounts of the run that sent no request in the log of ``data``."""
    back: int = 0
    """Erased accounts (of the list beside the log's key) that the import brought back into the store."""


def import_run(store: Store, actor: Actor, folder: Path, *, data: Path | None = None, now: datetime | None = None) -> Imported:
    """Import a run folder, or finish the import of one.

    Args:
        store: where to.
        actor: who does it; needs an analyst.
        folder: run folder that ``stillwatch detect`` wrote.
        data: log folder that the run was made of, for registry facts, traffic and keys of the accused. Without it the blast radius is
            counted in accounts only, and actions do not reach requests that name only a key.
        now: the time it happens; the clock's by default.

    Raises:
        InputError: the run or the data cannot be read, or the data is a log in which none of the run's accounts sent a request; nothing
            was stored.
        StoreError: the store failed; stored parts stay, and repeating the import continues from there.
    """
    run = read_run(folder)
    accused = sorted({row["account_id"] for campaign in run.campaigns for row in campaign.members})
    facts = None if data is None else read_facts(data, accused, now or datetime.now(UTC))
    silent = 0 if facts is None else sum(not row["n_events"] for row in facts.accounts)
    if accused and silent == len(accused):
        what = f"of {number_of(silent, 'account')} that the run found, none sent a request in this log"
        raise InputError(what, where=data, todo="Pass the folder that detect read, or leave --data out")
    check = "" if data is None else _key_check(data)
    erased = set() if data is None else erased_of(data, accused)
    erased -= _members(store, erased)
    result = Imported(run.run_id, silent=silent)
    plan = _Plan.of(store, run)
    result.resumed, result.known = len(plan.done), plan.finished
    while not plan.finished:
        with store.write(actor, now=now) as change:
            change.require(Role.ANALYST)
            if plan.holds(change.session):
                _store_part(change, plan, len(accused), result)
                stored = True
            else:
                stored = False
        if not stored:  # another import wrote meanwhile: match again
            plan = _Plan.of(store, run)
        elif not plan.finished:
            time.sleep(PAUSE_S)
    if facts is not None:
        _store_facts(store, actor, run, facts, result, now)
    if data is not None:
        log_folder = str(data.resolve())
        with store.write(actor, now=now) as change:
            change.require(Role.ANALYST)
            if check and change.meta.key_check != check:
                change.audit("run.key", run.run_id, before={"key_check": change.meta.key_check}, after={"key_check": check})
                change.meta.key_check = check
            row = change.session.get_one(Run, run.run_id)
            if row.summary.get("log_folder") != log_folder:  # lookup.look_up searches it
                row.summary = {**row.summary, "log_folder": log_folder}
                change.audit("run.log", run.run_id, after={"log_folder": log_folder})
    result.back = len(_members(store, erased))
    return result


def _key_check(data: Path) -> str:
    """The check value of the key that hashed the folder's identifiers; empty if neither ingest.json nor a key file gives it."""
    record, key_file = data / "ingest.json", data / hashing.KEY_NAME
    recorded = str(read_json(record).get("key_check", "")) if record.is_file() else ""
    return recorded or (hashing.key_check(hashing.tenant_key(key_file)) if key_file.is_file() else "")


def erased_of(data: Path, account_ids: Iterable[str]) -> set[str]:
    """Which of some accounts are on the list of erased accounts beside the key that ingest left in a folder."""
    key_file = data / hashing.KEY_NAME
    hashes = set(hashing.erased_hashes(key_file)) if key_file.is_file() else set()
    key = hashing.tenant_key(key_file) if hashes else b""
    return {name for name in account_ids if hashes and hashing.erased_hash(key, name) in hashes}


def _members(store: Store, account_ids: Collection[str]) -> set[str]:
    """Which of some accounts are in a case."""
    with store.read() as session:
        return {name for some in chunks(sorted(account_ids))
                for name in session.scalars(select(Member.account_id).where(Member.account_id.in_(some)))}


@dataclass(frozen=True)
class _Period:
    """The period of requests that a run looked at."""

    start: datetime | None
    """None: the whole log."""
    last_seen: datetime | None
    """The newest request."""

    @property
    def is_recent(self) -> bool:
        return self.start is not None

    def beside(self, other: "_Period") -> bool:
        """Whether at least one is a look, and the two end less than the length of the (shorter) look apart."""
        if self.last_seen is None or other.last_seen is None:
            return False
        lengths = [p.last_seen - p.start for p in (self, other) if p.start is not None and p.last_seen is not None]
        return bool(lengths) and abs(self.last_seen - other.last_seen) < min(lengths)

    def not_older(self, other: "_Period") -> bool:
        """Whether its traffic is at least as late as the other's; true if either time is unknown."""
        return self.last_seen is None or other.last_seen is None or self.last_seen >= other.last_seen


@dataclass
class _Plan:
    """Which case each campaign that is not stored yet belongs to, and the state of the store at the time of matching."""

    run: FoundRun
    finished: bool
    done: frozenset[str]
    """Campaigns that are stored already."""
    n_known: int
    """Stored campaigns of all runs; only imports add any, so a change tells that another import wrote."""
    matches: dict[str, Match]
    case_ids: set[str]
    periods: dict[str, _Period]
    """Run id -> what it looked at."""
    parts: list[list[FoundCampaign]]
    """Campaigns to store, one transaction each; at least one part, possibly empty, which finishes the run."""

    @classmethod
    def of(cls, store: Store, run: FoundRun) -> "_Plan":
        with store.read() as session:
            n_known = _n_campaigns(session)  # read first, so that holds() notices what is stored after it
            known = session.get(Run, run.run_id)
            of_run = select(Campaign.campaign_id, Campaign.case_id).where(Campaign.run_id == run.run_id)
            stored_cases: dict[str, str] = {row.campaign_id: row.case_id for row in session.execute(of_run)}
            rest = [c for c in sorted(run.campaigns, key=lambda c: str(c.row["campaign_id"])) if c.row["campaign_id"] not in stored_cases]
            found = [
                NewCampaign(c.row["campaign_id"], frozenset(m["account_id"] for m in c.members), frozenset(_marks(c)), c.row["lineage"])
                for c in rest
            ]
            matches = match(found, _candidate_cases(session, found, set(stored_cases.values())))
            case_ids = set(session.scalars(select(Case.case_id)))
            runs = session.execute(select(Run.run_id, Run.last_seen, Run.summary["start"].as_string()))
            periods = {run_id: _Period(start and datetime.fromisoformat(start), last_seen) for run_id, last_seen, start in runs}
        periods[run.run_id] = _Period(run.start, run.last_seen)
        finished = known is not None and known.finished_at is not None
        return cls(run, finished, frozenset(stored_cases), n_known, matches, case_ids, periods, list(_parts(rest)))

    def holds(self, session: Session) -> bool:
        """Whether no other import has written since the plan was made."""
        return _n_campaigns(session) == self.n_known

    def effect(self, case: "_CaseBefore", verdict: str) -> tuple[bool, bool]:
        """What a campaign changes in its case: ``(who is present, the case's figures)``.

        It changes who is present if its traffic is at least as new as the traffic behind the case.
        """
        own, other = self.periods[self.run.run_id], self.periods.get(case.run_id, _Period(None, None))
        beside = own.beside(other)
        updates_members = beside or own.not_older(other)
        accused, accuses = case.detected == "campaign", verdict == "campaign"
        if own.is_recent and not other.is_recent:
            return updates_members, updates_members and accuses and not accused
        return updates_members, updates_members and not (beside and accused and not accuses)

    def outdated(self, run_id: str) -> bool:
        """Whether members that ``run_id`` found last are no longer present if this run does not find them."""
        own, other = self.periods[self.run.run_id], self.periods.get(run_id, _Period(None, None))
        return not own.beside(other) and (other.is_recent or not own.is_recent)

    def free_id(self, campaign_id: str) -> str:
        """A new case id, named after the campaign; numbered if taken, as after a split."""
        stem = "case-" + campaign_id.removeprefix("c-")[:20]
        names = (stem if n == 1 else f"{stem}-{n}" for n in itertools.count(1))
        case_id = next(name for name in names if name not in self.case_ids)
        self.case_ids.add(case_id)
        return case_id


def _n_campaigns(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Campaign)).one()


def _parts(campaigns: Sequence[FoundCampaign]) -> Iterator[list[FoundCampaign]]:
    part: list[FoundCampaign] = []
    rows = 0
    for campaign in campaigns:
        size = len(campaign.members) + len(_marks(campaign))
        if part and (len(part) == CAMPAIGNS or rows + size > ROWS):
            yield part
            part, rows = [], 0
        part.append(campaign)
        rows += size
    yield part


def _candidate_cases(session: Session, found: Sequence[NewCampaign], stored_cases: set[str]) -> list[KnownCase]:
    """Cases that share a member, a mark or a campaign id with the campaigns, without ``stored_cases``."""
    touched: set[str] = set()
    accounts = sorted({account_id for f in found for account_id in f.members})
    objects = sorted({object_ for f in found for _, object_ in f.marks})
    ids = sorted({f.campaign_id for f in found} | {f.lineage for f in found if f.lineage})
    for chunk in chunks(accounts):
        touched |= set(session.scalars(select(Member.case_id).where(Member.account_id.in_(chunk)).distinct()))
    for chunk in chunks(objects):
        touched |= set(session.scalars(select(Mark.case_id).where(Mark.object.in_(chunk)).distinct()))
    for chunk in chunks(ids):
        touched |= set(session.scalars(select(Campaign.case_id).where(Campaign.campaign_id.in_(chunk)).distinct()))
    wanted = sorted(touched - stored_cases)
    members: dict[str, set[str]] = defaultdict(set)
    present: dict[str, set[str]] = defaultdict(set)
    marks: dict[str, set[tuple[str, str]]] = defaultdict(set)
    campaign_ids: dict[str, set[str]] = defaultdict(set)
    for chunk in chunks(wanted):
        of_members = select(Member.case_id, Member.account_id, Member.present).where(Member.case_id.in_(chunk))
        for case_id, account_id, is_present in session.execute(of_members):
            members[case_id].add(account_id)
            if is_present:
                present[case_id].add(account_id)
        for case_id, view, object_ in session.execute(select(Mark.case_id, Mark.view, Mark.object).where(Mark.case_id.in_(chunk))):
            marks[case_id].add((view, object_))
        of_case = select(Campaign.case_id, Campaign.campaign_id).where(Campaign.case_id.in_(chunk))
        for case_id, campaign_id in session.execute(of_case):
            campaign_ids[case_id].add(campaign_id)
    return [
        KnownCase(
            name, frozenset(members[name]), frozenset(marks[name]), campaign_ids=frozenset(campaign_ids[name]),
            present=frozenset(present[name]),
        )
        for name in wanted
    ]


def _marks(campaign: FoundCampaign) -> dict[tuple[str, str], dict[str, Any]]:
    objects = campaign.details.get("objects", [])
    return {(str(o["view"]), str(o["object"])): o for o in objects if isinstance(o, dict) and "view" in o and "object" in o}


@dataclass
class _CaseBefore:
    """A matched case before the transaction changes it."""

    state: str
    verdict: str | None
    run_id: str
    detected: str
    audited: dict[str, Any]
    """Columns that the audit log keeps: ``campaign_id``, ``score``, ``n_accounts``."""
    members: dict[str, bool] = field(default_factory=dict)
    """Account -> whether it is excluded."""
    unjudged: set[str] = field(default_factory=set)
    """Accounts that are neither present nor covered by a verdict; they count as joining when a newer run finds them."""
    runs: set[str] = field(default_factory=set)
    """Runs that were the last to find one of its accounts."""


@dataclass
class _Rows:
    """Rows that a transaction writes."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    campaigns: list[dict[str, Any]] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)
    """Members of campaigns from which their case takes its figures."""
    added: list[dict[str, Any]] = field(default_factory=list)
    """Members of other campaigns with current traffic; known ones keep their scores."""
    late: list[dict[str, Any]] = field(default_factory=list)
    """Members of campaigns with older traffic; known ones stay unchanged."""
    marks: list[dict[str, Any]] = field(default_factory=list)
    late_marks: list[dict[str, Any]] = field(default_factory=list)
    """Marks of campaigns with older traffic; known ones stay unchanged."""
    renewed: dict[frozenset[str], list[str]] = field(default_factory=dict)
    """Outdated runs -> ids of the cases whose members they found last."""
    reopened: list[tuple[str, int]] = field(default_factory=list)
    """``(case id, accounts that joined)``."""


def _store_part(change: Change, plan: _Plan, n_accused: int, result: Imported) -> None:
    """Store the next part; the first also stores the run, and the last marks it as finished."""
    session, run, part = change.session, plan.run, plan.parts.pop(0)
    row = session.get(Run, run.run_id)
    if row is None:
        summary = {name: value for name, value in run.summary.items() if name not in ("inputs", "sketches")} | {
            "inputs": [entry.get("sha256") for entry in run.summary.get("inputs", []) if isinstance(entry, dict)]
        }
        row = Run(run_id=run.run_id, imported_at=change.now, imported_by=change.actor.name, last_seen=run.last_seen, summary=summary)
        session.add(row)
        change.audit("run.import", run.run_id, after={"campaigns": len(run.campaigns), "accounts": n_accused})
    before = _before(session, [plan.matches[c.row["campaign_id"]].case_id for c in part if c.row["campaign_id"] in plan.matches])
    cleared = cases.cleared(session, sorted({member["account_id"] for campaign in part for member in campaign.members}))
    rows = _Rows()
    for campaign in part:
        _stage_campaign(change, plan, campaign, before, cleared, rows, result)
    put(session, Case, rows.cases, update=_SET_BY_DETECTOR)
    put(session, Campaign, rows.campaigns)
    for runs, case_ids in rows.renewed.items():
        for chunk in chunks(case_ids):
            gone = update(Member).where(Member.case_id.in_(chunk), Member.last_run.in_(runs)).values(present=False)
            session.execute(gone.execution_options(synchronize_session=False))
    put(session, Member, rows.seen, update=("score", "reasons", "present", "last_run"))
    put(session, Member, rows.added, update=("present", "last_run"))
    put(session, Member, rows.late, update=())
    put(session, Mark, rows.marks, update=("n_accounts", "expected_accounts", "n_events", "last_run"))
    put(session, Mark, rows.late_marks, update=())
    for case_id, joined in rows.reopened:
        cases.move_if_legal(change, cases.get(session, case_id), State.REOPENED, f"found again with {joined} further accounts")
        result.reopened.append(case_id)
    plan.n_known += len(part)
    if not plan.parts:
        row.finished_at, plan.finished = change.now, True


def _before(session: Session, case_ids: Sequence[str]) -> dict[str, _CaseBefore]:
    found = {}
    for chunk in chunks(case_ids):
        columns = (Case.case_id, Case.state, Case.verdict, Case.run_id, Case.detected, Case.campaign_id, Case.score, Case.n_accounts)
        for case_id, state, verdict, run_id, detected, *audited in session.execute(select(*columns).where(Case.case_id.in_(chunk))):
            before = dict(zip(("campaign_id", "score", "n_accounts"), audited, strict=True))
            found[case_id] = _CaseBefore(state, verdict, run_id, detected, before)
        judged = exists().where(
            Label.account_id == Member.account_id, Label.case_id == Member.case_id, Label.source == "verdict"
        ).correlate(Member)
        known = select(Member.case_id, Member.account_id, Member.excluded, Member.last_run, or_(Member.present, judged))
        for case_id, account_id, excluded, last_run, seen in session.execute(known.where(Member.case_id.in_(chunk))):
            found[case_id].members[account_id] = excluded
            if not seen:
                found[case_id].unjudged.add(account_id)
            found[case_id].runs.add(last_run)
    return found


def _stage_campaign(
    change: Change, plan: _Plan, campaign: FoundCampaign, before: dict[str, _CaseBefore], cleared: set[str], rows: _Rows, result: Imported
) -> None:
    row, run, matched = campaign.row, plan.run, plan.matches.get(campaign.row["campaign_id"])
    case = None if matched is None else before[matched.case_id]
    updates_members, updates_figures = (True, True) if case is None else plan.effect(case, row["verdict"])
    why = {} if matched is None else matched.why | {"strength": round(matched.strength, 4)}
    if matched is None or case is None:
        case_id = plan.free_id(row["campaign_id"])
        change.audit("case.open", case_id, after={"campaign_id": row["campaign_id"], "run_id": run.run_id})
        result.opened.append(case_id)
    else:
        case_id = matched.case_id
        after = {"campaign_id": row["campaign_id"], "score": row["score"], "n_accounts": row["n_accounts"], "run_id": run.run_id}
        change.audit("case.found_again", case_id, before=case.audited, after=after | {"matched": matched.why})
        result.updated.append(case_id)
        if updates_figures and row["verdict"] != case.detected:
            (result.accused if row["verdict"] == "campaign" else result.for_review).append(case_id)
    if updates_figures:
        new = {"case_id": case_id, **_SET_BY_PEOPLE, "opened_at": change.now, "changed_at": change.now}
        rows.cases.append(new | _case_row(run, campaign))
    rows.campaigns.append({"run_id": run.run_id, "campaign_id": row["campaign_id"], "case_id": case_id, "matched": why,
                           "detected": row["verdict"]})
    if case is not None and updates_members:
        rows.renewed.setdefault(frozenset(filter(plan.outdated, case.runs)), []).append(case_id)
    known, joined = {} if case is None else case.members, 0
    confirmed = case is not None and case.state in (State.RESOLVED, State.CLOSED) and case.verdict == Verdict.TRUE_POSITIVE
    unjudged = case.unjudged if case is not None and confirmed else ()
    for member in campaign.members:
        account_id = member["account_id"]
        excluded = known.get(account_id, account_id in cleared)
        joined += updates_members and (account_id not in known or account_id in unjudged) and not excluded
        result.kept_out += excluded and row["verdict"] == "campaign"  # a group for review accuses nobody
        (rows.seen if updates_figures else rows.added if updates_members else rows.late).append({
            "case_id": case_id, "account_id": account_id, "score": member["score"], "reasons": list(member["reasons"]),
            "present": updates_members, "excluded": excluded, "first_run": run.run_id, "last_run": run.run_id, "joined_at": change.now,
        })
    # Earlier marks stay, so that an operator who returns to them is recognised.
    (rows.marks if updates_members else rows.late_marks).extend(
        {"case_id": case_id, "view": view, "object": object_, "n_accounts": int(values.get("accounts") or 0),
         "expected_accounts": float(values.get("expected_accounts") or 0.0), "n_events": int(values.get("events") or 0),
         "last_run": run.run_id}
        for (view, object_), values in _marks(campaign).items()
    )
    if case is not None and joined:
        result.joined[case_id] = joined
        if confirmed:
            rows.reopened.append((case_id, joined))


def _case_row(run: FoundRun, campaign: FoundCampaign) -> dict[str, Any]:
    row = campaign.row
    days = 1.0
    if row["first_seen"] is not None:
        days = max((row["last_seen"] - row["first_seen"]).total_seconds() / 86_400, 1.0)
    weight = 1 / (1 + math.exp(-max(min(row["score"], 700.0), -700.0)))
    tokens = row["output_tokens"] or 0
    return {
        "campaign_id": row["campaign_id"], "run_id": run.run_id, "detected": row["verdict"], "score": row["score"],
        "q_value": row["q_value"], "loss": weight * tokens / days, "n_accounts": row["n_accounts"], "n_events": row["n_events"],
        "n_harvested": row["n_harvested"], **{name: row[name] for name in run_details.HARVEST_BOUNDS}, "output_tokens": tokens,
        "first_seen": row["first_seen"], "last_seen": row["last_seen"],
        "views": list(row["views"]), "capabilities": dict(row["capabilities"] or {}), "explanations": list(row["explanations"]),
        "details": dict(campaign.details),
    }


def _store_facts(store: Store, actor: Actor, run: FoundRun, facts: Facts, result: Imported, now: datetime | None) -> None:
    """Store facts, in parts; repeating it changes nothing. A part that changes something notifies decision services."""
    keys = [{"key_id": key_id, "account_id": account_id} for key_id, account_id in facts.keys]
    work = list(itertools.zip_longest(chunks(facts.accounts, ROWS), chunks(keys, ROWS), fillvalue=()))
    for accounts, of_keys in work:
        with store.write(actor, now=now) as change:
            change.require(Role.ANALYST)
            row = change.session.get_one(Run, run.run_id)
            columns = bool(facts.columns) and row.summary.get("columns") != list(facts.columns)
            new_accounts = _new_or_changed(change.session, run, Account, accounts, result)
            new_keys = _new_or_changed(change.session, run, Key, of_keys, result)
            for model, part in ((Account, new_accounts), (Key, new_keys)):
                put(change.session, model, part, update=[name for name in (part or [{}])[0] if not model.__table__.c[name].primary_key])
            if columns:
                row.summary = {**row.summary, "columns": list(facts.columns)}
            if columns or new_accounts or new_keys:
                change.bump()
                change.audit("run.facts", run.run_id, after={"accounts": len(new_accounts), "keys": len(new_keys)})
        result.facts, result.keys = result.facts + len(new_accounts), result.keys + len(new_keys)
        result.columns = result.columns or columns
        time.sleep(PAUSE_S)


def _new_or_changed(session: Session, run: FoundRun, model: type[Any], rows: Sequence[Mapping[str, Any]], result: Imported) -> list[Any]:
    """Those of some rows that are new or changed, and that do not contradict a run with later traffic.

    Every account of an import is in a case. One that is in none was erased since; its facts must not bring it back.
    """
    (unique,) = (column.name for column in model.__table__.primary_key)
    fresh, older = [], set()
    for some in chunks(rows):
        known = select(model).where(model.__table__.c[unique].in_([row[unique] for row in some]))
        before = {getattr(row, unique): row for row in session.scalars(known)}
        whose = {row["account_id"] for row in some} | {row.account_id for row in before.values()}
        as_of: dict[str, datetime | None] = {}
        for column in (Member.first_run, Member.last_run):
            found = select(Member.account_id, func.max(Run.last_seen)).outerjoin(Run, Run.run_id == column)
            for account_id, at in session.execute(found.where(Member.account_id.in_(whose)).group_by(Member.account_id)):
                as_of[account_id] = max(filter(None, (at, as_of.get(account_id))), default=None)
        for row in some:
            old = before.get(row[unique])
            if row["account_id"] not in as_of or (old is not None and all(getattr(old, name) == value for name, value in row.items())):
                continue
            later = [at for name in {row["account_id"], row["account_id"] if old is None else old.account_id} if (at := as_of.get(name))]
            if old is not None and run.last_seen is not None and max(later, default=run.last_seen) > run.last_seen:
                older.add(row["account_id"])
            else:
                fresh.append(row)
    result.older += len(older)
    return fresh
