"""A teacher's manifest: whose model it is and what allows its answers to train another. Without one, nothing is asked.

The rules, in order; the first that fails refuses:

1. There is a manifest, it is readable, and it has no unknown entry.
2. It names the owner, the licence and what allows distillation (``terms``).
3. It says ``distillation = "allowed"``.
4. A licence that forbids training other models needs a written ``permission``.
5. A service or a model of somebody else's that is offered to the public needs a written ``permission``,
   whatever else the manifest says: the terms of such services usually forbid it.

``permission`` is a reference that a person can look up (a contract, a letter). It is not checked here; it is copied into
every data card and model card, so that whoever wrote it answers for it.
"""

import re
import tomllib
import unicodedata
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stillwatch.errors import InputError
from stillwatch.files import read_json

KINDS = ("openai", "transformers", "encoder", "classifier")
OWNERSHIP = ("own", "licensed")
MAX_NUMBER, MAX_TIMEOUT_S = 1e12, 86_400.0
"""Upper bounds: of any number in a manifest, so that costs stay finite; of ``timeout_s``, a day."""
CURRENCY = "USD"
"""Used where a manifest names none."""

RESTRICTED = Path(__file__).with_name("restricted.json")
"""What needs a written permission; each entry has its ``source``.

``services``: public services by ``hosts``, and ``models`` that only they offer, by the beginnings of their names, since one's own
gateway may forward to them. ``licences``: those that forbid or restrict training other models on outputs, by how they begin
(``begins``) or by a name anywhere in them (``named``).
"""


@dataclass(frozen=True)
class Manifest:
    """Who owns a teacher, what its terms allow, where it is, and what it costs."""

    name: str
    kind: str
    """openai (a chat-completions endpoint), transformers (folder or GGUF file), encoder, classifier."""
    location: str
    """URL, folder, GGUF file, or ``module:attribute`` of a classifier. A relative path starts at the manifest."""
    owner: str
    ownership: str
    """own or licensed."""
    licence: str
    terms: str
    """What allows distillation: a reference that a person can look up."""
    distillation: str
    """allowed, or anything else."""
    permission: str = ""
    """Reference to a written permission of the owner; empty where there is none."""
    model: str = ""
    """Model name that is sent to the endpoint."""
    api_key_env: str = ""
    """Environment variable that holds the key; the key itself is never stored."""
    idempotent: bool = False
    """Whether the endpoint answers a repeated Idempotency-Key without a second charge."""
    requests_per_minute: float = 0.0
    """0 is no limit, here and for tokens."""
    tokens_per_minute: float = 0.0
    concurrency: int = 4
    """Requests sent at once."""
    timeout_s: float = 60.0
    price_input: float = 0.0
    """Per million input tokens, in ``currency``."""
    price_output: float = 0.0
    """Per million output tokens, in ``currency``."""
    currency: str = CURRENCY
    """Of the prices and of the price of a CPU hour: ISO 4217."""
    max_length: int = 0
    """Tokens of a text that the teacher reads; 0 is the model's own limit."""
    precision: str = "float32"
    """Of an encoder or language model on this machine: float32, or bfloat16, which is faster where the CPU supports it."""

    def public(self) -> dict[str, Any]:
        """The entries that cards and stores show."""
        names = ("name", "kind", "owner", "ownership", "licence", "terms", "distillation", "permission", "model")
        return {name: value for name, value in asdict(self).items() if name in names}


def read(path: Path) -> Manifest:
    """Read a manifest and apply the rules.

    Raises:
        InputError: it is absent, not readable, incomplete, or does not allow distillation.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        todo = "Write one: docs/distill.md shows how. Without it no teacher is asked"
        raise InputError("no manifest for the teacher", where=path, todo=todo) from error
    except IsADirectoryError as error:
        raise InputError("a folder, not a manifest", where=path, todo="Pass the TOML file") from error
    except (OSError, ValueError) as error:
        raise InputError(f"not readable as TOML ({error})", where=path) from error
    manifest = parse(entries, where=path)
    base = path.parent
    if manifest.kind in ("transformers", "encoder") or (manifest.kind == "classifier" and ":" not in manifest.location):
        resolved = str((base / manifest.location).resolve())
        manifest = Manifest(**{**asdict(manifest), "location": resolved})
    return manifest


def parse(entries: dict[str, Any], *, where: object = None) -> Manifest:
    """Build a manifest from entries and apply the rules.

    Args:
        entries: name to value, as in the TOML file.
        where: the place that errors name.

    Raises:
        InputError: an entry is unknown, missing or out of range, or a rule refuses.
    """
    known = {field.name: field for field in fields(Manifest)}
    for name in entries:
        if name not in known:
            raise InputError(f"unknown entry {name!r} in the manifest", where=where, todo=f"Known: {', '.join(known)}")
    for name, field in known.items():
        value = entries.get(name, field.default)
        required = name in ("name", "kind", "location", "owner", "ownership", "licence", "terms", "distillation")
        if required and not (isinstance(value, str) and value.strip()):
            raise InputError(f"the manifest does not say {name}", where=where, todo=_HELP.get(name))
        if required:
            continue
        expected = type(field.default)
        ok = type(value) is expected or (expected is float and type(value) is int)
        if not ok or (isinstance(value, int | float) and not 0 <= value <= MAX_NUMBER):
            what = expected.__name__ if expected in (str, bool) else f"{expected.__name__} of 0 or more ({MAX_NUMBER:g} at most)"
            raise InputError(f"{name} = {value!r} in the manifest is not a {what}", where=where)
    manifest = Manifest(**entries)
    if not 0 < manifest.timeout_s <= MAX_TIMEOUT_S:
        todo = f"Write seconds, above 0 and at most {MAX_TIMEOUT_S:g}"
        raise InputError(f"timeout_s = {manifest.timeout_s!r} in the manifest", where=where, todo=todo)
    if manifest.kind not in KINDS:
        raise InputError(f"kind = {manifest.kind!r} in the manifest", where=where, todo=f"Known: {', '.join(KINDS)}")
    if manifest.ownership not in OWNERSHIP:
        todo = f"Known: {', '.join(OWNERSHIP)}. A model of others without a licence cannot be a teacher"
        raise InputError(f"ownership = {manifest.ownership!r} in the manifest", where=where, todo=todo)
    if not (len(manifest.currency) == 3 and manifest.currency.isascii() and manifest.currency.isalpha() and manifest.currency.isupper()):
        raise InputError(f"currency = {manifest.currency!r}", where=where, todo="Write its three letters, such as USD or EUR")
    if manifest.precision not in ("float32", "bfloat16"):
        raise InputError(f"precision = {manifest.precision!r}", where=where, todo="Known: float32, bfloat16")
    if manifest.kind == "openai":
        _demand_url(manifest.location, where)
    _apply_rules(manifest, where)
    return manifest


def shown(url: str) -> str:
    """A URL as messages show it: without user, password, fragment and query, which may be keys."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "[not a URL]"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="[left out]" * bool(parts.query), fragment="").geturl()


