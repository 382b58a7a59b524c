"""Blast radius: whom an action would touch, how many of them may be innocent, and how much traffic they send."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stillwatch.respond import cases
from stillwatch.respond.bulk import chunks
from stillwatch.respond.runs import NO_FACTS, Facts
from stillwatch.respond.schema import Account, ActionRow, AllowEntry, Case, Key, Member, Target
from stillwatch.respond.vocabulary import ActionState, Subject

OLD = timedelta(days=365)
STRAY = "key of unknown owner"
"""The kind under which such keys are counted among the kinds of customers."""


@dataclass(frozen=True)
class Reach:
    """The subjects of an action, without those that it must not touch."""

    subjects: tuple[tuple[Subject, str], ...]
    allowed: tuple[str, ...]
    """Identifiers that were left out because they are on the allow-list, sorted."""
    excluded: int
    """How many accounts of the case were left out because people excluded them from it, or cleared them by name elsewhere."""


def reach(
    session: Session, now: datetime, *, case_id: str | None, subjects: Sequence[tuple[Subject, str]] | None, log_facts: Facts = NO_FACTS
) -> Reach:
    """Whom an action on a whole case, or on named subjects, touches.

    Args:
        session: an open session.
        now: the time at which entries of the allow-list must hold.
        case_id: the case; needed without ``subjects``.
        subjects: accounts and keys to act on; null for all accounts of the case that are present and not excluded.
        log_facts: facts from a log about accounts and keys that the store does not know.
    """
    excluded = 0
    if subjects is None:
        assert case_id is not None
        rows = cases.members(session, case_id)
        present = [row for row in rows if row.present]
        cleared_names = cases.cleared(session, [row.account_id for row in present])
        left = [row.account_id for row in present if not row.excluded and row.account_id not in cleared_names]
        excluded = len(present) - len(left)
        subjects = [(Subject.ACCOUNT, account_id) for account_id in left]
    spared = allowed(session, now, subjects, log_facts)
    kept = tuple(subject for subject in dict.fromkeys(subjects) if subject not in spared)
    return Reach(kept, tuple(sorted(name for _, name in spared)), excluded)


def preview(session: Session, now: datetime, reached: Reach, log_facts: Facts = NO_FACTS) -> dict[str, Any]:
    """Numbers to look at before acting, JSON-ready.

    ``expected_innocent`` sums the false-discovery rates of the accounts: for each, the least q-value of the cases that accuse it, as in
    the run's own estimate. It is 1 for an account that no case accuses (a group for review accuses nobody, nor does a case that people
    judged innocent), for one that a person judged innocent, and for a key of unknown owner; ``n_not_accused`` counts these. (A score is
    no log-odds, so it gives no probability.)

    The kind ``unknown`` counts accounts of which neither the store nor ``log_facts`` has facts; ``n_not_known`` counts those of them that
    are in no case, and keys of unknown owner. ``n_without_known_key`` counts those of which neither has a key.

    ``n_cleared`` counts those of the subjects whom people cleared by name; of a whole case these are left out.

    ``requests_per_day`` and ``output_tokens_per_day`` are of all requests of the accounts, per day of the whole log (``log_days``, the
    longest of their logs), however short an account lived; null where the import had no events.
    """
    accounts, strays = _accounts_of(session, reached, log_facts)
    facts = _facts(session, accounts, log_facts)
    rates = _false_rates(session, accounts)
    kinds: Counter[str] = Counter()
    innocent: dict[str, float] = {}
    for account_id in accounts:
        row = facts.get(account_id)
        kind = row.kind or "not told" if row else "unknown"
        kinds[kind] += 1
        innocent[kind] = innocent.get(kind, 0.0) + rates.get(account_id, 1.0)
    if strays:  # each has an owner, but no case accuses that owner as far as is known
        kinds[STRAY], innocent[STRAY] = len(strays), float(len(strays))
    counted = [row for row in facts.values() if row.n_events is not None and row.window_days]
    known = list(facts.values())
    return {
        "n_subjects": len(reached.subjects),
        "n_accounts": len(accounts),
        "n_allowed_left_out": len(reached.allowed),
        "n_excluded_left_out": reached.excluded,
        "by_kind": dict(sorted(kinds.items())),
        "expected_innocent": _three_digits(sum(innocent.values())),
        "expected_innocent_by_kind": {kind: _three_digits(x) for kind, x in sorted(innocent.items())},
        "n_not_accused": len(set(accounts) - set(rates)) + len(strays),
        "n_not_known": len(set(accounts) - set(facts) - _in_any_case(session, accounts)) + len(strays),
        "n_cleared": len(cleared(session, reached.subjects)),
        "n_without_known_key": without_known_key(session, accounts, log_facts).n,
        "n_verified": sum(bool(row.verified) for row in known),
        "n_contracted_resellers": sum(row.access_type == "passthrough" for row in known),
        "n_older_than_a_year": sum(row.created_at is not None and now - row.created_at > OLD for row in known),
        "n_already_banned": sum(row.banned_at is not None for row in known),
        "n_organisations": len({row.org_id for row in known if row.org_id}),
        "n_under_another_action": _under_action(session, now, reached),
        "log_days": max((row.window_days or 0.0 for row in counted), default=None),
        "requests_per_day": _per_day(counted, [row.n_events or 0 for row in counted]),
        "output_tokens_per_day": _per_day(counted, [row.output_tokens or 0 for row in counted]),
    }


def _three_digits(x: float) -> float:
    """Three significant digits: rounding to decimal places would turn a small expectation into 0."""
    return float(f"{x:.3g}")


def _per_day(rows: Sequence[Account], counts: Sequence[int]) -> float | None:
    if not rows:
        return None
    per_day = sum(n / max(row.window_days or 0.0, 1 / 24) for row, n in zip(rows, counts, strict=True))
    return round(per_day, 1) if per_day >= 100 else _three_digits(per_day)


def _accounts_of(session: Session, reached: Reach, log_facts: Facts) -> tuple[list[str], list[str]]:
    """The accounts behind the subjects (a key stands for its owner), and the keys whose owner is not known."""
    found = [subject_id for subject, subject_id in reached.subjects if subject is Subject.ACCOUNT]
    keys = [subject_id for subject, subject_id in reached.subjects if subject is Subject.KEY]
    owned = _owners(session, keys, log_facts)
    found += owned.values()
    return list(dict.fromkeys(found)), [key_id for key_id in keys if key_id not in owned]


class KeylessAccounts(NamedTuple):
    """For how many of some accounts no API key is known: edges that see keys alone do not find them."""

    n: int
    of: int


def without_known_key(session: Session, accounts: Sequence[str], log_facts: Facts = NO_FACTS) -> KeylessAccounts:
    """Count accounts of which neither the store nor ``log_facts`` has a key. A key that several accounts used is nobody's."""
    has_key = {account_id for _, account_id in log_facts.keys}
    for chunk in chunks(accounts):
        has_key |= set(session.scalars(select(Key.account_id).where(Key.account_id.in_(chunk)).distinct()))
    return KeylessAccounts(len(set(accounts) - has_key), len(accounts))


