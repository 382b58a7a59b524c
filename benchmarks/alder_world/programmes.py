"""Operators with a programme of data: worked solutions, trajectories, corpora, preferences, self-play, templates."""

from dataclasses import replace

import numpy as np

from .arrays import choose, only
from .carriers import CHEAP_HOST
from .clients import clients
from .habits import same_tools
from .handling import dispatch, seeds, waves
from .hours import starts
from .log import talk
from .network import hidden_net, host_net, site_net
from .profiles import API
from .subjects import fitting_systems, later_turns
from .text import draw
from .world import DAY, World


def trace_lab(w: World, n: int, campaign: str, total: float, samples: int = 4, cloud: bool = False) -> None:
    """A laboratory behind shell companies that wants worked solutions: hard problems, several long answers to each."""
    rng = w.rng
    shells = 2 if n < 14 else 3
    firm = rng.integers(shells, size=n)
    p = replace(
        API, said={"startup": 0.6, "enterprise": 0.4}, client={"openai_py": 1}, plan={"payg": 0.6, "team": 0.4}, phone=0.5, stream=0.0,
        p_temp=0.75, temps=(0.8, 1.0), p_max=1.0, max_tokens=(4096, 8000), life=900.0, models={"baraza-2-think": 1}, adopt=1.0,
        verified=0.3, p_system=0.6, style=False, path="savannacloud" if cloud else "api", growth=70.0, sessions=0.0
    )
    if cloud:
        p = replace(p, plan={"contract": 1}, phone=0.0, pay={"none": 1}, email={"none": 0.8, "corp": 0.2}, sessions=0.05)
    net = hidden_net(rng, n) if cloud else host_net(rng, n, CHEAP_HOST, site=w.ints(shells)[firm], site_ips=6)
    created = (rng.uniform(-50, 2, shells)[firm] + rng.gamma(1.5, 3, n)) * DAY
    g = w.join(
        n, "shell_company", p, net, campaign=campaign, created=created, org=w.orgs(shells)[firm],
        domain=None if cloud else w.domains(shells)[firm], pay=None if cloud else w.tokens(shells + 2)[rng.integers(shells + 2, size=n)]
    )
    who, ts = dispatch(w, g, w.scale * total / samples, hours="dev" if cloud else "flat", run=12, tz=8, pace=60.0)
    subject, opener = seeds(w, {"hard": 5, "math": 3, "logic": 2, "code": 2, "exam": 1}, len(who))
    spread = 0 if samples == 1 else 2
    rep = np.repeat(np.arange(len(who)), rng.integers(max(samples - spread, 1), samples + spread + 1, size=len(who)))
    hop = np.where(rng.random(len(rep)) < 0.5, who[rep], rng.integers(n, size=len(rep)))
    hop = np.where(ts[rep] > g.start[hop], hop, who[rep])
    at = ts[rep] + rng.exponential(90, len(rep))
    talk(w, g, hop, at, subject[rep], openers=opener[rep], harvest=True, plain=True, think=2.2, longer=1.3)


def agent_farm(w: World, n: int, campaign: str, total: float) -> None:
    """Tool-use trajectories: cloned containers run invented repositories and shops, three roll-outs a task, under start-up credits."""
    rng = w.rng
    created = waves(w, n, [-9.0, -4.0, 1.0, w.days * 0.4], 30.0)
    uas, tls = clients(rng, {"coder": 1, "py_sdk": 1}, 2)
    img = (rng.random(n) < 0.3).astype(int)
    p = replace(
        API, said={"startup": 0.8, "individual": 0.2}, plan={"free": 0.2, "payg": 0.8}, pay={"card": 0.8, "none": 0.2},
        models={"baraza-2": 0.8, "baraza-2-think": 0.2}, p_temp=1.0, temps=(1.0,), p_system=1.0, system="sys_agent", life=200.0, adopt=2.0,
        stream=0.0, sessions=0.3, style=False, email={"free": 0.5, "corp": 0.5}
    )
    g = w.join(
        n, "agent_runner", p, host_net(rng, n, {"hz_de": 3, "do_nl": 2, "aws_us": 2}, lease_days=0.5), campaign=campaign, created=created,
        tools=same_tools(w, n, 12), ua=(uas[img], tls[img])
    )
    who, ts = dispatch(w, g, w.scale * total / 27, hours="flat", run=3)
    opener = draw(rng, "agent_q", len(who))
    rep = np.repeat(np.arange(len(who)), 3)
    at = ts[rep] + rng.exponential(400, len(rep))
    templates = draw(rng, "sys_agent", 40)[rng.integers(40, size=len(who))][rep]
    talk(
        w, g, who[rep], at, "agent", openers=opener[rep], turns=rng.integers(4, 15, size=len(rep)), gap=9.0, agent="result",
        harvest=rng.random(len(rep)) < 0.85, system=templates
    )


