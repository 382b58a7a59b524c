"""The tables that stages exchange: one schema object each.

A column says its type, its unit and what null means; a table says its grain (what one row is). Columns that are not
required may be absent: whoever reads them fills them with null, and the evidence that needs them is blind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from stillwatch.errors import SchemaError

if TYPE_CHECKING:
    import pyarrow as pa

REPLACES = "~"
"""Stands in a replay between the name of an account and the number of the one that replaces it."""
ERASED = "[erased]"
"""Stands in place of a name, or of a text, that was erased."""
SHORTEST = 3
"""Characters of a name to erase that files and texts are searched for: shorter ones (account 1) stand in many words."""
MOST_NAMES, NAME_CHARS = 30, 60
"""Of a file's columns, that an error tells."""


@dataclass(frozen=True)
class Column:
    """One column: ``type`` is one of the names that :func:`arrow_type` knows."""

    name: str
    type: str
    meaning: str
    null: str = "not known"
    required: bool = False
    present: bool = False
    """It may have nulls and must be there: without it all rows would be taken for what null means."""
    wide: bool = False
    """Numbers of 32 unsigned bits stand for the same thing, and those that the type does not hold become null."""
    feeds: str = ""
    """What is blind without it, of detection and of what answers it; empty: nothing is, it is kept for investigators."""


@dataclass(frozen=True)
class Table:
    """A table's contract."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def schema(self) -> "pa.Schema":
        """The Arrow schema."""
        import pyarrow as pa

        return pa.schema([pa.field(c.name, arrow_type(c.type), nullable=not c.required) for c in self.columns])

    def only(self, names: Iterable[str]) -> "Table":
        """The contract of some of the columns, in this table's order."""
        wanted = set(names)
        return Table(self.name, self.grain, tuple(column for column in self.columns if column.name in wanted))

    def demand(self, names: Sequence[str], *, where: object = None) -> None:
        """Raise a SchemaError where a file lacks a column that must be there, or has one of this table twice.

        Args:
            names: all columns of the file. Who reads only some of them asks this first: the error tells what the file has.
            where: the file.
        """
        for column in self.columns:
            if names.count(column.name) > 1:
                todo = "Remove or rename all but one: it cannot be told which counts"
                raise SchemaError(f"{self.name}.{column.name} is there {names.count(column.name)} times", where=where, todo=todo)
            if (column.required or column.present) and column.name not in names:
                raise SchemaError(f"{self.name} lacks the column {column.name} ({column.meaning})", where=where, todo=it_has(names))

    def conform(self, table: "pa.Table", *, where: object = None) -> "pa.Table":
        """Return ``table`` with exactly this table's columns, cast; absent optional columns become null.

        A string column may stay a dictionary of strings.

        Raises:
            SchemaError: a column that must be there is absent, one is there twice, a required one has nulls or tells days in place of
                times, or a column cannot be cast.
        """
        import pyarrow as pa

        self.demand(table.column_names, where=where)
        arrays = []
        for column, field in zip(self.columns, self.schema, strict=True):
            if column.name not in table.column_names:
                arrays.append(pa.nulls(len(table), field.type))
                continue
            values = table[column.name]
            if pa.types.is_timestamp(field.type) and pa.types.is_integer(values.type):
                raise SchemaError(
                    f"{self.name}.{column.name} is {values.type}, a number of unknown unit",
                    where=where,
                    todo="Write UTC timestamps, or use stillwatch ingest",
                )
            if column.required and pa.types.is_timestamp(field.type) and pa.types.is_date(values.type):
                todo = "Write UTC timestamps: who keeps which hours is not seen of days"
                raise SchemaError(f"{self.name}.{column.name} is {values.type}, a day without a time", where=where, todo=todo)
            if pa.types.is_integer(field.type) and pa.types.is_temporal(values.type):
                todo = f"Write numbers: {column.meaning}"
                raise SchemaError(f"{self.name}.{column.name} is {values.type}, not a number", where=where, todo=todo)
            try:
                if not (pa.types.is_dictionary(values.type) and values.type.value_type == field.type):
                    times = pa.types.is_timestamp(field.type) and pa.types.is_timestamp(values.type)
                    values = _held(values) if column.wide else values
                    values = values.cast(field.type, safe=not times)  # nanoseconds lose their last digits
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise SchemaError(
                    f"{self.name}.{column.name} is {values.type}, not readable as {field.type}"
                    f" ({' '.join(str(error).split())})",
                    where=where,
                ) from error
            if column.required and values.null_count:
                raise SchemaError(
                    f"{self.name}.{column.name} has {values.null_count} nulls",
                    where=where,
                    todo="Fill or remove these rows",
                )
            arrays.append(values)
        fields = [field.with_type(values.type) for field, values in zip(self.schema, arrays, strict=True)]
        return pa.table(arrays, schema=pa.schema(fields))


