"""Groups of accounts with their habits, their conversations, and the rows of the log that follow from these."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .arrays import Arr, digest, mix, obj
from .text import FOREIGN
from .world import EVENING, REASONING, Signup, World

Change = Callable[[Arr, Arr, Arr], Arr]


@dataclass
class Group:
    """Accounts with their habits; arrays run over the accounts of the group."""

    world: World
    idx: Arr
    country: Arr
    hosts: Arr  # (n, lines)
    host_p: Arr  # (lines,)
    client: Arr
    path: str = "api"
    system: Any = None
    domains: Arr = field(default_factory=lambda: np.empty((0, 0), dtype=object))  # (n, subjects) or none
    profile: Arr = field(default_factory=lambda: EVENING)
    weekend: float = 0.8
    temp: Arr | None = None
    top_p: float | None = None
    max_tokens: Arr | None = None
    stream: Arr | None = None
    session: bool = False
    tools: Any = 0
    tool_tokens: int = 0
    out: float = 5.6
    rotate: bool = False  # a new line for each request rather than each conversation
    fixed_model: int | None = None

    @property
    def n(self) -> int:
        """Number of accounts."""
        return len(self.idx)

    def talk(
        self, who: Arr, start: Arr, turns: Arr, first: Arr | None = None, follow: str = "follow", gap: float = 60.0, *,
        repeat_task: bool = False, harvested: bool = False, system: Any = None, model: Arr | None = None, remap: Change | None = None,
        voiced: bool = True, affix: Change | None = None, out: float | None = None
    ) -> None:
        """Conversations (one a row of who, start and turns) become requests.

        `remap` moves them to other accounts, given account, moment and turn; `affix` alters prompts, given prompt, conversation and turn.
        """
        w, rng = self.world, self.world.rng
        if not len(who):
            return
        turns = np.maximum(turns, 1)
        conv = np.repeat(np.arange(len(who)), turns)
        turn = np.arange(len(conv)) - np.repeat(np.cumsum(turns) - turns, turns)
        wait = np.where(turn > 0, rng.lognormal(np.log(gap), 0.8, len(conv)) + 1.0, 0.0)
        run = np.cumsum(wait)
        t = start[conv] + run - run[np.searchsorted(conv, conv)]
        acc = who[conv]
        if remap is not None:
            acc = remap(acc, t, turn)
        prompt = self._prompts(who, conv, turn, first, follow, repeat_task)
        if voiced and follow != "toolres":
            prompt = w.text.voice(prompt, w.voices[self.idx[acc]])
        if affix is not None:
            prompt = affix(prompt, conv, turn)
        col = rng.choice(self.hosts.shape[1], len(who), p=self.host_p)[conv]
        if self.rotate:
            col = rng.choice(self.hosts.shape[1], len(conv), p=self.host_p)
        system = self.system if system is None else system
        texts = np.full(len(conv), system, dtype=object) if system is None or isinstance(system, str) else system[who[conv]]
        tools = np.asarray(self.tools)[who[conv]] if np.ndim(self.tools) else np.full(len(conv), int(self.tools), dtype=np.int64)
        model = model[conv] if model is not None else None
        emit(self, acc, t, conv, turn, prompt, self.hosts[acc, col], texts, tools, model, harvested, self.out if out is None else out)

    def _prompts(self, who: Arr, conv: Arr, turn: Arr, first: Arr | None, follow: str, repeat_task: bool) -> Arr:
        """What is asked: openings, and turns that follow or say the task again."""
        text, rng = self.world.text, self.world.rng
        if first is None:
            usual = self.domains
            first = text.by_domain(usual[who, rng.integers(0, usual.shape[1], len(who))] if usual.size else obj(["mixed"] * len(who)))
        prompt = first[conv].copy()
        later = turn > 0
        if n := int(later.sum()):
            keep = rng.random(n) < 0.7 if repeat_task else np.zeros(n, dtype=bool)
            prompt[later] = np.where(keep, prompt[later], text.gen("follow" if repeat_task else follow, n))
        return prompt


def enrol(w: World, signup: Signup, n: int, **habits: Any) -> Group:
    """Accounts of diffuse people with homes, or with the hosts, countries and habits given."""
    rng, net = w.rng, w.net
    country = habits.pop("country", None)
    country = net.countries(n) if country is None else country
    hosts = habits.pop("hosts", None)
    p = habits.pop("host_p", None)
    if hosts is None:
        old, new = net.fixed(country), net.fixed(country)
        steady = rng.random(n) < 0.6
        mobile = np.where(rng.random(n) < 0.6, net.mobile(country), old)
        odd = np.where(rng.random(n) < 0.12, net.vpn(n), old)
        hosts = np.stack([old, np.where(steady, old, new), mobile, odd], 1)
        p = np.array([0.5, 0.25, 0.15, 0.1])
    if p is None:
        p = np.full(hosts.shape[1], 1 / hosts.shape[1])
    idx = w.join(signup, country, hosts, habits.pop("created", None))
    client = habits.pop("client", None)
    client = net.clients(n, "python", "node", "raw") if client is None else client
    pool = habits.pop("pool", None)
    g = Group(w, idx, country, hosts, np.asarray(p), client, **habits)
    if pool is not None:
        g.domains = obj(pool)[rng.integers(0, len(pool), (n, 3))]
        for c, language in FOREIGN.items():
            at = np.flatnonzero((country == c) & (rng.random(n) < 0.6))
            g.domains[at, :2] = language
    return g


def emit(
    group: Group, acc: Arr, t: Arr, conv: Arr, turn: Arr, prompt: Arr, host: Arr, system: Arr, tools: Arr, model: Arr | None,
    harvested: bool, out: float
) -> None:
    """Add requests to the log with all that follows from them: hashes, tokens, statuses, retries."""
    w, rng, n = group.world, group.world.rng, len(t)
    a = group.idx[acc]
    salt = rng.integers(-(2**62), 2**62, n)
    words = np.fromiter(map(len, prompt), np.int64, n) // 4 + 4
    head = np.fromiter((len(s) // 4 if s else 0 for s in system), np.int64, n) + np.where(tools != 0, group.tool_tokens, 0)
    model = _models(group, a, t) if model is None else model.astype(np.int64)
    outs = np.minimum(rng.lognormal(out + w.wordy[a], 0.7).astype(np.int64) + 3, 8192)
    outs = np.where(words > 120, (outs * 1.15).astype(np.int64), outs)
    cap = group.max_tokens[acc] if group.max_tokens is not None else np.zeros(n, dtype=np.int64)
    outs = np.where(cap > 0, np.minimum(outs, cap), outs)
    chain = _chain(a, t, turn, prompt, system, tools, salt, words, head, outs)
    shared = (chain["cached"] == 0) & (head > 1024) & (rng.random(n) < 0.7)
    chain["cached"] = np.where(shared, head // 128 * 128, chain["cached"])
    think = np.isin(model, REASONING)
    reason = np.where(think, (outs * rng.lognormal(0.6, 0.8, n)).astype(np.int64), 0)
    status = np.full(n, 200, dtype=np.int64)
    status[rng.random(n) < 0.003] = 400
    stream = group.stream[acc] if group.stream is not None else np.full(n, group.path == "app")
    block = digest(rng.integers(0, 2**62))
    rows = {
        "a": a, "t": t, "conv": mix(np.full(n, block, dtype=np.int64), conv.astype(np.int64)), "prompt": prompt, "system": system,
        "model": model, "host": host, "client": group.client[acc], **chain, "turn": turn, "tools": tools,
        "temp": group.temp[acc] if group.temp is not None else np.full(n, np.nan),
        "top_p": np.full(n, np.nan if group.top_p is None else group.top_p), "max": cap, "stream": stream.astype(bool), "out": outs,
        "reason": reason, "think": think, "status": status, "path": np.full(n, group.path, dtype=object),
        "session": np.full(n, group.session or group.path == "app"), "harvested": np.full(n, harvested) & (status == 200),
        "keyed": rng.integers(0, 1000, group.n)[acc] + np.where(rng.random(n) < 0.05, 1, 0)
    }
    w.log.append(rows)
    _repeat(w, rows)


def _models(group: Group, a: Arr, t: Arr) -> Arr:
    """The model of each request by the account's habit; some move to the new one after its release."""
    w = group.world
    model = w.base[a].copy()
    if group.fixed_model is not None:
        model[:] = group.fixed_model
    return np.where((t > w.adopt[a]) & np.isin(model, (0, 3)), 4, model)