def _demand_url(location: str, where: object) -> None:
    """Raise an InputError where the location is no URL or holds a user name; the error does not show the location."""
    if not _host(location) or any(letter <= " " for letter in location):
        raise InputError("location is not a URL", where=where, todo="Write http://host:port/v1")
    parts = urlsplit(location)
    if "@" in parts.netloc:
        todo = "Put the key into an environment variable and name it as api_key_env"
        raise InputError("location holds a user name or password", where=where, todo=todo)
    if not (parts.path + parts.query).isascii():
        raise InputError("location is not a URL", where=where, todo="Write letters that are not ASCII as %..")


def _host(location: str) -> str:
    """The normalised host of an http or https URL: IDNA-encoded, lower case, no trailing dot; "" where there is none."""
    try:
        parts = urlsplit(location)
        valid = parts.scheme in ("http", "https") and parts.port != 0
        return (parts.hostname or "").encode("idna").decode().lower().rstrip(".") if valid else ""
    except ValueError:
        return ""


_HELP = {
    "owner": "Name whose model it is",
    "licence": "Name the licence of the weights or the contract of the service",
    "terms": "Say what allows distillation: a clause, a contract, a policy",
    "distillation": 'Write distillation = "allowed" if the terms allow it; otherwise it cannot be a teacher',
}


_NAME_PERMISSION = 'Name the written permission as permission = "…", or use a model of your own'


def _apply_rules(manifest: Manifest, where: object) -> None:
    """Rules 3 to 5 of the module's docstring."""
    if manifest.distillation != "allowed":
        what = f"refused: the terms of {manifest.name} do not allow distillation (distillation = {manifest.distillation!r})"
        raise InputError(what, where=where, todo="Use a model whose terms allow it")
    if manifest.permission.strip():
        return
    restricted = read_json(RESTRICTED)
    licence = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", manifest.licence).lower()).strip("-")
    for row in restricted["licences"]:
        if licence.startswith(tuple(row.get("begins", ()))) or any(f"-{name}" in f"-{licence}" for name in row.get("named", ())):
            what = f"refused: the licence {manifest.licence} restricts training other models on the answers of {manifest.name}"
            raise InputError(f"{what} (see {row['source']})", where=where, todo=_NAME_PERMISSION)
    if manifest.kind != "openai":
        return
    host = _host(manifest.location)
    for row in restricted["services"]:
        if any(host == name or host.endswith(f".{name}") for name in row["hosts"]):
            raise InputError(f"refused: {host} serves models of somebody else (see {row['source']})", where=where, todo=_NAME_PERMISSION)
    demand_own_model(manifest, manifest.model, where)


@lru_cache(maxsize=1)
def _hosted_models() -> tuple[tuple[str, str], ...]:
    return tuple((name, row["source"]) for row in read_json(RESTRICTED)["services"] for name in row["models"])


def demand_own_model(manifest: Manifest, model: str, where: object = None) -> None:
    """Raise an InputError where a model's name is that of a hosted model of somebody else.

    Gateways put the service before the name (``bedrock/us.anthropic.…``), services a kind before it (``ft:…``) or a version behind it.

    Args:
        manifest: of the teacher; with a ``permission`` every model is allowed.
        model: the name in the manifest, or the one that an answer of the endpoint gives.
        where: the place that the error names.
    """
    if manifest.permission.strip():
        return
    parts = re.split(r"[^\w-]+", unicodedata.normalize("NFKC", model).lower())
    for name, source in _hosted_models():
        if any(f"{part}-".startswith(name) for part in parts):
            raise InputError(f"refused: {model} is a hosted model of somebody else (see {source})", where=where, todo=_NAME_PERMISSION)
