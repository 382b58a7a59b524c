"""The log as tables."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from .. import worlds
from .account import Account, Request
from .draws import hashed
from .people import ORDINARY
from .world import DAY, HOUR, MODELS, Holm

SILENT = 0.5
"""share of those who never ask that are registered"""
BANNED = 0.006
"""share of ordinary people that are banned, for reasons of their own"""
AGES = dict(zip(MODELS, (300, 240, 120), strict=True))
"""days before the log on which a model was released; none is released while it runs"""


def tables(w: Holm) -> worlds.World:
    """Log, registry and truth; registry and truth in the order of account ids."""
    logged = _complete(w)
    ids = [f"e{hashed(w.accounts[0].id, row) & 0xFFFFFFFFFFFF:012x}{row % 16:x}" for row in range(len(logged))]
    last = {request.who.id: request.when for request in logged}
    for account in w.accounts:
        if account.crowd == ORDINARY and last.get(account.id, w.end) < w.end - 2 * DAY and w.r.chance(BANNED):
            account.banned_at = last[account.id] + HOUR + w.r.wait(DAY)
    known = [one for one in w.accounts if one.id in last or (one.campaign is None and w.r.chance(SILENT))]
    known.sort(key=lambda account: account.id)
    harvest = [
        (id, request.who.campaign)
        for id, request in zip(ids, logged, strict=True)
        if request.who.campaign and request.status == 200
    ]
    return worlds.World(
        _table(worlds.EVENT_COLUMNS, [_event(id, request) for id, request in zip(ids, logged, strict=True)]),
        _table(worlds.ACCOUNT_COLUMNS, [_registered(account) for account in known]),
        _strings(("account_id", "campaign", "kind"), [(account.id, account.campaign, account.crowd) for account in known]),
        _strings(("event_id", "campaign"), harvest),
        [
            {"model": model, "released_at": datetime.fromtimestamp(w.start - age * DAY, UTC).isoformat()}
            for model, age in AGES.items()
        ],
    )


def _complete(w: Holm) -> list[Request]:
    """Requests by time, without those before a sign-up and what followed these."""
    met: set[int] = set()
    kept = []
    for request in sorted(w.requests, key=lambda request: (request.when, request.context_key)):
        inside = w.start <= request.when < w.end and request.when > request.who.created_at
        if inside and (request.parent_key is None or request.parent_key in met):
            met.add(request.context_key)
            kept.append(request)
    return kept


def _event(id: str, request: Request) -> dict[str, Any]:
    who = request.who
    by_api = request.access_path != "app"
    build = "".join(letter for letter in request.user_agent if not letter.isdigit() and letter != ".")
    return {name: getattr(request, name, None) for name in worlds.EVENT_COLUMNS} | {
        "event_id": id,
        "timestamp": int(request.when * 1e6),
        "account_id": who.id,
        "org_id": who.org_id,
        "key_id": who.key if by_api else None,
        "temperature": who.temperature if by_api else None,
        "top_p": 1.0 if by_api and who.temperature is not None else None,
        "max_tokens": who.max_tokens if by_api else None,
        "stream": not by_api,
        "country": who.country,
        "ja4": f"t13d{hashed(build) & 0xFFFFFFFFFF:010x}",
    }


def _registered(account: Account) -> dict[str, Any]:
    moments = {
        name: None if moment is None else int(moment * 1e6)
        for name, moment in (("created_at", account.created_at), ("banned_at", account.banned_at))
    }
    named = {"account_id": account.id, "access_type": "application"}
    return {name: getattr(account, name, None) for name in worlds.ACCOUNT_COLUMNS} | moments | named


def _table(columns: dict[str, pa.DataType], rows: Sequence[dict[str, Any]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in columns.items()})


def _strings(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    return pa.table({name: pa.array([row[column] for row in rows], pa.string()) for column, name in enumerate(names)})
