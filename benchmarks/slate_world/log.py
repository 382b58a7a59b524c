"""Requests: failures, the SDK's own retries, contexts, tokens."""

import math

from .clients import Client
from .lines import Line
from .records import Account, Cfg, Say, Thread, h64
from .text import SHAPE
from .world import World

COLUMNS = (
    "ts", "acct", "key", "session", "path", "model", "system", "prompt", "kind", "ctx", "parent", "tools", "temp", "top_p", "maxtok",
    "stream", "tin", "prefix", "tout", "treason", "status", "ip", "asn", "country", "ua", "ja4", "harvest"
)


def send(
    w: World, a: Account, t: float, th: Thread, say: Say, *, cfg: Cfg | None = None, harvest: bool = False, line: Line | None = None,
    client: Client | None = None, tries: int = 3, crowding: float = 0.0
) -> tuple[float, bool]:
    """One turn with its failures and the SDK's own retries; returns when the answer was there, and whether it came."""
    r, cfg = w.r, cfg or a.cfg
    line, client = line or a.line, client or a.client
    if a.new_model is not None and t > a.new_model and cfg.model == w.models["large"]:
        cfg = cfg._replace(model=w.models["new"])
    parent, head = th.last, len(say.system) if say.system else 0
    ctx = h64(say.system, say.text) if parent is None else h64(parent, th.reply, say.text)
    own = (len(say.text) + head) / 3.9 * r.uniform(0.97, 1.03)
    prefix = max(th.tokens, head / 3.9 + (say.extra if say.tools is not None else 0))
    read = int(7 + own + th.tokens + say.extra)
    key = None if a.path == "app" else a.keys[0] if len(a.keys) == 1 else r.choice(a.keys)
    for attempt in range(tries):
        status = _status(w, a, t, crowding)
        if status is None:
            return t, False
        good = status == 200
        out, reason = _answer(w, cfg, say.kind) if good else (0, 0)
        ep = line.at(r, t, th.id)
        w.rows.append(
            (
                t, a.idx, key, th.session, a.path, cfg.model, say.system, say.text, say.kind, ctx, parent, say.tools, cfg.temperature,
                cfg.top_p, cfg.max_tokens, cfg.stream, read if good or status >= 500 else 0, prefix if good else 0, out, reason, status,
                ep.ip, ep.asn, ep.country, client.ua if ep.ip else None, client.ja4 if ep.ip else None, harvest
            )
        )
        if good:
            th.tokens = read + out
            th.last, th.reply = ctx, r.getrandbits(40)
            return t + 0.7 + (out + reason) / r.uniform(45, 95), True
        if status in (400, 401, 402, 403):
            return t + 0.4, False
        t += 0.5 + (2.0**attempt) * r.uniform(0.6, 1.6)
    return t, False


def _status(w: World, a: Account, t: float, crowding: float) -> int | None:
    """What the host answers; None where the log is over or the account's user has given up."""
    r = w.r
    if t >= w.end or t < 0:
        return None
    if (stop := min(a.banned or 1e18, a.dry or 1e18)) <= t:
        if t > stop + a.patience:
            return None
        return 401 if a.revoked else 403 if a.banned is not None and t >= a.banned else 402
    if w.down(t):
        return r.choices((200, 500, 529, 503), (45, 30, 15, 10))[0]
    if crowding and r.random() < crowding:
        return 429
    if r.random() < w.base_error:
        return r.choices((429, 500, 400, 529, 401), (40, 25, 20, 12, 3))[0]
    return 200


def _answer(w: World, cfg: Cfg, kind: str) -> tuple[int, int]:
    """Tokens of an answer and of the thinking before it."""
    r = w.r
    mean, sigma, think = SHAPE[kind]
    out, reason = max(1, int(r.lognormvariate(math.log(mean), sigma) * (1.15 if cfg.model == w.models["new"] else 1))), 0
    if cfg.model == w.models["think"]:
        reason = int(out * think * r.lognormvariate(0.1, 0.6)) + r.randrange(40, 200)
    if cfg.max_tokens is not None and out + reason > cfg.max_tokens:
        reason = min(reason, cfg.max_tokens)
        out = cfg.max_tokens - reason
    return out, reason
