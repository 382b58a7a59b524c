"""Who is in no case: what the log folder of the last import tells of accounts, keys and organisations that the store does not know.

An import brings the facts of those whom it accuses; those of all customers would be many, and the store need not have them. A customer
who is protected before anybody accuses him, or acted on by name, is looked up when he is named. A misspelt name is found nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond import identifiers
from stillwatch.respond.bulk import put
from stillwatch.respond.importing import erased_of
from stillwatch.respond.runs import NO_FACTS, Facts, find_facts
from stillwatch.respond.schema import Account, Key, Run
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import Subject
from stillwatch.terminal.counting import number_of

SHOWN = 5
"""Accounts of which :func:`lines` tells one by one."""


@dataclass(frozen=True)
class LookedUp:
    """What a log folder tells of subjects that the store does not know."""

    facts: Facts = NO_FACTS
    strangers: tuple[tuple[Subject, str], ...] = ()
    """Subjects that neither the store nor the folder knows."""
    place: str = ""
    """Where was looked, in words; empty where nowhere."""
    fault: str = ""
    """Why nowhere; empty where that was not needed."""

    def knows_none(self, subjects: Sequence[tuple[Subject, str]] | None) -> bool:
        """Whether subjects were named and looked for in a log, and each is a stranger."""
        return bool(subjects) and bool(self.place) and len(self.strangers) == len(set(subjects or ()))


def look_up(session: Session, subjects: Sequence[tuple[Subject, str]]) -> LookedUp:
    """Look up the accounts and keys that the store does not know, and all accounts of organisations.

    Reads the log once if there are any, as an import with ``--data`` does. Who is on the list of erased accounts beside the log's key
    is not found.

    Raises:
        InputError: one is named in clear where the store has hashes.
    """
    identifiers.demand(session, subjects)
    known = identifiers.known(session, subjects)
    wanted = sorted({one for one in subjects if one not in known or one[0] is Subject.ORG})
    if not wanted:
        return LookedUp()
    facts, place, fault = NO_FACTS, "", ""
    told = Run.summary["log_folder"].as_string()
    folder = session.scalars(select(told).where(told.is_not(None)).order_by(Run.last_seen.desc(), Run.imported_at.desc()).limit(1)).first()
    if folder is None:
        fault = "no import told a log to look in, as stillwatch cases import RUN --data LOGS does"
    else:
        try:
            accounts, keys, orgs = ([name for subject, name in wanted if subject is kind] for kind in Subject)
            facts = _without_erased(Path(folder), find_facts(Path(folder), accounts, keys, orgs))
            place = f"the log in {folder}"
        except (InputError, OSError) as error:
            fault = f"the log of the last import could not be looked in ({error})"
    found = {(Subject.ACCOUNT, row["account_id"]) for row in facts.accounts} | {(Subject.KEY, key_id) for key_id, _ in facts.keys}
    found |= {(Subject.ORG, row["org_id"]) for row in facts.accounts}
    return LookedUp(facts, tuple(one for one in wanted if one not in known and one not in found), place, fault)


def _without_erased(folder: Path, facts: Facts) -> Facts:
    erased = erased_of(folder, [row["account_id"] for row in facts.accounts])
    return Facts([row for row in facts.accounts if row["account_id"] not in erased], [key for key in facts.keys if key[1] not in erased])


def demand_somebody(found: LookedUp, subjects: Sequence[tuple[Subject, str]] | None, todo: str) -> None:
    """Refuse to act on named subjects of which neither the store nor the log knows a single one: the names are likely wrong.

    Where no import told a log, as in a store without cases, there is nothing to compare with, and nobody is refused.

    Raises:
        InputError: it is so; ``todo`` says how to act on them all the same.
    """
    if found.knows_none(subjects):
        raise InputError("; ".join(lines(found)), todo=todo)


def keep(change: Change, found: LookedUp) -> None:
    """Store what was found of whom an action or an entry of the allow-list is about to name; what the store has stays."""
    put(change.session, Account, found.facts.accounts, update=())
    put(change.session, Key, [{"key_id": key_id, "account_id": account_id} for key_id, account_id in found.facts.keys], update=())


def lines(found: LookedUp) -> list[str]:
    """Who was found and who was not, in sentences for people."""
    rows = found.facts.accounts
    said = [f"the store does not know {row['account_id']}, {found.place} does: {_about(row)}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        said.append(f"the same holds of {number_of(len(rows) - SHOWN, 'more account')}")
    if found.strangers:
        names = [name for subject, name in found.strangers if subject is not Subject.KEY][:SHOWN]  # a key may be a secret
        more = " …" * (len(found.strangers) > len(names))
        who = number_of(len(found.strangers), "subject") + (f" ({', '.join(names)}{more})" if names else "")
        knows = f"neither the store nor {found.place} knows" if found.place else "the store does not know"
        said.append(f"{knows} {who}: check the identifiers; where tables hold keyed hashes, stillwatch identify tells that of a name")
    return said + [found.fault] * bool(found.fault)


def _about(row: Mapping[str, Any]) -> str:
    """What the registry and the log tell of an account."""
    told = [
        row["created_at"] and f"signed up {row['created_at']:%Y-%m-%d}", row["org_id"] and f"organisation {row['org_id']}", row["kind"],
        row["verified"] and "verified", row["access_type"] == "passthrough" and "contracted reseller",
        row["banned_at"] and f"banned {row['banned_at']:%Y-%m-%d}",
    ]
    traffic = f"{number_of(row['n_events'], 'request')} in {row['window_days']:.3g} days"
    return f"{', '.join(filter(None, told)) or 'nothing in a registry'}; {traffic}"
