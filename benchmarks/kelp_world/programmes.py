"""Operators with a programme of data: rollouts of agents, samples of reasoning, verdicts, tasks that the model writes itself."""

import numpy as np

from .farms import LEAST
from .habits import WORK, agent_turns
from .hours import Sittings, once, sittings
from .log import Manner, emit
from .places import Gear
from .text import WORDS
from .world import DAY, World


def rollout_farm(w: World, n: int, name: str) -> None:
    """Agent traces: the same 260 tasks rolled out several times, on virtual cards of invented start-ups."""
    m, r = w.k(n, LEAST), w.text.r
    says = {"startup": 0.8, "individual": 0.2}
    who = w.enrol(m, "shell_startup", name, pay=1.0, plan={"payg": 1}, says=says, domain=w.domains(m, 0.5), age=(-6, 40))
    tasks = w.text.many({"agent": 1}, 260, 0.2)
    systems = [w.text.fill("You are an engineer with a shell. Work until the task is done. " + "{sent} " * 25) for _ in range(4)]
    s = sittings(w, who, 4.2, "flat", sigma=0.4)
    s = Sittings(s.who, s.start, np.clip(w.rng.normal(11, 5, len(s)).astype(int), 2, 30))
    emit(w, s, agent_turns(w, s, tasks), Manner(
        path="api", gear=Gear("cloud", pool=2), client=w.clients("python", m)[s.who - who[0]], system=[r.choice(systems) for _ in s.who],
        tools=np.where(s.who % 3, 200, 201), temp=1.0, max_tokens=8192, gap=6, out=(240, 0.8), attach=(1.0, 3500), stream=False
    ), harvest=True)


def best_of_k(w: World, n: int, name: str) -> None:
    """Reasoning traces: each problem sent four times through different keys, half of them on vouchers; one queue, spread servers."""
    m, q, r = w.k(n, LEAST), w.k(2600), w.text.r
    who = w.enrol(
        m, "voucher_key", name, pay=0.5, plan={"payg": 0.5, "voucher": 0.5}, age=(0, 60),
        says={"individual": 0.5, "research": 0.3, "startup": 0.2}
    )
    problems = w.text.many({"math": 4, "reason": 2, "code": 1}, q, 0.0)
    a = who[w.rng.integers(0, m, (q, 4)).ravel()]
    t = np.repeat(np.sort(w.rng.uniform(0.5, w.days - 0.5, q)) * DAY, 4) + w.rng.exponential(4000, 4 * q)
    prompts = [problem if r.random() < 0.7 else problem + r.choice(WORDS["ending"]) for problem in problems for _ in range(4)]
    gear = Gear("cloud", pool=3)
    emit(w, once(a, t), prompts, Manner(
        path="api", gear=gear, client=w.clients("python", m)[a - who[0]], temp=1.0, max_tokens=16000, model={"wrack-4-think": 1},
        out=(504, 0.6), stream=a % 2 == 0
    ), harvest=True)
    s = sittings(w, who, 1.5, "office")
    prompts = w.text.many({"code": 1, "data": 1}, len(s))
    emit(w, s, prompts, Manner(path="api", gear=gear, client=w.clients("python", m)[s.who - who[0]]))


def preference_mill(w: World, n: int, name: str) -> None:
    """Verdicts and critiques for a reward model, through a cloud's marketplace where addresses and programs are not seen."""
    m = w.k(n, LEAST)
    who = w.enrol(
        m, "cloud_tenant", name, pay=1.0, plan={"payg": 1}, says={"startup": 0.7, "enterprise": 0.3},
        domain=[w.text.domain() for _ in range(m)], age=(0, 150), phone=0.2
    )
    s = sittings(w, who, 38.0, "flat", sigma=0.5)
    rubrics = [w.text.fill("You grade answers. {tone}. First the reasons, then a verdict. {sent}") for _ in range(m)]
    emit(w, s, w.text.many({"judge": 5, "reason": 0.6}, len(s), 0.05), Manner(
        path="bedrock" if w.rng.random() < 0.6 else "vertex", system=[rubrics[i] for i in s.who - who[0]],
        temp=np.array([0.0, 0.5, 1.0])[s.who % 3], max_tokens=1024, out=(330, 0.5), stream=False
    ), harvest=True)


def seed_and_answer(w: World, n: int, name: str) -> None:
    """Poor and clever: keys of friends; from one the model is asked for tasks, from another it answers such tasks."""
    m = w.k(n, LEAST)
    who = w.enrol(
        m, "friend_key", name, pay=0.3, plan={"free": 0.6, "payg": 0.4}, age=(5, 250), says={"individual": 0.6, "education": 0.4},
        countries={"IN": 1, "TR": 1, "UA": 1}
    )
    s = sittings(w, who, 1.2, "human", sigma=0.5)
    seed = "Write {small} varied tasks a {job} might ask an assistant, {fmt}. Themes: {topic}, {sector}, {event}"
    prompts = [w.text.fill(seed) for _ in s.who]
    emit(w, s, prompts, Manner(path="api", gear=Gear("home"), client=w.clients("python", m)[s.who - who[0]], temp=1.0), harvest=True)
    a, t = np.repeat(who[w.rng.integers(0, m, len(s))], 8), np.repeat(s.start, 8) + w.rng.exponential(9000, 8 * len(s))
    prompts = [w.text.reword(task) for task in w.text.many(WORK, len(a), 0.0)]
    how = Manner(path="api", gear=Gear("home"), client=w.clients("python", m)[a - who[0]], temp=0.7, out=(360, 0.6))
    emit(w, once(a, t), prompts, how, harvest=True)
