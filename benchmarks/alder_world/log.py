"""Sessions become requests: turns, wording, tokens, context keys, addresses."""

import datetime as dt
import hashlib
from dataclasses import dataclass

import numpy as np

from .arrays import Agents, BoolArray, FloatArray, IntArray, ObjArray, Rng, below, hash63, hash64, missing, only, text_hash
from .network import Net
from .subjects import SUBJECTS, first_turns, later_turns
from .text import draw, draw_each, restyle
from .world import DAY, Columns, Group, World

WORDY = (0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.4, 0.9)
"""share of first turns to which an account adds sentences"""
TALKATIVE = (0.03, 0.03, 0.1, 0.5, 0.5, 1.0, 1.0, 2.4)
"""how much an account asks on, beside its crowd"""
SYSTEM_WAYS = (0, 0, 0, 0, 1, 1, 1, 2)
"""one text for all; a text with variants; a template with date and user"""
LEAST_CACHED = 900
"""tokens from which on a context is cached"""


@dataclass(frozen=True)
class Turns:
    """The turns of some sessions, one after another."""

    session: IntArray
    place: IntArray
    """0 where a session begins"""
    wait: FloatArray
    """seconds since the turn before"""
    of_many: BoolArray
    """whether the session goes on after its first turn"""

    @property
    def head(self) -> IntArray:
        """The row in which each turn's session begins."""
        return np.arange(len(self.place)) - self.place


