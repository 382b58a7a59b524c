"""Innocent programs: developers' keys, plugins, scheduled jobs, coding agents, build jobs."""

import numpy as np

from .habits import API_PLAN, agent_turns, chat, slots
from .hours import Sittings, once, sittings
from .log import Manner, emit
from .places import Gear
from .text import WORDS
from .world import DAY, World

DIFF = "diff --git a/{ident}.py b/{ident}.py\n@@ -{small},{small} @@\n-    {ident} = {big}\n+    {ident} = {big}\n # {bug}"


def hobby_devs(w: World, n: float) -> None:
    """Developers with a key: scripts, notebooks, side projects; each with a small program of their own."""
    says = {"individual": 0.7, "startup": 0.25, "research": 0.05}
    who = w.enrol(w.k(n), "hobby_dev", plan=API_PLAN, pay=0.7, says=says)
    s, r = sittings(w, who, 1.4, "human", 2.0, sigma=1.3), w.text.r
    system = [w.text.system() if r.random() < 0.6 else None for _ in who]
    temp = np.array([r.choice([np.nan, np.nan, 0.0, 0.2, 0.7, 1.0]) for _ in who])
    limit = np.array([r.choice([-1, -1, 512, 1024, 2048, 4096]) for _ in who])
    families = {"python": 0.6, "node": 0.25, "curl": 0.07, "server": 0.08}
    family = w.rng.choice(list(families), len(who), p=list(families.values()))
    client = np.zeros(len(who), dtype=np.int64)
    for name in families:
        client[family == name] = w.clients(name, int((family == name).sum()))
    prompts = chat(w, s, {"code": 3, "data": 2, "creative": 1, "school": 1, "reason": 1, "math": 1}, 0.3)
    a = s.who - who[0]
    emit(w, s, prompts, Manner(
        path="api", gear=Gear("home" if w.rng.random() < 0.8 else "cloud"), gap=25, client=client[a], system=[system[i] for i in a],
        temp=temp[a], max_tokens=limit[a], stream=s.who % 3 > 0
    ))


def plugin_users(w: World, n: float) -> None:
    """Users of one plugin (sheet, shop, mail): keys of their own, one template, one program, from home or the plugin's servers."""
    who = w.enrol(w.k(n), "plugin_user", plan=API_PLAN, pay=0.75, says={"individual": 0.6, "startup": 0.4})
    system, form = w.text.system(), w.text.r.choice(WORDS["plugin"])
    s = sittings(w, who, 0.7, "office", sigma=1.3)
    s = Sittings(s.who, s.start, w.rng.geometric(0.25, len(s)))
    prompts = slots(w, form, s)
    served = w.rng.random() < 0.5
    emit(w, s, prompts, Manner(
        path="api", gear=Gear("cloud", pool=6) if served else Gear("home"), group=w.new() if served else 0,
        client=w.client("lowcode" if served else "node"), system=system, temp=0.3, max_tokens=256, gap=3, chained=False, out=(70, 0.6),
        stream=False, model={"wrack-4-mini": 0.8, "wrack-4": 0.2}
    ))


def cron_jobs(w: World, n: float) -> None:
    """Scheduled jobs: the same minute each day or hour, the same form with new rows."""
    who = w.enrol(w.k(n), "cron_job", plan=API_PLAN, pay=0.9, says={"startup": 0.6, "individual": 0.4})
    text, r = w.text, w.text.r
    for a in who.tolist():
        every = r.choice([1 / 24, 0.25, 1, 1, 1 / 12])
        due = np.arange(0, w.days, every)
        t = (due + r.random() * every) * DAY + w.rng.exponential(1.5, len(due))
        job = text.any("job")
        prompts = [f"{job}: {text.fill('{sent} {sent} {sent}')}" for _ in t]
        emit(w, once(np.full(len(t), a), t), prompts, Manner(
            path="api", gear=Gear("cloud", pool=3), client=w.client("python", "lowcode", "server"),
            system=text.system() if r.random() < 0.5 else None, temp=0.0 if a % 2 else np.nan, stream=False
        ))


def agent_coders(w: World, n: float) -> None:
    """Developers with coding agents: tools, long contexts, many turns a task."""
    says = {"individual": 0.5, "startup": 0.4, "enterprise": 0.1}
    who = w.enrol(w.k(n), "agent_coder", plan={"payg": 0.5, "plus": 0.5}, pay=0.95, says=says)
    systems = [w.text.fill("You are a coding agent working in a terminal. " + "{sent} " * 60) for _ in range(3)]
    s = sittings(w, who, 0.55, "office", sigma=0.8)
    s = Sittings(s.who, s.start, np.minimum(w.rng.geometric(0.1, len(s)), 40))
    emit(w, s, agent_turns(w, s), Manner(
        path="api", gear=Gear("home"), client=w.clients("node", 5)[s.who % 5], system=[systems[a % 3] for a in s.who.tolist()],
        tools=100 + s.who % 3, gap=14, out=(260, 0.9), attach=(1.0, 5000), max_tokens=8192
    ))


def build_jobs(w: World, n: float) -> None:
    """Continuous integration: review bots that fire on pushes, from the changing addresses of one cloud."""
    who = w.enrol(w.k(n), "ci_job", plan={"payg": 1}, pay=0.95, says={"startup": 0.7, "individual": 0.3})
    bot = "Review the diff. List bugs by severity, then style. Be brief."
    s = sittings(w, who, 3.0, "office", sigma=1.0)
    gear = Gear("cloud", pool=4000, net=int(w.net.all("cloud")[4]))
    prompts = slots(w, DIFF, s)
    emit(w, s, prompts, Manner(
        path="api", gear=gear, group=1, client=w.client("node"), system=[bot if a % 2 else w.text.system() for a in s.who.tolist()],
        temp=0.0, attach=(0.9, 1500), stream=False, out=(220, 0.7)
    ))
