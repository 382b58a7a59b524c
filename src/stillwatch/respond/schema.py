"""The tables of the store. Times are UTC; a change to this file needs a migration in ``migrations/versions``."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from stillwatch import run_details
from stillwatch.errors import InputError
from stillwatch.respond.vocabulary import VERDICT_STATES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(TypeDecorator[datetime]):
    """A UTC time, stored as microseconds since 1970: the same order and the same bytes on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To microseconds; a time without a zone is a mistake."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From microseconds.

        Raises:
            InputError: somebody wrote what is no time.
        """
        try:
            return None if value is None else EPOCH + timedelta(microseconds=value)
        except (TypeError, OverflowError) as error:
            todo = "Restore a backup; stillwatch audit-log verify tells whether the log was changed"
            raise InputError(f"the store holds {value!r:.40} where a time belongs", todo=todo) from error


Serial = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only INTEGER primary keys."""


class Base(DeclarativeBase):
    """All tables of the store."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Moment, dict[str, Any]: JSON, list[Any]: JSON, list[str]: JSON}


class Run(Base):
    """A run folder that was imported."""

    __tablename__ = "runs"
    run_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 over the run's tables (of nothing found, over what it looked at too): the same run again is known."""
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    finished_at: Mapped[datetime | None]
    """When its last campaign was stored; null while an import goes on or was cut off."""
    last_seen: Mapped[datetime | None]
    """Newest request of the run; an older run imported later does not take a case back."""
    summary: Mapped[dict[str, Any]]


class Case(Base):
    """One campaign over all the runs that found it, and what people made of it."""

    __tablename__ = "cases"
    case_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    verdict: Mapped[str | None] = mapped_column(String(24))
    """What people concluded last; null until then."""
    assignee: Mapped[str | None]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # What the last run that found it says; imports write only below this line, people only above it.
    campaign_id: Mapped[str] = mapped_column(String(64), index=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.run_id"))
    detected: Mapped[str] = mapped_column(String(16))
    """``campaign`` or ``review``: the detector's verdict, not a person's."""
    score: Mapped[float]
    q_value: Mapped[float]
    loss: Mapped[float] = mapped_column(index=True)
    """Tokens a day, for ranking: harvested answer tokens a day times 1 / (1 + exp(-score)), a half at the detector's line."""
    n_accounts: Mapped[int] = mapped_column(BigInteger)
    n_events: Mapped[int] = mapped_column(BigInteger)
    n_harvested: Mapped[int] = mapped_column(BigInteger)
    harvested_low: Mapped[int | None] = mapped_column(BigInteger)
    harvested_high: Mapped[int | None] = mapped_column(BigInteger)
    """The 90 % interval of ``n_harvested``; null where the run told none."""
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    first_seen: Mapped[datetime | None]
    last_seen: Mapped[datetime | None]
    views: Mapped[list[str]]
    capabilities: Mapped[dict[str, Any]]
    explanations: Mapped[list[Any]]
    details: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """Evidence, timeline, graph, masked examples: what the report draws. Some 100 kB, so lists do not load it."""

    @property
    def judged(self) -> str:
        """The verdict of people in words, empty without one; that of a case that is open again is told to be older."""
        words = (self.verdict or "").replace("_", " ")
        return f"{words} before it was opened again" if words and self.state not in VERDICT_STATES else words

    @property
    def between(self) -> str:
        """The interval of the harvest in words; empty where none is told."""
        return run_details.interval_words({name: getattr(self, name) for name in run_details.HARVEST_BOUNDS})


class Campaign(Base):
    """Every campaign identifier that a case has had, by run."""

    __tablename__ = "case_campaigns"
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.run_id"), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), index=True)
    matched: Mapped[dict[str, Any]]
    """Why it is this case: shared members, objects, lineage; empty where it opened the case."""
    detected: Mapped[str | None] = mapped_column(String(16))
    """What its run made of it, ``campaign`` or ``review``; null where an earlier version of Stillwatch imported it."""


class Member(Base):
    """An account of a case. Rows are never removed: who left keeps ``present`` false."""

    __tablename__ = "members"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    score: Mapped[float]
    reasons: Mapped[list[str]]
    present: Mapped[bool]
    """Whether the last run that found the case has it."""
    excluded: Mapped[bool]
    """A person's judgement that it does not belong; no import changes it, no action on the case touches it."""
    first_run: Mapped[str] = mapped_column(String(64))
    last_run: Mapped[str] = mapped_column(String(64))
    joined_at: Mapped[datetime]


class Mark(Base):
    """An object (template, shingle, payment) that a case's accounts leave: what recognises it after all accounts changed."""

    __tablename__ = "marks"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), primary_key=True)
    view: Mapped[str] = mapped_column(String(64), primary_key=True)
    object: Mapped[str] = mapped_column(String(64), primary_key=True)
    n_accounts: Mapped[int] = mapped_column(BigInteger)
    expected_accounts: Mapped[float]
    n_events: Mapped[int] = mapped_column(BigInteger)
    last_run: Mapped[str] = mapped_column(String(64))
    __table_args__ = (Index("ix_marks_object", "object", "view"),)