def talk(
    w: World, g: Group, who: IntArray, ts: FloatArray, about: ObjArray | str, *, openers: ObjArray | None = None,
    turns: IntArray | float = 0.0, gap: float = 45.0, follow: ObjArray | None = None, system: ObjArray | None = None,
    harvest: BoolArray | bool = False, agent: str = "", longer: float = 1.0, model: ObjArray | None = None, temp: FloatArray | None = None,
    net: Net | None = None, stateless: float = 0.0, ua: Agents | None = None, plain: bool = False, think: float = 1.0
) -> Columns | None:
    """Log the requests of sessions of accounts `who` of the group from moments `ts` on, `about` subjects.

    `turns` are the turns of every session, or how many follow on average; `gap` the median seconds between them; `follow` sections of
    later turns; `harvest` marks sessions kept for training; later turns of an `agent` are "result" of a tool or the "same" text again;
    `stateless` is the share of sessions that send no earlier turns; `plain` texts have no manner of their own; answers and thoughts are so
    many times `longer` and `think`. Returns the rows, if there are any.
    """
    rng, n = w.rng, len(who)
    if not n:
        return None
    subject = np.full(n, about, dtype=object) if isinstance(about, str) else about
    typed = g.profile.style and not plain
    first = _openers(w, g, who, subject) if openers is None else openers.copy()
    if typed:
        first = restyle(rng, first, g.style[who])
    t = _turns(w, g, who, turns, gap)
    s, m = t.session, len(t.session)
    run = np.cumsum(t.wait)
    when = ts[s] + run - run[t.head]
    prompt = first[s]
    later = np.flatnonzero(t.place)
    if len(later) and agent != "same":
        if follow is None and agent:
            prompt[later] = draw(rng, "tool_result", len(later))
        else:
            prompt[later] = draw_each(rng, (later_turns(subject) if follow is None else follow)[s[later]])
            if typed and follow is None:
                prompt[later] = restyle(rng, prompt[later], g.style[who[s[later]]])
    if system is None:
        system = _systems(w, g, who, ts)
    models = (_current(w, g, who, ts) if model is None else model)[s]
    tools = g.tools[who[s]]
    tokens = _tokens(rng, t, subject[s], prompt, models, g.max_tokens[who[s]], agent, longer, think)
    fixed = np.array([0 if text is None else len(text) // 4 + 6 for text in system])[s] + (tools % 1900 + 250) * (tools > 0)
    chained = (rng.random(n) >= stateless)[s] & t.of_many
    size = tokens["prompt"] + tokens["output"]
    earlier = np.cumsum(size) - size
    before = np.minimum(np.where(chained, earlier - earlier[t.head], 0), 90000)
    inputs = np.minimum(fixed + before + tokens["prompt"] + 8, 120000)
    sent = fixed + before
    warm = rng.random(m) < np.where(t.place > 0, np.where(t.wait < 400, 0.88, 0.2), np.where(fixed >= LEAST_CACHED, 0.6, 0.0))
    cached = np.where(warm & (sent >= LEAST_CACHED), sent // 128 * 128, 0)
    context, parent = _keys_of_context(rng, t, chained, text_hash(prompt), text_hash(system)[s])
    ip, row = _addresses(w, net or g.net, t, who, ts, when)
    session = w.tokens(n)
    session[~g.keeps[who]] = None
    agents, prints = (g.ua[who], g.ja4[who]) if ua is None else ua
    block = {
        "account": g.idx[who[s]], "ts": when, "key": _api_keys(w, g, who)[s], "session": session[s],
        "path": np.full(m, g.profile.path, dtype=object), "model": models, "system": system[s], "prompt": prompt, "context": context,
        "parent": parent, "tools": tools, "temp": (g.temp[who] if temp is None else temp)[s], "top_p": g.top_p[who[s]],
        "max_tokens": g.max_tokens[who[s]], "stream": g.stream[who[s]], "input": inputs, "cached": np.minimum(cached, inputs),
        "output": tokens["output"], "thought": tokens["thought"], "thinks": tokens["thinks"], "ip": ip, "row": row, "ua": agents[s],
        "ja4": only(row >= 0, prints[s]), "harvest": np.broadcast_to(harvest, n)[s]
    }
    w.log.append(block)
    return block


def _openers(w: World, g: Group, who: IntArray, subject: ObjArray) -> ObjArray:
    """First turns; some accounts like to add a sentence or two."""
    first = first_turns(w.rng, subject)
    short = np.isin(subject.astype(str), ["classify", "extract", "sql", "judge", "mcq"])
    wordy = np.flatnonzero((w.habit(g, 41, WORDY)[who] > w.rng.random(len(who))) & ~short)
    for _ in range(2):
        first[wordy] = first[wordy] + " " + draw(w.rng, "wordy", len(wordy))
        wordy = wordy[w.rng.random(len(wordy)) < 0.6]
    return first


def _turns(w: World, g: Group, who: IntArray, turns: IntArray | float, gap: float) -> Turns:
    """The turns of every session, and the seconds between them."""
    rng, n = w.rng, len(who)
    if isinstance(turns, float):
        mean = turns * (w.habit(g, 31, TALKATIVE)[who] if turns < 4 else np.ones(n))
        count = np.minimum(rng.geometric(1 / (1 + mean), n), 60)
    else:
        count = turns
    session = np.repeat(np.arange(n), count)
    place = np.arange(len(session)) - np.repeat(np.cumsum(count) - count, count)
    wait = np.where(place == 0, 0.0, gap * np.exp(0.9 * rng.standard_normal(len(session))) + 2.0)
    return Turns(session, place, wait, count[session] > 1)


def _tokens(
    rng: Rng, t: Turns, subject: ObjArray, prompt: ObjArray, models: ObjArray, most: IntArray, agent: str, longer: float, think: float
) -> Columns:
    """Tokens of prompts, with what is pasted or read by an agent, of answers and of thoughts."""
    m = len(subject)
    known = {name: SUBJECTS[name] for name in set(subject.tolist())}
    median = np.array([known[name].tokens for name in subject]) * longer
    spread = np.array([known[name].spread for name in subject])
    paste = np.array([known[name].paste for name in subject])
    answer = np.maximum(median * np.exp(spread * rng.standard_normal(m)) * np.where(t.place > 0, 0.8, 1.0), 1.0)
    thinks = np.array([model.endswith("think") for model in models])
    thought = np.where(thinks, 420 * think * (median / 350) ** 0.6 * np.exp(0.9 * rng.standard_normal(m)), 0)
    length = np.array([len(text) for text in prompt])
    asked = (length / rng.normal(4.1, 0.25, m).clip(3) + 4).astype(np.int64)
    asked += np.where((paste > 0) & (rng.random(m) < 0.5), paste * np.exp(0.9 * rng.standard_normal(m)), 0).astype(np.int64)
    if agent:
        asked += np.where(t.place > 0, 500 * np.exp(1.1 * rng.standard_normal(m)), 0).astype(np.int64)
    output = np.minimum(answer, np.where(most > 0, most, 8000)).astype(np.int64)
    return {"prompt": asked, "output": output, "thought": thought.astype(np.int64), "thinks": thinks}


def _keys_of_context(rng: Rng, t: Turns, chained: BoolArray, prompt: IntArray, system: IntArray) -> tuple[IntArray, IntArray]:
    """Keys of contexts, and of those that they go on from, -1 where from none."""
    flow = rng.integers(1 << 62, size=len(prompt))
    context = hash63(system, prompt, 17)
    parent = np.full(len(prompt), -1, dtype=np.int64)
    for place in range(1, int(t.place.max()) + 1):
        rows = np.flatnonzero((t.place == place) & chained)
        parent[rows] = context[rows - 1]
        context[rows] = hash63(parent[rows], flow[rows], prompt[rows])
    return context, parent


def _addresses(w: World, net: Net, t: Turns, who: IntArray, ts: FloatArray, when: FloatArray) -> tuple[IntArray, IntArray]:
    """Addresses and networks of turns: of the session, unless an exit changes under it or a person moves."""
    s = t.session
    if len(net.exits):
        return net.draw(w.rng, who[s], when)
    ip, row = (column[s] for column in net.draw(w.rng, who, ts))
    moved = np.flatnonzero((t.place > 0) & (row >= 0) & (w.rng.random(len(s)) < 0.04))
    if len(moved):
        ip[moved], row[moved] = net.draw(w.rng, who[s[moved]], when[moved])
    return ip, row


def _api_keys(w: World, g: Group, who: IntArray) -> ObjArray:
    """The key of every session: a quarter of the accounts use a second one for a part of their work."""
    second = (below(hash64(g.idx, 99), 4) == 0)[who] & (w.rng.random(len(who)) < 0.3)
    other = [None if key is None else "key_" + hashlib.blake2b(key.encode(), digest_size=6).hexdigest() for key in g.key]
    return np.where(second, np.array(other, dtype=object)[who], g.key[who])


def _systems(w: World, g: Group, who: IntArray, ts: FloatArray) -> ObjArray:
    """The system text of every session: the account's own, one of a few variants, or a template filled with the date and a user's name."""
    rng, own = w.rng, g.system[who]
    if g.profile.path == "app":
        return own
    way, variant = w.habit(g, 61, SYSTEM_WAYS)[who], rng.integers(4, size=len(who))
    rules = np.array([" " + rule for rule in draw(rng, "rule", g.n * 4)], dtype=object).reshape(g.n, 4)[who, variant]
    has = ~missing(own)
    out = own.copy()
    varied, filled, bare = has & (way == 1) & (variant > 0), has & (way == 2), ~has & (way == 2) & (variant == 0)
    out[varied] = own[varied] + rules[varied]
    days = [(w.start + dt.timedelta(seconds=float(x))).strftime(" Date: %Y-%m-%d.") for x in ts[filled]]
    out[filled] = own[filled] + np.array(days, dtype=object) + " User: " + draw(rng, "name", int(filled.sum()))
    out[bare] = draw(rng, "sys_generic", int(bare.sum()))
    return out


def _current(w: World, g: Group, who: IntArray, ts: FloatArray) -> ObjArray:
    """The model at each moment: after a release customers move over one by one, those of the cheapest stay."""
    model = g.model[who]
    name, day = w.releases[-1]
    if day < 0:
        return model
    u = below(hash64(g.idx, 4242), 1 << 20) / (1 << 20)
    moved = day * DAY - g.profile.adopt * DAY * np.log(1 - u + 1e-9)
    wanted = "think" if name.endswith("think") else "baraza-2"
    fits = np.array([old.endswith(wanted) for old in model])
    return np.where(fits & (ts > moved[who]), name, model)
