"""Operators with a programme of data: runs of agents, samples of reasoning, pairs for preferences."""

from collections.abc import Iterator

from .clients import sdk_client
from .lines import Line
from .prompts import system_prompt
from .queues import Job, Pool, office_windows, run, windows
from .records import Cfg, Say
from .stock import batches, bought, dressed
from .text import POOLS, agent_step, make_task, render
from .world import DAY, World


def tool_farm(w: World, n: int, name: str) -> None:
    """A known agent program, pinned in a machine image, run on repositories' issues.

    Each issue several times over several accounts for a choice of good runs.
    """
    system, tools, extra = w.agents[w.r.randrange(3)]
    client, named = w.r.choice(w.agent_clients), w.r.random() < 0.5
    hosts = [w.net.server(w.r, 1, w.r.choice(("hosts_us", "hosts_de", "aws"))) for _ in range(max(2, n // 3))]
    begin = w.r.uniform(0.0, 0.3) * w.end
    accts = bought(
        w, "agent_account", name, batches(w, n, begin - 12 * DAY, begin, w.r.randint(3, 6), 200), client=client, pay_how="card",
        kind="startup", plan="payg", bulk_mail=0.4, make_line=lambda: w.r.choice(hosts), cfg=Cfg(w.models["large"], None, None, 8192, True),
        new_model=w.launch + w.r.uniform(3, 30) * 3600
    )

    def jobs() -> Iterator[Job]:
        while True:
            task = make_task(w.r, "agent")
            text = render(w.r, task, w.r.randrange(2))
            for _ in range(w.r.choice((2, 3, 4))):
                steps = max(2, int(w.r.lognormvariate(1.9, 0.5)))
                turns = [
                    Say(system, text, "agent", tools, extra),
                    *(Say(system, agent_step(w.r), "agent", tools, w.r.randint(20, 900)) for _ in range(steps))
                ]
                yield Job(turns, harvest=True, thread=w.thread(None, w.hexid(16) if named else None))

    total = n * (w.days - begin / DAY) * w.r.uniform(14, 22)
    spans = [
        x for i, (s, e) in enumerate(office_windows(w, begin + DAY / 2, w.end, -5, 0.8, 0.35))
        for x in windows(w, s, e + (5 * 3600 if i % 3 == 0 else 0), 4, 0.3)
    ]
    spans = [(s, e) for i, (s, e) in enumerate(spans) if i == 0 or s >= spans[i - 1][1]]
    conc = max(3, n // 8)
    gap = max(2.0, sum(e - s for s, e in spans) * conc / max(1.0, total) * 2 - 12)
    run(
        w,
        Pool(
            accts, conc=conc, choose="free", gap=(0.1, gap), sticky=0.97, follow_gap=(0.5, 6), tries=2, crowding=0.02, requeue=2, lost=0.003
        ),
        jobs(), spans
    )


def sampler(w: World, n: int, name: str) -> None:
    """Hard problems, several samples each, thinking model; virtual cards, catch-all domains; a third of the accounts on duty each day."""
    begin = w.r.uniform(0.05, 0.3) * w.end
    client = sdk_client(w.r, w.r.choice(("python", "httpx", "node")))
    accts = bought(
        w, "sample_account", name, batches(w, n, begin - 9 * DAY, begin, w.r.randint(3, 7), 140), client=client, pay_how="card",
        bulk_mail=0.3, plan="payg", make_line=lambda: w.net.proxies(w.r, 30, 1200), kind=w.r.choice(("startup", "research", "individual"))
    )
    cfg = Cfg(w.models["think"], w.r.choice((None, 1.0)), w.r.choice((None, 0.95)), w.r.choice((None, 4096, 8192, 16384)), False)
    same = w.r.random() < 0.5
    system = w.r.choice([None, None, "Solve the problem. Reason carefully."])

    def jobs() -> Iterator[Job]:
        store: list[Job] = []
        while True:
            task = make_task(w.r, w.r.choice(POOLS["reason"]))
            fixed = dressed(w, task, 0.35, form=0)
            for _ in range(w.r.choice((2, 4, 4, 6))):
                store.append(Job([Say(system, fixed if same else dressed(w, task, 0.35), task.kind)], harvest=True))
            if len(store) > 150:
                w.r.shuffle(store)
                while len(store) > 40:
                    yield store.pop()

    it = jobs()
    per_day = n * w.r.uniform(12, 20)
    for d in range(int(begin // DAY) + 1, w.days):
        duty = [a for a in accts if (a.idx + d) % 3 == 0 or w.r.random() < 0.06]
        s = d * DAY + w.r.uniform(0, 4) * 3600
        spans = windows(w, s, min(w.end, s + w.r.uniform(12, 19) * 3600), 5, 0.5)
        if w.r.random() < 0.1 or not duty:
            continue
        conc = 6
        gap = max(3.0, sum(b - a for a, b in spans) * conc / per_day * 2 - 60)
        run(w, Pool(duty, conc=conc, choose="random", gap=(1, gap), tries=2, crowding=0.02, quota=160, cfg=cfg), it, spans)


def judge_pairs(w: World, n: int, name: str) -> None:
    """A small laboratory with students' cards: each question under two system prompts and tempers, then pairs judged.

    Night runs, laptops and one server.
    """
    lines: list[Line] = [w.net.server(w.r, 1), *(w.net.person(w.r, mobile=0.1) for _ in range(max(3, n // 6)))]
    accts = [
        w.account(
            "pair_account", campaign=name, created=w.r.uniform(-60, w.days * 0.25) * DAY, line=w.r.choice(lines),
            kind=w.r.choice(("education", "research", "individual")), mail=w.r.choice(("public", "public", "school")),
            pay_how=w.r.choice(("card", "wallet", "none")), client=sdk_client(w.r, "python")
        )
        for _ in range(n)
    ]
    good, bad = system_prompt(w.r, rules=4, job="careful and helpful assistant"), "Answer quickly in one or two sentences."

    def jobs() -> Iterator[Job]:
        while True:
            task = make_task(w.r, w.r.choice(POOLS["wide"]))
            text = dressed(w, task, 0.05)
            for s, temp in ((good, 0.7), (bad, 1.0)):
                yield Job([Say(s, text, task.kind)], harvest=True, cfg=Cfg(w.models["large"], temp, None, 1024, False))
            if w.r.random() < 0.6:
                j = make_task(w.r, "judge", task.slots["topic"], task.slots["aspect"])
                yield Job(
                    [Say("You are a strict judge.", render(w.r, j), "judge")], harvest=True,
                    cfg=Cfg(w.models["large"], 0.0, None, 256, False)
                )

    spans = [
        (max(0.0, d * DAY + w.r.uniform(0, 5) * 3600), d * DAY + w.r.uniform(9, 22) * 3600) for d in range(w.days) if w.r.random() < 0.7
    ]
    gap = max(2.0, sum(e - s for s, e in spans) * 4 / max(1, n * w.days * 35) * 2 - 10)
    run(w, Pool(accts, conc=4, choose="random", gap=(0.5, gap), crowding=0.03, quota=120), jobs(), spans)
