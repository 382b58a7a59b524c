"""Conversations and what people do for themselves."""

import math
from dataclasses import dataclass, replace

import numpy as np

from .people import DAY, HOUR, SECOND, Registry, key64
from .places import CLIENTS, HOURS, POPULARITY, PUBLIC, STACKS, USES
from .settings import Settings
from .text import LANGUAGES

CODE_CLIENTS = ("codecli", "ide")


@dataclass(slots=True)
class Request:
    """One line of the log."""

    time: int
    person: int
    key: str | None
    session: str | None
    path: str
    model: str
    system: int
    prompt: str
    context: int
    parent: int | None
    tools: int | None
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stream: bool
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    status: int
    ip: str
    asn: int
    country: str
    user_agent: str
    ja4: str
    harvest: bool


class World(Registry):
    """Everything that a scenario fills."""

    def __init__(self, recipe, seed, n, days):
        super().__init__(recipe, seed, n, days)
        self.rows: list[Request] = []
        self.systems, self.system_ids = [""], {"": 0}
        self.links = []
        """conversations that somebody published, and when"""
        self._clocks = {}

    def times(self, n, clock, zone, first, last, weights=None):
        """About n sorted moments between first and last, by a clock; weights are of each hour of the world."""
        n_hours = self.days * 24
        if (clock, zone) not in self._clocks:
            hours = (np.arange(n_hours) + int(zone) + self.weekday * 24) % 168
            self._clocks[clock, zone] = HOURS[clock][hours]
        likely = self._clocks[clock, zone]
        if weights is not None:
            likely = likely * weights
        low, high = max(0, (first - self.start) // HOUR), min(n_hours, -(-(last - self.start) // HOUR))
        if high <= low or n == 0:
            return np.empty(0, np.int64)
        cumulative = np.cumsum(likely[low:high])
        if cumulative[-1] <= 0:
            return np.empty(0, np.int64)
        hour = np.searchsorted(cumulative, self.numpy.random(n) * cumulative[-1]) + low
        t = self.start + hour * HOUR + self.numpy.integers(0, HOUR, n)
        return np.sort(t[(t >= first) & (t < last)])

    def ip(self, person):
        """Where the person's next conversation leaves from."""
        if person.mode == "rot":
            return self.residential(person.country)
        if person.mode == "pool":
            return self.rng.choice(person.ips)
        u = self.rng.random()
        if u < 0.75 or len(person.ips) < 3:
            return person.ips[0]
        return person.ips[1] if u < 0.9 else person.ips[2]

    def _connection(self, person, settings, client, agent, model, t):
        """What all requests have in common that one account sends in a row."""
        rng = self.rng
        kind = CLIENTS[client or person.client]
        ip, asn, country = self.ip(person)
        if client is None:
            ja4, version = person.ja4, person.version
        else:
            versions = kind.versions.split()
            ja4, version = STACKS[kind.stacks[person.number % len(kind.stacks)]], versions[person.number % len(versions)]
        path = person.path if client is None or settings.paths else kind.path
        key = None if path == "app" else person.keys[int(rng.random() * len(person.keys))]
        session = "s_" + self.hex_id(12) if path == "app" or agent or person.number % 3 == 0 else None
        if model is None and t > person.adopts_at and rng.random() < 0.85:
            model = "atlas-3"
        elif model is None:
            model = person.model if rng.random() < 0.9 else "atlas-2"
        return {
            "person": person.number, "key": key, "session": session, "path": path, "model": model,
            "temperature": settings.temperature if settings.temperature is not None else person.temperature,
            "top_p": kind.top_p, "max_tokens": settings.max_tokens or person.max_tokens or kind.max_tokens,
            "stream": kind.stream, "ip": ip, "asn": asn, "country": country,
            "user_agent": kind.user_agent.replace("{v}", version), "ja4": ja4,
        }

    def _answer(self, settings, model, max_tokens):
        """Tokens answered, tokens of reasoning, status."""
        rng = self.rng
        cap = max_tokens or 4000
        usual = math.log(max(4, min(settings.out_tokens, cap * 0.7)))
        out = max(1, min(cap, int(math.exp(rng.gauss(usual, 0.7)))))
        thinks = model == "atlas-2-think" or (model == "atlas-3" and rng.random() < 0.3)
        thought = int(math.exp(rng.gauss(6.3, 0.8))) if thinks else 0
        u = rng.random()
        return out, thought, 200 if u > 0.013 else 429 if u > 0.006 else 500 if u > 0.002 else 400

    def converse(
        self, actors, t, prompts, settings, client=None, system="", harvest=False, agent=False, state=None, model=None,
        other=None,
    ):
        """One conversation, whose turns go round the actors; ``other`` finds a stand-in for who is banned.

        Returns the state with which somebody can continue it: context, response, tokens so far.
        """
        rng = self.rng
        context, response, history = state or (None, None, len(system) // 4)
        if system not in self.system_ids:
            self.system_ids[system] = len(self.systems)
            self.systems.append(system)
        last, t = None, int(t)
        for turn, prompt in enumerate(prompts):
            person = actors[turn % len(actors)]
            if t >= self.end:
                break
            if not person.first <= t < person.last:
                person = other(t) if other else None
                if person is None:
                    break
            if person is not last:
                connection = self._connection(person, settings, client, agent, model, t)
                last = person
            parent = context
            context = key64(system, prompt) if parent is None else key64(parent, response, prompt)
            response = key64("r", context) if connection["temperature"] == 0 else rng.getrandbits(62)
            n_in = history + len(prompt) // 4 + 4
            out, thought, status = self._answer(settings, connection["model"], connection["max_tokens"])
            request = Request(
                time=t, system=self.system_ids[system], prompt=prompt, context=context, parent=parent,
                tools=settings.tools if agent else None, input_tokens=n_in,
                cached_tokens=history if turn and rng.random() < 0.6 else 0, output_tokens=out,
                reasoning_tokens=thought, status=status, harvest=harvest, **connection,
            )
            if status != 200:
                self.rows.append(replace(request, output_tokens=0, reasoning_tokens=0))
                if status == 400:
                    break
                t += int((1 + rng.expovariate(0.1)) * SECOND)
                request.time, request.status = t, 200
                if t >= person.last or t >= self.end:
                    break
            self.rows.append(request)
            history = n_in + out
            t += int((out / 60 + self._pause(settings, agent)) * SECOND)
        return (context, response, history) if context is not None else None

    def _pause(self, settings, agent):
        if agent:
            return self.rng.lognormvariate(1.5, 0.8)
        return self.rng.lognormvariate(3.9, 1.1) if settings.gap == "human" else self.rng.lognormvariate(0.8, 0.6)

    def own_use(self, person, settings, t):
        """A conversation of somebody's own."""
        rng, words = self.rng, self.words
        if settings.buyers:
            pool, language = rng.choice(USES), rng.choice([None, None, *LANGUAGES])
            manner = [rng.random() * 0.5, 0.05, 0.1, 0]
            client = rng.choices(PUBLIC[5:], POPULARITY[5:])[0] if person.path != "app" else None
        else:
            pool = person.pools[int(rng.random() * len(person.pools))]
            language, manner, client = person.language, person.manner, None
        n = 1 + int(rng.expovariate(1 / 1.1)) if rng.random() < 0.55 else 1
        in_own = language and rng.random() < 0.7
        prompts = [words.voice(words.expand(language if in_own else pool), manner, person.introduction)]
        agent = pool == "agent" or (person.client in CODE_CLIENTS and rng.random() < 0.7)
        if agent and person.client in ("codecli", "ide", "node", "py"):
            return self._own_agent(person, settings, t, prompts if pool == "agent" else None, client)
        deep = 0.22 if pool in ("maths", "science", "codeask") else 0.06
        if rng.random() < deep * 0.6:
            prompts[0] += " " + words.expand("steps")
        if rng.random() < 0.14:
            prompts[0] += "\n\n" + self._pasted(pool, language)
        for _ in range(n - 1):
            if language and rng.random() >= 0.4:
                prompts.append(words.expand(language))
            else:
                more = words.expand("elicit" if rng.random() < deep else "follow")
                prompts.append(words.voice(more, manner, person.introduction))
        state = self.converse([person], t, prompts, settings, client, self._own_system(person))
        if state and rng.random() < 0.02:
            done = self.rows[-1]
            if done.context == state[0] and done.status == 200:
                self.links.append((state, done.time))
        return state

    def _own_agent(self, person, settings, t, prompts, client):
        rng, words = self.rng, self.words
        prompts = prompts or [words.expand("agent")]
        for _ in range(min(25, int(rng.lognormvariate(1.3, 0.8)))):
            prompts.append(words.expand("tool") if rng.random() < 0.8 else words.expand("follow"))
        published = {"codecli": 0, "ide": 1}.get(person.client, 2 + person.number % 6)
        system, tools = self.agent_system(person, published)
        settings = replace(settings, tools=tools, out_tokens=180)
        return self.converse([person], t, prompts, settings, client, system, agent=True)

    def _pasted(self, pool, language):
        words = self.words
        if pool in ("codeask", "debug"):
            return words.code()
        if language:
            return words.expand(f"{language}_s") * 2
        return words.document(2 + int(self.rng.paretovariate(0.9)) % 90)

    def _own_system(self, person):
        if person.path == "app" or person.number % 3:
            return ""
        way = person.number % 9 // 3
        return self.words.manual(9000 + person.number, 2) if way == 2 else ("You are a helpful assistant.", "")[way]

    def agent_system(self, person, published):
        """The system prompt and the tools of a published agent, in somebody's folder."""
        number, names = person.number, self.words.first_names
        manual = self.words.manual(7700 + published, 26 if published < 2 else 12)
        folder = f"/home/{names[number % len(names)].lower()}/{'src' if number % 2 else 'work'}/{number % 97:x}"
        platform = ["linux", "darwin", "win32"][number % 3]
        return f"{manual}\nWorking directory: {folder}\nPlatform: {platform}", key64("tools", published)

    def go_viral(self, people):
        """Prompts that many copy, and published conversations that strangers continue."""
        rng, words = self.rng, self.words
        settings = Settings(out_tokens=300)
        for _ in range(5):
            viral = words.expand(rng.choice(["role", "essay", "chat", "maths"])) + " " + words.expand("steps")
            day = rng.random() * self.days * 0.8
            for person in rng.sample(people, min(len(people), int(rng.lognormvariate(4.2, 0.6)))):
                t = self.start + int((day + rng.expovariate(0.8)) * DAY)
                if person.first < t < person.last:
                    as_is = rng.random() < 0.7
                    prompt = viral if as_is else words.voice(viral, [0.5, 0.5, 0.5, 0.2], person.introduction)
                    more = [words.expand("follow")] if rng.random() < 0.3 else []
                    self.converse([person], t, [prompt, *more], settings)
        for state, published in self.links:
            for person in rng.sample(people, min(len(people), 1 + int(rng.paretovariate(1.1)) % 40)):
                t = published + int(rng.expovariate(1 / 20) * HOUR) + 60 * SECOND
                if person.first < t < person.last:
                    prompt = words.voice(words.expand("follow"), person.manner, person.introduction)
                    self.converse([person], t, [prompt], settings, state=state)
