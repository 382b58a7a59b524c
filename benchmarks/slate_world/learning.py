"""Innocent learners, teachers and researchers: classes, tutors, paid annotators, evaluations, hackathons, laboratories."""

from .clients import sdk_client
from .lines import Mix
from .log import send
from .prompts import system_prompt
from .queues import Job, Pool, run, windows
from .records import Cfg, Say
from .talks import groups, talk
from .text import POOLS, ask, make_task, render, voiced
from .vocabulary import ALL_TOPICS, ASPECTS, STOCK_SYSTEMS
from .world import DAY, World


def classroom(w: World, n: int) -> None:
    """Courses with one assignment: one campus address, sign-up in the lesson, a rush before the deadline, much the same questions."""
    for k in groups(w, n, 18, 55):
        dom, campus, org = w.domain("school"), w.net.office(w.r, 2), w.hexid(8) if w.r.random() < 0.4 else None
        d0 = w.r.uniform(-10, w.days * 0.6)
        lesson = int(d0) * DAY + w.r.uniform(8, 16) * 3600 + 5 * 3600
        due = min(lesson + w.r.uniform(4, 9) * DAY, w.end)
        sheet = [make_task(w.r, w.r.choice(POOLS["study"])) for _ in range(w.r.randint(4, 9))]
        system = w.r.choice([None, None, STOCK_SYSTEMS[4]])
        api = w.r.random() < 0.35
        client = sdk_client(w.r, "python")
        for _ in range(k):
            a = w.account(
                "classroom", mail="school", domain=dom, kind="education", created=lesson + w.r.uniform(0, 1500), org=org,
                path="api" if api else "app", pay=None, plan="free", line=Mix([campus, w.net.person(w.r)], [0.5, 0.5]),
                client=client if api else None, signup_ip=campus.ips[0], voice=w.voice()
            )
            for task in sheet:
                if w.r.random() < 0.75:
                    t = (
                        max(a.created + 60, due - w.r.expovariate(1 / (1.6 * DAY))) if w.r.random() < 0.7 else a.created
                        + w.r.uniform(120, 5400)
                    )
                    text = render(w.r, task, 0) if w.r.random() < 0.55 else voiced(w.r, render(w.r, task), a.voice)
                    talk(w, a, t, "study", 2.0, system=system, first=(task.kind, text))


def tutoring(w: World, n: int) -> None:
    """A tutoring chain: tutors in branches, one tool, one list of worksheets by topic in the order of the curriculum, one payer."""
    for k in groups(w, n, 10, 30):
        org, dom, pay = w.hexid(8), w.domain(), w.pay("mixed")
        system, client, cfg = system_prompt(w.r, job="worksheet writer for tutors"), sdk_client(w.r, "node"), w.cfg()
        branches = [w.net.office(w.r) for _ in range(w.r.randint(2, 5))]
        topics = sorted(w.r.sample(ALL_TOPICS, min(len(ALL_TOPICS), 60)))
        for _ in range(k):
            a = w.account(
                "tutoring", mail="firm", domain=dom, org=org if w.r.random() < 0.6 else None, kind="education", pay=pay, cfg=cfg,
                client=client, line=w.r.choice(branches)
            )
            for t in w.times(a, 1.6, "evening", "work"):
                talk(
                    w, a, t, "teach", 1.4, system=system,
                    topic=topics[min(len(topics) - 1, int(t / w.end * len(topics)) + w.r.randint(0, 3))], deep=0.4
                )


def annotators(w: World, n: int) -> None:
    """Contractors who do honest annotation.

    They write hard questions from a sheet of topics, rate, and rewrite answers, paid by the piece, from home.
    """
    for k in groups(w, n, 25, 70):
        topics = [(t, a) for t in w.r.sample(ALL_TOPICS, 50) for a in w.r.sample(ASPECTS, 6)]
        start = w.r.uniform(-8, w.days * 0.4) * DAY
        system = w.r.choice([None, "You are a helpful assistant.", system_prompt(w.r, job="evaluation assistant")])
        for _ in range(k):
            a = w.account(
                "annotator", path=w.r.choice(("app", "app", "api")), created=start + w.r.expovariate(1 / (3 * DAY)),
                kind=w.r.choice(("individual", "individual", "startup")), pay_how="wallet"
            )
            for t in w.times(a, 3.0, w.r.choice(("work", "evening", "student")), "flat"):
                topic, aspect = w.r.choice(topics)
                if w.r.random() < 0.3:
                    talk(w, a, t, "judge", 1.3, system=system)
                else:
                    task = make_task(w.r, w.r.choice(POOLS["wide"]), topic, aspect)
                    talk(w, a, t, "wide", 1.9, system=system, first=(task.kind, voiced(w.r, render(w.r, task), a.voice)), deep=0.55)