def _chain(a: Arr, t: Arr, turn: Arr, prompt: Arr, system: Arr, tools: Arr, salt: Arr, words: Arr, head: Arr, outs: Arr) -> dict[str, Arr]:
    """Keys of contexts, tokens read and cached. A first turn's key is a hash of what is sent, a later one's hangs on its parent."""
    n = len(t)
    memo = {s: digest(s) for s in dict.fromkeys(system)}
    system_hash = np.fromiter((memo[s] for s in system), np.int64, n)
    text_hash = np.fromiter((digest(p) for p in prompt), np.int64, n)
    context = mix(system_hash ^ tools, text_hash)
    parent, cached = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    read = head + words
    for k in range(1, int(turn.max()) + 1):
        at = np.flatnonzero(turn == k)
        parent[at] = context[at - 1]
        context[at] = mix(context[at - 1] ^ salt[at], text_hash[at])
        read[at] = read[at - 1] + outs[at - 1] + words[at]
        hit = (a[at] == a[at - 1]) & (read[at - 1] > 1024) & (t[at] - t[at - 1] < 600)
        cached[at] = np.where(hit, read[at - 1] // 128 * 128, 0)
    return {"ctx": context, "parent": parent, "in": read, "cached": cached}


def _repeat(w: World, rows: dict[str, Arr]) -> None:
    """Some requests had failed seconds before and are asked again."""
    rng, n = w.rng, len(rows["t"])
    retry = np.flatnonzero(rng.random(n) < 0.006)
    if not len(retry):
        return
    again = {k: v[retry].copy() for k, v in rows.items()}
    again["t"] = again["t"] - rng.uniform(0.8, 9.0, len(retry))
    again["status"] = rng.choice((429, 500, 529), len(retry), p=(0.6, 0.25, 0.15))
    for name in ("out", "reason", "harvested"):
        again[name][:] = 0
    w.log.append(again)


def seen_prompts(w: World, n: int) -> Arr:
    """Opening prompts that others really sent, as in a public collection of conversations."""
    flat = np.concatenate([rows["prompt"][rows["turn"] == 0] for rows in w.log])
    return flat[w.rng.integers(0, len(flat), n)]