def _held(values: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Numbers, those of 32 bits that a signed number of 32 bits does not hold null; all else as it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)) or values.type.bit_width < 32:
        return values
    wide = values.cast(pa.int64())
    return pc.if_else(pc.and_(pc.greater_equal(wide, 1 << 31), pc.less(wide, 1 << 32)), None, wide)


def it_has(names: Sequence[str]) -> str:
    """The columns of a file, for an error that says which one it lacks; a hostile file may have any number, of any length."""
    shown = ["".join(c if c.isprintable() else "?" for c in name[:NAME_CHARS]) for name in names[:MOST_NAMES]]
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return f"It has: {', '.join(shown)}{more}" if shown else "It has no columns"


def arrow_type(name: str) -> "pa.DataType":
    """The Arrow type that a contract's type name stands for."""
    import pyarrow as pa

    types = {
        "str": pa.string(),
        "us": pa.timestamp("us", "UTC"),
        "i64": pa.int64(),
        "i32": pa.int32(),
        "i16": pa.int16(),
        "u8": pa.uint8(),
        "f32": pa.float32(),
        "f64": pa.float64(),
        "bool": pa.bool_(),
        "list[str]": pa.list_(pa.string()),
        "shares": pa.struct([(name, pa.float64()) for name in CAPABILITIES]),
        "scored": pa.list_(pa.struct([("hypothesis", pa.string()), ("score", pa.float64())])),
    }
    return types[name]


CAPABILITIES = ("reasoning", "grading", "rewriting", "code", "agentic", "data_analysis", "vision", "other")
"""What a prompt asks for; the order is the code that sketches carry."""

EVENTS = Table(
    "events",
    "one request to the model",
    (
        Column("event_id", "str", "identifier of the request, unique", required=True,
               feeds="which requests are harvest; requests that come twice"),
        Column("timestamp", "us", "when the request arrived, UTC", required=True, feeds="hours, bursts, ages of accounts"),
        Column("account_id", "str", "the account: what can be acted on", required=True, feeds="whose habits the objects are"),
        Column("org_id", "str", "organisation that owns the account"),
        Column("key_id", "str", "API key, as a keyed hash", feeds="actions where a request names only its key"),
        Column("session_id", "str", "conversation, as the client or gateway names it"),
        Column("access_path", "str", "api, app, or the name of a cloud", feeds="pathways"),
        Column("model", "str", "model that was asked", feeds="pivots at releases"),
        Column("system", "str", "system prompt", null="none sent, or text was not kept", feeds="shared system prompts"),
        Column("prompt", "str", "last user turn", null="text was not kept", feeds="templates, wordings, what is asked for"),
        Column("response", "str", "answer", null="text was not kept"),
        Column("context_key", "i64", "hash of all messages sent", feeds="conversations that change accounts"),
        Column("parent_key", "i64", "hash of the messages of the turn before", null="first turn, or not known",
               feeds="conversations that change accounts"),
        Column("tools_key", "i64", "hash of the tool definitions", null="no tools, or not known", feeds="shared tools"),
        Column("temperature", "f32", "sampling temperature", null="default", feeds="shared parameters"),
        Column("top_p", "f32", "nucleus sampling mass", null="default", feeds="shared parameters"),
        Column("max_tokens", "i32", "limit on the answer, tokens", null="default", feeds="shared parameters"),
        Column("stream", "bool", "answer was streamed", feeds="shared parameters"),
        Column("input_tokens", "i32", "tokens sent"),
        Column("cached_tokens", "i32", "tokens sent that the provider had cached"),
        Column("output_tokens", "i32", "tokens answered, reasoning included", feeds="harvest in tokens, expected loss"),
        Column("reasoning_tokens", "i32", "tokens of reasoning"),
        Column("status", "i16", "HTTP status"),
        Column("ip", "str", "client address, or a keyed hash of its /24 or /48", feeds="shared networks"),
        Column("asn", "i32", "autonomous system of the address", null="not known, or a private number of 32 bits", wide=True),
        Column("country", "str", "country of the address; kept for investigators, never evidence"),
        Column("user_agent", "str", "client build as it names itself", feeds="mix of clients"),
        Column("ja4", "str", "TLS client fingerprint, JA4", feeds="mix of clients"),
    ),
)

