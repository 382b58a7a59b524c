"""The log formats: every module of this package that does not start with an underscore is one.

A format module defines ``NAME`` and ``DESCRIPTION``, and ``parse(raw, tenant)``, which takes one record as an object
and the :class:`~stillwatch.ingest.tenant.Tenant`, and returns fields of :data:`stillwatch.tables.EVENTS`. It may raise
:class:`~stillwatch.ingest.faults.Bad`, or leave an optional field out by
:func:`~stillwatch.ingest.faults.unread`; types, times and required fields are checked by the caller. Beside columns it
may return ``_request_ids``, identifiers by which an edge log may know the request (those that a client can set last),
``_call``, the gateway's own identifier, by which two requests of one ``event_id`` are told apart (the second is called so),
and ``_redacted``, True where the gateway logged none of the text. Optional constants:

- ``HEADER``: True where text files are CSV with a header line.
- ``KEYED``: False where identifiers come hashed already.
- ``TEXT_FIELDS``: columns of Parquet files that are not read where no text may be read.
- ``SOUGHT``: what a record without a required column lacks, by column; told where it is put aside.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from stillwatch.errors import InputError
from stillwatch.ingest.tenant import Tenant


class Parser(Protocol):
    """Turns one record into fields of an event."""

    def __call__(self, raw: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
        """Parse one record."""


class Format(NamedTuple):
    """One log format."""

    name: str
    description: str
    parse: Parser
    header: bool
    keyed: bool
    text_fields: frozenset[str]
    sought: Mapping[str, str]


def all_formats() -> dict[str, Format]:
    """All formats by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    found = [_format(importlib.import_module(f"{__name__}.{name}")) for name in names]
    return {format_.name: format_ for format_ in found}


def named(name: str) -> Format:
    """The format of that name, or an InputError that lists them."""
    formats = all_formats()
    if name not in formats:
        raise InputError(f"unknown format {name!r}", where="--from", todo=f"Choose one of: {', '.join(formats)}")
    return formats[name]


def _format(module: ModuleType) -> Format:
    return Format(
        name=module.NAME,
        description=module.DESCRIPTION,
        parse=module.parse,
        header=getattr(module, "HEADER", False),
        keyed=getattr(module, "KEYED", True),
        text_fields=frozenset(getattr(module, "TEXT_FIELDS", ())),
        sought=getattr(module, "SOUGHT", {}),
    )
