"""Groups live through the days of a log: what they ask, when, from where, and how a gateway writes it down."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..worlds import World
from .chance import Floats, Ints, Keys, below, hexes, mix, name_key, normal, pick, unit
from .firms import Firm
from .parties import Group, Habit
from .places import BIG, CLIENTS, CODES, COUNTRIES, NETS, POOLS, SYSTEMS, ZONES, Client, addresses, choose, hour_of
from .tongue import TONGUES, TOPICS, WORKS, expand

DAY = 86_400_000_000
EPOCH_DAYS = 20_515
"""First day of every log, counted from 1970, but for the season's shift"""
ENDS = ("example.com", "mail.example", "post.example", "inbox.example", "letters.example", "web.example", "mobile.example", "uni.example")
MASKS = ("relay.example", "alias.example", "hide.example")
THROWN = tuple(f"temp{i}.example" for i in range(14))
FRAMES = ("", "person", "form", "cot", "json", "rubric")
SORTS = ("", "product", "agent", "bench")
LENGTHS = {
    "agent": 1,
    "chat": 5,
    "code": 2,
    "extract": 1,
    "grade": 2,
    "label": 0,
    "query": 3,
    "reason": 7,
    "reply": 4,
    "rewrite": 3,
    "summary": 3,
    "synth": 9,
    "translate": 1,
}
MOST_CLAIMS, MOST_TURNS = 24, 40
CLIENT_NAMES = tuple(CLIENTS)
Columns = dict[str, NDArray[Any]]


