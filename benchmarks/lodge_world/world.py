"""A host with its accounts and its log."""

import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .dice import Floats, Ints, Seeds, below, choose, hexed, mix, ranked, salt, unit
from .groups import Group
from .places import CLIENT_NAMES, COUNTRIES, ZONES, dotted, exits, fingerprints
from .traffic import DAY, FRAMES, SYSTEMS, Folk, Place, requests
from .wording import WORKS, answers, by_tongue_and_symbol, once

COMMON = (
    "gmail.com", "outlook.com", "yahoo.com", "gmx.net", "proton.me", "icloud.com", "hotmail.fr", "web.de", "uol.com.br", "qq.com",
    "wp.pl", "mail.com",
)
FACULTIES = 14


@dataclass(frozen=True)
class Host:
    """Who runs the gateway, and what its log and registry tell."""

    models: tuple[str, ...]
    paths: dict[str, float]
    countries: dict[str, float]
    lacks: tuple[str, ...] = ()
    released: tuple[float, float] | None = None
    """between which shares of the log the last model comes out"""
    domain: str = ""
    """of the mail of its own people"""
    inside: bool = False


class World:
    """All tables of one world."""

    def __init__(self, host: Host, groups: Sequence[Group], seed: int, name: str, days: float, rng: np.random.Generator) -> None:
        self.host, self.groups, self.rng, self.days = host, groups, rng, days
        self.number = int(mix(name, seed)[0] >> np.uint64(1))
        self.start = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=int(rng.integers(0, 200)))
        self.epoch = int(self.start.timestamp()) * 1_000_000
        self.released = float(rng.uniform(*host.released)) if host.released else None
        self.place = Place(self.number, days, self.start.weekday(), host.models, self.released, host.paths, host.inside)
        self.campaigns = sorted({group.campaign for group in groups if group.campaign})
        self.folk: list[Folk] = []
        registry: list[dict[str, Any]] = []
        first = 0
        for place, group in enumerate(groups):
            folk, rows = self._register(group, int(mix(self.number, "group", place)[0] >> np.uint64(1)), first)
            self.folk.append(folk)
            registry.append(rows)
            first += group.size
        self.registry = {name: _joined([rows[name] for rows in registry]) for name in registry[0]}
        self.label = np.repeat(np.arange(len(groups)), [group.size for group in groups])

    # --- Accounts --------------------------------------------------------------------------------------------------

    def _register(self, group: Group, number: int, first: int) -> tuple[Folk, dict[str, Any]]:
        n, rng = group.size, self.rng
        seed = mix(number, "account", np.arange(n))
        org, has_org = self._organisations(group, number, seed)
        lands = self._countries(group, number)
        land = np.array([COUNTRIES.index(name) for name in lands])[
            choose(lands, org if group.org != "none" and has_org.all() else seed, "land")
        ]
        created, begins, ends, banned = self._lives(group, rng)
        card, has_card = self._shared(group.card, "card", number, seed, seed)
        if group.org == "none" and isinstance(group.card, int):
            org = card  # who shares a card without being a firm lives together, where they are at home at all
        phone, has_phone = self._shared(group.phone, "phone", number, seed, seed)
        plan = np.array(list(group.plans))[choose(group.plans, seed, "plan")]
        if group.card == "own":
            has_card &= (plan != "free") | (unit(seed, "card") < 0.2)
        if group.phone == "own":
            has_phone &= unit(seed, "phone") < 0.65
        signup = exits(group.signup_net, number, self.number, seed, org, land, np.floor(created).astype(np.int64), mix(seed, "signup"))
        rows = {
            "account_id": hexed(mix(seed, "id")), "created_at": self._times(created),
            "kind": pa.array(np.array(list(group.kinds))[choose(group.kinds, seed, "kind")]),
            "org_id": _hidden(hexed(mix(org, "organisation")), has_org), "verified": pa.array(unit(seed, "verified") < group.verified),
            "access_type": pa.array(np.where(unit(seed, "passes") < group.passthrough, "passthrough", "application")),
            "email_domain": self._domains(group, number, seed, org), "email_hash": hexed(mix(seed, "mail")),
            "payment_hash": _hidden(hexed(mix(card, "card")), has_card), "phone_hash": _hidden(hexed(mix(phone, "phone")), has_phone),
            "signup_ip": dotted(signup.ip), "country": pa.array(np.array(COUNTRIES)[land]), "banned_at": self._times(banned),
            "plan": pa.array(plan),
        }
        return Folk(group, number, first, seed, org, land, np.array([ZONES[name] for name in COUNTRIES])[land], begins, ends), rows

    def _shared(self, how: str | int, what: str, number: int, seed: Seeds, own: Seeds) -> tuple[Seeds, np.ndarray]:
        """Whose thing it is, and who has one."""
        there = np.full(len(seed), how != "none")
        if isinstance(how, int) or how == "one":
            return mix(number, what, below(1 if how == "one" else how, seed, what)), there
        return mix(own, what), there

    def _organisations(self, group: Group, number: int, seed: Seeds) -> tuple[Seeds, np.ndarray]:
        """The organisation of each, and who has one."""
        if not group.house:
            return self._shared(group.org, "org", number, seed, seed)
        which = np.broadcast_to(below(FACULTIES, number, "org"), seed.shape) if group.org == "one" else below(int(group.org), seed, "org")
        return mix(self.number, group.house, which), np.full(len(seed), True)

    def _countries(self, group: Group, number: int) -> dict[str, float]:
        if isinstance(group.countries, int):
            names = list(self.host.countries)
            chosen = [names[int(choose(self.host.countries, number, "country", k)[0])] for k in range(group.countries)]
            return dict.fromkeys(chosen, 1.0)
        return dict(group.countries or self.host.countries)

    def _domains(self, group: Group, number: int, seed: Seeds, org: Seeds) -> pa.Array:
        if group.mail == "common":
            return pa.array(np.array(COMMON)[ranked(len(COMMON), 0.8, seed, "mail")])
        if group.mail == "host" and self.host.domain:
            return pa.array(np.full(len(seed), self.host.domain))
        odd = mix(salt("odd"), below(40, number, "odd", below(6, seed, "odd")))  # few of the providers of throw-away addresses
        owner = {"own": seed, "org": org, "host": org, "odd": odd}.get(str(group.mail))
        if owner is None:
            owner = mix(number, below(1 if group.mail == "one" else int(group.mail), seed, "mail"))
        ending = pa.array(["com", "net", "org", "eu", "de", "io"]).take(pa.array(below(6, owner, "ending")))
        return pc.binary_join_element_wise(pc.utf8_slice_codeunits(hexed(mix(owner, "domain")), 0, 9), ending, ".")

    def _lives(self, group: Group, rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
        """Sign-up, first and last moment, ban, in days of the log; no ban is NaN."""
        n, days = group.size, self.days
        how, a, b = group.signup
        if how == "long":
            created = -rng.exponential(a, n) - 0.5
            late = rng.random(n) < min(0.5, days / (a + days)) * b
            created[late] = rng.uniform(0, days, late.sum())
        elif how == "burst":
            created = a + b * rng.random(n)
        else:
            created = days * rng.uniform(a, b, n)
        ends, banned = np.full(n, days), np.full(n, np.nan)
        begins = np.maximum(created + (rng.exponential(0.1, n) if how != "long" else 0.0), 0.0)
        shut = rng.random(n) < group.bans
        if group.standing < 1:  # a queue: who comes next begins when one is banned
            standing = max(1, round(group.standing * n))
            life = days * group.standing * rng.gamma(2.0, 0.55, n) + 0.05
            heap: list[float] = []
            for account in range(n):
                began = float(begins[account]) if account < standing else heapq.heappop(heap) + float(rng.gamma(2.0, 0.06))
                begins[account] = max(began, 0.0)
                ends[account] = begins[account] + life[account]
                heapq.heappush(heap, float(ends[account]))
            shut = ends < days
            banned[shut] = ends[shut]
            fresh = created + 0.02 > begins
            created[fresh] = begins[fresh] - rng.uniform(0.02, 0.4, fresh.sum())
            if how != "long":
                later = np.arange(n) >= standing
                created[later] = begins[later] - rng.uniform(0.02, 0.4, later.sum())
        else:
            room = np.maximum(days - begins, 0)
            banned[shut] = (begins + room * rng.uniform(0.15, 0.98, n))[shut]
        if group.ends < 1:
            end = group.ends * days + 0.12 * rng.random(n)
            banned = np.where(rng.random(n) < 0.92, end, banned)
            ends = np.minimum(ends, end)
        banned[banned >= days] = np.nan
        ends = np.minimum(np.where(np.isnan(banned), ends, np.minimum(ends, banned)), days)
        return np.minimum(created, begins), begins, ends, banned

    def _times(self, days: Floats) -> pa.Array:
        """Times of days of the log; NaN is null."""
        missing = np.isnan(days)
        micros = (np.where(missing, 0, days) * DAY).astype(np.int64) + self.epoch
        return pa.array(micros, mask=missing).cast(pa.timestamp("us", "UTC"))

    # --- Requests --------------------------------------------------------------------------------------------------

    def events(self) -> tuple[pa.Table, Ints]:
        """The log, and for each request the number of the campaign that it belongs to, or -1."""
        parts = []
        for folk in self.folk:
            crew = self.campaigns.index(folk.group.campaign) if folk.group.campaign else -1
            for habit in folk.group.habits:
                columns = requests(habit, folk, self.place, self.rng, crew)
                if columns:
                    parts.append(columns)
        c = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        prompt, system, response = self._text(c)
        context, parent = chain(c["turn"], prompt, system)
        order = np.lexsort((context, c["time"]))
        return self._table(c, context, parent, prompt, system, response, order), c["harvest"][order]

    def _text(self, c: dict[str, np.ndarray]) -> tuple[pa.Array, pa.Array, pa.Array]:
        zero = np.zeros_like(c["work"])
        symbols = [*WORKS, "follow", "tool"]
        which = np.where(c["turn"] == 0, c["work"], np.where(c["agentic"], len(WORKS) + 1, len(WORKS)))
        bare = by_tongue_and_symbol(symbols, which, c["tongue"], c["say"], c["topic"])
        frames = [
            once([f"frame.{name}.{side}" for name in FRAMES], c["frame"], zero, mix(c["wording"], side), zero) for side in ("pre", "post")
        ]
        system = once([f"system.{name}" for name in SYSTEMS], c["system"], zero, c["rules"], zero)
        response = answers(c["work"], c["tongue"], mix(c["say"], c["session"], c["turn"]), c["topic"])
        return pc.binary_join_element_wise(frames[0], bare, frames[1], ""), system, response

    def _table(
        self, c: dict[str, np.ndarray], context: Seeds, parent: Seeds, prompt: pa.Array, system: pa.Array, response: pa.Array, order: Ints
    ) -> pa.Table:
        flow, turn = c["flow"], c["turn"]
        status = np.select([flow < 0.008, flow < 0.013, flow < 0.02], [429, 500, 400], 200)
        good = status == 200
        said, told, rules = (pc.utf8_length(text).to_numpy(zero_copy_only=False) for text in (prompt, response, system))
        thought = np.where(unit(context, "thinks") < 0.4, below(900, context, "thought"), 0) * (c["model"] == 0)
        history = turn * (120 + below(400, context, "history")) + np.where(c["agentic"], 1500 + below(7000, context, "files"), 0)
        sent = (said + rules) // 4 + history + 6
        answer = np.where(good, told // 4 + 1 + thought, 0)
        # A name of a path may differ from group to group; hosts have few, so the names are looked up in one list.
        paths = sorted({name for group in self.groups for name in (group.paths or self.host.paths)})
        names = {folk.number: list(folk.group.paths or self.host.paths) for folk in self.folk}
        path = np.zeros(len(turn), np.int64)
        for number, own in names.items():
            rows = np.flatnonzero(c["path_of"] == number)
            path[rows] = np.array([paths.index(name) for name in own])[c["path"][rows]]
        land = pa.array(COUNTRIES).take(pa.array(np.maximum(c["land"], 0)))
        columns: dict[str, Any] = {
            "event_id": hexed(mix(self.number, "event", np.arange(len(turn)))),
            "timestamp": pa.array(c["time"] + self.epoch).cast(pa.timestamp("us", "UTC")),
            "account_id": self.registry["account_id"].take(pa.array(c["account"])),
            "org_id": self.registry["org_id"].take(pa.array(c["account"])), "key_id": hexed(c["key"]), "session_id": hexed(c["session"]),
            "access_path": pa.array(paths).take(pa.array(path)), "model": pa.array(self.host.models).take(pa.array(c["model"])),
            "system": _hidden(system, c["system"] > 0), "prompt": prompt, "response": _hidden(response, good),
            "context_key": pa.array(context.view(np.int64)), "parent_key": pa.array(parent.view(np.int64), mask=turn == 0),
            "tools_key": pa.array(c["tools"].astype(np.uint64).view(np.int64), mask=c["tools"] == 0),
            "temperature": pa.array(c["temperature"].astype(np.float32), mask=c["temperature"] < 0),
            "top_p": pa.array(c["top_p"].astype(np.float32), mask=c["top_p"] < 0),
            "max_tokens": pa.array(c["limit"].astype(np.int32), mask=c["limit"] < 0), "stream": pa.array(c["stream"]),
            "input_tokens": pa.array(sent.astype(np.int32)),
            "cached_tokens": pa.array(np.where(unit(context, "cached") < 0.7, history, 0).astype(np.int32)),
            "output_tokens": pa.array(answer.astype(np.int32)), "reasoning_tokens": pa.array(np.where(good, thought, 0).astype(np.int32)),
            "status": pa.array(status.astype(np.int16)), "ip": dotted(c["ip"]),
            "asn": pa.array(c["asn"].astype(np.int32), mask=c["asn"] < 0), "country": _hidden(land, c["land"] >= 0),
            "user_agent": pa.array(CLIENT_NAMES).take(pa.array(c["client"])), "ja4": fingerprints().take(pa.array(c["client"])),
        }
        kept = {name: column for name, column in columns.items() if f"events.{name}" not in self.host.lacks}
        return pa.table(kept).take(pa.array(order))

    # --- Files -----------------------------------------------------------------------------------------------------

    def write(self, out: Path) -> dict[str, int]:
        """Write all tables to a folder; returns counts."""
        events, harvest = self.events()
        folder = out / "events"
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.parquet"):
            old.unlink()
        day = (events["timestamp"].cast(pa.int64()).to_numpy() - self.epoch) // DAY
        for number in np.unique(day):
            first, last = np.searchsorted(day, [number, number + 1])
            name = f"{(self.start + timedelta(days=int(number))).date()}.parquet"
            pq.write_table(events.slice(first, last - first), folder / name, compression="zstd")
        registry = pa.table(self.registry)
        order = pc.sort_indices(registry["account_id"])
        kept = [name for name in registry.column_names if f"accounts.{name}" not in self.host.lacks]
        pq.write_table(registry.select(kept).take(order), out / "accounts.parquet", compression="zstd")
        of = pa.array([group.campaign or None for group in self.groups], pa.string())
        what = pa.array([group.label for group in self.groups])
        truth = pa.table(
            {
                "account_id": registry["account_id"], "campaign": of.take(pa.array(self.label)), "kind": what.take(pa.array(self.label)),
            }
        ).take(order)
        pq.write_table(truth, out / "truth.parquet")
        taken = np.flatnonzero(harvest >= 0)
        names = pa.array(self.campaigns, pa.string()).take(pa.array(harvest[taken]))
        pq.write_table(pa.table({"event_id": events["event_id"].take(pa.array(taken)), "campaign": names}), out / "truth_events.parquet")
        (out / "releases.json").write_text(json.dumps(self._releases(), indent=1) + "\n")
        fake = len(truth) - truth["campaign"].null_count
        return {"events": len(events), "accounts": len(registry), "fake": fake, "harvested": len(taken)}

    def _releases(self) -> list[dict[str, str]]:
        out = []
        for place, model in enumerate(self.host.models):
            new = self.released is not None and place == len(self.host.models) - 1
            when = self.start + timedelta(days=(self.released or 0) * self.days if new else -40.0 - 35 * place)
            out.append({"model": model, "released_at": when.isoformat(timespec="seconds")})
        return out


def chain(turn: Ints, prompt: pa.Array, system: pa.Array) -> tuple[Seeds, Seeds]:
    """Hashes of all messages sent and of those of the turn before."""
    said, rules = (text.dictionary_encode().indices.to_numpy() for text in (prompt, system))
    own = mix("said", said, np.where(turn == 0, rules + 1, 0))
    context, parent = own.copy(), np.zeros_like(own)
    for number in range(1, int(turn.max()) + 1):
        rows = np.flatnonzero(turn == number)
        parent[rows] = context[rows - 1]
        context[rows] = mix(context[rows - 1], own[rows])
    return context, parent


def _hidden(values: pa.Array, there: np.ndarray) -> pa.Array:
    return pc.if_else(pa.array(there), values, pa.scalar(None, values.type))


def _joined(arrays: list[Any]) -> pa.Array:
    return pa.concat_arrays([a.combine_chunks() if isinstance(a, pa.ChunkedArray) else a for a in arrays])