def corpus_front(w: World, n: int, campaign: str, total: float) -> None:
    """A 'language institute' with research accounts which has whole corpora rendered into small languages for another model."""
    rng = w.rng
    p = replace(
        API, said={"research": 0.8, "education": 0.2}, plan={"payg": 0.8, "contract": 0.2}, verified=0.35, email={"uni": 0.4, "free": 0.6},
        client={"py_sdk": 2, "openai_py": 2}, hours="office", p_system=0.8, system="sys_language", life=500.0, phone=0.5, growth=60.0
    )
    g = w.join(
        n, "institute_seat", p, site_net(rng, w.ints(2)[rng.integers(2, size=n)], {"ke_fix": 1, "ng_fix": 1, "hz_de": 1}, 0.1),
        campaign=campaign, org=only(rng.random(n) < 0.6, w.orgs(1)[0])
    )
    who, ts = dispatch(w, g, w.scale * total, hours="office", weekend=0.5, run=30, pace=15.0)
    talk(w, g, who, ts, "translate", openers=draw(rng, "corpus_line", len(who)), harvest=rng.random(len(who)) < 0.95, plain=True)


def pair_labels(w: World, n: int, campaign: str, total: float) -> None:
    """Preference labels for a reward model: which of the operator's own two answers is better and why, in both orders."""
    rng = w.rng
    firm = rng.integers(max(n // 5, 1), size=n)
    k = int(firm.max()) + 1
    p = replace(
        API, said={"startup": 0.9, "individual": 0.1}, plan={"payg": 0.8, "free": 0.2}, p_temp=1.0, temps=(0.0, 0.2),
        client={"py_sdk": 2, "aiohttp": 1, "langchain": 1}, growth=45.0, life=300.0, p_system=0.0
    )
    g = w.join(n, "label_account", p, host_net(rng, n, site=w.ints(k)[firm]), campaign=campaign, org=w.orgs(k)[firm], pay=w.tokens(k)[firm])
    who, ts = dispatch(w, g, w.scale * total / 2, hours="flat", run=60, pace=4.0)
    first = draw(rng, "judge_q", len(who))
    both = np.flatnonzero(np.array(["Answer A:" in x for x in first]))
    swap = [x.replace("Answer A:", "\0").replace("Answer B:", "Answer A:").replace("\0", "Answer B:") for x in first[both]]
    opener = np.concatenate([first, np.array(swap, dtype=object)])
    system = np.full(len(opener), draw(rng, "sys_generic", 1)[0], dtype=object)
    system[rng.random(len(system)) < 0.4] = None
    again = ts[both] + rng.exponential(30, len(both))
    who, ts = np.concatenate([who, who[both]]), np.concatenate([ts, again])
    talk(w, g, who, ts, "judge", openers=opener, harvest=True, system=system, plain=True)


def self_play(w: World, n: int, campaign: str, per_day: float) -> None:
    """Few well-paid accounts; a model plays the user, one character an account, in long conversations with even pauses."""
    rng = w.rng
    p = replace(
        API, said={"startup": 0.5, "individual": 0.5}, plan={"payg": 1}, pay={"card": 1}, phone=0.9,
        client={"py_sdk": 1, "node_sdk": 1, "openai_py": 1}, stream=0.3, sessions=0.3, growth=60.0, life=300.0, models={"baraza-2": 1},
        adopt=3.0, p_temp=0.5, temps=(0.7, 1.0)
    )
    g = w.join(n, "self_play", p, host_net(rng, n), campaign=campaign)
    own = choose(rng, {"persona": 4, "role": 2, "code": 2, "health": 1, "law": 1, "travel": 1, "essay": 1}, n)
    who, ts = starts(w, g, per_day, 0.5, hours="dev", clump=0.6)
    subject = own[who]
    follow = np.where(rng.random(len(who)) < 0.65, "polished_f", later_turns(subject))
    talk(w, g, who, ts, subject, turns=rng.integers(4, 12, size=len(who)), gap=22.0, follow=follow, harvest=True, plain=True)


def system_sweep(w: World, n: int, campaign: str, total: float) -> None:
    """The same task under many system texts, to learn how the model obeys them; each account looks like a vendor trying templates."""
    rng = w.rng
    p = replace(API, said={"startup": 0.8, "individual": 0.2}, plan={"payg": 0.7, "prepaid": 0.3}, growth=50.0, life=200.0, sessions=0.05)
    g = w.join(n, "template_tester", p, host_net(rng, n), campaign=campaign)
    who, ts = dispatch(w, g, w.scale * total / 5, hours="dev", run=6)
    subject, opener = seeds(w, {"shop": 3, "chat": 2, "law": 1, "health": 1, "math": 1, "letter": 1, "farm": 1}, len(who))
    rep = np.repeat(np.arange(len(who)), rng.integers(3, 8, size=len(who)))
    system = np.where(rng.random(len(rep)) < 0.6, fitting_systems(rng, subject[rep]), draw(rng, "sys_expert", len(rep)))
    at = ts[rep] + rng.exponential(120, len(rep))
    talk(w, g, who[rep], at, subject[rep], openers=opener[rep], harvest=True, system=system, plain=True)