class Cast:
    """A group's accounts: who has what in common with whom."""

    def __init__(self, group: Group, serial: int, seed: int, firm: Firm, days: int) -> None:
        self.group, self.firm, self.seed, self.days = group, firm, seed, days
        n = self.n = group.size
        self.key = mix(seed, 1000 + serial, name_key(group.label))
        index = np.arange(n)
        self.own = mix(self.key, index, 1)
        unit_of = index // max(1, round(group.unit))
        if not group.exact and group.unit > 1:
            sizes = 1 + np.round(group.unit * 2 * unit(mix(self.key, np.arange(n), 2)) * 0.95).astype(np.int64)
            unit_of = np.searchsorted(np.cumsum(sizes), index, side="right")
        self.unit_of = unit_of
        self.units = mix(self.key, unit_of, 3)
        whose = self.scope(group.home_by)
        shares = {code: firm.homes.get(code, 1.0) for code in group.homes} if group.homes else dict(firm.homes)
        codes, at = choose(mix(whose, 4), shares)
        self.country = np.array([CODES[code] for code in codes])[at]
        spoken = np.array([TONGUES.index(country.tongue) for country in COUNTRIES])[self.country]
        self.tongue = np.where(unit(mix(whose, 5)) < group.english, 0, spoken)
        self._lives()

    def scope(self, name: str) -> Keys:
        """A key for each account of what it has in common with others by a scope."""
        n, index = self.n, np.arange(self.n)
        if name in ("own", "event", ""):
            return self.own
        if name == "unit":
            return self.units
        if name == "group":
            return mix(self.key, 6, np.zeros(n))
        count = int(name.lstrip("abcdefghijklmnopqrstuvwxyz"))
        if name.startswith("lot"):
            return mix(self.key, 7, index // count)
        if name.startswith("few"):
            return mix(self.key, 8, below(mix(self.own, 9, count), count))
        return mix(self.seed, 10, below(mix(self.own, 11, count), count))  # public

    def _lives(self) -> None:
        """When accounts are opened, used and banned, in days from the start of the log."""
        group, n, days = self.group, self.n, self.days
        how, a, b = group.born
        u = unit(mix(self.own, 12))
        long_ago = -np.exp(np.log(4) + np.log(250) * unit(mix(self.own, 13)))
        self.ends = np.full(n, np.inf)
        self.banned = np.full(n, np.nan)
        if how == "old":
            self.born = np.where(u < a, days * 0.95 * unit(mix(self.own, 14)), long_ago)
        elif how == "wave":
            self.born = a * days + b * normal(mix(self.own, 14))
        elif how == "lots":
            lot = np.arange(n) * max(1, round(a)) // n
            self.born = b * days * unit(mix(self.key, lot, 15)) + 0.12 * unit(mix(self.own, 14)) - 0.3
        elif how == "before":
            self.born = -a - (b - a) * u
        else:  # chain
            place = np.arange(n) - np.searchsorted(self.unit_of, self.unit_of)
            length = np.bincount(self.unit_of)[self.unit_of]

            def edge(k: Ints) -> Floats:
                moved = 0.6 * (unit(mix(self.units, 16, k)) - 0.5) * ((k > 0) & (k < length))
                return np.asarray(days * (k + moved) / length)

            gap = 0.02 + 0.35 * unit(mix(self.own, 17)) ** 2
            self.born = np.where(place == 0, np.maximum(long_ago, -40), edge(place) + gap)
            last = place == length - 1
            self.ends = np.where(last, np.inf, edge(place + 1))
            bans = ~last & (unit(mix(self.own, 18)) < group.chain_bans)
            self.banned = np.where(bans, self.ends, np.nan)
        self.born = np.minimum(self.born, days - 0.3)
        if group.lives:
            self.ends = np.minimum(self.ends, np.maximum(self.born, 0) + group.lives * (0.7 + 0.6 * unit(mix(self.own, 19))))
        if group.closed:
            shut = unit(mix(self.own, 22)) < 0.92
            when = np.maximum(group.closed * days + 0.8 * unit(mix(self.own, 23)), self.born + 0.1)
            self.banned, self.ends = np.where(shut, when, self.banned), np.where(shut, when, self.ends)
        hit = (unit(mix(self.own, 20)) < group.bans) & np.isnan(self.banned) & np.isinf(self.ends)
        when = np.maximum(self.born, 0)
        when = when + (days - when) * (0.15 + 0.8 * unit(mix(self.own, 21)))
        self.banned = np.where(hit, when, self.banned)
        self.ends = np.where(hit, when, self.ends)

    def registry(self, start: int) -> Columns:
        """What the registry says of the accounts."""
        group, firm, n = self.group, self.firm, self.n
        zeros = np.zeros(n, np.int64)

        def named(whose: Keys, given: NDArray[np.bool_], prefix: str = "") -> NDArray[Any]:
            text = hexes(mix(whose, self.seed), prefix, 32 if not prefix else 16).to_numpy(zero_copy_only=False)
            return np.where(given, text, None)

        def label(weights: dict[str, float], keys: Keys) -> NDArray[Any]:
            names, at = choose(keys, weights)
            return np.array(names, dtype=object)[at]

        plan = label(dict(group.plans), mix(self.scope(group.plan_by), 81))
        card = self.scope(group.card_by)
        if firm.pay == "issuer":
            card = mix((60 * unit(mix(card, 2)) ** 2).astype(np.int64), below(mix(card, 1), 140))
        pays = (unit(mix(self.scope(group.card_by), 82)) < firm.cards * group.paying) & (group.card_by != "")
        pays &= ~np.isin(plan, ["free"]) | (group.card_by != "own")
        phone = (unit(mix(self.scope(group.phone_by), 83)) < (firm.phones * group.phoned if firm.phones < 1 else 1)) & (
            group.phone_by != ""
        )
        org_keys = mix(name_key(group.org_named), zeros) if group.org_named else self.scope(group.org_by)
        org_known = np.full(n, bool(group.org_by))
        if firm.orgs == "all":
            org_known[:] = True
        mail = self.scope(group.mail_by)
        owner = {"own": self.own, "unit": self.units, "group": self.scope("group")}.get(group.mail)
        if owner is not None:
            domain = hexes(mix(owner, 84, self.seed), "d", 10).to_numpy(zero_copy_only=False) + ".example"
        else:
            ends = {"public": ENDS, "masked": MASKS, "thrown": THROWN}[group.mail]
            domain = np.array(ends, dtype=object)[pick(mix(mail, 85), 1 / np.arange(1, len(ends) + 1))]
        net = group.signup or max(group.habits[0].nets, key=lambda name: group.habits[0].nets[name])
        places = np.full(n, NETS.index(net))
        if not group.signup:
            names, at = choose(mix(self.own, 55), dict(group.habits[0].nets))
            places = np.array([NETS.index(name) for name in names])[at]
        day = EPOCH_DAYS + np.floor(self.born).astype(np.int64)
        ip, _ = addresses(places, self.seed, self.own, self.units, self.scope("group"), mix(self.own, 86), day, self.country)
        return {
            "account": self.own,
            "created_at": start + (self.born * DAY).astype(np.int64),
            "kind": label(dict(group.kinds), mix(self.scope(group.plan_by), 87)),
            "org_id": named(mix(org_keys, 88), org_known, "org-"),
            "verified": unit(mix(self.scope(group.org_by or "own"), 89)) < group.verified,
            "access_type": np.full(n, "passthrough" if group.passthrough else "application", dtype=object),
            "email_domain": domain,
            "email_hash": named(mix(mail, 90), np.ones(n, bool)),
            "payment_hash": named(mix(card, 91), pays),
            "phone_hash": named(mix(self.scope(group.phone_by), 92), phone),
            "signup_ip": ip,
            "country": self.country,
            "banned_at": np.where(np.isnan(self.banned), -1, start + np.nan_to_num(self.banned) * DAY).astype(np.int64),
            "plan": plan,
            "campaign": np.full(n, group.campaign, dtype=object),
            "label": np.full(n, group.label, dtype=object),
        }

    def live(self, habit: Habit, number: int, rng: np.random.Generator, released: float, first_weekday: int) -> Columns:
        """Requests of one habit, without text."""
        n, days, own = self.n, self.days, self.own
        mine = mix(own, 200 + number)
        rate = habit.rate * np.exp(habit.spread * normal(mix(mine, 1)) - habit.spread**2 / 2)
        day = np.arange(days)
        weekend = np.isin((day + first_weekday) % 7, (5, 6)) & (habit.hours in ("day", "afternoon", "class"))
        share = np.where(weekend, 0.15, 1.0) * habit.active
        on = unit(mix(mine[:, None], 2, day[None, :]).ravel()).reshape(n, days) < share[None, :]
        low, high = habit.window[0] * days, habit.window[1] * days
        inside = np.clip(np.minimum(day + 1, high) - np.maximum(day, low), 0, 1)
        counts = rng.poisson(rate[:, None] * on * inside[None, :] / max(habit.active, 0.05))
        who = np.repeat(np.repeat(np.arange(n), days), counts.ravel())
        on_day = np.repeat(np.tile(day, n), counts.ravel())
        hour = hour_of(habit.hours, rng.random(len(who)), own[who], self.units[who])
        zone = ZONES[self.country[who]]
        at = on_day + ((hour - zone) % 24) / 24
        at = np.where((at < low) | (at > high), low + (high - low) * rng.random(len(who)), at) if high - low < 1 else at
        keep = (at >= self.born[who] + 0.003) & (at < self.ends[who]) & (at < days)
        who, at = who[keep], at[keep]
        order = np.argsort(at, kind="stable")
        who, at = who[order], at[order]
        talk = mix(self.key, number, np.arange(len(who)), 300)
        text = self._tasks(habit, who, talk, rng)
        more = np.minimum(rng.geometric(1 / (1 + habit.turns), len(who)), MOST_TURNS) if habit.turns else np.ones(len(who), np.int64)
        row = np.repeat(np.arange(len(who)), more)
        turn = np.arange(len(row)) - np.repeat(np.cumsum(more) - more, more)
        gap = np.exp(rng.normal(np.log(9 if habit.machine else 95), 0.8, len(row))) * (turn > 0)
        total = np.cumsum(gap)
        base = total[np.searchsorted(row, row)] if len(row) else total
        when = at[row] + (total - base) / 86_400
        actor = who[row]
        if habit.handover and len(row):
            mates = self._mate(habit.handover, actor, rng)
            takes = (rng.random(len(row)) < habit.handover_share) & (turn > 0)
            takes &= (self.born[mates] + 0.003 < when) & (when < self.ends[mates])
            actor = np.where(takes, mates, actor)
        keep = (when < days) & (when < self.ends[actor])
        cut = np.zeros(len(who), np.int64) + MOST_TURNS + 1
        np.minimum.at(cut, row[~keep], turn[~keep])
        keep = turn < cut[row]
        row, turn, when, actor = row[keep], turn[keep], when[keep], actor[keep]
        key = own[actor]
        event = mix(talk[row], turn, 301)
        columns: Columns = {name: values[row] for name, values in text.items()}
        columns |= {
            "account": key,
            "when": when,
            "talk": talk[row],
            "turn": turn,
            "event": event,
            "harvest": np.full(len(row), habit.harvest),
            "machine": np.full(len(row), habit.machine),
            "verbose": np.full(len(row), habit.verbose * (1.5 if habit.frame == "cot" else 1.0)),
        }
        columns |= self._manner(habit, actor, talk[row], event, when, released)
        failed = unit(mix(event, 302)) < habit.fails
        columns["status"] = np.where(failed, np.array([429, 500, 529, 400])[pick(mix(event, 303), (5, 2, 2, 1))], 200)
        again = np.flatnonzero(failed & (unit(mix(event, 304)) < habit.retries))
        if len(again):
            extra = {name: values[again] for name, values in columns.items()}
            extra["when"] = extra["when"] + np.exp(rng.normal(np.log(6), 0.5, len(again))) / 86_400
            extra["event"], extra["status"] = mix(extra["event"], 305), np.full(len(again), 200)
            if habit.failover:
                other = self._mate(habit.failover, actor[again], rng)
                fine = (self.born[other] + 0.003 < extra["when"]) & (extra["when"] < self.ends[other])
                other = np.where(fine, other, actor[again])
                extra["account"] = own[other]
            fits = extra["when"] < np.minimum(days, self.ends[actor[again]])
            columns = {name: np.concatenate([values, extra[name][fits]]) for name, values in columns.items()}
        return columns

    def _mate(self, scope: str, actor: Ints, rng: np.random.Generator) -> Ints:
        """Another account within the same scope for each (at times the same one)."""
        _, place = np.unique(self.scope(scope), return_inverse=True)
        order = np.argsort(place, kind="stable")
        first = np.searchsorted(place[order], place)
        count = np.bincount(place)[place]
        return np.asarray(order[first[actor] + (rng.random(len(actor)) * count[actor]).astype(np.int64)])

    def _tasks(self, habit: Habit, who: Ints, talk: Keys, rng: np.random.Generator) -> Columns:
        """What each conversation asks for: kind of work, topic, tongue, and the task itself as a key."""
        n = len(who)
        task = mix(talk, 310)
        works = np.array([WORKS.index(name) for name in habit.works])
        weights = list(habit.works.values())
        whose = mix(self.scope(habit.topics_by), 312)
        given = np.array([TOPICS.index(name) for name in habit.topics] or range(len(TOPICS)))
        from_pool = np.zeros(n, bool)
        tongue = self.tongue[who]
        if habit.tongue:
            tongue = np.full(n, TONGUES.index(habit.tongue))
        if habit.pool:
            public = POOLS.get(habit.pool)
            size = public.size if public else int(habit.pool.split(":")[1])
            named = public or habit.pool.count(":") == 2
            owner = mix(name_key(habit.pool), np.zeros(self.n)) if named else mix(self.scope(habit.pool_by), 313)
            owner = owner[who]
            draws = rng.random(n)
            if habit.pool_how == "walk":
                order = np.argsort(who, kind="stable")
                rank = np.empty(n, np.int64)
                sorted_who = who[order]
                rank[order] = np.arange(n) - np.searchsorted(sorted_who, sorted_who)
                item = rank % size
            elif habit.pool_how == "split":
                item = (habit.pool_from + np.arange(n)) % size  # conversations come in the order of time
            else:
                item = (size * (draws**3 if habit.pool_how == "popular" else draws)).astype(np.int64)
            from_pool = unit(mix(talk, 314)) < habit.pool_share
            task = np.where(from_pool, mix(owner, item, 315), task)
            if public:
                works = np.where(np.ones(1, bool), [WORKS.index(name) for name in public.works], 0)
                weights = list(public.works.values())
                if public.topics:
                    given = np.array([TOPICS.index(name) for name in public.topics])
                tongue = np.where(from_pool, TONGUES.index(public.tongue), tongue)
        if habit.topics or habit.pool:
            topic = given[below(mix(task, 316), len(given))]
        else:
            mine = whose[who]
            topic = below(mix(mine, below(mix(task, 317), 1 + below(mix(mine, 318), 3))), len(TOPICS))
        return {"task": task, "work": works[pick(mix(task, 319), weights)], "topic": topic, "tongue": tongue}

    def _manner(self, habit: Habit, actor: Ints, talk: Keys, event: Keys, when: Floats, released: float) -> Columns:
        """How requests are sent: wording around the task, system prompt, tools, client, network, model, sampling."""
        firm, key = self.firm, self.own[actor]
        zeros = np.zeros(len(actor), np.int64)
        frame = np.full(len(actor), FRAMES.index(habit.frame))
        frame[unit(mix(talk, 320)) >= habit.frame_share] = 0
        words = mix(talk, 321) if habit.frame_by == "event" else mix(self.scope(habit.frame_by), 322)[actor]
        if habit.frame == "person":
            words = mix(key, 323, below(mix(talk, 324), 6))
            frame[unit(mix(talk, 325)) < 0.45] = 0
        system = mix(self.scope(habit.system_by), 326)[actor]
        sort = np.full(len(actor), SORTS.index(habit.system))
        tools = mix(self.scope(habit.tools_by), 327)[actor] if habit.tools_by else np.zeros(len(actor), np.uint64)
        names, at = choose(mix(self.scope(habit.client_by), 328), dict(habit.clients))
        client = np.array([CLIENT_NAMES.index(name) for name in names])[at][actor]
        build = mix(self.scope(habit.client_by), 329)[actor]
        names, at = choose(mix(self.own, 55), dict(habit.nets))
        net = np.array([NETS.index(name) for name in names])[at][actor]
        if set(habit.nets) & {"home", "mobile"} and len(habit.nets) > 1:  # people also move between their networks
            away = unit(mix(talk, 330)) < 0.2
            net = np.where(away, np.array([NETS.index(name) for name in names])[choose(mix(talk, 331), dict(habit.nets))[1]], net)
        day = EPOCH_DAYS + np.floor(when).astype(np.int64)
        ip, asn = addresses(net, self.seed, key, self.units[actor], self.scope("group")[actor], talk, day, self.country[actor])
        program = ~np.array([CLIENTS[name].app for name in CLIENT_NAMES])[client]
        ip = np.where(program & (unit(mix(event, 332)) < firm.unseen), -1, ip)
        temps = np.array([np.nan if t is None else t for t in habit.temps])
        temp = temps[below(mix(self.scope(habit.temp_by), 333), len(temps))][actor]
        limits = np.array([-1 if m is None else m for m in habit.most])
        most = limits[below(mix(self.scope(habit.temp_by), 334), len(limits))][actor]
        models, out = len(firm.models), when > released
        fond = below(mix(key, 335) ^ mix(zeros, 336), models - 1)
        other = below(mix(talk, 337), models - 1)
        model = np.where(unit(mix(talk, 338)) < 0.15, other, fond)
        curious = unit(mix(key, 339)) < 0.35
        since = when - released
        model = np.where(out & curious & (since > 12 * unit(mix(key, 340)) ** 2), models - 1, model)
        if habit.model == "cheap":
            model = zeros
        elif habit.model == "best":
            model = np.full(len(actor), models - 2)
        elif habit.model == "move":
            model = np.where(out & (since > 0.7 * unit(mix(key, 341))), models - 1, models - 2)
        elif habit.model == "eval":
            model = np.where(out, below(mix(talk, 342), models), other)
        app = np.array([CLIENTS[name].app for name in CLIENT_NAMES])[client]
        temp, most = np.where(app, np.nan, temp), np.where(app, -1, most)  # an app's users have no such knobs
        keys = np.where(app, np.uint64(0), mix(key, 343, below(mix(talk, 344), 1 + below(mix(key, 345), 2))))
        named = np.array([CLIENTS[name].sessions for name in CLIENT_NAMES])[client] > unit(mix(build, key, 346))
        return {
            "frame": frame,
            "words": words,
            "sort": sort,
            "system": np.where(sort > 0, system, np.uint64(0)),
            "tools": tools,
            "client": client,
            "build": build,
            "ip": ip,
            "asn": asn,
            "country": self.country[actor],
            "temp": temp,
            "most": most,
            "model": model,
            "keys": keys,
            "session": np.where(named, mix(talk, 347), np.uint64(0)),
        }


def write(
    groups: Sequence[Group], firm: Firm, seed: int, days: int, shift: int, released: float, past: Sequence[float], rng: np.random.Generator
) -> World:
    """The tables of a business in a season."""
    start = (EPOCH_DAYS + shift) * DAY
    weekday = (EPOCH_DAYS + shift + 3) % 7
    casts = [Cast(group, i, seed, firm, days) for i, group in enumerate(groups)]
    parts = [cast.live(habit, i, rng, released, weekday) for cast in casts for i, habit in enumerate(cast.group.habits)]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((columns["turn"], columns["when"]))
    columns = {name: values[order] for name, values in columns.items()}
    rows = [cast.registry(start) for cast in casts]
    people = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    order = np.argsort(mix(people["account"], seed, 400))
    people = {name: values[order] for name, values in people.items()}
    events = _events(columns, firm, seed, start)
    ids = hexes(mix(people["account"], 401), "acc-")
    accounts = pa.table(
        {
            "account_id": ids,
            "created_at": pa.array(people["created_at"], pa.timestamp("us", "UTC")),
            "kind": _dense(people["kind"]),
            "org_id": _dense(people["org_id"]),
            "verified": pa.array(people["verified"]),
            "access_type": _dense(people["access_type"]),
            "email_domain": _dense(people["email_domain"]),
            "email_hash": _dense(people["email_hash"]),
            "payment_hash": _dense(people["payment_hash"]),
            "phone_hash": _dense(people["phone_hash"]),
            "signup_ip": _addresses(people["signup_ip"], firm, seed),
            "country": _countries(people["country"]),
            "banned_at": pa.array(people["banned_at"], pa.timestamp("us", "UTC"), mask=people["banned_at"] < 0),
            "plan": _dense(people["plan"]),
        }
    )
    accounts = accounts.drop_columns([name for name in firm.lacks if name in accounts.column_names])
    truth = pa.table({"account_id": ids, "campaign": _dense(people["campaign"]), "kind": _dense(people["label"])})
    of = dict(zip(people["account"].tolist(), people["campaign"].tolist(), strict=True))
    taken = np.flatnonzero(columns["harvest"])
    campaigns = pa.array([of[key] for key in columns["account"][taken].tolist()], pa.string())
    shuffled = np.argsort(mix(columns["event"][taken], 402))
    harvest = pa.table({"event_id": events["event_id"].take(pa.array(taken)), "campaign": campaigns}).take(pa.array(shuffled))
    out = [-p for p in sorted(past, reverse=True)] + [released]
    dates = pc.strftime(pa.array([start + int(at * DAY) for at in out], pa.timestamp("us", "UTC")), "%Y-%m-%dT%H:%M:%SZ").to_pylist()
    releases = [{"model": model, "released_at": date[:19] + "Z"} for model, date in zip(firm.models, dates, strict=True)]
    return World(events, accounts, truth, harvest, releases)


def _dense(values: NDArray[Any]) -> pa.Array:
    return pa.array(values, pa.string(), from_pandas=True)


def _countries(at: Ints) -> pa.Array:
    return pa.array([country.code for country in COUNTRIES]).take(pa.array(at))


def _addresses(ip: Ints, firm: Firm, seed: int) -> pa.Array:
    """Addresses as text; a business that masks writes a keyed hash of their /24."""
    hidden = ip < 0
    if firm.masked:
        text = hexes(mix(ip >> 8, seed, 403), "", 32)
    else:
        octets = pa.array([str(i) for i in range(256)])
        text = pc.binary_join_element_wise(*(octets.take(pa.array(ip >> by & 255)) for by in (24, 16, 8, 0)), ".")
    return pc.if_else(pa.array(hidden), pa.scalar(None, pa.string()), text)


def _where(values: pa.Array, given: NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(given), values, pa.scalar(None, values.type))


def _join(*parts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _grouped(columns: Columns, names: tuple[str, ...], where: NDArray[np.bool_]) -> list[tuple[tuple[int, ...], Ints]]:
    """Rows by the values of some columns."""
    rows = np.flatnonzero(where)
    code = np.zeros(len(rows), np.int64)
    for name in names:
        code = code * 64 + columns[name][rows]
    order = np.argsort(code, kind="stable")
    cuts = np.flatnonzero(np.diff(code[order])) + 1
    groups = np.split(rows[order], cuts) if len(rows) else []
    return [(tuple(int(columns[name][some[0]]) for name in names), some) for some in groups]


class Lines:
    """Text of all rows, written group by group."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.rows: list[Ints] = []
        self.texts: list[pa.Array] = []

    def put(self, rows: Ints, texts: pa.Array) -> None:
        """Say what stands in some rows."""
        self.rows.append(rows)
        self.texts.append(texts)

    def done(self) -> pa.Array:
        """All rows; those that nobody wrote are empty."""
        if not self.rows:
            return pa.array([""]).take(pa.array(np.zeros(self.n, np.int64)))
        at = np.zeros(self.n, np.int64)
        written = np.concatenate(self.rows)
        at[written] = np.arange(1, len(written) + 1)
        return pa.concat_arrays([pa.array([""]), *self.texts]).take(pa.array(at))


def _prompts(columns: Columns) -> pa.Array:
    lines = Lines(len(columns["task"]))
    later = columns["turn"] > 0
    for (tongue, work), rows in _grouped(columns, ("tongue", "work"), ~later):
        name = TONGUES[tongue]
        keys, topics = columns["task"][rows], columns["topic"][rows]
        lines.put(rows, expand(name, f"do.{WORKS[work]}", keys, topics))
    for (tongue, work), rows in _grouped(columns, ("tongue", "work"), later):
        section = f"next.{WORKS[work]}" if WORKS[work] in ("agent", "code") else "next"
        keys = mix(columns["talk"][rows], columns["turn"][rows], 410)
        lines.put(rows, expand(TONGUES[tongue], section, keys, columns["topic"][rows]))
    before, after = Lines(lines.n), Lines(lines.n)
    for (tongue, frame), rows in _grouped(columns, ("tongue", "frame"), ~later & (columns["frame"] > 0)):
        keys = columns["words"][rows]
        topics = below(mix(keys, 411), len(TOPICS))
        before.put(rows, expand(TONGUES[tongue], f"pre.{FRAMES[frame]}", mix(keys, 412), topics))
        after.put(rows, expand(TONGUES[tongue], f"post.{FRAMES[frame]}", mix(keys, 413), topics))
    return _join(before.done(), lines.done(), after.done())


def _answers(columns: Columns) -> pa.Array:
    n = len(columns["task"])
    keys = mix(columns["event"], columns["task"], 420)
    length = np.array([LENGTHS[work] for work in WORKS])[columns["work"]] * columns["verbose"]
    claims = np.minimum(np.round(length * np.exp(0.5 * normal(mix(keys, 421)))), MOST_CLAIMS).astype(np.int64)
    limit = np.where(columns["most"] > 0, np.maximum(columns["most"] // 30 - 2, 0), MOST_CLAIMS)
    claims = np.where(columns["status"] == 200, np.minimum(claims, limit), 0)
    head = Lines(n)
    for (tongue, work), rows in _grouped(columns, ("tongue", "work"), columns["status"] == 200):
        head.put(rows, expand(TONGUES[tongue], f"say.{WORKS[work]}", mix(keys[rows], 422), columns["topic"][rows]))
    text = head.done()
    parts = []
    for j in range(int(claims.max(initial=0))):
        more = Lines(n)
        for (tongue,), rows in _grouped(columns, ("tongue",), claims > j):
            said = expand(TONGUES[tongue], "claim", mix(keys[rows], 423, j), columns["topic"][rows])
            more.put(rows, _join(pa.array([" ", "\n", " "]).take(pa.array(below(mix(keys[rows], 424, j), 3))), said))
        parts.append(more.done())
    return _join(text, *parts)


def _hashed(text: pa.Array) -> Keys:
    """A key for each text: the same for the same text."""
    coded = pc.dictionary_encode(text)
    words = coded.dictionary
    data = np.frombuffer(words.buffers()[2] or b"", np.uint8)
    ends = np.frombuffer(words.buffers()[1], np.int32)[words.offset : words.offset + len(words) + 1].astype(np.int64)
    weight = mix(data, np.arange(len(data)) - np.repeat(ends[:-1], np.diff(ends)), 430) if len(data) else np.zeros(0, np.uint64)
    with np.errstate(over="ignore"):
        total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(weight, dtype=np.uint64)])
        sums = total[ends[1:]] - total[ends[:-1]]
    return mix(sums, np.diff(ends), 431)[coded.indices.to_numpy()]


def _events(columns: Columns, firm: Firm, seed: int, start: int) -> pa.Table:
    n = len(columns["task"])
    prompt = _prompts(columns)
    response = _answers(columns)
    system = Lines(n)
    for (sort,), rows in _grouped(columns, ("sort",), columns["sort"] > 0):
        keys, back = np.unique(columns["system"][rows], return_inverse=True)
        said = expand("en", f"system.{SORTS[sort]}", keys, below(mix(keys, 440), len(TOPICS)))
        system.put(rows, said.take(pa.array(back)))
    told = system.done()
    good = columns["status"] == 200
    opening = mix(_hashed(told), _hashed(prompt))
    context, parent = _chain(columns, opening, _hashed(prompt), seed)
    chars = [pc.utf8_length(text).to_numpy().astype(np.float64) for text in (told, prompt, response)]
    wide = 3.6 + 0.8 * unit(mix(columns["event"], 441))
    asked = np.round((chars[0] + chars[1]) / wide).astype(np.int64) + 6
    thinks = unit(mix(columns["model"], 442)) < firm.reasoning
    thought = np.where(thinks & good, np.exp(5.4 + 0.8 * normal(mix(columns["event"], 443))), 0).astype(np.int64)
    said_tokens = np.where(good, np.round(chars[2] / wide) + 2, 0).astype(np.int64)
    said_tokens = np.where(columns["most"] > 0, np.minimum(said_tokens, columns["most"]), said_tokens)
    carried = _carried(columns, asked + said_tokens)
    cached = np.where((columns["turn"] > 0) & (unit(mix(columns["talk"], 444)) < 0.6), carried * 0.85, 0).astype(np.int64)
    agents, fingers = _clients(columns)
    app = np.array([CLIENTS[name].app for name in CLIENT_NAMES])[columns["client"]]
    path = app.astype(np.int64)
    if firm.name == "cloud":
        path = below(mix(columns["account"], 445), 2)
    table = pa.table(
        {
            "event_id": hexes(mix(columns["event"], seed, 446), "req-"),
            "timestamp": pa.array(start + np.floor(columns["when"] * DAY).astype(np.int64), pa.timestamp("us", "UTC")),
            "account_id": hexes(mix(columns["account"], 401), "acc-"),
            "key_id": _where(hexes(mix(columns["keys"], seed, 447)), columns["keys"] > 0),
            "session_id": _where(hexes(mix(columns["session"], seed, 448), "s-"), columns["session"] > 0),
            "access_path": pa.array(list(firm.paths)).take(pa.array(path)),
            "model": pa.array(list(firm.models)).take(pa.array(columns["model"])),
            "system": _where(told, columns["sort"] > 0),
            "prompt": prompt,
            "response": _where(response, good),
            "context_key": pa.array(context.view(np.int64)),
            "parent_key": pa.array(parent.view(np.int64), mask=columns["turn"] == 0),
            "tools_key": pa.array(mix(columns["tools"], seed, 449).view(np.int64), mask=columns["tools"] == 0),
            "temperature": pa.array(columns["temp"].astype(np.float32), pa.float32(), mask=np.isnan(columns["temp"])),
            "top_p": pa.array(np.full(n, 0.95, np.float32), mask=np.isnan(columns["temp"]) | (unit(mix(columns["build"], 450)) > 0.3)),
            "max_tokens": pa.array(columns["most"].astype(np.int32), mask=columns["most"] < 0),
            "stream": pa.array(app | (unit(mix(columns["build"], 451)) < 0.3)),
            "input_tokens": pa.array((asked + carried).astype(np.int32)),
            "cached_tokens": pa.array(cached.astype(np.int32)),
            "output_tokens": pa.array((said_tokens + thought).astype(np.int32)),
            "reasoning_tokens": pa.array(thought.astype(np.int32)),
            "status": pa.array(columns["status"].astype(np.int16)),
            "ip": _addresses(columns["ip"], firm, seed),
            "asn": pa.array(columns["asn"].astype(np.int32), mask=columns["ip"] < 0),
            "country": _where(_countries(np.clip((columns["asn"] - BIG) // 40, 0, None) % len(COUNTRIES)), columns["ip"] >= 0),
            "user_agent": agents,
            "ja4": fingers,
        }
    )
    return table.drop_columns([name for name in firm.lacks if name in table.column_names])


def _by_talk(columns: Columns) -> tuple[Ints, Ints, Ints]:
    """Rows in the order of conversation, turn and time; where each conversation begins; its number for each row."""
    order = np.lexsort((columns["when"], columns["turn"], columns["talk"]))
    talk = columns["talk"][order]
    number = np.concatenate([[0], np.cumsum(talk[1:] != talk[:-1])]) if len(talk) else np.zeros(0, np.int64)
    return order, np.searchsorted(number, number), number


def _chain(columns: Columns, opening: Keys, words: Keys, seed: int) -> tuple[Keys, Keys]:
    """Hash of the messages sent, and of those of the turn before."""
    n = len(opening)
    context = mix(opening, seed, 460)
    parent = np.zeros(n, np.uint64)
    order, _, number = _by_talk(columns)
    turn = columns["turn"][order]
    last = np.zeros(int(number.max(initial=-1)) + 1, np.uint64)
    for t in range(int(turn.max(initial=0)) + 1):
        at = turn == t
        rows, talks = order[at], number[at]
        if t:
            parent[rows] = last[talks]
            context[rows] = mix(last[talks], columns["talk"][rows], words[rows], 461)
        last[talks] = context[rows]
    return context, parent


def _carried(columns: Columns, tokens: Ints) -> Ints:
    """Tokens of the turns before, sent once more; what was tried again counts once."""
    order, first, _ = _by_talk(columns)
    counted = np.where(columns["status"][order] == 200, tokens[order], 0)
    total = np.cumsum(counted) - counted
    carried = np.empty(len(order), np.int64)
    carried[order] = np.where(columns["turn"][order] > 0, total - total[first], 0)
    return carried


def _clients(columns: Columns) -> tuple[pa.Array, pa.Array]:
    """User agents and TLS fingerprints, by client and build."""
    agents, fingers = Lines(len(columns["client"])), Lines(len(columns["client"]))
    for (kind,), rows in _grouped(columns, ("client",), np.ones(len(columns["client"]), bool)):
        client: Client = CLIENTS[CLIENT_NAMES[kind]]
        keys = columns["build"][rows]
        systems = SYSTEMS[4:] if CLIENT_NAMES[kind] == "phone" else SYSTEMS if client.app else SYSTEMS[:4]
        names = [
            client.agent.replace("{v}", f"{1 + i % 7}.{i * 7 % 31}.{i // 7}").replace("{os}", systems[i % len(systems)])
            for i in range(client.builds)
        ]
        build = (client.builds * unit(mix(keys, 470)) ** 1.8).astype(np.int64)
        agents.put(rows, pa.array(names).take(pa.array(build)))
        which = mix(name_key(client.finger), np.arange(client.fingers))
        tail = hexes(which, "", 12).to_pylist()
        head = hexes(mix(which, 471), "", 12).to_pylist()
        prints = [f"{client.finger}_{a}_{b}" for a, b in zip(head, tail, strict=True)]
        fingers.put(rows, pa.array(prints).take(pa.array(build % client.fingers)))
    return agents.done(), fingers.done()
