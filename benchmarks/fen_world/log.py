"""Conversations, from their starts to rows of the log."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .carriers import LANG
from .clients import CLIENT_JA4
from .network import Ints, Route, mix
from .openings import Openings
from .routes import RouteFn, people_route
from .text import ANSWER
from .world import CLOUDS, DAY, SECOND, World, key64, many

LOCAL = {"chat", "qa", "write", "creative", "study", "advice", "translate", "business"}


def pace(w: World, n: int, requests: float, turns: float, spread: float = 0.9) -> NDArray[np.float64]:
    """Conversations a day for n accounts with this mean number of requests; a few are far busier than the others."""
    return requests / (w.days * turns) * w.rng.lognormal(-(spread**2) / 2, spread, n)


def converse(
    world: World, rows: Ints, per_day: Any, mixture: str | dict[str, float], *, mean_turns: float = 2.6, curve: str = "life",
    weekend: float = 0.8, gap: float = 80.0, lo: float = 0.0, hi: float | None = None, tz: NDArray[np.float64] | float | None = None,
    route: RouteFn | None = None, local: float = 0.4, probe: float = 0.0, first: Openings | Sequence[str] | None = None,
    crowd_style: bool = False, loop: bool = False, harvest: float = 0.0, starts: tuple[Ints, Ints] | None = None, **kw: Any
) -> None:
    """Conversations of these accounts, from start times to log rows.

    `first` may give or write the opening prompts; with `loop` the user's turn stays while tools answer.
    """
    who, begin = world.sessions(rows, per_day, curve, weekend, lo, hi, tz) if starts is None else starts
    if not who.size:
        return
    fam = world.families(mixture, who.size)
    if local:
        lang = np.array(LANG, object)[world.acc["cc"][who]]
        swap = (world.rng.random(who.size) < local) & (lang != "") & np.isin(fam, list(LOCAL))
        fam = np.where(swap, lang, fam)
    conv, turn, offset = world.turns(who.size, mean_turns, gap)
    place = (route or people_route)(world, who, begin)
    if first is None:
        first = world.text.many(fam.tolist())
    openings = list(first(who, fam) if callable(first) else first)
    style = world.rng.integers(0, 9, who.size) if crowd_style else world.acc["style"][who]
    t = world.text
    prompts: list[str] = []
    fam_l, style_l = fam.tolist(), style.tolist()
    for c, k in zip(conv.tolist(), turn.tolist(), strict=True):
        prompts.append(openings[c] if loop else t.styled(openings[c] if k == 0 else t.follow(fam_l[c], probe), style_l[c]))
    good = world.rng.random(who.size) < harvest if harvest else np.zeros(who.size, bool)
    if "tools" in kw and np.ndim(kw["tools"]):
        kw["tools"] = kw["tools"][conv]
    for name in ("client", "system_of", "out_mult"):
        if name in kw and np.ndim(kw[name]):
            kw[name] = np.asarray(kw[name])[conv]
    emit(world, who[conv], begin[conv] + offset, prompts, fam[conv], conv, turn, place.take(conv), harvest=good[conv], **kw)


def emit(
    world: World, rows: Ints, ts: Ints, prompts: Sequence[str], fam: NDArray[np.object_], conv: Ints, turn: Ints, place: Route, *,
    system_of: Any = None, client: Any = None, model: Any = None, tools: Any = 0, temp: Any = None, max_tokens: Any = None,
    stream: Any = None, ctx: float = 0.0, out_mult: Any = 1.0, harvest: Any = False, busy: float = 0.004, sys_tokens: int | None = None
) -> None:
    """Append requests. Rows of one conversation (`conv`) form a chain by `turn`; requests outside an account's life are dropped."""
    r, a = world.rng, world.acc
    n0 = len(rows)
    last = np.where(a["banned"][rows] >= 0, a["banned"][rows], world.end)
    life = (ts >= np.maximum(a["created"][rows] + 40 * SECOND, world.start)) & (ts < last) & (ts < world.end)
    order = np.lexsort((turn, conv))
    order = order[life[order]]
    n = order.size
    if not n:
        return
    pick = {name: many(value, n0)[order] for name, value in (("tools", tools), ("out_mult", out_mult), ("harvest", harvest))}
    rows, ts, fam, conv, turn, place = rows[order], ts[order], fam[order], conv[order], turn[order], place.take(order)
    prompt = [prompts[i] for i in order.tolist()]
    path = a["path"][rows]
    app, cloud = path == "app", np.isin(path, CLOUDS)
    day = (ts - world.start) // DAY
    system = a["system"][rows] if system_of is None else many(system_of, n0, object)[order]
    chosen = _models(world, rows, ts, None if model is None else many(model, n0)[order])
    cap = np.where(app, 0, a["max_tokens"][rows]) if max_tokens is None else many(max_tokens, n0)[order]
    out, reason = _lengths(r, fam, turn, chosen, pick["out_mult"], cap)
    # what tools returned and documents that the columns do not show
    extra = r.lognormal(np.log(max(ctx, 1)), 0.7, n).astype(np.int64) if ctx else np.zeros(n, np.int64)
    tool_tokens = np.where(pick["tools"] != 0, 350 + np.abs(pick["tools"]) % 1900, 0)
    chain = _chain(r, system.tolist(), prompt, conv.tolist(), turn.tolist(), out.tolist(), extra.tolist(), tool_tokens.tolist(), sys_tokens)
    cached = np.where(r.random(n) < 0.82, chain.pop("cached"), 0)
    u = r.random(n)
    status = np.where(u < busy, 429, np.where(u < busy + 0.0032, 400, np.where(u < busy + 0.008, 500, 200)))
    if client is None:
        by_session = mix(conv.astype(np.uint64) * np.uint64(7919) + a["seed"][rows]) % np.uint64(1000)
        phone = app & (by_session < (a["mob_share"][rows] * 1000))
        program = np.where(phone, a["phone_client"][rows], a["client"][rows])
    else:
        program = many(client, n0)[order]
    variant = ((a["seed"][rows] + (program * 31).astype(np.uint64)) % np.uint64(60)).astype(np.int64)
    which = (mix(a["seed"][rows] + (conv % 97).astype(np.uint64)) % np.maximum(a["keys"][rows], 1).astype(np.uint64)).astype(np.int64)
    warm = a["temp"][rows] if temp is None else many(temp, n0, float)[order]
    flow = a["stream"][rows] if stream is None else many(stream, n0)[order]
    chat = np.unique(conv * 1_000_000 + rows, return_inverse=True)[1]
    logged = app | (mix(a["key0"][rows].astype(np.uint64)) % np.uint64(9) == 0)
    block = {
        "row": rows, "ts": ts, "session": np.where(logged, world.sessions_seen + chat + 1, 0), "model": chosen, "system": system,
        "prompt": np.array(prompt, object), **chain, "tools": pick["tools"].astype(np.int64), "temp": np.where(app, np.nan, warm),
        "top_p": np.where(app, np.nan, a["top_p"][rows]), "max_tokens": np.where(app, 0, cap), "stream": app | flow,
        "cached": np.minimum(cached, chain["in"]), "out": out + np.maximum(reason, 0), "reason": reason, "status": status, "ip": place.ip,
        "isp": place.isp, "ua": program * 2 + (day >= a["update"][rows]),
        "ja4": np.where(a["ja4"][rows] >= 0, a["ja4"][rows], CLIENT_JA4[program, variant]),
        "key": np.where(app, 0, a["key0"][rows] + which), "cloud": cloud, "harvest": pick["harvest"].astype(bool)
    }
    world.sessions_seen += int(chat.max()) + 2
    world.events.append(block)
    _repeat(world, block)


