"""The stage: conversations and the log they leave."""

import datetime as dt

import numpy as np

from .chance import key64
from .registry import Registry

NEWEST = "heron-5"


class World(Registry):
    """Everything that a scenario fills; times are Unix seconds, spans are days."""

    def __init__(self, recipe, seed, n, days, responses=False, release_day=None):
        super().__init__(recipe, seed)
        self.n = n
        self.days = days
        self.n_hours = days * 24
        self.responses = responses
        self.start = int(dt.datetime(2026, 8, 31, tzinfo=dt.UTC).timestamp()) + 86400 * int(self.random() * 40)
        self.accounts = []
        self.rows = []
        self._cdf = {}
        self.release = release_day if release_day is not None else days * (0.3 + 0.5 * self.random())
        self.releases = [
            ("heron-4", self.start - 86400 * 170), ("heron-4-swift", self.start - 86400 * 150),
            ("heron-4.5", self.start - 86400 * 41), (NEWEST, int(self.start + 86400 * self.release)),
        ]
        self.lay_networks()
        self.publish_tools()
        skills = ("math", "math", "code", "trace", "explain", "data")
        self.bench = [self.words.task(self.pick(skills)) for _ in range(1800)]

    def seconds(self, day):
        """Unix time of a day of the world."""
        return self.start + day * 86400

    def model_for(self, a, t):
        """The model that the account asks at that time."""
        rel = self.seconds(self.release)
        if t > rel and not a.pinned and t > rel + a.adopts_after_days * 86400:
            return NEWEST
        return a.model

    def request(
        self, t, a, prompt, c, ip, system=None, parent=None, history=0, session=None, model=None, campaign=None,
        key=None, temperature="c", status=None, context=None, response=None, mood=1.0, path=None, max_tokens="c",
    ):
        """One request; returns (context_key, tokens so far, response)."""
        random = self.random
        if t < self.start or t >= self.start + self.days * 86400 or t < a.created:
            return None, history, None
        if a.banned and t > a.banned:
            return None, history, None
        if context is None:
            context = (
                key64("ctx", parent or "", system or "", prompt) if parent is None
                else key64("t", parent, prompt, random() if response is None else 0)
            )
        it = history + (len(prompt) + (len(system) if system and parent is None else 0)) // 4 + 12
        model = model or self.model_for(a, t)
        if status is None:
            x = random()
            status = 200 if x < 0.978 else 429 if x < 0.989 else 529 if x < 0.994 else 400 if x < 0.997 else 500
        temperature = c["temperature"] if temperature == "c" else temperature
        max_tokens = c["max_tokens"] if max_tokens == "c" else max_tokens
        ot = int(min(max_tokens or 9000, self.words.rng.lognormvariate(5.4, 0.9) * mood)) if status == 200 else 0
        rt = (
            int(self.words.rng.lognormvariate(6, 0.8))
            if status == 200 and model in ("heron-4.5", NEWEST) and random() < 0.4 else 0
        )
        ca = (
            history if parent is not None and history > 800 and random() < 0.7
            else (len(system) // 4 if system and len(system) > 2000 and random() < 0.6 else 0)
        )
        if self.responses and status == 200 and response is None:
            response = self.words.expand(
                self.pick(
                    (
                        "{sent} {sent}", "The result is {n3}. {sent}", "{snip}", "1. {sent}\n2. {sent}",
                        "{sent} So: {n2}.", "Sure. {sent}",
                    )
                )
            )
        p = path or a.path or c["path"]
        cloud = p.startswith("cloud")
        self.rows.append(
            (
                t, a.id, a.org, key or a.keys[0 if len(a.keys) == 1 else int(random() * len(a.keys))], session, p,
                model, system, prompt, response if self.responses and status == 200 else None, context, parent,
                c["tools_key"], temperature, c["top_p"], max_tokens, c["streamed"], it, ca, ot, rt, status,
                None if cloud else ip[0], None if cloud else ip[1], None if cloud else ip[2],
                "cloud-runtime/1" if cloud else c["user_agent"], None if cloud else c["ja4"],
                campaign if status == 200 else None,
            )
        )
        return context, it + ot, response

    def converse(self, a, t, prompts, c=None, system="c", campaign=None, gap=70.0, ips=None, on=None, **kw):
        """Turns of one conversation. `on`: function turn -> account (handoff). prompts: iterable of str."""
        c = c or self.pick(a.tools)
        system = c["system"] if system == "c" else system
        ip = self.pick(ips or a.ips)
        parent = None
        history = 0
        random = self.random
        session = self.random_id("s_", 12) if (c["path"] == "app" or random() < 0.25) else None
        b = a
        root = None
        for k, p in enumerate(prompts):
            if k:
                t += self.words.rng.lognormvariate(np.log(gap), 0.9)
                if on:
                    b2 = on(k)
                    if b2 is not b:
                        b = b2
                        ip = self.pick(b.ips)
            x, history, _ = self.request(t, b, p, c, ip, system, parent, history, session, campaign=campaign, **kw)
            if x is None:
                break
            if random() < 0.012:
                self.request(
                    t + 2 + random() * 9, b, p, c, ip, system, parent, 0, session, campaign=campaign, context=x, **kw
                )
            parent = x
            root = root or x
        return parent, t, history, session

    def turns(self, mean):
        """How many turns a conversation has."""
        k = 1
        while k < 40 and self.random() < 1 - 1 / mean:
            k += 1
        return k

    def live(self, a, n, lo=None, hi=None, mean=2.6, task=None, wrap=None, c=None, system="c", **kw):
        """An ordinary user making about n requests."""
        if n <= 0:
            return
        left = n
        words = self.words
        for t in self.times(a, max(1, round(n / mean)), lo, hi):
            client = c or self.pick(a.tools)
            agent = client["tools_key"] is not None
            k = min(self.turns(mean * (2.2 if agent else 1)), max(1, left))
            prompts = []
            for i in range(k):
                if i == 0:
                    p = task() if task else words.task("agent") if agent else self.persona_task(a.persona, a.language)
                    p = wrap(p) if wrap else words.voice(p, a.voice)
                else:
                    p = (
                        words.task("tool") if agent and self.random() < 0.8 else words.expand("{follow}")
                        if a.language == "en" or agent else words.task("explain", a.language)
                    )
                prompts.append(p)
            s = system
            if client["name"] == "rolechat" and system == "c":
                s = a.role = a.role or words.expand(
                    "You are {char}. Genre: {genre}. {sent} Stay in character, describe feelings with *asterisks*."
                )
            self.converse(a, t, prompts, client, s, gap=14 if agent else 80, **kw)
            left -= k
            if left <= 0:
                break
