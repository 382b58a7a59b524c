"""Innocent developers: trials, scripts, agents, hackathons, benchmarks, graders, migrations."""

from dataclasses import replace

import numpy as np

from .arrays import only
from .carriers import EDU_MIX, HOME_MIX, HOST_MIX
from .habits import DEV_MIX, pick, same_tools
from .hours import around, interests, starts
from .log import talk
from .network import consumer_net, host_net, site_net
from .profiles import API
from .subjects import first_turns, fitting_systems
from .text import draw
from .world import DAY, World

ITEMS = 500
"""of a benchmark, and two thirds as many of mathematics"""
ARCHIVE = 1400
"""prompts that a firm keeps"""


def api_trials(w: World, n: int) -> None:
    """Developers who take the free credit, send a few requests, and leave."""
    g = w.join(
        n, "api_trial", replace(API, growth=15.0, life=1.2, plan={"free": 1}, pay={"none": 0.85, "card": 0.15}),
        consumer_net(w.rng, n, p_mobile=0.3)
    )
    who, ts = starts(w, g, 2.5, 1.0, minimum=1)
    talk(w, g, who, ts, interests(w, g, who, DEV_MIX), turns=0.5, plain=True)


def indie_devs(w: World, n: int) -> None:
    """Developers with an API key: scripts, experiments, small bots."""
    g = w.join(
        n, "indie_dev", replace(API, tools=0.1),
        consumer_net(w.rng, n, {**HOME_MIX, **{k: v / 3 for k, v in HOST_MIX.items()}}, p_mobile=0.25)
    )
    who, ts = starts(w, g, 0.7, 1.2)
    talk(w, g, who, ts, interests(w, g, who, DEV_MIX), turns=0.8, plain=True, stateless=0.2)


def coders(w: World, n: int) -> None:
    """Developers with a coding agent in the editor."""
    p = replace(
        API, client={"coder": 1}, said={"individual": 0.7, "startup": 0.3}, p_system=1.0, system="sys_agent", sessions=1.0, stream=1.0,
        models={"baraza-2": 0.7, "baraza-2-think": 0.3}, plan={"payg": 0.5, "prepaid": 0.4, "pro": 0.1}, p_temp=0.2
    )
    g = w.join(
        n, "coder", p, consumer_net(w.rng, n, {**HOME_MIX, "us_fix": 3, "in_mob": 4, "de_fix": 2, "br_fix": 2}, p_mobile=0.2),
        tools=same_tools(w, n, 4)
    )
    who, ts = starts(w, g, 0.7, 1.0)
    talk(w, g, who, ts, "agent", turns=w.rng.integers(2, 14, size=len(who)), gap=14.0, agent="result")