def owners(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """Key id -> the account that owns it; keys of unknown owner are absent."""
    return {
        key_id: account_id for chunk in chunks(keys)
        for key_id, account_id in session.execute(select(Key.key_id, Key.account_id).where(Key.key_id.in_(chunk)).order_by(Key.key_id))
    }


def _owners(session: Session, keys: Sequence[str], log_facts: Facts) -> dict[str, str]:
    named = set(keys)
    return {key_id: account_id for key_id, account_id in log_facts.keys if key_id in named} | owners(session, keys)


def with_own_keys(session: Session, account_id: str) -> list[tuple[Subject, str]]:
    """An account and its keys, as subjects: an action on a key affects its owner as well.

    A key that has the account's own identifier counts as the account's, unless it is known to belong to somebody else.
    """
    keys = session.scalars(select(Key.key_id).where(Key.account_id == account_id).order_by(Key.key_id))
    named = {account_id} - _namesakes(session, owners(session, [account_id]))
    return [(Subject.ACCOUNT, account_id), *((Subject.KEY, key_id) for key_id in dict.fromkeys([*named, *keys]))]


def judged_names(session: Session, subjects: Sequence[tuple[Subject, str]]) -> dict[tuple[Subject, str], set[str]]:
    """Subject -> account ids under which a judgement counts for it: a key's owner, and the key's own identifier if no account has that."""
    owner = owners(session, [name for subject, name in subjects if subject is Subject.KEY])
    namesakes = _namesakes(session, owner)
    return {
        (subject, name): {name} if subject is Subject.ACCOUNT else ({name} - namesakes) | {owner.get(name, name)}
        for subject, name in subjects
    }


def cleared(session: Session, subjects: Sequence[tuple[Subject, str]]) -> set[tuple[Subject, str]]:
    """Those of some subjects whom people cleared by name (an exclusion or an overturned appeal), a key by its owner; see judged_names."""
    called = judged_names(session, subjects)
    found = cases.cleared(session, sorted(set().union(*called.values())))
    return {subject for subject, called_so in called.items() if called_so & found}


def _namesakes(session: Session, owner: Mapping[str, str]) -> set[str]:
    """Which of some keys have the identifier of an account that is not their owner."""
    others = [key_id for key_id, account_id in owner.items() if key_id != account_id]
    targets = {
        name for chunk in chunks(others)
        for name in session.scalars(select(Target.subject_id).where(Target.subject == Subject.ACCOUNT, Target.subject_id.in_(chunk)))
    }
    return _in_any_case(session, others) | targets


def _facts(session: Session, accounts: Sequence[str], log_facts: Facts) -> dict[str, Account]:
    named = set(accounts)
    return {row["account_id"]: Account(**row) for row in log_facts.accounts if row["account_id"] in named} | {
        row.account_id: row
        for chunk in chunks(accounts)
        for row in session.scalars(select(Account).where(Account.account_id.in_(chunk)))
    }


def _in_any_case(session: Session, accounts: Sequence[str]) -> set[str]:
    return {
        name for chunk in chunks(accounts)
        for name in session.scalars(select(Member.account_id).where(Member.account_id.in_(chunk)).distinct())
    }


def _false_rates(session: Session, accounts: Sequence[str]) -> dict[str, float]:
    """Account -> least q-value, in [0, 1], of the campaigns that accuse it; accounts that people cleared are absent."""
    found: dict[str, float] = {}
    for chunk in chunks(accounts):
        rows = select(Member.account_id, func.min(Case.q_value)).join(Case, Case.case_id == Member.case_id)
        accused = rows.where(Member.account_id.in_(chunk), Case.detected == "campaign", cases.accusing()).group_by(Member.account_id)
        found |= {account_id: min(max(q, 0.0), 1.0) for account_id, q in session.execute(accused)}
    for account_id in cases.cleared(session, accounts):
        found.pop(account_id, None)
    return found


def allowed(
    session: Session, now: datetime, subjects: Sequence[tuple[Subject, str]], log_facts: Facts = NO_FACTS
) -> set[tuple[Subject, str]]:
    """Those of some subjects that are on the allow-list themselves, or through their account or organisation.

    Args:
        session: an open session.
        now: the time at which entries must hold.
        subjects: accounts and keys.
        log_facts: facts from a log about accounts and keys that the store does not know.
    """
    live = select(AllowEntry).where(AllowEntry.revoked_at.is_(None), AllowEntry.expires_at > now)
    entries = {(entry.subject, entry.subject_id) for entry in session.scalars(live)}
    if not entries:
        return set()
    owner = _owners(session, [subject_id for subject, subject_id in subjects if subject is Subject.KEY], log_facts)
    accounts = [i for subject, i in subjects if subject is Subject.ACCOUNT] + list(owner.values())
    org = {account_id: row.org_id for account_id, row in _facts(session, accounts, log_facts).items()}

    def is_allowed(subject: Subject, subject_id: str) -> bool:
        account_id = owner.get(subject_id, "") if subject is Subject.KEY else subject_id
        names = {(subject, subject_id), (Subject.ACCOUNT, account_id), (Subject.ORG, org.get(account_id) or "")}
        return bool(names & entries)

    return {(subject, subject_id) for subject, subject_id in subjects if is_allowed(subject, subject_id)}


def _under_action(session: Session, now: datetime, reached: Reach) -> int:
    found = 0
    for chunk in chunks([subject_id for _, subject_id in reached.subjects]):
        live = (
            select(Target.subject, Target.subject_id).join(ActionRow, ActionRow.action_id == Target.action_id)
            .where(Target.subject_id.in_(chunk), Target.ended_at.is_(None),
                   ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at > now).distinct()
        )
        found += len({(Subject(subject), subject_id) for subject, subject_id in session.execute(live)} & set(reached.subjects))
    return found
