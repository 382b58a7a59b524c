"""Facts about accounts, keys and organisations that the store does not know, from the log folder of the last import.

An import stores facts about the accounts that it accuses, not about all customers. A customer who is in no case is therefore looked up
when somebody names it, for the allow-list or for an action. A misspelt identifier is found nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
"""How many accounts :func:`lines` describes one by one."""


@dataclass(frozen=True)
class LookupResult:
    """What a log folder has about subjects that the store does not know."""

    facts: Facts = NO_FACTS
    unknown: tuple[tuple[Subject, str], ...] = ()
    """Subjects that neither the store nor the folder knows."""
    place: str = ""
    """What was searched, in words; empty if nothing was."""
    fault: str = ""
    """Why nothing could be searched, a sentence; empty if nothing had to be, or something was."""

    def all_unknown(self, subjects: Sequence[tuple[Subject, str]] | None) -> bool:
        """Whether subjects were named and looked for in a log, and neither the store nor the log knows any of them."""
        return bool(subjects) and bool(self.place) and len(self.unknown) == len(set(subjects or ()))


def look_up(session: Session, subjects: Sequence[tuple[Subject, str]]) -> LookupResult:
    """Look up accounts and keys that the store does not know, and all accounts of the named organisations.

    If there are any, this reads the log once, as an import with ``--data`` does. Accounts on the list of erased accounts beside the log's
    key are not found.

    Raises:
        InputError: an identifier is in clear where the store has hashes.
    """
    identifiers.demand(session, subjects)
    known = identifiers.known(session, subjects)
    wanted = sorted({subject for subject in subjects if subject not in known or subject[0] is Subject.ORG})
    if not wanted:
        return LookupResult()
    facts, place, fault = NO_FACTS, "", ""
    log_folder = Run.summary["log_folder"].as_string()
    latest = select(log_folder).where(log_folder.is_not(None)).order_by(Run.last_seen.desc(), Run.imported_at.desc())
    folder = session.scalars(latest.limit(1)).first()
    if folder is None:
        fault = "no import told a log to look in, as stillwatch cases import RUN --data LOGS does"
    else:
        try:
            accounts, keys, orgs = ([name for subject, name in wanted if subject is kind] for kind in Subject)
            facts = _without_erased(Path(folder), find_facts(Path(folder), accounts, datetime.now(UTC), key_ids=keys, org_ids=orgs))
            place = f"the log in {folder}"
        except (InputError, OSError) as error:
            fault = f"the log of the last import could not be looked in ({error})"
    found = {(Subject.ACCOUNT, row["account_id"]) for row in facts.accounts} | {(Subject.KEY, key_id) for key_id, _ in facts.keys}
    found |= {(Subject.ORG, row["org_id"]) for row in facts.accounts}
    unknown = tuple(subject for subject in wanted if subject not in known and subject not in found)
    return LookupResult(facts, unknown, place, fault)


def _without_erased(folder: Path, facts: Facts) -> Facts:
    erased = erased_of(folder, [row["account_id"] for row in facts.accounts])
    return Facts([row for row in facts.accounts if row["account_id"] not in erased], [key for key in facts.keys if key[1] not in erased])


def demand_any_known(found: LookupResult, subjects: Sequence[tuple[Subject, str]] | None, todo: str) -> None:
    """Refuse to act if neither the store nor the log knows any of the named subjects, because the names are likely wrong.

    Without a log to search, as in a store without imports, nothing is refused.

    Args:
        found: the result of :func:`look_up`.
        subjects: the named subjects, if any.
        todo: how to act on them all the same, for the error.

    Raises:
        InputError: none of the subjects is known.
    """
    if found.all_unknown(subjects):
        raise InputError("; ".join(lines(found)), todo=todo)


def store_facts(change: Change, found: LookupResult) -> None:
    """Store the facts that were found, before an action or an entry of the allow-list names the subjects; rows of the store stay."""
    put(change.session, Account, found.facts.accounts, update=())
    put(change.session, Key, [{"key_id": key_id, "account_id": account_id} for key_id, account_id in found.facts.keys], update=())


def lines(found: LookupResult) -> list[str]:
    """Who was found and who was not, a sentence each."""
    rows = found.facts.accounts
    sentences = [f"the store does not know {row['account_id']}, {found.place} does: {_about(row)}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        sentences.append(f"the same holds of {number_of(len(rows) - SHOWN, 'more account')}")
    if found.unknown:
        names = [name for subject, name in found.unknown if subject is not Subject.KEY][:SHOWN]  # a key may be a secret
        more = " …" * (len(found.unknown) > len(names))
        who = number_of(len(found.unknown), "subject") + (f" ({', '.join(names)}{more})" if names else "")
        knows = f"neither the store nor {found.place} knows" if found.place else "the store does not know"
        sentences.append(f"{knows} {who}: check the identifiers; where tables hold keyed hashes, stillwatch identify tells that of a name")
    return sentences + [found.fault] * bool(found.fault)


def _about(row: Mapping[str, Any]) -> str:
    """What the registry and the log have about an account, in words."""
    facts = [
        row["created_at"] and f"signed up {row['created_at']:%Y-%m-%d}", row["org_id"] and f"organisation {row['org_id']}", row["kind"],
        row["verified"] and "verified", row["access_type"] == "passthrough" and "contracted reseller",
        row["banned_at"] and f"banned {row['banned_at']:%Y-%m-%d}",
    ]
    traffic = f"{number_of(row['n_events'], 'request')} in {row['window_days']:.3g} days"
    return f"{', '.join(filter(None, facts)) or 'nothing in a registry'}; {traffic}"