def hackathon(w: World, n: int, at: float) -> None:
    """A weekend: new accounts with a promotional credit, the same starter repository, the hall's wireless network."""
    rng = w.rng
    net = site_net(rng, np.repeat(w.ints(1), n), {"ke_fix": 1, "ng_fix": 1, "gh_fix": 1, "za_fix": 1}, 0.3, 3)
    team = rng.integers(max(n // 4, 1), size=n)
    starter = draw(rng, "sys_agent", 1)[0]
    own = draw(rng, "sys_bot", n)
    p = replace(
        API, said={"startup": 0.5, "individual": 0.3, "education": 0.2}, plan={"free": 1}, pay={"none": 0.9, "card": 0.1}, life=2.0,
        client={"py_sdk": 4, "node_sdk": 4, "openai_py": 2}, email={"free": 0.9, "uni": 0.1}
    )
    g = w.join(
        n, "hackathon", p, net, created=around(w, at, n, 0.3), system=np.where(rng.random(n) < 0.5, starter, own[team]),
        tools=same_tools(w, n, 2, 0.5), end=np.full(n, (at + 2.6) * DAY)
    )
    who, ts = starts(w, g, 8.0, 0.9, weekend=1.0)
    talk(w, g, who, ts, interests(w, g, who, {"agent": 3, "shop": 2, "code": 2, "farm": 1, "chat": 1}), turns=1.5, agent="result")


def viral_tutorial(w: World, n: int, at: float) -> None:
    """A video goes round: new accounts copy its script and prompts word by word, then change a few words, then leave."""
    rng = w.rng
    script = np.concatenate([draw(rng, "marketing_q", 4), draw(rng, "article_q", 4), draw(rng, "extract_q", 2)])
    p = replace(
        API, said={"individual": 0.9, "startup": 0.1}, plan={"free": 0.9, "prepaid": 0.1}, client={"py_sdk": 1},
        pay={"none": 0.8, "wallet": 0.2}, life=2.5, p_temp=1.0, temps=(0.7,), p_max=1.0, max_tokens=(1000,), p_system=1.0
    )
    g = w.join(
        n, "viral_tutorial", p, consumer_net(rng, n, p_mobile=0.5), created=around(w, at, n, 2.5),
        system=np.repeat(draw(rng, "sys_generic", 1), n)
    )
    who, ts = starts(w, g, 3.0, 0.8, minimum=1)
    opener = pick(w, script, len(who))
    own = rng.random(len(who)) < 0.4
    opener[own] = draw(rng, "marketing_q", int(own.sum()))
    talk(w, g, who, ts, "marketing", openers=opener, plain=True, turns=0.2)


def ci_jobs(w: World, n: int) -> None:
    """Agents in build pipelines: short-lived machines with one image, tool loops at every push and at night."""
    rng = w.rng
    p = replace(
        API, said={"startup": 0.7, "enterprise": 0.3}, plan={"payg": 0.7, "team": 0.3}, client={"coder": 3, "node_sdk": 1}, p_temp=0.3,
        hours="dev", weekend=0.3, p_system=1.0, system="sys_agent", models={"baraza-2": 0.8, "baraza-2-think": 0.2}, life=400.0
    )
    g = w.join(n, "ci_job", p, host_net(rng, n, {"gh_actions": 5, "aws_us": 2, "hz_de": 1}, lease_days=0.02), tools=same_tools(w, n, 3))
    who, ts = starts(w, g, 1.6, 1.0, clump=0.4)
    talk(w, g, who, ts, "agent", turns=rng.integers(3, 16, size=len(who)), gap=7.0, agent="same")


def eval_teams(w: World, teams: int) -> None:
    """Teams that run a benchmark: the same questions against every model, several seats, temperature 0, through the night."""
    rng, items = w.rng, min(w.size(ITEMS), ITEMS)
    bench = np.concatenate([draw(rng, "mcq_q", items), draw(rng, "math_q", items // 3), draw(rng, "hard_q", items // 3)])
    for _ in range(teams):
        n = int(rng.integers(1, 5))
        p = replace(
            API, said={"research": 0.5, "enterprise": 0.3, "startup": 0.2}, plan={"payg": 0.6, "contract": 0.4},
            client={"openai_py": 1, "aiohttp": 1}, p_temp=1.0, temps=(0.0,), p_max=1.0, max_tokens=(32, 512, 2048), life=400.0, phone=0.3,
            verified=0.3, p_system=1.0, growth=60.0
        )
        host = rng.random() < 0.7
        net = host_net(rng, n, site=np.repeat(w.ints(1), n)) if host else site_net(rng, np.repeat(w.ints(1), n), EDU_MIX, 0.0)
        g = w.join(n, "eval_team", p, net, org=np.repeat(w.orgs(1), n), pay=np.repeat(w.tokens(1), n))
        for model in ("baraza-mini", "baraza-2", "baraza-2-think")[: int(rng.integers(1, 4))]:
            m = int(rng.integers(items // 3, len(bench)))
            at = rng.uniform(0.05, 0.9) * w.span
            ts = at + np.sort(rng.uniform(0, rng.uniform(0.2, 2.5) * 3600, m))
            talk(
                w, g, rng.integers(n, size=m), ts, "mcq", openers=bench[rng.permutation(len(bench))[:m]],
                model=np.full(m, model, dtype=object), plain=True
            )


def judges(w: World, n: int) -> None:
    """Teams that grade their own bot's answers with a model, with a public grading prompt."""
    rng = w.rng
    p = replace(
        API, said={"startup": 0.6, "enterprise": 0.4}, plan={"payg": 0.8, "team": 0.2}, p_temp=1.0, temps=(0.0,),
        client={"py_sdk": 1, "langchain": 1, "openai_py": 1}, life=300.0
    )
    g = w.join(n, "judge", p, host_net(rng, n), system=only(rng.random(n) < 0.5, draw(rng, "sys_generic", 1)[0]))
    who, ts = starts(w, g, 9.0, 1.0, clump=0.94, clump_s=2.5)
    talk(w, g, who, ts, "judge", plain=True)


def migration(w: World, n: int) -> None:
    """A firm which moves to a new model: archived prompts are sent to old and new side by side for a week."""
    rng = w.rng
    p = replace(
        API, said={"enterprise": 1}, plan={"contract": 1}, verified=0.8, client={"java": 1}, p_system=1.0, system="sys_task", phone=0.2,
        life=900.0
    )
    g = w.join(n, "migration", p, host_net(rng, n, site=np.repeat(w.ints(1), n)), org=np.repeat(w.orgs(1), n))
    jobs = np.array(["classify", "extract", "summary", "shop"], dtype=object)
    subject = np.repeat(jobs, ARCHIVE // 4)[rng.permutation(ARCHIVE)[: w.size(ARCHIVE)]]
    archive = first_turns(rng, subject)
    templates = {job: fitting_systems(rng, np.array([job], dtype=object))[0] for job in jobs}
    system = np.array([templates[job] for job in subject], dtype=object)
    for model in ("baraza-2", w.releases[-1][0]):
        at = rng.uniform(0.3, 0.6) * w.span
        m = len(archive)
        ts = at + np.sort(rng.uniform(0, 4 * DAY, m))
        talk(
            w, g, rng.integers(g.n, size=m), ts, subject, openers=archive, system=system, model=np.full(m, model, dtype=object), plain=True,
            temp=np.zeros(m)
        )
