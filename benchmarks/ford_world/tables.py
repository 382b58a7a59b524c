"""The log as tables: what of the traffic the gateway kept."""

import zlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from .. import worlds
from .accounts import Account
from .text import Bools, Floats, Ints
from .world import ERROR_SHARE, ERRORS, Ford

SECOND_CLIENT = 35
"""percent of the talks of whoever has two"""


def tables(w: Ford) -> worlds.World:
    """The tables of a world; accounts stand in the order of their ids."""
    time, sender, failed = (np.concatenate([getattr(batch, name) for batch in w.batches]) for name in ("time", "account", "failed"))
    order = _kept(w, time, sender)
    time, sender, failed = time[order], sender[order], failed[order]
    ids = [f"req_{w.tag}{place:07x}" for place in w.r.permutation(len(order))]
    people = [w.accounts[place] for place in sender]
    harvested = np.concatenate([batch.harvested for batch in w.batches])[order] & ~failed
    events = _events(w, order, time, people, failed) | {"event_id": ids}
    accounts = w.accounts if w.log.registry else [w.accounts[place] for place in np.unique(sender)]
    accounts = sorted(accounts, key=lambda account: account.id)
    return worlds.World(
        _table(worlds.EVENT_COLUMNS, events, w.log.unlogged, w.log.emptied),
        _table(worlds.ACCOUNT_COLUMNS, _registry(w, accounts), w.log.unregistered),
        _strings(account_id=[a.id for a in accounts], campaign=[a.campaign for a in accounts], kind=[a.crowd for a in accounts]),
        _strings(
            event_id=[ids[row] for row in np.flatnonzero(harvested)],
            campaign=[people[row].campaign for row in np.flatnonzero(harvested)],
        ),
        [{"model": model, "released_at": (w.start + timedelta(seconds=at)).isoformat()} for model, at in w.releases.items()],
    )


def _kept(w: Ford, time: Floats, sender: Ints) -> Ints:
    """Requests in the log, in the order of time: none before its account is made, or after it is banned."""
    banned = np.array([np.inf if account.banned is None else account.banned for account in w.accounts])[sender]
    created = np.array([account.created for account in w.accounts])[sender]
    kept: Bools = (time >= np.maximum(0, created)) & (time < np.minimum(w.span, banned))
    kept &= w.r.random(len(kept)) < w.log.kept
    rows = np.flatnonzero(kept)
    return rows[np.argsort(time[rows], kind="stable")]


def _events(w: Ford, order: Ints, time: Floats, people: Sequence[Account], failed: Bools) -> dict[str, Any]:
    r, number = w.r, len(order)

    def array(name: str) -> Any:
        return np.concatenate([getattr(batch, name) for batch in w.batches])[order]

    def strings(name: str) -> list[Any]:
        every = [value for batch in w.batches for value in getattr(batch, name)]
        return [every[row] for row in order]

    answered = np.where(failed, 0, 1)
    talk, turn, parent, address = array("talk"), array("turn"), array("parent"), strings("address")
    asked, cached, out, thought = (np.concatenate([batch.tokens[place] for batch in w.batches])[order] for place in range(4))
    second = (talk * 2654435761) % 100 < SECOND_CLIENT
    clients = [a.second_client if a.second_client and two else a.client for a, two in zip(people, second, strict=True)]
    keyed = [a.path != "app" for a in people]
    return {
        "timestamp": _moments(w, time),
        "account_id": [a.id for a in people],
        "org_id": [a.org for a in people],
        "key_id": [
            f"key_{zlib.crc32(a.id.encode()):08x}{int(drawn * a.keys)}" if own else None
            for a, own, drawn in zip(people, keyed, r.random(number), strict=True)
        ],
        "session_id": [None if own else f"s_{w.tag}{one:x}" for own, one in zip(keyed, talk.tolist(), strict=True)],
        "access_path": [a.path for a in people],
        "model": [w.models[place] for place in array("model")],
        "system": strings("system"),
        "prompt": strings("prompt"),
        "response": [None if lost else answer for lost, answer in zip(failed, strings("answer"), strict=True)],
        "context_key": array("context"),
        "parent_key": [key if place else None for key, place in zip(parent.tolist(), turn.tolist(), strict=True)],
        "tools_key": [a.tools for a in people],
        "temperature": [a.temperature for a in people],
        "top_p": [a.top_p for a in people],
        "max_tokens": [a.max_tokens for a in people],
        "stream": [a.stream for a in people],
        "input_tokens": asked,
        "cached_tokens": cached,
        "output_tokens": (out + thought) * answered,
        "reasoning_tokens": thought * answered,
        "status": np.where(failed, r.choice(ERRORS, number, p=ERROR_SHARE), 200),
        "ip": [ip for ip, _, _ in address],
        "asn": [system for _, system, _ in address],
        "country": [country for _, _, country in address],
        "user_agent": [agent for agent, _ in clients],
        "ja4": [hello for _, hello in clients],
    }


def _registry(w: Ford, accounts: Sequence[Account]) -> dict[str, Any]:
    signups = [account.signup or account.addresses[0] for account in accounts]
    return {
        "account_id": [a.id for a in accounts],
        "created_at": _moments(w, np.array([min(a.created, w.span - 1) for a in accounts])),
        "kind": [a.kind for a in accounts],
        "org_id": [a.org for a in accounts],
        "verified": [a.verified for a in accounts],
        "access_type": [a.access_type for a in accounts],
        "email_domain": [a.email_domain for a in accounts],
        "email_hash": [a.email_hash for a in accounts],
        "payment_hash": [a.payment for a in accounts],
        "phone_hash": [a.phone for a in accounts],
        "signup_ip": [ip for ip, _, _ in signups],
        "country": [country for _, _, country in signups],
        "banned_at": [None if a.banned is None else _moments(w, np.array([a.banned]))[0] for a in accounts],
        "plan": [a.plan for a in accounts],
    }


def _moments(w: Ford, seconds: Floats) -> list[int]:
    """Microseconds since 1970."""
    return [round((w.start.timestamp() + at) * 1e6) for at in seconds.tolist()]


def _table(types: dict[str, pa.DataType], columns: dict[str, Any], without: Sequence[str], empty: Sequence[str] = ()) -> pa.Table:
    return pa.table({
        name: pa.nulls(len(columns[name]), of) if name in empty else pa.array(columns[name], of)
        for name, of in types.items()
        if name in columns and name not in without
    })


def _strings(**columns: Sequence[str | None]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
