"""The world: registry, rhythms, conversations."""

import math

import numpy as np

from .networks import FREE, PROFILES, ZONES
from .provider import Provider, key64

ACCOUNT_COLUMNS = (
    "created", "kind", "org", "verified", "access", "domain", "email", "payment", "phone", "signup_ip", "country",
    "banned", "plan", "truth", "campaign",
)
EVENT_COLUMNS = (
    "time", "account", "client", "model", "system", "prompt", "response", "context", "parent", "tools", "input_tokens",
    "cached_tokens", "output_tokens", "reasoning_tokens", "status", "ip", "session", "key", "campaign",
)


class World(Provider):
    """Everything that a scenario fills; times are seconds since its start."""

    def __init__(self, name, seed, n, start, days, models):
        super().__init__(name, seed)
        self.n, self.days, self.start, self.models = n, days, start, models
        self.scale = n / 200000
        self.epoch = start.timestamp()
        self.first_weekday = start.weekday()
        self.end = days * 86400.0
        self.registry = {column: [] for column in ACCOUNT_COLUMNS}
        self.log = {column: [] for column in EVENT_COLUMNS}
        self.system_ids, self.systems = {None: 0}, [None]
        self.keys = {}
        self.publish_agents()

    @property
    def size(self):
        """Requests so far."""
        return len(self.log["time"])

    def account(
        self, truth, campaign=None, created=None, kind="individual", org=None, verified=None, access="application",
        domain=None, email=None, payment="own", phone="maybe", country=None, signup_ip=None, plan=None, net=None,
    ):
        """Register one account; returns its number."""
        A, R = self.registry, self.rng
        country = country or self.country()
        if created is None:
            created = (
                -(R.expovariate(1 / 160) if self.random() < 0.8 else 0) * 86400 if self.random() < 0.85
                else self.random() * self.end * 0.9
            )
        created = max(created, -700 * 86400.0) if created < 0 else created
        A["created"].append(created)
        A["kind"].append(kind)
        A["org"].append(org)
        A["verified"].append(bool(self.random() < 0.06) if verified is None else verified)
        A["access"].append(access)
        A["domain"].append(domain or R.choice(FREE))
        A["email"].append(email or self.hex_id(16))
        A["payment"].append(
            (self.hex_id(16) if self.random() < 0.6 else None) if payment == "own" else self.hex_id(16)
            if payment == "yes" else payment
        )
        A["phone"].append(
            (self.hex_id(16) if self.random() < 0.65 else None) if phone == "maybe" else self.hex_id(16)
            if phone == "yes" else phone
        )
        A["signup_ip"].append(signup_ip or (net.ip(created) if net else self.home_ip(country)))
        A["country"].append(country)
        A["banned"].append(
            created + self.random() * (self.end - created) if campaign is None and self.random() < 0.003 else None
        )
        A["plan"].append(plan or R.choice(["free", "payg", "payg", "pro"]))
        A["truth"].append(truth)
        A["campaign"].append(campaign)
        return len(A["created"]) - 1

    def times(self, n, p, tz, d0=0.0, d1=None, burst=1.0):
        """Starts of n sessions of somebody with profile p in zone tz, uneven over days."""
        d1 = self.days if d1 is None else min(d1, self.days)
        d0 = max(0.0, d0)
        if d1 - d0 < 0.05:
            d0 = max(0, d1 - 0.05)
        days = np.arange(int(d0) - 1, math.ceil(d1) + 1)
        w = PROFILES[p]
        day_weights = w[(self.first_weekday + days) % 7].sum(1) * np.exp(self.numpy.normal(0, burst, len(days)))
        hour_weights = w[0] / w[0].sum()
        sh = self.numpy.normal(0, 0.7) if burst > 0.3 else 0
        out = np.empty(0)
        for _ in range(6):
            d = self.numpy.choice(days, n * 2, p=day_weights / day_weights.sum())
            h = self.numpy.choice(24, n * 2, p=hour_weights) + self.numpy.random(n * 2)
            t = d + (h - tz + sh) / 24
            out = np.concatenate([out, t[(t >= d0) & (t < d1)]])
            if len(out) >= n:
                break
        else:
            out = np.concatenate([out, d0 + self.numpy.random(n) * (d1 - d0)])
        return np.sort(out[:n]) * 86400

    def model(self, t, prefer=None):
        """The model that is asked: new goes to the latest release at once, else people drift."""
        d = t / 86400
        available = [m for m, r in self.models if r <= d]
        if prefer == "new":
            return available[-1]
        if prefer in available:
            return prefer
        i = int(self.random() ** 2.2 * len(available))
        return available[-1 - i]

    def emit(
        self, t, a, client, model, system, prompt, context, parent, tools, history, out, ip, session, campaign=None,
        status=None,
    ):
        """One request; returns the response and whether it succeeded, or None."""
        E = self.log
        if t >= self.end or t < 0:
            return None
        b = self.registry["banned"][a]
        if b is not None and t > b:
            return None
        r = self.random
        if status is None:
            u = r()
            status = 200 if u > 0.014 else 429 if u > 0.006 else 529 if u > 0.002 else 400
        i = self.system_ids.get(system)
        if i is None:
            i = self.system_ids[system] = len(self.systems)
            self.systems.append(system)
        ok = status == 200
        o = max(1, int(out * math.exp(self.rng.gauss(0, 0.55)))) if ok else 0
        keys = self.keys.get(a)
        if keys is None:
            keys = self.keys[a] = ["k" + self.hex_id(10) for _ in range(1 if r() < 0.8 else 1 + int(r() * 4))]
        E["time"].append(t)
        E["account"].append(a)
        E["client"].append(client)
        E["model"].append(model)
        E["system"].append(i)
        E["prompt"].append(prompt)
        response = self.text("asst") if ok and r() < 0.5 else None
        E["response"].append(response)
        E["context"].append(context)
        E["parent"].append(parent)
        E["tools"].append(tools)
        input_tokens = (len(system or "") + history + len(prompt)) // 4 + 6
        E["input_tokens"].append(input_tokens)
        E["cached_tokens"].append(
            int((len(system or "") + history) / 4 // 64 * 64) if (history or len(system or "") > 4000) and r() < 0.8
            else 0
        )
        E["output_tokens"].append(o)
        E["reasoning_tokens"].append(int(o * r() * 2) if "think" in model and ok else 0)
        E["status"].append(status)
        E["ip"].append(ip)
        E["session"].append(session)
        E["key"].append(keys[0] if len(keys) == 1 else keys[int(r() * len(keys))])
        E["campaign"].append(campaign)
        return response, ok

    def converse(
        self, t, who, client, system, turns, net, out=300, gap=70, tools=None, model=None, campaign=None, session=True,
        parent=None, history=0,
    ):
        """One conversation; who is an account, or gives (account, client, network) for each turn.

        Returns the last context, the time, the length of the history and the last response.
        """
        sid = self.hex_id(12) if session else None
        response = None
        m = model or self.model(t)
        r = self.random
        for p in turns:
            if callable(p):
                p = p(response)
            a, c, nt = who(t) if callable(who) else (who, client, net)
            context = key64("", system or "", p) if parent is None else key64(str(parent), self.hex_id(8), p)
            x = self.emit(t, a, c, m, system, p, context, parent, tools, history, out, nt.ip(t), sid, campaign)
            if x is None and not callable(who):
                break
            # failed: the client tries again (the gateway: maybe on another key)
            if x and not x[1] and (r() < 0.6 or callable(who)):
                t += 1 + r() * 8
                a, c, nt = who(t) if callable(who) else (who, client, net)
                x = self.emit(t, a, c, m, system, p, context, parent, tools, history, out, nt.ip(t), sid, campaign, 200)
            if x:
                response = x[0] or self.text("asst")
            if x:
                parent = context
            history += len(p) + out * 4
            t += gap * math.exp(self.rng.gauss(0, 0.7)) + 1
        return parent, t, history, response

    def turns(self, voice, task, mean=2.2, language=None):
        """A person's turns, the first of which is the task."""
        k = 1
        while self.random() < 1 - 1 / mean and k < 25:
            k += 1
        text = self.text
        f = "xf_" + language if language else "follow"
        return [text.voice(task, voice)] + [text.voice(text(f), voice) for _ in range(k - 1)]

    def chat(
        self, a, n, p, country, client, net, voice, d0=0, d1=None, family=None, system=None, mean=2.2, language=None,
        out=350, campaign=None, prefer=None, burst=1.0, gap=70,
    ):
        """About n requests of one person."""
        k = max(1, round(n / mean))
        c0 = max(d0, self.registry["created"][a] / 86400)
        for t in self.times(k, p, ZONES.get(country, 0), c0, d1, burst):
            task = (
                self.text("x_" + language) if language and self.random() < 0.85 else family(self) if callable(family)
                else self.text.task(family)
            )
            self.converse(
                float(t), a, client, system, self.turns(voice, task, mean, language), net, out, gap, campaign=campaign,
                model=self.model(t, prefer), session=self.clients[client][0] == "app" or self.random() < 0.2,
            )