ONE_NETWORK, OF_MANY = 0.9, 20
"""Share of the requests that come from one network, and of how many accounts at least, from which it is asked whether it is a proxy."""
YOUR_PROXY = ": is that your own proxy? Then addresses tell no customers apart: ingest with --trusted-proxies, or with --edge"

ACCOUNTS = Table(
    "accounts",
    "one account of the registry",
    (
        Column("account_id", "str", "the account: what can be acted on", required=True, feeds="whose details they are"),
        Column("created_at", "us", "sign-up, UTC", feeds="sign-ups in batches"),
        Column("kind", "str", "individual, education, research, startup or enterprise",
               feeds="classes as an innocent explanation, innocents by kind in a blast radius"),
        Column("org_id", "str", "organisation that owns the account", feeds="one owner as an innocent explanation"),
        Column("verified", "bool", "contract or identity was checked", feeds="known business"),
        Column("access_type", "str", "application, or passthrough for a contracted reseller", feeds="known business"),
        Column("email_domain", "str", "domain of the sign-up e-mail address", feeds="shared sign-up domains"),
        Column("email_hash", "str", "keyed hash of the normalised e-mail address", feeds="shared addresses"),
        Column("payment_hash", "str", "keyed hash of the payment method", feeds="shared payment"),
        Column("phone_hash", "str", "keyed hash of the phone number", feeds="shared telephone numbers"),
        Column("signup_ip", "str", "address at sign-up, or a keyed hash of its /24 or /48"),
        Column("country", "str", "country given at sign-up; kept for investigators, never evidence"),
        Column("banned_at", "us", "when the account was banned, UTC", null="not banned", feeds="earlier bans and replacement after them"),
        Column("plan", "str", "price plan"),
    ),
)

TRACES = Table(
    "traces",
    "what one account left of one object in one hour",
    (
        Column("account_id", "str", "who left the trace", required=True),
        Column("view", "str", "family.name, such as content.template", required=True),
        Column("object", "str", "what was left: a hash or a value", required=True),
        Column("hour", "i32", "hours since 1970-01-01 UTC", null="time not known"),
        Column("n", "i64", "how often"),
        Column("weight", "f64", "how much each counts", null="1"),
    ),
)

LINKS = Table(
    "links",
    "one pair of accounts in one view",
    (
        Column("account_a", "str", "the smaller account_id", required=True),
        Column("account_b", "str", "the larger account_id", required=True),
        Column("view", "str", "family.name", required=True),
        Column("n_shared", "i32", "objects that both left; of handoffs, requests that continue the other's conversation", required=True),
        Column("expected", "f64", "as many by chance between these two accounts", required=True),
        Column("log_odds", "f64", "evidence for a link, nats", required=True),
    ),
)

