"""The account registry: who signed up when, and which contact and payment details accounts have in common, hashed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError
from stillwatch.ingest.faults import ERASED_ACCOUNT, UNREAD, Bad, count, of_no_use
from stillwatch.ingest.index import Index
from stillwatch.ingest.output import BATCH_ROWS, as_table
from stillwatch.ingest.readers import Record, Source
from stillwatch.ingest.tenant import Tenant, cached, parsed
from stillwatch.ingest.values import Cells, Coercer, cell_number, instant, kind, maybe, whole_number
from stillwatch.tables import ACCOUNTS, it_has
from stillwatch.terminal.counting import number_of

if TYPE_CHECKING:
    import pyarrow as pa

ALIASES = {"account_id": ("user_id",), "org_id": ("organization_id",), "email": ("user_email",)}
"""Other names under which gateways keep a column (LiteLLM's tables of users and organisations)."""
MOST_UNKNOWN, NAME_CHARS = 50, 40
"""Of unknown columns, that are told: a hostile file may have any number of them, of any length."""
NOTHING = ("", "-", "0", "n/a", "na", "none", "null", "nil", "nan", "unknown", "undefined")
VOIDABLE = ("org_id", "organization_id", "email_hash", "email_domain", "payment_hash", "phone_hash")
"""Columns in which accounts would have such a word in common; it means null there."""
NUMBERED = ("account_id", "user_id", "org_id", "organization_id", "phone", "payment")
"""Columns whose numbers a data frame writes into CSV as floats where there are gaps among them."""
UNTOLD = ("created_at", "banned_at", "verified")
"""Columns in which such a word is null too; 0 is none of them there."""
WORDS = {
    "kind": ("individual", "education", "research", "startup", "enterprise"),
    "access_type": ("application", "passthrough"),
}
"""Columns that hold words of the contract alone."""
QUOTED = ("created_at", "banned_at", "verified", *WORDS)
"""Columns whose values tell nobody's details, so that one that cannot be read may be shown as it stands."""
KNOWN = {*ACCOUNTS.names, *(other for others in ALIASES.values() for other in others), "email", "phone", "payment"}
EARLIEST = instant("1990-01-01")
"""Earlier times mean that there is none: 0, the year 1."""
GMAIL = ("gmail.com", "googlemail.com")

Unread = dict[str, tuple[str, Any]]
"""Fields of a row that were left empty: why, and what they hold."""


def email(address: str) -> tuple[str, str | None]:
    """The normalised e-mail address and its domain: what different spellings of one mailbox have in common.

    Case is dropped, so is ``+tag``; Gmail ignores dots and has two domains for one mailbox. What is no address stays as
    it is and has no domain: who signs up writes it, and must not lose his row by that.
    """
    plain = address.strip().lower()
    local, _, domain = plain.rpartition("@")
    if not local or not domain:
        return plain, None
    local = local.partition("+")[0] or local
    if domain in GMAIL:
        local, domain = local.replace(".", ""), GMAIL[0]
    return f"{local}@{domain}", domain


def phone(number: str) -> str:
    """Digits with a leading + where the number is international."""
    digits = re.sub(r"[^\d+]", "", number)
    return "+" + digits[2:] if digits.startswith("00") else digits


def payment(method: str) -> str:
    """A card number or processor's fingerprint without spaces and dashes."""
    return re.sub(r"[\s-]", "", method)


def nothing(value: Any) -> bool:
    """Whether a value only says that there is none."""
    return value is None or (type(value) in (str, int) and str(value).strip().lower() in NOTHING)


def told(value: Any, name: str) -> str | None:
    """A detail in clear; null where it only says that there is none, which would else be something in common."""
    text = maybe(value, name)
    return None if nothing(text) else text


def _or_null(unread: Unread, read: Callable[[Any, str], Any], value: Any, name: str) -> Any:
    """What ``read`` makes of an optional field; null where it refuses, which is noted: the row is worth having without it."""
    try:
        return read(value, name)
    except Bad as bad:
        unread[name] = bad.detail, value
        return None


def _named_or_counted(columns: list[str]) -> str:
    """The columns of a file, and without one of them the names that are known.

    Where some are no names they are likely somebody's details, since the header is missing; these are counted and not shown.
    """
    words = {word for name in columns for word in re.split(r"[|\s]+", name.lower())}
    if words & KNOWN:
        return it_has(columns)
    known = f"is a name that is known ({', '.join(['account_id', 'user_id', *sorted(KNOWN - {'account_id', 'user_id'})])})"
    shown = f". {it_has(columns)}" if all(re.fullmatch(r"[^\W\d][\w .()/-]*", name) for name in columns) else ""
    return f"Name the columns in the first line: none of its {number_of(len(columns), 'field')} {known}{shown}"


class Registry:
    """Reads the registry into a table of accounts."""

    def __init__(self, tenant: Tenant, *, keyed: bool, quote: bool) -> None:
        """Hash with the tenant's key; account and organisation only where the events' are hashed too (``keyed``).

        ``quote``: fields that cannot be read are shown as they stand where they are nobody's details, else by their form alone.
        """
        self._tenant, self._keyed, self._quote = tenant, keyed, quote
        self._coerce = Coercer(ACCOUNTS, self._shown)
        self._seen = Index("int8")
        self._has: dict[str, bool] = {}
        self.read = self.written = self.impossible_times = 0
        self.unread_fields: dict[str, dict[str, Any]] = {}
        """By field: in how many ``rows`` it was left empty, and the ``first``, with its place."""
        self.unknown_columns: set[str] = set()
        """Names of columns that were passed over; at most twice MOST_UNKNOWN."""
        self.empty_columns: list[str] = []
        self._tables: list[pa.Table] = []
        self._named = False
        """Whether a row of the file has a column that may name the account."""

    def load(self, path: Path, put_aside: Callable[[Record, Bad], None]) -> None:
        """Read a file of the registry; hand what is wrong to ``put_aside``.

        Raises:
            InputError: nothing in it is of use.
        """
        import pyarrow as pa

        batches: list[pa.Table] = []
        rows: list[dict[str, Any]] = []
        columns: list[str] = []
        wrong: tuple[int, Bad] | None = None
        expected = False
        self._named = False
        for record in Source(path, header=True):
            self.read += record.line > 0
            columns = columns or list(record.value or ())
            try:
                row, unread = self._account(record)
                rows.append(row)
                if unread:
                    put_aside(*self._noted(path, record.line, row["account_id"], unread))
            except Bad as bad:
                # A file may hold nobody but who was erased, or who is in another file too.
                expected = expected or bad.reason in (ERASED_ACCOUNT, "duplicate_account_id")
                wrong = wrong or (record.line, bad)
                put_aside(record, bad)
            if len(rows) >= BATCH_ROWS:
                batches.append(as_table(rows, ACCOUNTS))
                rows = []
        table = pa.concat_tables([*batches, as_table(rows, ACCOUNTS)])
        if wrong is not None and not expected and not len(table):
            if columns and not self._named:
                separators = ". CSV is separated by commas, semicolons or tabs" if len(columns) == 1 else ""
                raise InputError("the registry lacks the column account_id", where=path, todo=_named_or_counted(columns) + separators)
            raise of_no_use("registry", "--accounts", path, *wrong)
        self._tables.append(table)

    def table(self) -> "pa.Table":
        """What all files hold that were read, ``(written,)`` rows of ACCOUNTS; there must be one."""
        import pyarrow as pa

        whole = pa.concat_tables(self._tables)
        self.written = len(whole)
        self.empty_columns = [name for name in whole.column_names if whole[name].null_count == len(whole)]
        return whole

    def has(self, account_id: str) -> bool:
        """Whether an account, as events name it, is in what was read."""
        return cached(self._has, account_id, lambda name: self._seen.get(self._tenant.key64(b"account", name.encode())) is not None)

    @property
    def unknown_words(self) -> int:
        """Fields left empty that hold a word which is none of the contract's, or no address."""
        return sum(self.unread_fields[name]["rows"] for name in (*WORDS, "signup_ip") if name in self.unread_fields)

    def _noted(self, path: Path, line: int, account_id: str, unread: Unread) -> tuple[Record, Bad]:
        """Count fields that were left empty; gives what is put aside, under the account's name in the table, by which it is erased."""
        count(self.unread_fields, path, line, {name: detail for name, (detail, _) in unread.items()})
        kept = {name: value if name in QUOTED else self._shown(value, name) for name, (_, value) in unread.items()}
        return Record(line, {"account_id": account_id} | kept), Bad(UNREAD, "; ".join(detail for detail, _ in unread.values()))

    def _shown(self, value: Any, name: str) -> str:
        """A value that cannot be read: as it stands, or its form (``00.00.0000``)."""
        if type(value) in (list, dict):
            return kind(value)
        text = "".join(c if c.isprintable() else "?" for c in str(value)[:NAME_CHARS])
        if not (self._quote and name in QUOTED):
            text = re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "0", text))
        return f"'{text}'"

    def _account(self, record: Record) -> tuple[dict[str, Any], Unread]:
        """The row of an account, and what of it was left empty.

        Raises:
            Bad: it is put aside: it does not say, or not once, whose row it is.
        """
        if record.value is None:
            raise Bad(record.reason or "not_json", record.detail)
        # spreadsheets and databases write column names as they like, and data frames NaN for what is not there
        raw: dict[str, Any] = {name.strip().lower(): None if value != value else value for name, value in record.value.items()}
        if isinstance(record.value, Cells):
            # who writes a blank behind the comma means none in an identifier
            raw |= {name: cell_number(raw[name].strip()) for name in NUMBERED if raw.get(name)}
        for name in (*VOIDABLE, *UNTOLD):
            if name in raw and nothing(raw[name]) and (name in VOIDABLE or str(raw[name]).strip() != "0"):
                raw[name] = None
        if len(self.unknown_columns) < MOST_UNKNOWN:
            strange = sorted(raw.keys() - KNOWN)[:MOST_UNKNOWN]
            self.unknown_columns |= {"".join(c if c.isprintable() else "?" for c in name[:NAME_CHARS]) for name in strange}
        self._named = self._named or any(name in raw for name in ("account_id", *ALIASES["account_id"]))
        if len(raw) < len(record.value):
            raise Bad("doubled_column", "in upper and lower case")
        for name, others in ALIASES.items():
            if raw.get(name) in (None, ""):
                raw[name] = next((raw[other] for other in others if raw.get(other)), None)
        row: dict[str, Any] = {name: raw.get(name) for name in ACCOUNTS.names if raw.get(name) != ""}
        if self._keyed:
            row |= {name: self._tenant.id(row.get(name)) for name in ("account_id", "org_id")}
        if self._tenant.erased(row.get("account_id")):
            raise Bad(ERASED_ACCOUNT)
        unread: Unread = {}
        self._hash_details(row, raw, unread)
        row |= {name: _or_null(unread, self._word, row.get(name), name) for name in WORDS}
        row |= {name: _or_null(unread, self._fitting, value, name) for name, value in row.items() if name != "account_id"}
        row["account_id"] = self._fitting(row.get("account_id"), "account_id")
        self._drop_impossible_times(row)
        if not row.get("account_id") or row["account_id"].isspace():
            raise Bad("no_account_id")
        key = self._tenant.key64(b"account", row["account_id"].encode())
        if self._seen.get(key) is not None:
            raise Bad("duplicate_account_id")
        self._seen.put(key)
        return row, unread

    def _fitting(self, value: Any, name: str) -> Any:
        row = {name: value}
        self._coerce(row)
        return row[name]

    def _hash_details(self, row: dict[str, Any], raw: dict[str, Any], unread: Unread) -> None:
        """Hash details that are given in clear; hashes that are given stay."""
        if address := _or_null(unread, told, raw.get("email"), "email"):
            normalised, domain = email(address)
            row["email_hash"] = row.get("email_hash") or self._tenant.id(normalised)
            row["email_domain"] = row.get("email_domain") or domain
        for name, normalise in (("phone", phone), ("payment", payment)):
            value = raw.get(name)
            value = normalise(str(value)) if type(value := whole_number(value)) is int else value
            if (plain := _or_null(unread, told, value, name)) and not row.get(f"{name}_hash"):
                row[f"{name}_hash"] = self._tenant.id(normalise(plain))
        row["signup_ip"] = _or_null(unread, self._sign_up, row.get("signup_ip"), "signup_ip")

    def _sign_up(self, value: Any, name: str) -> str | None:
        """The hash of the network in an address, a network or an X-Forwarded-For header; a hash stays."""
        place = told(value, name)
        if place is None or not re.search("[.:,/]", place):
            return place
        address = place.rpartition("/")[0] or place
        found = self._tenant.network(address) if parsed(address) else self._tenant.client(None, place)
        if found is None:
            raise Bad(UNREAD, f"{name} is no address: {self._shown(place, name)}")
        return found

    def _drop_impossible_times(self, row: dict[str, Any]) -> None:
        for name in ("created_at", "banned_at"):
            if (at := row.get(name)) is not None and at < EARLIEST:
                row[name] = None
                self.impossible_times += 1

    def _word(self, value: Any, name: str) -> str | None:
        """A word of the contract, in lower case."""
        plain = maybe(value, name)
        word = plain.strip().lower() if plain else None
        if word and word not in WORDS[name]:
            raise Bad(UNREAD, f"{name} is none of {', '.join(WORDS[name])}: {self._shown(value, name)}")
        return word
