"""The world: its accounts, and the expansion of sessions to requests."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from . import text
from .carriers import UTC_OFFSET
from .network import Network

DAY = 86400.0
Array = np.ndarray
# name, whether it reasons
MODELS: tuple[tuple[str, bool], ...] = (
    ("orion-3-mini", False), ("orion-3", False), ("orion-3-think", True), ("orion-4-mini", False), ("orion-4", True), ("orion-2", False),
)
MINI, BASE, THINK, NEW_MINI, NEW, OLD = range(6)
RATE_LIMIT = {"free": 12, "payg": 80, "pro": 60, "team": 240, "scale": 1500}
HOURS: dict[str, tuple[float, ...]] = {
    "work": (0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.6, 2, 5, 8, 9, 8.5, 6, 7.5, 8.5, 8, 7, 5, 2.5, 1.5, 1.2, 1, 0.7, 0.4),
    "evening": (1.5, 0.7, 0.3, 0.2, 0.2, 0.3, 0.8, 1.5, 2.2, 2.5, 2.7, 2.8, 3, 3, 3, 3.2, 3.5, 4, 5, 6.5, 7.5, 7.5, 6, 3.5),
    "student": (3, 1.5, 0.8, 0.3, 0.2, 0.2, 0.4, 0.9, 2, 3.5, 4, 4, 3.5, 4, 4.2, 4, 4, 4, 4.5, 6, 7.5, 8, 7, 5), "flat": (1.0,) * 24,
    "night": (6, 7, 7, 6, 5, 3, 1.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.2, 1.5, 2, 3, 5)
}
_ALPHABET = np.array(list("0123456789abcdefghjkmnpqrstvwxyz"))


def hash64(*parts: str) -> int:
    """A stable signed 64 bit hash."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest(), "little", signed=True)


@dataclass
class Plan:
    """Sessions after the checks on account life, and the requests they expand to."""

    acc: Array  # account of each session
    start: Array  # seconds since the first day
    turns: Array
    row: Array  # session of each request
    turn: Array  # number of the turn in the session
    kept: Array  # which of the proposed sessions remain

    @property
    def size(self) -> int:
        """Number of requests."""
        return len(self.row)