def _models(world: World, rows: Ints, ts: Ints, model: Ints | None) -> Ints:
    """Which model each request asks for; nobody gets the new one before its release."""
    chosen = model
    if chosen is None:
        chosen = world.acc["pref"][rows].copy()
        chosen[world.acc["adopt"][rows] * DAY + world.start < ts] = 3
    if world.release_day is None:
        return np.where(chosen == 3, 0, chosen)
    return np.where((chosen == 3) & (ts < world.at(world.release_day)), 0, chosen)


def _lengths(
    r: np.random.Generator, fam: NDArray[np.object_], turn: Ints, chosen: Ints, factor: NDArray[Any], cap: Ints
) -> tuple[Ints, Ints]:
    """Tokens of answers, and of the thinking before them (-1 of models that do not think)."""
    level = np.array([ANSWER[f] for f in fam.tolist()], float) * np.where(turn > 0, 0.85, 1.0) * np.where(chosen == 1, 0.85, 1.0) * factor
    out = np.maximum(1, r.lognormal(np.log(level), 0.55)).astype(np.int64)
    hard = np.isin(fam, ["math", "code", "judge", "agent"])
    thinks = (chosen == 2) | (chosen == 3)
    reason = np.where(thinks, r.lognormal(np.where(hard, 6.7, 5.4), 0.8), 0).astype(np.int64)
    reason = np.where((chosen == 3) & (r.random(len(fam)) < 0.45), 0, reason)
    return np.where(cap > 0, np.minimum(out, cap), out), np.where(thinks, reason, -1)


