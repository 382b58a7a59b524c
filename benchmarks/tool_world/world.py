"""Conversations: what people and operators ask, and the log it leaves."""

import math
from dataclasses import dataclass

import numpy as np

from .registry import Registry, key64
from .surfaces import DAY, HOURS, OUT_TOKENS, WEEKENDS


@dataclass(slots=True)
class Request:
    """One line of the log."""

    time: float
    account: int
    path: str
    model: str
    system: str | None
    prompt: str
    context: int
    parent: int | None
    tools: int | None
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stream: bool
    history: int
    """characters of the turns before"""
    out_tokens: int
    """usual length of an answer"""
    status: int
    ip: str
    asn: int
    country: str
    user_agent: str
    ja4: str
    session: str
    key: str | None
    campaign: str | None


class World(Registry):
    """Everything that a scenario fills."""

    def __init__(self, recipe, seed, n_events, days, releases=1):
        super().__init__(recipe, seed, n_events, days, releases)
        self.events: list[Request] = []
        self._cumulative = {}

    # when, and how much

    def times(self, a, n, hours=None, first=None, last=None):
        """Moments of n requests of an account, by its hours."""
        hours = hours or a.hours
        first = a.first if first is None else first
        last = a.last if last is None else last
        key = (hours, a.zone)
        if key not in self._cumulative:
            local = np.arange(self.days * 24 + 1) + a.zone
            weekend = (local // 24 + self.weekday) % 7 >= 5
            weights = HOURS[hours][local % 24] * np.where(weekend, WEEKENDS[hours], 1.0)
            self._cumulative[key] = np.concatenate([[0], np.cumsum(weights)])
        cumulative = self._cumulative[key]
        places = np.arange(len(cumulative))
        low, high = (np.interp((t - self.start) / 3600, places, cumulative) for t in (first, last))
        u = self.numpy.uniform(low, high, n) if high > low else np.full(n, low)
        return self.start + 3600 * np.interp(u, cumulative, places)

    def budgets(self, n_accounts, n_requests, sigma=1.3, cap=0.12):
        """Requests of each account, with a heavy tail."""
        weights = np.exp(self.numpy.normal(0, sigma, n_accounts))
        weights /= weights.sum()
        weights = np.minimum(weights, max(cap, 1.5 / n_accounts))
        weights /= weights.sum()
        found = np.floor(weights * n_requests + self.numpy.random(n_accounts)).astype(int)
        return np.maximum(found, 1).tolist()

    def run(self, accounts, n_requests, session, sigma=1.3, times=None, cap=0.12):
        """Let accounts hold sessions until their requests are made."""
        for a, budget in zip(accounts, self.budgets(len(accounts), n_requests, sigma, cap), strict=True):
            left = budget
            for t in times(a, budget) if times else self.times(a, budget):
                if left <= 0:
                    break
                left -= max(1, session(a, float(t), left))

    # one conversation

    def emit(
        self, a, t, prompt, context, parent, system, tools, family, history, campaign, session, model=None, client=None,
        path=None, out=None, status=200,
    ):
        """One request."""
        rng = self.rng
        if t >= self.end + 7200:
            return
        if model is None:
            model = a.model
            for new, adopts_at in a.adopts_at.items():
                if t >= adopts_at:
                    model = new
        ip, asn, country = a.ips[0] if len(a.ips) == 1 or rng.random() < 0.7 else rng.choice(a.ips)
        if a.dynamic and int(t // DAY) % 3:  # another address inside the provider's block
            block = ip.rsplit(".", 1)[0]
            ip = f"{block}.{2 + key64(a.number, int(t // DAY)) % 250}"
        if client is None:
            client = a.clients[0] if len(a.clients) == 1 or rng.random() < 0.75 else a.clients[1]
        key = a.keys[0] if len(a.keys) == 1 else a.keys[int(rng.random() * len(a.keys))]
        self.events.append(
            Request(
                time=t, account=a.number, path=path or a.path, model=model, system=system, prompt=prompt,
                context=context, parent=parent, tools=tools, temperature=a.temperature, top_p=a.top_p,
                max_tokens=a.max_tokens, stream=a.stream, history=history,
                out_tokens=OUT_TOKENS.get(family, 250) if out is None else out, status=status, ip=ip, asn=asn,
                country=country, user_agent=client[0], ja4=client[1], session=session, key=key, campaign=campaign,
            )
        )

    def converse(
        self, a, t, prompts, gap=60.0, campaign=None, who=None, system=None, tools=None, family="chat", start=None,
        **details,
    ):
        """A conversation; who(i) may give another account for turn i; start continues one.

        Returns the number of turns, the state with which to continue, and the time.
        """
        rng = self.rng
        context, history = start or (None, 0)
        session = "s_" + self.hex_id(12)
        for turn, prompt in enumerate(prompts):
            sender = who(turn) if who else a
            parent = context
            unseen = (parent, rng.getrandbits(60)) if parent is not None else ("r", system or "")
            context = key64(*unseen, prompt)
            of = family if isinstance(family, str) else family[min(turn, len(family) - 1)]
            sent = (sender, t, prompt, context, parent, system, tools, of, history)
            if rng.random() < 0.008:  # refused, then retried as it was
                self.emit(*sent, None, session, status=rng.choice((429, 429, 529, 500)), **details)
                t += rng.uniform(1, 20)
                sent = (sender, t, *sent[2:])
            self.emit(*sent, campaign, session, **details)
            history += len(prompt) + 4 * OUT_TOKENS.get(of, 250)
            t += gap * math.exp(rng.gauss(0, 0.8)) + 2
        return len(prompts), (context, history), t

    # what people do

    def topic(self, a):
        """What an account is about this time."""
        return a.topics[0] if self.rng.random() < 0.7 else self.rng.choice(a.topics)

    def casual(self, a, t, budget):
        """One sitting: a need, reformulated, followed, dropped."""
        rng, text = self.rng, self.text
        topic, family = self.topic(a), rng.choice(a.families)
        language = a.language if a.language == "en" or rng.random() < 0.8 else "en"
        prompts = [text.style(text.task(family, topic, language), a.style)]
        u, again = rng.random(), rng.random() < 0.2
        n = min(budget, 1 if u < 0.5 else 2 if u < 0.7 else 3 if u < 0.82 else 4 + int(rng.expovariate(0.4)))
        for _ in range(n - 1):
            if again or (rng.random() < 0.2 and len(prompts[-1]) < 400):
                more = text.reformulate(prompts[-1], topic)
            else:
                more = text.foreign(language) if language != "en" else text.follow(topic)
            prompts.append(text.style(more, a.style))
        if n > 1 and again:  # a new chat for each wording
            for prompt in prompts:
                self.converse(a, t, [prompt], system=a.system, family=family)
                t += rng.expovariate(1 / 90)
            return n
        return self.converse(a, t, prompts, gap=70, system=a.system, family=family)[0]

    def agentic(
        self, a, t, budget, system, tools, least=3, most=25, task=None, who=None, campaign=None, gap=9, **details
    ):
        """One run of an agent: a goal, then results of its tools."""
        rng, text = self.rng, self.text
        topic, n = self.topic(a), min(budget, rng.randint(least, most))
        prompts = [task or text.task("agent", topic)]
        for _ in range(n - 1):
            prompts.append(text.task("tool", topic) if rng.random() < 0.88 else text.follow(topic))
        return self.converse(
            a, t, prompts, gap=gap, campaign=campaign, who=who, system=system, tools=tools, family=("agent", "tool"),
            **details,
        )[0]