class World:
    """Accounts and requests of one simulated period."""

    def __init__(self, name: str, seed: int, start: str, days: int, scale: float) -> None:
        key = int.from_bytes(hashlib.sha256(f"{name}:{seed}".encode()).digest()[:8], "little")
        self.rng = np.random.default_rng(key)
        self.rnd = random.Random(key)
        self.start = datetime.fromisoformat(start).replace(tzinfo=UTC)
        self.days = days
        self.end = days * DAY
        self.scale = scale
        self.net = Network(self.rng)
        self.acc: dict[str, list[Any]] = {
            key: []
            for key in [
                "id", "created", "kind", "org", "verified", "access_type", "email_domain", "email_hash", "payment", "phone", "signup_pool",
                "country", "banned", "plan", "label", "campaign", "tz", "keys", "client_a", "client_b", "style", "model_a", "model_b",
                "switch_at", "upgrade_at", "pool_a", "pool_b", "pool_c", "dom_a", "dom_b", "dom_c", "log_session"
            ]
        }
        self.batches: list[dict[str, Any]] = []
        self.releases: list[tuple[str, float]] = [
            ("orion-2", -520.0), ("orion-3-mini", -190.0), ("orion-3", -190.0), ("orion-3-think", -120.0)
        ]
        self.release_day = -30.0
        self.responses = False
        self.weekday0 = self.start.weekday()

    def n(self, count: float) -> int:
        """A number of accounts at this scale."""
        return max(2, round(count * self.scale))

    def token(self, length: int = 20) -> str:
        """A random identifier."""
        return "".join(_ALPHABET[self.rng.integers(0, 32, length)])

    def digest(self) -> str:
        """A random hash, as of a card or an e-mail."""
        return self.rng.bytes(12).hex()

    def digests(self, n: int, missing: float = 0.0) -> list[str | None]:
        """Independent hashes, a share of them missing."""
        gone = self.rng.random(n) < missing
        return [None if g else self.digest() for g in gone]

    def signup(self, n: int, label: str, **given: Any) -> Array:
        """Add accounts; every attribute is a scalar or one value an account. Returns their numbers."""
        rng = self.rng
        first = len(self.acc["id"])
        country = _spread(given.pop("country", "US"), n)
        values: dict[str, list[Any]] = {
            "id": ["acct_" + self.token(18) for _ in range(n)], "created": [-float(x) * DAY for x in rng.exponential(160, n)],
            "kind": ["individual"] * n, "org": [None] * n, "verified": [False] * n, "access_type": ["application"] * n,
            "email_domain": ["gmail.com"] * n, "email_hash": [self.digest() for _ in range(n)],
            "payment": [self.digest() for _ in range(n)], "phone": [self.digest() for _ in range(n)], "banned": [float("nan")] * n,
            "plan": ["payg"] * n, "campaign": [None] * n, "style": [0] * n, "dom_a": ["explain"] * n, "dom_b": ["home"] * n,
            "dom_c": ["email"] * n, "keys": [1 + int(x > 0.8) + int(x > 0.95) for x in rng.random(n)],
            "model_a": rng.choice([MINI, BASE, THINK, OLD], n, p=[0.3, 0.42, 0.2, 0.08]).tolist(),
            "model_b": rng.choice([NEW_MINI, NEW], n, p=[0.35, 0.65]).tolist(),
            "switch_at": ((self.release_day + rng.exponential(14, n) + np.where(rng.random(n) < 0.3, 900, 0.1)) * DAY).tolist(),
            "upgrade_at": (rng.uniform(-5, self.days * 2.5, n) * DAY).tolist(), "pool_b": [-1] * n, "pool_c": [-1] * n,
            "log_session": (rng.random(n) < 0.08).tolist()
        }
        for key, value in given.items():
            values[key] = _spread(value, n)
        values["country"] = country
        values["tz"] = [UTC_OFFSET[c] for c in country]
        values["label"] = [label] * n
        if "client_a" not in values:
            values["client_a"] = self.net.clients(n, ["python"]).tolist()
        if "client_b" not in values:
            values["client_b"] = values["client_a"]
        if "pool_a" not in values:
            values["pool_a"] = [self.net.home(c) for c in country]
        if "signup_pool" not in values:
            values["signup_pool"] = values["pool_a"]
        for key, column in self.acc.items():
            if len(values[key]) != n:
                raise ValueError(f"{label}: {key} has {len(values[key])} values for {n} accounts")
            column.extend(values[key])
        return np.arange(first, first + n)

    def col(self, key: str, accounts: Array) -> Array:
        """An attribute of some accounts as an array."""
        column = self.acc[key]
        return np.array([column[int(a)] for a in accounts])

    def put(self, key: str, accounts: Array, value: Any) -> None:
        """Set an attribute of some accounts."""
        for account, item in zip(accounts, _spread(value, len(accounts)), strict=True):
            self.acc[key][int(account)] = item

    def starts(
        self, accounts: Array, per_day: Array | float, hours: str = "work", weekend: float = 0.35, begin: Array | float = 0.0,
        end: Array | float = -1.0
    ) -> tuple[Array, Array]:
        """Starts of sessions in the rhythm of people: returns account and time of each session. `begin`, `end` are days."""
        rng = self.rng
        created = self.col("created", accounts) / DAY
        low = np.maximum(np.broadcast_to(begin, len(accounts)), created)
        high = np.broadcast_to(np.where(np.asarray(end) < 0, self.days, end), len(accounts))
        rate = np.broadcast_to(per_day, len(accounts)) * np.maximum(high - low, 0)
        who = np.repeat(np.arange(len(accounts)), rng.poisson(rate))
        day = np.floor(rng.uniform(low[who], np.maximum(high[who], low[who] + 1e-6)))
        for _ in range(3):  # move most of the sessions on weekends to other days
            off = ((day + self.weekday0) % 7 >= 5) & (rng.random(len(day)) > weekend)
            day = np.where(off, np.floor(rng.uniform(low[who], np.maximum(high[who], low[who] + 1e-6))), day)
        curve = np.array(HOURS[hours])
        hour = rng.choice(24, len(who), p=curve / curve.sum()) + rng.random(len(who))
        shift = self.rng.normal(0, 1.0, len(accounts))[who]
        at = day * DAY + ((hour + shift - self.col("tz", accounts)[who]) % 24) * 3600
        at = np.maximum(at, self.col("created", accounts)[who] + 40 + rng.exponential(400, len(who)))
        return accounts[who], at

    def plan(self, acc: Array, start: Array, turns: Array) -> Plan:
        """Drop sessions outside an account's life and expand the others to requests."""
        banned = self.col("banned", acc).astype(float) if len(acc) else np.zeros(0)
        created = self.col("created", acc).astype(float) if len(acc) else np.zeros(0)
        keep = (start >= np.maximum(created, 0)) & (start < self.end) & ~(start > banned)
        acc, start, turns = acc[keep], start[keep], np.maximum(turns[keep], 1).astype(np.int64)
        row = np.repeat(np.arange(len(acc)), turns)
        first = np.cumsum(turns) - turns
        return Plan(acc, start, turns, row, np.arange(len(row)) - first[row], keep)

    def topics(self, plan: Plan, switch: float = 0.15) -> list[str]:
        """A subject for every session from the account's interests."""
        draw = self.rng.random(len(plan.acc))
        keys = np.where(draw < 0.55, "dom_a", np.where(draw < 0.85, "dom_b", "dom_c"))
        odd = self.rng.random(len(plan.acc)) < switch * 0.3
        any_domain = self.rng.choice(text.DOMAINS, len(plan.acc))
        return [str(o) if f else self.acc[k][a] for k, a, f, o in zip(keys, plan.acc.tolist(), odd, any_domain, strict=True)]

    def chat(self, plan: Plan, domains: Sequence[str], follow: str = "follow") -> list[str]:
        """Prompts of conversations: first turns on the session's subject, later turns mostly follow-ups."""
        make, rnd, styles = text.GRAMMAR.make, self.rnd, self.acc["style"]
        out = []
        for session, turn in zip(plan.row.tolist(), plan.turn.tolist(), strict=True):
            rule = domains[session] if turn == 0 or (follow == "follow" and rnd.random() < 0.25) else follow
            task = make(rule, rnd)
            if turn == 0:
                draw = rnd.random()
                if draw < 0.05:
                    task = f"I'm a {make('job', rnd)} from {make('city', rnd)}. {task}"
                elif draw < 0.14:
                    task += " " + make("constraint", rnd)
            out.append(text.styled(task, styles[plan.acc[session]], rnd))
        return out

    def emit(
        self, plan: Plan, prompts: Sequence[str], systems: str | Sequence[str | None] | None = None, *,
        domains: str | Sequence[str] = "explain", client: Any = None, pool: Any = None, tools: Any = 0, tool_tokens: Any = 1500,
        temp: Any = np.nan, top_p: Any = np.nan, max_tokens: Any = 0, stream: Any = None, gap: tuple[float, float] = (4.2, 0.9),
        model: Any = None, harvest: Any = False, context: Any = 0, path: str | None = None, key_slot: Any = None
    ) -> None:
        """Add the requests of a plan. Arguments are scalars or one value a session (texts may be one a request)."""
        rng, row, size = self.rng, plan.row, plan.size
        if size == 0:
            return
        if len(prompts) != size:
            raise ValueError("one prompt a request is needed")

        def spread(value: Any, kind: Any) -> Array:
            array = np.asarray(value, dtype=kind)
            if array.ndim == 0:
                return np.full(size, array)
            return array[row] if len(array) == len(plan.acc) else array

        system_list = _per_request(systems, plan)
        domain_list = _per_request(domains, plan)
        account = plan.acc[row]
        mean_out = np.array([text.OUT_LOG_MEAN.get(d or "", 5.4) for d in domain_list])
        visible = np.exp(rng.normal(mean_out, 0.55))
        visible = np.maximum(visible, 1).astype(np.int64)
        first = np.cumsum(plan.turns) - plan.turns
        wait = np.exp(rng.normal(gap[0], gap[1], size)) + visible / rng.uniform(35, 110, size)
        wait[first] = 0
        elapsed = np.cumsum(wait)
        stamp = plan.start[row] + elapsed - elapsed[first][row]

        a, b = self.col("model_a", plan.acc).astype(np.int64), self.col("model_b", plan.acc).astype(np.int64)
        used = np.where(stamp > self.col("switch_at", plan.acc)[row], b[row], a[row]) if model is None else spread(model, np.int64)
        used = np.where((used >= NEW_MINI) & (used <= NEW) & (stamp < self.release_day * DAY), np.where(used == NEW, THINK, MINI), used)
        reasoning_model = np.array([m[1] for m in MODELS])[used]
        reasoning = np.where(reasoning_model, np.exp(rng.normal(np.log(visible * 1.4 + 60), 0.6)), -1).astype(np.int64)

        tool_key = spread(tools, np.int64)
        lengths = np.array([len(p) for p in prompts]) + np.array([len(s) if s else 0 for s in system_list])
        own = (lengths / rng.uniform(3.4, 4.3, size)).astype(np.int64) + 8 + np.where(tool_key != 0, spread(tool_tokens, np.int64), 0)
        own += (spread(context, float) * np.exp(rng.normal(0, 0.5, size))).astype(np.int64)
        grown = np.cumsum(own + visible) - (own + visible)
        history = grown - grown[first][row]
        total_in = np.minimum(own + history, 190000)
        cached = np.where((plan.turn > 0) & (history > 1024) & (rng.random(size) < 0.8), (history // 128) * 128, 0)

        client_ids = self.col("client_a", plan.acc).astype(np.int64)[row] if client is None else spread(client, np.int64)
        paths = np.array(self.net.path)[client_ids] if path is None else np.full(size, path)
        cloudy = ~np.isin(paths, ["app", "api"])
        limit = np.where(paths == "app", 0, spread(max_tokens, np.int64))  # the application sets no parameters of its users
        nucleus = np.where(paths == "app", np.nan, spread(top_p, np.float32)).astype(np.float32)
        heat = np.where(paths == "app", np.nan, spread(temp, np.float32)).astype(np.float32)
        total_out = visible + np.maximum(reasoning, 0)
        total_out = np.where(limit > 0, np.minimum(total_out, limit), np.minimum(total_out, 16000))
        reasoning = np.minimum(reasoning, total_out)

        pool_ids = self._pick_pool(plan)[row] if pool is None else spread(pool, np.int64)
        ip = self._pick_ip(pool_ids, row, stamp)
        upgraded = stamp > self.col("upgrade_at", plan.acc)[row]
        streaming = rng.random(len(plan.acc))[row] < np.where(paths == "app", 1.1, 0.4) if stream is None else spread(stream, bool)
        keys = self.col("keys", plan.acc).astype(np.int64)
        slot = (rng.random(len(plan.acc)) ** 2 * keys).astype(np.int64)[row] if key_slot is None else spread(key_slot, np.int64)
        session_tag = rng.integers(1, 2**62, len(plan.acc))[row]
        shown = (paths == "app") | self.col("log_session", plan.acc).astype(bool)[row]

        context_key = np.empty(size, dtype=np.int64)
        parent_key = np.zeros(size, dtype=np.int64)
        nonce = rng.integers(0, 2**40, size)
        last = 0
        for i, (turn, prompt, system) in enumerate(zip(plan.turn.tolist(), prompts, system_list, strict=True)):
            if turn == 0:
                last = hash64(system or "", prompt)
            else:
                parent_key[i] = last
                last = hash64(str(last), str(nonce[i]), prompt)
            context_key[i] = last
        cap = np.array([RATE_LIMIT[p] for p in self.acc["plan"]])[account]
        self.batches.append(
            {
                "ts": stamp, "account": account, "used": used, "system": system_list, "prompt": list(prompts), "context": context_key,
                "parent": parent_key, "tools": tool_key, "temp": heat, "top_p": nucleus,
                "limit": limit, "stream": streaming, "tin": total_in, "cached": cached, "tout": total_out, "reasoning": reasoning,
                "ip": np.where(cloudy, -1, ip), "client": client_ids, "new_ua": upgraded, "path": paths, "slot": slot,
                "session": np.where(shown & ~cloudy, session_tag, 0), "harvest": spread(harvest, bool), "cap": cap,
            }
        )

    def _pick_pool(self, plan: Plan) -> Array:
        """The place of each session: usually the first, sometimes another place of the account."""
        pools = np.stack([self.col(key, plan.acc).astype(np.int64) for key in ("pool_a", "pool_b", "pool_c")], axis=1)
        draw = self.rng.random(len(plan.acc))
        slot = np.where(draw < 0.62, 0, np.where(draw < 0.88, 1, 2))
        chosen = pools[np.arange(len(slot)), slot]
        return np.where(chosen >= 0, chosen, pools[:, 0])

    def _pick_ip(self, pool_ids: Array, row: Array, stamp: Array) -> Array:
        sizes = np.array([len(p) for p in self.net.pools], dtype=np.int64)
        offset = np.cumsum(sizes) - sizes
        flat = np.concatenate(self.net.pools)
        mode = np.array(self.net.pool_mode)[pool_ids]
        by_session = self.rng.random(int(row.max()) + 1)[row]
        day = np.floor(stamp / DAY)
        by_day = ((pool_ids * 0.7548776662 + day * 0.5698402910) * 97.31) % 1.0
        by_request = self.rng.random(len(row))
        draw = np.where(mode == 0, by_session, np.where(mode == 1, by_day, by_request))
        return flat[offset[pool_ids] + (draw * sizes[pool_ids]).astype(np.int64)]


def _spread(value: Any, n: int) -> list[Any]:
    """One value an account from a scalar or a sequence."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return list(value) if isinstance(value, list | tuple) else [value] * n


def _per_request(value: str | Sequence[str | None] | None, plan: Plan) -> list[str | None]:
    if value is None or isinstance(value, str):
        return [value] * plan.size
    if len(value) == plan.size:
        return list(value)
    return [value[r] for r in plan.row.tolist()]