def _chain(
    r: np.random.Generator, system: list[str | None], prompt: list[str], conv: list[int], turn: list[int], out: list[int], extra: list[int],
    tool_tokens: list[int], sys_tokens: int | None
) -> dict[str, NDArray[Any]]:
    """Keys of contexts and tokens read. A first turn's key is a hash of system and prompt, a later one's hangs on its parent."""
    n = len(prompt)
    salt = [str(x) for x in r.integers(0, 2**40, n).tolist()]
    noise = r.normal(0, 0.03, n).tolist()
    context, parent, read, cached = [0] * n, [0] * n, [0] * n, [0] * n
    last, state, history = None, 0, 0
    for i in range(n):
        s = system[i] or ""
        words = int(len(prompt[i]) / 4.1 * (1 + noise[i])) + 4
        if conv[i] != last:
            last, history = conv[i], 0
            if turn[i] > 0:
                state = key64("lost", salt[i])
                history = 200 * turn[i]
        if turn[i] == 0:
            state = key64(s, prompt[i], salt[i]) if extra[i] else key64(s, prompt[i])
        else:
            parent[i] = state
            state = key64(str(state), prompt[i], salt[i])
        head = (int(len(s) / 4.1) if sys_tokens is None else sys_tokens) + tool_tokens[i]
        prefix = head + history
        read[i] = prefix + words + extra[i]
        if prefix >= 1024 and (turn[i] > 0 or head >= 1024):
            cached[i] = prefix // 128 * 128
        context[i] = state
        history += words + extra[i] + out[i]
    columns = {"context": context, "parent": parent, "in": read, "cached": cached}
    return {"has_parent": np.array(turn) > 0, **{name: np.array(values) for name, values in columns.items()}}


def _repeat(world: World, block: dict[str, NDArray[Any]]) -> None:
    """Most of what failed is asked again within seconds."""
    r, banned = world.rng, world.acc["banned"]
    again = np.flatnonzero((block["status"] >= 429) & (r.random(len(block["ts"])) < 0.75))
    if again.size:
        retry = {name: value[again].copy() for name, value in block.items()}
        retry["ts"] = retry["ts"] + (r.lognormal(1.2, 0.8, again.size) * SECOND).astype(np.int64)
        retry["status"] = np.where(r.random(again.size) < 0.93, 200, retry["status"])
        gone = banned[retry["row"]]
        keep = (retry["ts"] < world.end) & (retry["ts"] < np.where(gone >= 0, gone, world.end))
        world.events.append({name: value[keep] for name, value in retry.items()})