class Account(Base):
    """What is known of an account that a case, an action or an allow-list entry names."""

    __tablename__ = "accounts"
    account_id: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[str | None] = mapped_column(index=True)
    kind: Mapped[str | None]
    verified: Mapped[bool | None]
    access_type: Mapped[str | None]
    created_at: Mapped[datetime | None]
    banned_at: Mapped[datetime | None]
    n_events: Mapped[int | None] = mapped_column(BigInteger)
    """Requests in the run's window; null where the import had no events."""
    output_tokens: Mapped[int | None] = mapped_column(BigInteger)
    window_days: Mapped[float | None]


class Key(Base):
    """An API key of an account: actions on the account reach requests that name only the key."""

    __tablename__ = "account_keys"
    key_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(index=True)


class PolicyVersion(Base):
    """A policy as it was; one is active."""

    __tablename__ = "policies"
    version: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    document: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    note: Mapped[str]
    active: Mapped[bool]
    promoted_at: Mapped[datetime | None]
    promoted_by: Mapped[str | None]


class ActionRow(Base):
    """An action that was proposed, and what became of it."""

    __tablename__ = "actions"
    action_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.case_id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """One of Action, or ``lift``."""
    lifts: Mapped[str | None] = mapped_column(ForeignKey("actions.action_id"))
    state: Mapped[str] = mapped_column(String(16), index=True)
    mode: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(32))
    note: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    policy_version: Mapped[int] = mapped_column(BigInteger)
    needed_approvals: Mapped[int]
    """People besides the proposer."""
    blast: Mapped[dict[str, Any]]
    """The preview that the proposer saw."""
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    duration_s: Mapped[int] = mapped_column(BigInteger)
    effective_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


class Target(Base):
    """A subject of an action."""

    __tablename__ = "action_targets"
    action_id: Mapped[str] = mapped_column(ForeignKey("actions.action_id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(8), primary_key=True)
    subject_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    ended_at: Mapped[datetime | None]


class Approval(Base):
    """One person's yes or no to an action."""

    __tablename__ = "approvals"
    action_id: Mapped[str] = mapped_column(ForeignKey("actions.action_id"), primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    approved: Mapped[bool]
    note: Mapped[str]
    at: Mapped[datetime]


class AllowEntry(Base):
    """A subject that no action may touch until the entry expires."""

    __tablename__ = "allow_list"
    allow_id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    subject: Mapped[str] = mapped_column(String(8))
    subject_id: Mapped[str] = mapped_column(index=True)
    owner: Mapped[str]
    """Who answers for the entry."""
    reason: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]


class Appeal(Base):
    """What an accused customer said, and what was decided."""

    __tablename__ = "appeals"
    appeal_id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.case_id"), index=True)
    """Null where the action that it is about has no case."""
    action_id: Mapped[str | None] = mapped_column(ForeignKey("actions.action_id"), index=True)
    """Null where it is about a case."""
    account_id: Mapped[str] = mapped_column(index=True)
    statement: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    """``open``, ``upheld`` (the action stands) or ``overturned``."""
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decision_reason: Mapped[str | None] = mapped_column(Text)


class Label(Base):
    """What people found out about an account: truth for evaluation and calibration."""

    __tablename__ = "labels"
    label_id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(index=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.case_id"))
    innocent: Mapped[bool]
    source: Mapped[str] = mapped_column(String(16))
    """``appeal``, ``verdict`` (of the case) or ``analyst``."""
    at: Mapped[datetime]
    by: Mapped[str]
    audit_seq: Mapped[int | None] = mapped_column(BigInteger)
    """Where the audit log ended then: its order holds where clocks do not; null in rows of versions before."""


class Annotation(Base):
    """A remark on a case."""

    __tablename__ = "annotations"
    annotation_id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), index=True)
    account_id: Mapped[str | None]
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[str]


class DecisionRow(Base):
    """What the decision service answered, or in shadow mode would have answered."""

    __tablename__ = "decisions"
    decision_id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    answer_id: Mapped[str | None] = mapped_column(String(40), unique=True)
    """The service's own, by which nothing is stored twice; rows of before it have none."""
    request_id: Mapped[str]
    """As the caller told it, which may be that of other rows, or empty."""
    at: Mapped[datetime] = mapped_column(index=True)
    surface: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[str | None] = mapped_column(index=True)
    key_id: Mapped[str | None] = mapped_column(index=True)
    decision: Mapped[str] = mapped_column(String(16))
    action: Mapped[str | None] = mapped_column(String(16))
    mode: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(32))
    case_id: Mapped[str | None] = mapped_column(String(32), index=True)
    policy_version: Mapped[int | None] = mapped_column(BigInteger)
    latency_us: Mapped[int | None] = mapped_column(BigInteger)


