"""What a world holds while parties fill it, and how it is written."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

from . import grammar
from .hours import DAY_S, mix
from .internet import CODES, Internet, clients, dotted
from .party import Party

MODELS = ("birch-2", "birch-2-mini", "birch-3")
"""Large, small, and the large one that is released while the log runs."""
OLDER = {"birch-1": 610, "birch-2": 270, "birch-2-mini": 225}
"""Days before the log at which a model was released."""
PUBLIC_MAIL = ("postbox", "inbox", "mailriver", "quickpost", "letterhead", "webmail", "oakmail", "bluepost")
DISPOSABLE = tuple(f"{a}{b}" for a in ("tmp", "drop", "ten", "void", "burn", "once") for b in ("mail", "post", "box", "letter"))
RESERVE = 600
US = 1_000_000


class World:
    """A provider's log in the making; ``scale`` is the size asked for over the usual size."""

    def __init__(self, seed: int, days: float, scale: float, salt: int) -> None:
        self.rng = np.random.default_rng([seed, salt, 71])
        self.days, self.scale, self.end_s = days, scale, days * DAY_S
        self.start = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=int(self.rng.integers(280)))
        self.weekday = self.start.weekday()
        self.release_s = self.end_s * float(self.rng.uniform(0.42, 0.6))
        self.internet = Internet(self.rng)
        self.agents, self.prints, self.builds = clients()
        self.n_accounts = 0
        self._registry: list[pa.Table] = []
        self._events: list[pa.Table] = []
        self._known: dict[str, pa.Array] = {}
        self._tools: dict[str, int] = {}
        self._reserve: dict[str, pa.Array] = {}

    def hexes(self, n: int, prefix: str, digits: int = 12) -> pa.Array:
        """``n`` different identifiers."""
        numbers = self.rng.integers(1 << 64, size=n, dtype=np.uint64) >> np.uint64(64 - 4 * digits)
        return pa.array([f"{prefix}{number:0{digits}x}" for number in numbers.tolist()], pa.string())

    def draw(self, rule: str, n: int) -> pa.Array:
        """``n`` texts of a rule, none handed out twice; few ones come from a reserve, since each draw has its price."""
        if n > RESERVE:
            return grammar.draw(rule, n, self.rng)
        held = self._reserve.get(rule, pa.array([], pa.string()))
        if len(held) < n:
            held = grammar.draw(rule, RESERVE, self.rng)
        self._reserve[rule] = held[n:]
        return held[:n]

    def mixture(self, shares: Mapping[str, float], n: int) -> tuple[np.ndarray, pa.Array]:
        """``n`` texts of rules in these shares, and the number of each one's rule."""
        weights = np.array(list(shares.values()))
        chosen = self.rng.choice(len(shares), size=n, p=weights / weights.sum())
        return chosen, grammar.scatter([self.draw(rule, int((chosen == i).sum())) for i, rule in enumerate(shares)], chosen)

    def harness(self, name: str, rule: str, n: int) -> pa.Array:
        """``n`` system prompts; those of a named program are the same for all that use it."""
        drawn = self.draw(rule, n)
        return self._known.setdefault(f"harness {name}", drawn) if name else drawn

    def tools(self, name: str) -> int:
        """Hash of tool definitions; those of a named program are the same for all that use it."""
        drawn = int(self.rng.integers(1 << 62))
        return self._tools.setdefault(name, drawn) if name else drawn

    def tasks(self, shares: Mapping[str, float], n: int, common: float) -> tuple[np.ndarray, pa.Array]:
        """Kind and text of ``n`` tasks; so large a share of them is from what the whole world asks, the rest is new."""
        kind, text = self.mixture(shares, n)
        known = self.rng.random(n) < common
        for number, rule in enumerate(shares):
            rows = np.flatnonzero(known & (kind == number))
            if len(rows):
                if rule not in self._known:
                    self._known[rule] = grammar.draw(rule, 900, self.rng)
                text = pc.replace_with_mask(text, pa.array(np.isin(np.arange(n), rows)), self._known[rule].take(
                    pa.array((900 * self.rng.random(len(rows)) ** 2).astype(int))))
        return np.array(list(shares), object)[kind], text

    def sign_up(self, party: Party, campaign: str | None, **of: np.ndarray) -> np.ndarray:
        """Register accounts; returns their numbers.

        Args:
            party: whose accounts they are.
            campaign: operator, or None.
            of: of each account created_s, banned_s, place, signup_ip, and what is drawn for kinds, mails, cards, phones.
        """
        rng, n = self.rng, len(of["place"])

        def of_party(values: pa.Array, mode: str, drawn: np.ndarray, group: int) -> pa.Array:
            """Values that all in a mode share in groups of such a size."""
            here = drawn == mode
            return pc.if_else(pa.array(here), values.take(pa.array(np.maximum(np.cumsum(here) - 1, 0) // group)), None)

        hashes = partial(self.hexes, n, "", 16)
        cards, phones, mails = of["cards"], of["phones"], of["mails"]
        card = pc.coalesce(
            of_party(hashes(), "own", cards, 1), of_party(hashes(), "one", cards, n), of_party(hashes(), "shared", cards, party.per_card)
        )
        phone = pc.coalesce(of_party(hashes(), "own", phones, 1), of_party(hashes(), "farm", phones, 5))
        sites = pc.utf8_lower(pc.replace_substring_regex(self.draw("firm", n), "[^A-Za-z]", ""))
        domain = pc.coalesce(
            of_party(pa.array(PUBLIC_MAIL).take(pa.array((len(PUBLIC_MAIL) * rng.random(n) ** 2).astype(int))), "public", mails, 1),
            of_party(pa.array(DISPOSABLE).take(pa.array(rng.integers(len(DISPOSABLE), size=n))), "disposable", mails, 1),
            of_party(sites, "own", mails, 1), of_party(sites, "org", mails, n),
        )
        org = {"none": pa.nulls(n, pa.string()), "one": pa.repeat(self.hexes(1, "org-")[0], n), "each": self.hexes(n, "org-")}[party.org]
        banned = of["banned_s"]
        self._registry.append(pa.table({
            "account_id": self.hexes(n, "acct_", 14), "created_at": self._times(of["created_s"]),
            "kind": pa.array(of["kinds"], pa.string()),
            "org_id": org, "verified": rng.random(n) < party.verified,
            "access_type": pa.repeat("passthrough" if party.passthrough else "application", n),
            "email_domain": pc.binary_join_element_wise(domain, "example", "."), "email_hash": hashes(),
            "payment_hash": card, "phone_hash": phone,
            "signup_ip": dotted(of["signup_ip"]), "country": pa.array([CODES[i] for i in of["place"]]),
            "banned_at": self._times(np.where(banned < self.end_s, banned, np.nan)), "plan": pa.repeat(party.plan, n),
            "campaign": pa.repeat(pa.scalar(campaign, pa.string()), n), "truth": pa.repeat(party.label, n),
        }))
        self.n_accounts += n
        return np.arange(self.n_accounts - n, self.n_accounts)

    def _times(self, seconds: np.ndarray) -> pa.Array:
        first = int(self.start.timestamp()) * US
        lost = np.isnan(seconds)
        return pa.array(first + (np.where(lost, 0, seconds) * US).astype(np.int64), mask=lost).cast(pa.timestamp("us", "UTC"))

    def log(self, columns: dict[str, Any], turns: np.ndarray, campaign: str | None) -> int:
        """Add requests; returns how many.

        Args:
            columns: the events' columns, and ``at`` (seconds), ``account`` (number), ``parent_of`` (row of the turn before, -1 for none),
                ``stay`` (false: never sent), ``harvested``, ``ip_number`` and ``build``.
            turns: requests of each conversation.
            campaign: operator, or None.
        """
        rng = self.rng
        n = len(columns["at"])
        talk = np.repeat(np.arange(len(turns)), turns)
        first = np.cumsum(turns) - turns
        texts = pc.binary_join_element_wise(columns["system"].fill_null(""), columns["prompt"], "\0").take(pa.array(first))
        texts = texts.dictionary_encode()
        hashes = (blake2b(text.encode(), digest_size=8).digest() for text in texts.dictionary.to_pylist())
        known = np.array([int.from_bytes(digest, "little") >> 1 for digest in hashes])
        key = known[texts.indices.to_numpy()][talk]
        parent_of = columns.pop("parent_of")
        later = (np.arange(n) > first[talk]) | (parent_of >= 0)
        key = np.where(later, (mix(key, rng.integers(1 << 62), np.arange(n)) >> np.uint64(1)).astype(np.int64), key)
        elsewhere = ~later & (rng.random(n) < 0.002)  # it began with another provider
        parent = np.where(elsewhere, rng.integers(1 << 62, size=n), key[np.maximum(parent_of, 0)])
        status = np.where(columns.pop("refused"), 403, 200)
        rows = np.flatnonzero(columns.pop("stay"))
        failed = rows[rng.random(len(rows)) < 0.009]  # sent again and then answered
        keep = np.concatenate([rows, failed])
        status = np.concatenate([status[rows], rng.choice([429, 429, 500, 529], len(failed))])
        at = columns.pop("at")[keep]
        at[len(rows) :] -= rng.uniform(0.5, 20, len(failed))
        at = np.maximum(at, 0)
        answered = status == 200
        build, account, harvested = columns.pop("build")[keep], columns.pop("account")[keep], columns.pop("harvested")[keep]
        ip = columns.pop("ip_number")[keep]
        answer, produced = columns.pop("answer"), {name: columns.pop(name)[keep] for name in ("output_tokens", "reasoning_tokens")}
        kept = pa.array(keep)
        table = {name: (values if isinstance(values, pa.Array) else pa.array(values)).take(kept) for name, values in columns.items()}
        table |= {name: pa.array(np.where(answered, values, 0).astype(np.int32)) for name, values in produced.items()}
        table |= {
            "at": pa.array(at), "account": pa.array(account), "response": pc.if_else(pa.array(answered), answer.take(pa.array(keep)), None),
            "context_key": pa.array(key[keep]), "parent_key": pa.array(parent[keep], mask=~((parent_of >= 0) | elsewhere)[keep]),
            "status": pa.array(status.astype(np.int16)), "ip": pa.array(ip), "build": pa.array(build),
            "campaign": pc.if_else(pa.array(harvested & answered), pa.scalar(campaign, pa.string()), None),
        }
        self._events.append(pa.table(table))
        return len(keep)

    def write(self, out: Path) -> dict[str, int]:
        """Write all tables; returns counts of events, accounts, fake accounts and harvested requests."""
        registry = pa.concat_tables(self._registry)
        events = pa.concat_tables(self._events).sort_by("at").combine_chunks()
        ids = registry["account_id"]
        ip = np.unique(events["ip"].to_numpy(), return_inverse=True)
        address = pa.array(dotted(ip[0])).take(pa.array(ip[1]))
        block = events["ip"].to_numpy() >> 16
        stamp = self._times(events["at"].to_numpy())
        events = events.rename_columns({"ip": "ip_number"})
        more = {
            "event_id": self.hexes(len(events), "req_", 16), "timestamp": stamp, "account_id": ids.take(events["account"]),
            "org_id": registry["org_id"].take(events["account"]), "ip": address,
            "asn": pa.array(self.internet.owner[block].astype(np.int32)),
            "country": pa.array(CODES).take(pa.array(self.internet.country[block])),
            "user_agent": pa.array(self.agents).take(events["build"]), "ja4": pa.array(self.prints).take(events["build"]),
        }
        for name, values in more.items():
            events = events.append_column(name, values)
        table = EVENTS.conform(events)
        day = (events["at"].to_numpy() // DAY_S).astype(int)
        (out / "events").mkdir(parents=True, exist_ok=True)
        for number in np.unique(day):
            first, last = np.searchsorted(day, [number, number + 1])
            name = (self.start + timedelta(days=int(number))).strftime("%Y-%m-%d")
            pq.write_table(table.slice(first, last - first), out / "events" / f"{name}.parquet", compression="zstd")
        registry = registry.sort_by("account_id")
        pq.write_table(ACCOUNTS.conform(registry), out / "accounts.parquet")
        truth = pa.table({"account_id": registry["account_id"], "campaign": registry["campaign"], "kind": registry["truth"]})
        pq.write_table(TRUTH.conform(truth), out / "truth.parquet")
        harvest = events.filter(pc.is_valid(events["campaign"])).select(["event_id", "campaign"]).sort_by("event_id")
        pq.write_table(harvest, out / "truth_events.parquet")
        released = {name: self.start - timedelta(days=before) for name, before in OLDER.items()}
        released[MODELS[2]] = self.start + timedelta(seconds=round(self.release_s))
        told = [{"model": name, "released_at": at.isoformat()} for name, at in released.items()]
        (out / "releases.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        fake = registry.num_rows - registry["campaign"].null_count
        return {"events": len(events), "accounts": registry.num_rows, "fake": fake, "harvested": len(harvest)}
