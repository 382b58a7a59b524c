"""The log formats: every module of this package whose name does not start with an underscore.

A format module defines ``NAME``, ``DESCRIPTION`` and ``parse(raw, tenant)``, which takes one record (a dict) and the
:class:`~stillwatch.ingest.tenant.Tenant`, and returns fields of :data:`stillwatch.tables.EVENTS`. It may raise
:class:`~stillwatch.ingest.faults.Bad`, or leave an optional field out by :func:`~stillwatch.ingest.faults.unread`. The caller checks types,
times and required fields. ``parse`` may also return:

- ``_request_ids``: identifiers by which an edge log may know the request, those that a client can set last.
- ``_call``: the gateway's own identifier, which tells two requests with the same ``event_id`` apart and replaces that of the second.
- ``_redacted``: True if the gateway logged no text.

Optional constants:

- ``HEADER``: True if text files are CSV with a header line.
- ``KEYED``: False if identifiers are hashed already.
- ``TEXT_FIELDS``: columns of Parquet files to skip where no text may be read.
- ``SOUGHT``: required column -> what a record without it lacks, for the quarantine.
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
    """One log format; fields as the constants of its module."""

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
    formats = [_format(importlib.import_module(f"{__name__}.{name}")) for name in names]
    return {format_.name: format_ for format_ in formats}


def named(name: str) -> Format:
    """The format of that name.

    Raises:
        InputError: there is none; the message lists all.
    """
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