def eval_team(w: World, n: int) -> None:
    """Teams that run a benchmark.

    A fixed list at temperature 0, sometimes several samples, again when a model comes out, over several members' keys.
    """
    for k in groups(w, n, 2, 7):
        dom, org, line, client = (
            w.domain(w.r.choice(("firm", "school"))), w.hexid(8) if w.r.random() < 0.6 else None, w.net.server(w.r, 2),
            sdk_client(w.r, w.r.choice(("python", "httpx")))
        )
        team = [
            w.account(
                "eval_team", mail="firm", domain=dom, org=org, kind="research", verified=w.r.random() < 0.3, line=line, client=client,
                created=-w.r.uniform(5, 400) * DAY
            )
            for _ in range(k)
        ]
        system = w.r.choice([None, "Answer the question. End with the final answer.", "You are a helpful assistant."])
        items = [
            Say(system, render(w.r, make_task(w.r, kd), 0), kd) for kd in (w.r.choice(POOLS["bench"]) for _ in range(w.r.randint(120, 420)))
        ]
        starts = [w.r.uniform(0, 0.5) * w.end, w.launch + w.r.uniform(2, 40) * 3600]
        for t, model in zip(starts, (w.r.choice((w.models["large"], w.models["think"])), w.models["new"]), strict=True):
            samples = w.r.choice((1, 1, 3))
            jobs = (Job([x]) for _ in range(samples) for x in items)
            cfg = Cfg(
                model, 0.0 if samples == 1 else 0.8, w.r.choice((None, None, 0.95)), w.r.choice((1024, 2048, 4096, 8192, 16384)), False
            )
            run(
                w, Pool(team, conc=w.r.choice((4, 8, 16)), choose=w.r.choice(("rr", "worker")), crowding=0.05, cfg=cfg), jobs,
                windows(w, t, min(w.end, t + 3 * DAY), 5, 1)
            )
        for a in team:
            for t in w.times(a, 0.3, "work", "work"):
                talk(w, a, t, "dev", 2)


def hackathon(w: World, n: int) -> None:
    """Hackathons: sign-ups within hours, vouchers, a starter kit, one hall's address, two wild days, then silence."""
    for k in groups(w, n, 60, 140):
        hall, kit = w.net.office(w.r, 2), system_prompt(w.r, "StarterKit", 2)
        client, start = sdk_client(w.r, w.r.choice(("python", "node"))), w.r.uniform(0.5, max(1.0, w.days - 3)) * DAY
        tools = w.r.getrandbits(62)
        teams = list(groups(w, k, 2, 5))
        for size in teams:
            own, pool, use = system_prompt(w.r), w.r.choice(("bot", "pipeline", "dev", "support", "game", "study")), w.r.random() < 0.4
            for _ in range(size):
                a = w.account(
                    "hackathon", created=start + w.r.expovariate(1 / 5000), line=Mix([hall, w.net.person(w.r)], [0.8, 0.2]), client=client,
                    pay=None, plan="prepaid", signup_ip=hall.ips[0]
                )
                s = kit if w.r.random() < 0.4 else own
                stop = start + w.r.uniform(30, 52) * 3600
                for t in w.times(a, 9, "flat", "flat", end=stop):
                    th = w.thread(a)
                    kind, text = ask(w.r, pool, a.voice)
                    send(w, a, t, th, Say(s, text, kind, tools if use else None, 500 if use else 0), crowding=0.05)


def lab(w: World, n: int) -> None:
    """University labs with a research contract that make an open data set or simulate survey answers.

    Lists, samples, queues, all allowed.
    """
    for k in groups(w, n, 2, 6):
        dom, org, line, client = w.domain("school"), w.hexid(8), w.net.office(w.r, 2), sdk_client(w.r, "python")
        team = [
            w.account(
                "contract_lab", mail="school", domain=dom, org=org, kind="research", verified=True, line=line, client=client, pay=None,
                created=-w.r.uniform(20, 300) * DAY
            )
            for _ in range(k)
        ]
        s = w.r.choice([None, system_prompt(w.r, job="survey respondent")])
        pool, cfg = w.r.choice(("wide", "reason", "pipeline")), Cfg(w.models["large"], 1.0, None, w.r.choice((1024, 2000)), False)
        jobs = (
            Job([Say(s, x[1], x[0])]) for x in (ask(w.r, pool, "plain") for _ in range(w.r.randint(500, 1800)))
            for _ in range(w.r.choice((1, 2)))
        )
        t0 = w.r.uniform(0, 0.6) * w.end
        run(w, Pool(team, conc=4, choose="worker", gap=(1, 25), cfg=cfg), jobs, windows(w, t0, w.end, 8, 8))
