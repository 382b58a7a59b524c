"""The log as tables."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from .. import worlds
from .places import NAMES, Ints
from .text import POOLS, Objects, Seeds, mix
from .world import AGES, DAY, MODELS, Mere, digits, some

FAILED = 0.008
"""share of requests that fail"""


def tables(w: Mere, lacks: tuple[str, ...] = ()) -> worlds.World:
    """Log, registry and truth; registry and truth in the order of account ids. Columns that the host lacks are absent."""
    accounts, log = w.accounts(), w.events()
    order = np.argsort(log["time"], kind="stable")
    ids = np.char.add("rq_", digits(mix(w.salt, np.arange(len(order))), 14).astype(str))
    failed = w.r.random(len(order)) < FAILED
    columns = {name: values[order] for name, values in _events(w, log, accounts).items()}
    columns |= {name: np.where(failed, 0, columns[name]) for name in ("reasoning_tokens", "output_tokens")}
    columns["response"] = some(~failed, columns["response"])
    columns["status"] = np.where(failed, w.r.choice([429, 429, 500, 529], len(order)), 200)
    kept = log["harvested"][order] & ~failed
    by_id = np.argsort(accounts["account_id"].astype(str))
    registry = {name: values[by_id] for name, values in accounts.items()}
    closed = registry["banned_at"]
    registry |= {
        "created_at": _moments(w, registry["created_at"]), "org_id": np.full(len(by_id), None),
        "access_type": np.full(len(by_id), "application", object),
        "banned_at": some(~np.isinf(closed), _moments(w, np.where(np.isinf(closed), 0, closed))),
        "signup_ip": _addresses(w, registry["signup_ip"]), "country": np.array(NAMES, object)[registry["place"]],
    }
    campaign = accounts["campaign"][log["account"][order]]
    return worlds.World(
        _table(worlds.EVENT_COLUMNS, columns | {"event_id": ids}, lacks), _table(worlds.ACCOUNT_COLUMNS, registry, lacks),
        _strings(account_id=registry["account_id"], campaign=registry["campaign"], kind=registry["crowd"]),
        _strings(event_id=ids[kept], campaign=campaign[kept]),
        [
            {"model": model, "released_at": datetime.fromtimestamp(w.start - age * DAY, UTC).isoformat()}
            for model, age in zip(MODELS, AGES, strict=True)
        ],
    )


def _events(w: Mere, log: dict[str, Any], accounts: dict[str, Any]) -> dict[str, Any]:
    turn, n = log["turn"], len(log["turn"])
    prompts, answers = _said(w, log)
    systems = np.array([*w.systems, None], object)[log["system"]]
    said = [_codes(values) for values in (systems, prompts, answers)]
    context = mix(said[0], said[1], w.salt)
    for depth in range(1, int(turn.max()) + 1):
        rows = np.flatnonzero(turn == depth)
        context[rows] = mix(context[rows - 1], said[2][rows - 1], said[1][rows], w.salt)
    asked, told = (np.char.str_len(values.astype(str)) // 4 + 3 for values in (prompts, answers))
    start = np.arange(n) - turn
    before = np.cumsum(asked + told) - asked - told
    before = before - before[start] + np.where(log["system"] < 0, 0, np.char.str_len(systems.astype(str)) // 4)
    thought = (told * (log["thinks"] + (log["model"] == 2)) * 2 * w.r.random(n)).astype(np.int64)
    programs = np.array(w.programs, object)[log["program"]]
    api = programs[:, 2].astype(bool)
    account = accounts["account_id"][log["account"]]
    return {
        "timestamp": _moments(w, log["time"]), "account_id": account, "org_id": np.full(n, None),
        "access_path": np.where(api, "api", "app").astype(object),
        "key_id": some(api, np.char.add("k_", digits(mix(w.salt, log["account"]), 12).astype(str))),
        "session_id": some(~api, np.char.add("cv_", digits(mix(w.salt, log["talk"], 1), 10).astype(str))),
        "model": np.array(MODELS, object)[log["model"]], "system": systems, "prompt": prompts, "response": answers,
        "context_key": context.view(np.int64), "parent_key": some(turn > 0, np.roll(context.view(np.int64), 1)),
        "tools_key": some(log["tools"] != 0, log["tools"]), "temperature": some(~np.isnan(log["temperature"]), log["temperature"]),
        "top_p": some(~np.isnan(log["top_p"]), log["top_p"]), "max_tokens": some(log["max_tokens"] > 0, log["max_tokens"]),
        "stream": log["stream"], "input_tokens": before + asked, "reasoning_tokens": thought, "output_tokens": told + thought,
        "cached_tokens": np.where((turn > 0) & (w.r.random(n) < 0.5), before, 0),
        "ip": _addresses(w, log["seat"]), "asn": np.array(w.places.system)[log["seat"] // 256],
        "country": np.array(NAMES, object)[accounts["place"][log["account"]]], "user_agent": programs[:, 0], "ja4": programs[:, 1],
    }


def _said(w: Mere, log: dict[str, Any]) -> tuple[Objects, Objects]:
    """What is asked and answered."""
    n, turn, frame = len(log["turn"]), log["turn"], log["frame"]
    prompts, answers = np.empty(n, object), np.empty(n, object)
    seed: Seeds = np.where(turn == 0, log["seed"], mix(log["seed"], turn))
    nonce = mix(w.salt, np.arange(n), 7)
    for place in np.unique(log["pool"]).tolist():
        mine = log["pool"] == place
        for part, rows in (("ask", np.flatnonzero(mine & (turn == 0))), ("more", np.flatnonzero(mine & (turn > 0)))):
            prompts[rows] = w.text.say(POOLS[place], part, seed[rows])
        rows = np.flatnonzero(mine)
        answers[rows] = w.text.say(POOLS[place], "tell", nonce[rows], log["seed"][rows])
    for number in np.unique(frame[frame >= 0]).tolist():
        rows = np.flatnonzero((frame == number) & (turn == 0))
        head, tail = w.frames[number].split("@")
        prompts[rows] = head + prompts[rows] + tail
    rows = np.flatnonzero(log["mannered"])
    prompts[rows] = w.text.say("habit", "before", nonce[rows]) + prompts[rows] + w.text.say("habit", "after", nonce[rows])
    rows = np.flatnonzero(log["mannered"] & log["lower"])
    prompts[rows] = np.char.lower(prompts[rows].astype(str)).astype(object)
    return prompts, answers


def _codes(values: Objects) -> Ints:
    """A number for each text; for none, too."""
    found = pa.array(values, pa.string()).dictionary_encode().indices
    return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)


def _addresses(w: Mere, seats: Ints) -> Objects:
    told = np.array(w.places.prefix, object)[seats // 256] + "." + (seats % 256).astype(str).astype(object)
    return some(seats >= 0, told)


def _moments(w: Mere, seconds: Any) -> Ints:
    """Microseconds since 1970."""
    return np.asarray(np.rint((w.start + seconds) * 1e6), np.int64)


def _table(types: dict[str, pa.DataType], columns: dict[str, Any], lacks: tuple[str, ...]) -> pa.Table:
    return pa.table({name: pa.array(columns[name]).cast(of) for name, of in types.items() if name not in lacks})


def _strings(**columns: Any) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
