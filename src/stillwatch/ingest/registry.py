"""Reads the account registry: sign-up times, and hashed contact and payment details that accounts may share."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError
from stillwatch.ingest.faults import ERASED_ACCOUNT, UNREAD, Bad, count, unusable
from stillwatch.ingest.index import Index
from stillwatch.ingest.output import BATCH_ROWS, as_table
from stillwatch.ingest.readers import Record, Source
from stillwatch.ingest.tenant import Tenant, cached, parsed_address
from stillwatch.ingest.values import Cells, Coercer, cell_number, instant, kind, maybe, whole_number
from stillwatch.tables import ACCOUNTS, it_has
from stillwatch.terminal.counting import number_of

if TYPE_CHECKING:
    import pyarrow as pa

ALIASES = {"account_id": ("user_id",), "org_id": ("organization_id",), "email": ("user_email",)}
"""Other names under which gateways keep a column (LiteLLM's tables of users and organisations)."""
MOST_UNKNOWN, NAME_CHARS = 50, 40
"""Most unknown columns that are reported, and characters of each name: a hostile file may have many, and long ones."""
NULL_WORDS = ("", "-", "0", "n/a", "na", "none", "null", "nil", "nan", "unknown", "undefined")
VOIDABLE = ("org_id", "organization_id", "email_hash", "email_domain", "payment_hash", "phone_hash")
"""Columns in which a word of NULL_WORDS means null; accounts would otherwise seem to share it."""
NUMBERED = ("account_id", "user_id", "org_id", "organization_id", "phone", "payment")
"""Columns whose integers a data frame writes into CSV as floats if the column has gaps."""
NULLABLE = ("created_at", "banned_at", "verified")
"""Columns in which a word of NULL_WORDS other than 0 means null."""
WORDS = {
    "kind": ("individual", "education", "research", "startup", "enterprise"),
    "access_type": ("application", "passthrough"),
}
"""Column -> its allowed words."""
QUOTED = ("created_at", "banned_at", "verified", *WORDS)
"""Columns without personal details, so that a value that cannot be read may be quoted."""
KNOWN = {*ACCOUNTS.names, *(other for others in ALIASES.values() for other in others), "email", "phone", "payment"}
EARLIEST = instant("1990-01-01")
"""Earlier times, such as 0 or the year 1, mean null."""
GMAIL = ("gmail.com", "googlemail.com")

Unread = dict[str, tuple[str, Any]]
"""Field of a row that was left empty -> (why, its value)."""


def email(address: str) -> tuple[str, str | None]:
    """The normalised e-mail address and its domain, the same for different spellings of one mailbox.

    Case and ``+tag`` are dropped; Gmail ignores dots and has two domains for one mailbox. A text that is not an address is returned with
    no domain: clients write it at sign-up, and must not be able to lose their row by it.
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
    """The digits of a telephone number, with a leading + if it is international."""
    digits = re.sub(r"[^\d+]", "", number)
    return "+" + digits[2:] if digits.startswith("00") else digits


def payment(method: str) -> str:
    """A card number or a processor's fingerprint, without spaces and dashes."""
    return re.sub(r"[\s-]", "", method)


def is_null(value: Any) -> bool:
    """Whether a value means that there is none."""
    return value is None or (type(value) in (str, int) and str(value).strip().lower() in NULL_WORDS)


def detail_or_null(value: Any, name: str) -> str | None:
    """A detail in the clear, or None if it means that there is none, which accounts would otherwise seem to share."""
    text = maybe(value, name)
    return None if is_null(text) else text


def _read_or_null(unread: Unread, read: Callable[[Any, str], Any], value: Any, name: str) -> Any:
    """The result of ``read`` for an optional field; if it raises Bad, None with a note in ``unread``, to keep the row."""
    try:
        return read(value, name)
    except Bad as bad:
        unread[name] = bad.detail, value
        return None


def _named_or_counted(columns: list[str]) -> str:
    """Advice for a file without a column of account names: its columns, and the known names if it has none of them.

    If some of its columns are no names, the header is likely missing, and they are somebody's details; then they are only counted.
    """
    words = {word for name in columns for word in re.split(r"[|\s]+", name.lower())}
    if words & KNOWN:
        return it_has(columns)
    known = f"is a name that is known ({', '.join(['account_id', 'user_id', *sorted(KNOWN - {'account_id', 'user_id'})])})"
    shown = f". {it_has(columns)}" if all(re.fullmatch(r"[^\W\d][\w .()/-]*", name) for name in columns) else ""
    return f"Name the columns in the first line: none of its {number_of(len(columns), 'field')} {known}{shown}"


class Registry:
    """Reads the registry into a table of accounts."""

    def __init__(self, tenant: Tenant, *, keyed: bool, quote: bool, latest_us: int) -> None:
        """Prepare an empty table.

        Args:
            tenant: hashes details.
            keyed: whether accounts and organisations are hashed too, as in the events.
            quote: whether values that cannot be read are quoted if they are no personal details; else only their form is shown.
            latest_us: later times mean null, microseconds since 1970: an account that ends in 9999 is not banned.
        """
        self._latest_us = latest_us
        self._tenant, self._keyed, self._quote = tenant, keyed, quote
        self._coerce = Coercer(ACCOUNTS, self._shown)
        self._seen = Index("int8")
        self._has: dict[str, bool] = {}
        self.read = self.written = self.impossible_times = 0
        self.unread_fields: dict[str, dict[str, Any]] = {}
        """Field -> number of ``rows`` in which it was left empty, and the ``first`` detail with its place."""
        self.unknown_columns: set[str] = set()
        """Names of columns that were ignored; at most twice MOST_UNKNOWN."""
        self.empty_columns: list[str] = []
        self._tables: list[pa.Table] = []
        self._named = False
        """Whether a row of the file has a column that may name the account."""

    def load(self, path: Path, put_aside: Callable[[Record, Bad], None]) -> None:
        """Read a file of the registry.

        Args:
            path: the file.
            put_aside: called with each bad record, or note about a field, and its reason.

        Raises:
            InputError: nothing in the file can be used.
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
                # A file may have only accounts that were erased, or that another file has too.
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
            raise unusable("registry", "--accounts", path, *wrong)
        self._tables.append(table)

    def table(self) -> "pa.Table":
        """The accounts of all files read so far, at least one file; columns as ACCOUNTS."""
        import pyarrow as pa

        whole = pa.concat_tables(self._tables)
        self.written = len(whole)
        self.empty_columns = [name for name in whole.column_names if whole[name].null_count == len(whole)]
        return whole

    def has(self, account_id: str) -> bool:
        """Whether the registry has an account (identifier as in events)."""
        return cached(self._has, account_id, lambda name: self._seen.get(self._tenant.key64(b"account", name.encode())) is not None)

    @property
    def unknown_words(self) -> int:
        """Number of fields that were left empty because of an unknown word or an invalid address."""
        return sum(self.unread_fields[name]["rows"] for name in (*WORDS, "signup_ip") if name in self.unread_fields)

    def _noted(self, path: Path, line: int, account_id: str, unread: Unread) -> tuple[Record, Bad]:
        """Count fields that were left empty; returns the note to put aside, with the account as in the table, so that it can be erased."""
        count(self.unread_fields, path, line, {name: detail for name, (detail, _) in unread.items()})
        kept = {name: value if name in QUOTED else self._shown(value, name) for name, (_, value) in unread.items()}
        return Record(line, {"account_id": account_id} | kept), Bad(UNREAD, "; ".join(detail for detail, _ in unread.values()))

    def _shown(self, value: Any, name: str) -> str:
        """Words for a value that cannot be read: the value, or only its form (``00.00.0000``)."""
        if type(value) in (list, dict):
            return kind(value)
        text = "".join(c if c.isprintable() else "?" for c in str(value)[:NAME_CHARS])
        if not (self._quote and name in QUOTED):
            text = re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "0", text))
        return f"'{text}'"

    def _account(self, record: Record) -> tuple[dict[str, Any], Unread]:
        """The row of an account, and its fields that were left empty.

        Raises:
            Bad: the record must be put aside: no account, or not a unique one.
        """
        if record.value is None:
            raise Bad(record.reason or "not_json", record.detail)
        # spreadsheets and databases vary the case of column names, and data frames write NaN for null
        raw: dict[str, Any] = {name.strip().lower(): None if value != value else value for name, value in record.value.items()}
        if isinstance(record.value, Cells):
            # a blank after the comma is not part of an identifier
            raw |= {name: cell_number(raw[name].strip()) for name in NUMBERED if raw.get(name)}
        for name in (*VOIDABLE, *NULLABLE):
            if name in raw and is_null(raw[name]) and (name in VOIDABLE or str(raw[name]).strip() != "0"):
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
        row |= {name: _read_or_null(unread, self._word, row.get(name), name) for name in WORDS}
        row |= {name: _read_or_null(unread, self._fitting, value, name) for name, value in row.items() if name != "account_id"}
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
        """Hash details that are in the clear; hashes in the file stay."""
        if address := _read_or_null(unread, detail_or_null, raw.get("email"), "email"):
            normalised, domain = email(address)
            row["email_hash"] = row.get("email_hash") or self._tenant.id(normalised)
            row["email_domain"] = row.get("email_domain") or domain
        for name, normalise in (("phone", phone), ("payment", payment)):
            value = raw.get(name)
            value = normalise(str(value)) if type(value := whole_number(value)) is int else value
            if (plain := _read_or_null(unread, detail_or_null, value, name)) and not row.get(f"{name}_hash"):
                row[f"{name}_hash"] = self._tenant.id(normalise(plain))
        row["signup_ip"] = _read_or_null(unread, self._sign_up, row.get("signup_ip"), "signup_ip")

    def _sign_up(self, value: Any, name: str) -> str | None:
        """The hash of the network of an address, a network or an X-Forwarded-For header; a hash is returned unchanged."""
        text = detail_or_null(value, name)
        if text is None or not re.search("[.:,/]", text):
            return text
        address = text.rpartition("/")[0] or text
        network_hash = self._tenant.network(address) if parsed_address(address) else self._tenant.client(None, text)
        if network_hash is None:
            raise Bad(UNREAD, f"{name} is no address: {self._shown(text, name)}")
        return network_hash

    def _drop_impossible_times(self, row: dict[str, Any]) -> None:
        for name in ("created_at", "banned_at"):
            if (at := row.get(name)) is not None and not EARLIEST <= at <= self._latest_us:
                row[name] = None
                self.impossible_times += 1

    def _word(self, value: Any, name: str) -> str | None:
        """One of the column's allowed words, in lower case; raises Bad for others."""
        plain = maybe(value, name)
        word = plain.strip().lower() if plain else None
        if word and word not in WORDS[name]:
            raise Bad(UNREAD, f"{name} is none of {', '.join(WORDS[name])}: {self._shown(value, name)}")
        return word