CAMPAIGNS = Table(
    "campaigns",
    "one campaign, or one group that a person should review",
    (
        Column("campaign_id", "str", "identifier, stable for the same members", required=True),
        Column("verdict", "str", "campaign or review", required=True),
        # No log-odds, and no chance of guilt: docs/detection.md, section 5. Of traces alone, the mean of its accounts' scores.
        Column("score", "f64", "nats by which it is rarer among innocent groups than the line to cross, which is 0", required=True),
        Column("q_value", "f64", "false-discovery rate at which it would be accepted", required=True),
        Column("n_accounts", "i64", "accounts", required=True),
        Column("n_events", "i64", "requests of these accounts", required=True),
        Column("n_harvested", "i64", "requests that belong to the harvest", required=True),
        Column("harvested_low", "i64", "90 % interval of them: at least", null="not known"),
        Column("harvested_high", "i64", "at most", null="not known"),
        Column("first_seen", "us", "first harvested request, UTC"),
        Column("last_seen", "us", "last harvested request, UTC"),
        Column("views", "list[str]", "views that link the accounts", required=True),
        Column("capabilities", "shares", "share of the harvested requests that ask for each capability"),
        Column("output_tokens", "i64", "tokens answered in harvested requests"),
        Column("explanations", "scored", "innocent hypotheses and how well each explains it, 0 to 1", required=True),
        Column("lineage", "str", "earlier campaign it continues; of one that is the same as then, what it continued then",
               null="none, or it is the same as then"),
        Column("details", "str", "JSON: evidence, pathways, pivot, examples, what would change the verdict"),
    ),
)

ACCOUNT_VERDICTS = Table(
    "accounts (of a run)",
    "one account seen",
    (
        Column("account_id", "str", "the account: what can be acted on", required=True),
        Column("verdict", "str", "campaign, review or clear", required=True),
        Column("campaign_id", "str", "campaign it belongs to", null="clear"),
        # Of traces alone: its excess in each view, in standard deviations, added up.
        Column("score", "f64", "nats, higher is more suspicious: from 0 on in a campaign, below 0 outside all (judge/ranking.py)",
               required=True),
        Column("reasons", "list[str]", "what speaks for its group, the same for all its accounts, strongest first", required=True),
    ),
)

CLEARED = Table(
    "cleared",
    "one group of accounts that nobody is accused of and no person is asked about",
    (
        Column("rank", "i32", "1 for the group that comes nearest to a campaign", required=True),
        Column("score", "f64", "as a campaign's; what explains the group in everyday life is left aside", required=True),
        Column("n_accounts", "i64", "accounts of it that are in no campaign or group for review", required=True),
        Column("n_events", "i64", "requests of these accounts", required=True),
        Column("account_ids", "list[str]", "who they are", required=True),
        Column("reasons", "list[str]", "what they have in common, strongest first", required=True),
        Column("not_accused", "list[str]", "why nobody is accused", required=True),
        Column("explanations", "scored", "innocent hypotheses and how well each explains it, 0 to 1", required=True),
    ),
)
WATCH = Table(
    "watch",
    "one group of accounts that nobody is accused of and that stands out among its log's groups",
    (
        Column("rank", "i32", "1 for the group that stands out most", required=True),
        Column("stands_out", "f64", "nats of the trees' log-odds by which it lies above the mean of the log's next groups", required=True),
        Column("score", "f64", "as a campaign's; what explains the group in everyday life is left aside", required=True),
        Column("n_accounts", "i64", "accounts", required=True),
        Column("n_events", "i64", "requests of these accounts", required=True),
        Column("account_ids", "list[str]", "who they are", required=True),
        Column("reasons", "list[str]", "what they have in common, strongest first", required=True),
        Column("not_accused", "list[str]", "why it is neither a campaign nor for review", required=True),
        Column("explanations", "scored", "innocent hypotheses and how well each explains it, 0 to 1", required=True),
    ),
)

HARVEST = Table(
    "harvest",
    "one harvested request",
    (
        Column("event_id", "str", "identifier of the request", required=True),
        Column("campaign_id", "str", "campaign that harvested it", required=True),
    ),
)

TRUTH = Table(
    "truth",
    "one account of known origin",
    (
        Column("account_id", "str", "the account: what can be acted on", required=True),
        Column("campaign", "str", "operator", null="innocent", present=True),
        Column("kind", "str", "innocent crowd, or attack", required=True),
    ),
)