class Indicator(Base):
    """A value of an indicator that somebody else shared."""

    __tablename__ = "indicators"
    indicator_id: Mapped[str] = mapped_column(primary_key=True)
    """The STIX id; of an indicator's further values with ``#1`` and so on behind it."""
    view: Mapped[str] = mapped_column(String(64))
    object: Mapped[str]
    pattern: Mapped[str] = mapped_column(Text)
    name: Mapped[str]
    source: Mapped[str] = mapped_column(primary_key=True)
    tlp: Mapped[str | None] = mapped_column(String(16))
    modified: Mapped[datetime | None]
    """Of which of its source's versions it is; null where that is not told, and in rows of versions before."""
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    __table_args__ = (Index("ix_indicators_object", "object", "view"),)


class Webhook(Base):
    """Where to tell what happened; the secret itself is not stored."""

    __tablename__ = "webhooks"
    name: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    secret_file: Mapped[str]
    networks: Mapped[list[str]]
    """Private networks that the receiver may lie in."""
    cursor: Mapped[int] = mapped_column(BigInteger)
    """Last row of the audit log that it was told of."""
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class User(Base):
    """Somebody who may use the console and the command line."""

    __tablename__ = "users"
    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str | None]
    """Argon2id, in its own string form."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class LoginSession(Base):
    """A login at the console. Only the SHA-256 of its cookie is kept."""

    __tablename__ = "sessions"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    data: Mapped[dict[str, Any]]


class ApiToken(Base):
    """A token of a program. Only its SHA-256 is kept."""

    __tablename__ = "api_tokens"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditRow(Base):
    """One entry of the audit log; the database refuses to change or remove it, and its hash would tell. Only an erasure may."""

    __tablename__ = "audit_log"
    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_ip: Mapped[str | None]
    action: Mapped[str] = mapped_column(String(48), index=True)
    object: Mapped[str] = mapped_column(index=True)
    before: Mapped[str | None] = mapped_column(Text)
    """JSON."""
    after: Mapped[str | None] = mapped_column(Text)
    """JSON."""
    reason: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))
    """Random; null in rows that an erasure changed, and in those of versions before erasures."""
    payload_hash: Mapped[str | None] = mapped_column(String(64))
    """Digest of salt, before, after and reason as they were written; null in rows of versions before erasures."""
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Meta(Base):
    """One row: where the audit log ends and which revision the actions have."""

    __tablename__ = "store_meta"
    only: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """Grows by each change of actions, allow-list, keys or policy."""
    audit_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    audit_hash: Mapped[str] = mapped_column(String(64))
    key_check: Mapped[str | None] = mapped_column(String(32))
    """Of the tenant's key that hashed the identifiers of the last import with its log; null where none told."""
