"""The world: accounts, schedules, request rows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .carriers import COUNTRIES, TZ_HOURS
from .clients import FAMILY_IDS, clients, upgraded
from .network import IntArray, Net, home, mix
from .plans import DAY, HOURS, SEC, FloatArray, Group, Plan, Style
from .text import Pins, Writer, key64

FREE_MAIL = {"gmail.com": 62, "outlook.com": 11, "hotmail.com": 8, "yahoo.com": 6, "icloud.com": 6, "proton.me": 2}
LOCAL_MAIL = {
    "CN": ["qq.com", "163.com"], "KR": ["naver.com"], "RU": ["mail.ru", "yandex.ru"], "UA": ["ukr.net"], "DE": ["web.de", "gmx.de"],
    "FR": ["orange.fr", "free.fr"], "BR": ["uol.com.br", "bol.com.br"], "PL": ["wp.pl", "o2.pl"], "IT": ["libero.it"],
    "JP": ["docomo.ne.jp"], "IN": ["rediffmail.com"], "TR": ["mynet.com"]
}
TLD = {
    "IN": "in", "ID": "co.id", "VN": "vn", "BR": "com.br", "MX": "com.mx", "DE": "de", "FR": "fr", "PL": "pl", "TR": "com.tr", "ES": "es"
}


class World:
    """Accounts and requests of one simulated period."""

    def __init__(self, seed: int, start: str, days: int, scale: float, release_day: float = 9.0, responses: bool = False) -> None:
        self.rng = np.random.default_rng(seed)
        self.w = Writer(int(self.rng.integers(2**60)))
        self.start = int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp()) * SEC
        self.days, self.scale, self.responses = days, scale, responses
        self.end = self.start + days * DAY
        g = int(self.rng.integers(3))
        name = ["corvid", "lantern", "basalt"][g]
        self.model_names = {"mini": f"{name}-3-mini", "main": f"{name}-3", "think": f"{name}-3-reason", "next": f"{name}-3.5"}
        self.release = self.start + int(release_day * DAY)
        self.n_acc = 0
        self.acc: dict[str, list[Any]] = {
            k: []
            for k in (
                "created", "said", "org", "verified", "access", "mail", "mail_hash", "pay", "phone", "ip", "cc", "plan", "kind", "campaign"
            )
        }
        self.bans: dict[int, int] = {}
        self.parts: list[dict[str, Any]] = []
        self.salt = int(self.rng.integers(2**60))
        self._shared: dict[str, list[str]] = {}

    def size(self, n: float, least: int = 3) -> int:
        """A number of accounts at this scale."""
        return max(least, round(n * self.scale))

    def token(self, *parts: object) -> str:
        """A hash-like word."""
        return f"{key64(self.salt, *[str(p) for p in parts]) & (2**64 - 1):016x}"

    def bank(self, name: str, n: int, make: Callable[[], str]) -> list[str]:
        """A list of texts made once and shared by whoever asks for it by name (benchmarks, workbooks, topic lists)."""
        if name not in self._shared:
            self._shared[name] = [make() for _ in range(n)]
        return self._shared[name]

    def choose(self, options: dict[Any, float], n: int) -> list[Any]:
        """Weighted draws."""
        keys = list(options)
        p = np.array(list(options.values()), float)
        return [keys[i] for i in self.rng.choice(len(keys), n, p=p / p.sum())]

    def old(self, n: int, mean_days: float = 220.0, least: float = 1.0) -> IntArray:
        """Creation times before the window opens."""
        return self.start - (np.minimum(self.rng.exponential(mean_days, n) + least, 900) * DAY).astype(np.int64)

    def fresh(self, n: int, lo: float, hi: float) -> IntArray:
        """Creation times between two days of the window."""
        t = self.start + (self.rng.uniform(lo, hi, n) * DAY).astype(np.int64)
        return np.minimum(t, self.end - 3600 * SEC)

    def mixed_age(self, n: int, new: float = 0.2, mean_days: float = 220.0) -> IntArray:
        """Mostly old accounts, some made during the window."""
        return np.where(self.rng.random(n) < new, self.fresh(n, 0, self.days - 0.5), self.old(n, mean_days))

    def join(
        self, kind: str, cc: IntArray, net: Net, client: IntArray, *, campaign: str | None = None, said: dict[str, float] | None = None,
        plan: dict[str, float] | None = None, created: IntArray | None = None, mail: dict[str, float] | None = None,
        org: IntArray | None = None, org_name: str = "", org_mail: bool = False, pay: IntArray | float = 0.97,
        phone: IntArray | float = 0.62, verified: float = 0.03, access: str = "application", pinned: bool = True, signup: Net | None = None,
        devices: float | None = None
    ) -> Group:
        """Open accounts. `org`, `pay`, `phone` may be group numbers (equal number = shared); a float is the share that has an own one.

        `devices` is the share with a second device (by default the personal accounts' 38 % in the app, 22 % with keys).
        """
        n, rng, tag = len(cc), self.rng, self.n_acc
        created = self.mixed_age(n) if created is None else created
        plans = self.choose(plan or {"free": 5, "payg": 3, "plus": 2}, n)
        orgs = [None if org is None or org[i] < 0 else "org-" + self.token("o", org_name or tag, org[i])[:14] for i in range(n)]
        mails: list[str] = []
        base = mail or FREE_MAIL
        drawn = self.choose(base, n)
        for i in range(n):
            c = COUNTRIES[cc[i]]
            if org_mail and org is not None and org[i] >= 0:
                h = key64(self.salt, "dom", org_name or tag, int(org[i]))
                w = Writer(h)
                stem = (w.write("co_a") + w.write("co_b")).lower() + ("" if h % 3 else str(h % 90))
                mails.append(stem + "." + (TLD.get(c, "com") if h % 5 < 3 else ["com", "io", "ai"][h % 3]))
            elif mail is None and c in LOCAL_MAIL and rng.random() < 0.22:
                mails.append(LOCAL_MAIL[c][int(rng.integers(len(LOCAL_MAIL[c])))])
            else:
                mails.append(drawn[i])
        pays: list[str | None] = []
        phones: list[str | None] = []
        roll_pay, roll_phone = rng.random(n), rng.random(n)
        for i in range(n):
            if isinstance(pay, float):
                pays.append(self.token("pay", tag, i) if plans[i] not in ("free", "voucher", "education") and roll_pay[i] < pay else None)
            else:
                pays.append(None if pay[i] < 0 else self.token("payg", tag, pay[i]))
            if isinstance(phone, float):
                phones.append(self.token("ph", tag, i) if roll_phone[i] < phone else None)
            else:
                phones.append(None if phone[i] < 0 else self.token("phg", tag, phone[i]))
        ip, _, _ = (signup or (home(rng, cc, 0.2) if net.hosted else net)).draw(rng, np.arange(n), np.full(n, 999_983), created)
        said_l = self.choose(said or {"individual": 1.0}, n)
        a = self.acc
        a["created"].extend(created.tolist())
        a["said"].extend(said_l)
        a["org"].extend(orgs)
        a["verified"].extend((rng.random(n) < verified).tolist())
        a["access"].extend([access] * n)
        a["mail"].extend(mails)
        a["mail_hash"].extend(self.token("em", tag, i) for i in range(n))
        a["pay"].extend(pays)
        a["phone"].extend(phones)
        a["ip"].extend(ip.tolist())
        a["cc"].extend(COUNTRIES[c] for c in cc)
        a["plan"].extend(plans)
        a["kind"].extend([kind] * n)
        a["campaign"].extend([campaign] * n)
        idx = np.arange(self.n_acc, self.n_acc + n)
        self.n_acc += n
        tz = np.array([TZ_HOURS[COUNTRIES[c]] for c in cc], float)
        swap = np.where(rng.random(n) < 0.3, self.start + (rng.random(n) * self.days * DAY).astype(np.int64), self.end + DAY)
        pins: list[Pins | None] = [self.w.pins() if pinned else None for _ in range(n)]
        in_app = np.isin(client, np.concatenate([FAMILY_IDS[k] for k in ("web", "masked", "droid", "ios")]))
        share = np.where(in_app, 0.38, 0.0 if net.hosted or net.style == "fixed" else 0.22) if devices is None else np.full(n, devices)
        spare = np.where(
            in_app, clients(rng, n, {"web": 4, "droid": 4, "ios": 2}),
            clients(rng, n, {"py": 4, "requests": 1, "php": 1, "node": 2, "cli": 1})
        )
        other = np.where(rng.random(n) < share, spare, -1)
        return Group(idx, net, client, upgraded(rng, client), swap, cc, tz, created, pins, other)

    def ban(self, g: Group, local: IntArray, ts: IntArray) -> None:
        """The provider closes accounts."""
        for i, t in zip(g.idx[local].tolist(), ts.tolist(), strict=True):
            self.bans[i] = min(t, self.bans.get(i, t))

    def plan(
        self, g: Group, vol: float, *, sigma: float = 1.0, turns: float = 3.0, hours: str = "person", weekend: float = 0.8,
        span: tuple[float, float] | None = None, lo: FloatArray | None = None, hi: FloatArray | None = None, gap: float = 55.0,
        gap_sigma: float = 0.9, clump: float = 0.35, snap: float = 0.0, max_turns: int = 60
    ) -> Plan:
        """Sessions of each account over its days: `vol` requests an account on average, spread unevenly among accounts and days."""
        rng, n = self.rng, g.n
        lo_d = np.full(n, (span or (0.0, self.days))[0]) if lo is None else lo
        hi_d = np.full(n, (span or (0.0, self.days))[1]) if hi is None else hi
        lo_d = np.maximum(lo_d, (g.created - self.start) / DAY)
        hi_d = np.minimum(np.maximum(hi_d, lo_d + 0.05), self.days)
        live = np.maximum(hi_d - lo_d, 0.02)
        mean = vol / turns * rng.lognormal(-sigma * sigma / 2, sigma, n)
        ns = rng.poisson(mean)
        ns = np.where((ns == 0) & (rng.random(n) < 0.8), 1, ns)
        a = np.repeat(np.arange(n), ns)
        m = len(a)
        favs = 1 + rng.poisson(clump * live)
        j = (rng.random(m) * favs[a]).astype(np.int64)
        frac = (
            mix(j.astype(np.uint64) * np.uint64(977) + g.idx[a].astype(np.uint64) * np.uint64(65537) + np.uint64(self.salt))
            % np.uint64(1_000_003)
        ).astype(float) / 1_000_003
        day = lo_d[a] + frac * live[a]
        wd0 = datetime.fromtimestamp(self.start / SEC, UTC).weekday()
        off = ((np.floor(day).astype(int) + wd0) % 7 >= 5) & (rng.random(m) > weekend)
        day = np.where(off, lo_d[a] + rng.random(m) * live[a], day)
        p = np.array(HOURS[hours])
        habit = rng.normal(0, 1.2, n) if hours not in ("class", "shift", "late", "flat") else np.zeros(n)
        h = rng.choice(24, m, p=p / p.sum()) + rng.random(m) + habit[a] - g.tz[a]
        ts = self.start + ((np.floor(day) + h / 24.0) * DAY).astype(np.int64)
        early = ts < self.start + (lo_d[a] * DAY).astype(np.int64)
        ts = np.where(early, ts + DAY, ts)
        k = np.minimum(rng.geometric(1.0 / max(turns, 1.0), m), max_turns)
        return self.unroll(a, ts, k, gap, gap_sigma, snap, g)

    def unroll(self, a: IntArray, ts: IntArray, k: IntArray, gap: float, gap_sigma: float, snap: float, g: Group) -> Plan:
        """Turn session starts and lengths into single requests."""
        rng = self.rng
        if snap > 0:
            step = int(snap * SEC)
            lag = (mix(g.idx[a].astype(np.uint64)) % np.uint64(9_000_000)).astype(np.int64) // 2
            ts = ts // step * step + lag + (rng.lognormal(0, 0.7, len(ts)) * SEC).astype(np.int64)
        s = np.repeat(np.arange(len(a)), k)
        first = np.repeat(np.cumsum(k) - k, k)
        t = np.arange(len(s)) - first
        gaps = (rng.lognormal(np.log(gap), gap_sigma, len(s)) * SEC).astype(np.int64)
        gaps[t == 0] = 0
        total = np.cumsum(gaps)
        when = ts[s] + total - total[first]
        pl = Plan(a[s], s, t, when)
        return pl.keep((when >= self.start) & (when < self.end) & (when >= g.created[a[s]]))

    def jobs(
        self, g: Group, per_day: float | FloatArray, *, span: tuple[float, float], hours: str = "flat", tz: float = 0.0,
        weights: FloatArray | None = None, hold_s: float = 0.0, turns: float = 1.0, gap: float = 20.0, wobble: float = 0.25,
        weekend: float = 1.0
    ) -> Plan:
        """A central queue handed out to accounts: `hold_s` > 0 keeps one account at work for that long before the next takes over."""
        rng = self.rng
        n_days = max(1, int(np.ceil(span[1] - span[0])))
        rate = np.broadcast_to(np.asarray(per_day, float), (n_days,)) * rng.lognormal(0, wobble, n_days)
        wd0 = datetime.fromtimestamp(self.start / SEC, UTC).weekday()
        rate = np.where((np.arange(n_days) + int(span[0]) + wd0) % 7 >= 5, rate * weekend, rate)
        cnt = rng.poisson(rate / turns)
        day = np.repeat(np.arange(n_days), cnt) + np.floor(span[0])
        p = np.array(HOURS[hours])
        h = rng.choice(24, len(day), p=p / p.sum()) + rng.random(len(day)) - tz
        ts = np.sort(self.start + ((day + h / 24) * DAY).astype(np.int64))
        ok = (ts >= self.start + int(span[0] * DAY)) & (ts < self.start + int(span[1] * DAY))
        ts = ts[ok]
        wt = np.ones(g.n) if weights is None else weights
        wt = wt / wt.sum()
        if hold_s > 0:
            block = (ts // int(hold_s * SEC)).astype(np.int64)
            lanes = max(1, g.n // 8)
            lane = rng.integers(0, lanes, len(ts))
            u = (
                mix(block.astype(np.uint64) * np.uint64(6151) + lane.astype(np.uint64) * np.uint64(389) + np.uint64(self.salt))
                % np.uint64(10**9)
            ).astype(float) / 1e9
            a = np.minimum(np.searchsorted(np.cumsum(wt), u), g.n - 1)
        else:
            a = rng.choice(g.n, len(ts), p=wt)
        k = np.minimum(rng.geometric(1.0 / max(1.0, turns), len(ts)), 50)
        return self.unroll(a, ts, k, gap, 0.8, 0.0, g)

    def _settings(self, options: dict[Any, float], g: Group, p: Plan, steady: float) -> NDArray[Any]:
        """Each account has a usual value and now and then another."""
        keys = np.array([np.nan if k is None else k for k in options], dtype=float)
        w = np.array(list(options.values()), float)
        usual = self.rng.choice(len(keys), g.n, p=w / w.sum())
        other = self.rng.choice(len(keys), p.n, p=w / w.sum())
        return keys[np.where(self.rng.random(p.n) < steady, usual[p.a], other)]

    def emit(
        self, g: Group, p: Plan, text: "TextFn | list[str]", st: Style, system: "SysFn | list[str | None] | None" = None,
        harvest: NDArray[np.bool_] | bool = False, campaign: str | None = None
    ) -> dict[str, Any] | None:
        """Turn a plan into request rows. `harvest` marks answers that are kept for training by `campaign`."""
        n, rng = p.n, self.rng
        if n == 0:
            return None
        prompts = text if isinstance(text, list) else text(self, g, p)
        if system is None:
            systems: list[str | None] = [None] * n
        elif isinstance(system, list):
            systems = [system[i] for i in p.a.tolist()]
        else:
            systems = system(self, g, p)
        kinds = list(st.models)
        w = np.array([st.models[k] for k in kinds], float)
        usual = rng.choice(len(kinds), g.n, p=w / w.sum())
        other = rng.choice(len(kinds), n, p=w / w.sum())
        pick = np.where(rng.random(n) < st.steady, usual[p.a], other)
        first = np.flatnonzero(np.r_[True, p.s[1:] != p.s[:-1]])
        lens = np.diff(np.r_[first, n])
        base = np.repeat(first, lens)
        if st.chained:
            pick = pick[base]
        model = np.array(kinds, dtype=object)[pick]
        model[(model == "next") & (p.ts < self.release)] = "main"
        plen = np.array([len(x.encode()) for x in prompts]) / 3.9 + 4
        slen = np.array([0 if x is None else len(x.encode()) for x in systems]) / 4.0 + 6
        plen = plen + (rng.lognormal(np.log(st.extra), st.extra_sigma, n) if st.extra > 0 else 0)
        caps = self._settings(st.caps, g, p, st.steady)
        out = rng.lognormal(np.log(st.out), st.out_sigma, n) * (1 + np.minimum(plen, 400) / 900)
        out = np.where(np.isnan(caps), np.minimum(out, 8000), np.minimum(out, caps)).astype(np.int64) + 1
        hidden = model == "think"
        reason = np.where(hidden, rng.lognormal(np.log(st.think), 0.8, n), 0).astype(np.int64)
        inp = slen + plen
        tool = np.zeros(n, dtype=np.int64) if st.tools is None else st.tools[p.a % len(st.tools)]
        inp = inp + np.where(tool != 0, 420 + (tool % 900), 0)
        cached = np.zeros(n)
        if st.chained:
            csum = np.cumsum(plen + out)
            before = csum - (plen + out) - (csum[base] - (plen + out)[base])
            hist = before
            inp = inp + hist
            prev = np.r_[0, inp[:-1]]
            quick = np.r_[DAY, np.diff(p.ts)] < 300 * SEC
            cached = np.where((np.arange(n) != base) & quick & (rng.random(n) < 0.85) & (prev > 1024), prev // 128 * 128, 0)
        cached = np.where(
            (cached == 0) & (slen + np.where(tool != 0, 420 + tool % 900, 0) > 1024) & (rng.random(n) < 0.6), slen // 128 * 128, cached
        )
        ctx = np.zeros(n, dtype=np.int64)
        par = np.zeros(n, dtype=np.int64)
        nonce = rng.integers(0, 2**40, n).tolist()
        isfirst = (np.arange(n) == base).tolist()
        tl = tool.tolist()
        last = 0
        for i in range(n):
            if isfirst[i] or not st.chained:
                last = key64(systems[i], prompts[i], tl[i] or None)
            else:
                par[i] = last
                last = key64(last, prompts[i], nonce[i])
            ctx[i] = last
        ip, asn, cc = g.net.draw(rng, p.a, p.s, p.ts)
        cl = np.where(p.ts >= g.swap_ts[p.a], g.client2[p.a], g.client[p.a])
        if len(g.other):
            spare = (mix(p.s.astype(np.uint64) * np.uint64(48611) + g.idx[p.a].astype(np.uint64)) % np.uint64(1000)) < np.uint64(320)
            cl = np.where((g.other[p.a] >= 0) & spare, g.other[p.a], cl)
        keys = 1 + (mix(g.idx.astype(np.uint64)) % np.uint64(7)).astype(np.int64) // 4
        own_s = (mix(g.idx.astype(np.uint64) * np.uint64(3)) % np.uint64(1000)).astype(int) < int(1000 * st.session_p)
        status = np.full(n, 200)
        bad = rng.random(n) < st.fail * rng.lognormal(-0.3, 0.8, g.n)[p.a]
        status[bad] = rng.choice([429, 500, 400, 503, 529], int(bad.sum()), p=[0.6, 0.12, 0.13, 0.08, 0.07])
        out = np.where(bad, 0, out)
        reason = np.where(bad, 0, reason)
        part: dict[str, Any] = {
            "uid": np.full(n, len(self.parts)), "acc": g.idx[p.a], "ts": p.ts, "sess": p.s + 0,
            "path": [st.path] * n if isinstance(st.path, str) else st.path, "model": model, "system": systems, "prompt": prompts,
            "ctx": ctx, "par": par, "tools": tool, "temp": self._settings(st.temps, g, p, st.steady),
            "top_p": self._settings(st.top_ps, g, p, st.steady), "cap": caps,
            "stream": rng.random(n) < (rng.random(g.n) < st.stream)[p.a] * 0.94 + 0.03, "inp": inp.astype(np.int64),
            "cached": np.minimum(cached, inp).astype(np.int64), "out": out, "reason": reason, "status": status, "ip": ip, "asn": asn,
            "cc": cc, "client": cl, "keyno": p.s % keys[p.a], "own_s": own_s[p.a],
            "harvest": np.broadcast_to(np.asarray(harvest, bool), (n,)) & ~bad, "campaign": campaign
        }
        self.parts.append(part)
        again = np.flatnonzero(bad & (rng.random(n) < 0.6))
        if len(again):
            rep = {
                k: (v[again] if isinstance(v, np.ndarray) else [v[i] for i in again.tolist()] if isinstance(v, list) else v)
                for k, v in part.items()
            }
            rep["ts"] = rep["ts"] + (rng.lognormal(0.8, 0.6, len(again)) * SEC).astype(np.int64)
            rep["status"] = np.where(rep["status"] == 400, 400, 200)
            said = np.maximum(1, rng.lognormal(np.log(st.out), st.out_sigma, len(again)))
            rep["out"] = np.where(rep["status"] == 200, said, 0).astype(np.int64)
            rep["harvest"] = np.broadcast_to(np.asarray(harvest, bool), (n,))[again] & (rep["status"] == 200)
            self.parts.append(rep)
        return part


TextFn = Callable[[World, Group, Plan], list[str]]
SysFn = Callable[[World, Group, Plan], list[str | None]]
