"""Innocent learners and teachers: classes, tutors, course builders, hackathons, laboratories, benchmark teams."""

import numpy as np

from .arrays import Arr
from .habits import chat, follow
from .hours import Sittings, once, sittings, turns
from .log import Manner, emit
from .places import Gear
from .text import WORDS
from .world import DAY, World

SCHOOLS = ["US", "GB", "DE", "BR", "IN", "PH", "MX", "ID", "FR", "TR", "NG", "VN", "ES", "PL", "IT", "CO"]


def classes(w: World, n: float, mobile: float = 0.25) -> None:
    """School classes with one assignment: minutes apart, one network, some on carriers; also at home in the evening."""
    for share in w.groups(n):
        country = str(w.rng.choice(SCHOOLS))
        net, group, size = int(w.net.of(country, "campus")[0]), w.new(), w.size(14, 36, share)
        who = w.enrol(
            size, "school_class", countries={country: 1}, says={"education": 0.7, "individual": 0.3},
            domain=w.text.domain() if w.rng.random() < 0.4 else None, pay=0.03, phone=0.4, plan={"free": 0.9, "edu": 0.1},
            signup=(net, group), born=-w.rng.uniform(2, 200) + w.rng.exponential(2.0, size) if w.rng.random() < 0.5 else None
        )
        for _ in range(int(w.rng.integers(2, 5))):
            _lesson(w, who, country, Manner(gear=Gear("group", mobile, 2, net), group=group, gap=80))
        s = sittings(w, who, 0.25, "human", 2.5)
        emit(w, s, chat(w, s, {"school": 4, "life": 2, "math": 1, "creative": 1}), Manner(gear=Gear("home", 0.4)))


def _lesson(w: World, pupils: Arr, country: str, how: Manner) -> None:
    """Most of a class asks about its task within some minutes: word for word, typed anew, or in other words."""
    text, r = w.text, w.text.r
    task = text.one({"school": 3, "reason": 1, "math": 1, "code": 1}, 0.0)
    day = int(w.rng.choice([d for d in range(w.days) if (w.start.weekday() + d) % 7 < 5]))
    begin = (day + (w.rng.uniform(8, 15) - w.net.tz[country]) / 24) * DAY
    who = pupils[w.rng.random(len(pupils)) < 0.85]
    t = begin + w.rng.gamma(2, 400, len(who))
    firsts = [
        task if r.random() < 0.45 else text.noise(task, 0.9) if r.random() < 0.7 else text.reword(task) for _ in range(len(who))
    ]
    s = Sittings(who, t, turns(w, len(who), 3.5))
    emit(w, s, follow(w, s, firsts), how)


def tutoring(w: World, n: float) -> None:
    """A chain of tutoring sites: one card, forms of worksheets handed around, three sites."""
    for share in w.groups(n):
        text, r = w.text, w.text.r
        forms = [r.choice(WORDS["worksheet"]) for _ in range(2)] + ["Solve for the pupil step by step: {small}x + {big} = {big}"]
        card, sites = w.new(), np.array([w.new() for _ in range(3)])
        who = w.enrol(
            w.size(10, 30, share), "tutoring_chain", pay=card, domain=text.domain() if w.rng.random() < 0.5 else None,
            plan={"plus": 0.5, "team": 0.5}, says={"education": 0.8, "startup": 0.2}, countries={str(w.rng.choice(w.net.codes)): 1}
        )
        s = sittings(w, who, 2.0, "school", 1.8)
        firsts = [text.fill(r.choice(forms)) if r.random() < 0.8 else text.one({"school": 1, "math": 1}) for _ in s.who]
        how = Manner(gear=Gear("group", 0.15, 1, w.accounts["home"][who[0]]), group=sites[s.who % 3], out=(700, 0.6))
        emit(w, s, follow(w, s, firsts), how)


def course_builders(w: World, n: float) -> None:
    """E-learning firms that generate question banks topic by topic: looks like harvest, is a product."""
    for share in w.groups(n):
        who = w.enrol(
            w.size(3, 12, share), "course_builder", pay=w.new() if w.rng.random() < 0.6 else 0.9, domain=w.text.domain(),
            says={"education": 0.5, "startup": 0.5}, plan={"payg": 1}, age=(0, 120)
        )
        s = sittings(w, who, 9.0, "flat", sigma=0.5)
        form = w.text.r.choice(WORDS["course"])
        prompts = [w.text.fill(form) for _ in s.who]
        emit(w, s, prompts, Manner(
            path="api", gear=Gear("cloud"), group=w.new() if w.rng.random() < 0.6 else 0, client=w.client("python"), temp=0.7,
            out=(1100, 0.5), stream=False, model={"wrack-4": 0.6, "wrack-4-think": 0.4}
        ))


def hackathons(w: World, n: float) -> None:
    """A weekend event: accounts opened the same evening with vouchers, one venue network, one starter kit."""
    for share in w.groups(n):
        size, group, country = w.size(50, 110, share), w.new(), w.country()
        net = int(w.net.of(country, "home")[0])
        start = w.rng.uniform(1, w.days - 3)
        who = w.enrol(
            size, "hackathon", countries={country: 0.9, "IN": 0.1}, born=start + w.rng.gamma(1.5, 0.05, size),
            says={"individual": 0.6, "education": 0.3, "startup": 0.1}, plan={"voucher": 0.85, "free": 0.15}, pay=0.08, signup=(net, group)
        )
        starter = w.text.system()
        s = sittings(w, who, 5.5, "flat", 2, window=(start, start + 2.2), sigma=1.0)
        systems = [starter if a % 3 else w.text.system() for a in s.who.tolist()]
        prompts = chat(w, s, {"agent": 2, "code": 3, "data": 1, "reason": 1, "support": 1}, 0.3)
        emit(w, s, prompts, Manner(
            path="api", gear=Gear("group", 0.15, 2, net), group=group, client=w.clients("python", size)[s.who - who[0]], system=systems,
            gap=20, tools=np.where(s.who % 4 == 0, 500 + group % 50, -1)
        ))


def research_labs(w: World, n: float) -> None:
    """University laboratories: the same prompt sampled many times, surveys with personas, on campus addresses."""
    for share in w.groups(n):
        country = str(w.rng.choice(["US", "GB", "DE", "FR", "JP", "IN", "BR"]))
        who = w.enrol(
            w.size(1, 6), "research_lab", countries={country: 1}, says={"research": 0.8, "education": 0.2}, plan={"payg": 1},
            domain=w.text.domain(), pay=w.new(), verified=0.4
        )
        text, r = w.text, w.text.r
        net = int(w.net.of(country, "campus")[0])
        seeds = text.many({"reason": 2, "judge": 2, "school": 1, "creative": 1}, int(w.rng.integers(10, 40)), 0)
        m = w.size(300, 1100, share)
        t = w.rng.uniform(0, w.days - 0.3) * DAY + np.cumsum(w.rng.exponential(8, m))
        prompts = [(text.fill("You are {name}, a {job} from {city}. ") if r.random() < 0.5 else "") + r.choice(seeds) for _ in range(m)]
        emit(w, once(who[w.rng.integers(0, len(who), m)], t), prompts, Manner(
            path="api", gear=Gear("group", 0, 2, net), group=w.new(), client=w.client("python"), temp=1.0, top_p=0.95, stream=False
        ))


def benchmark_teams(w: World, n: float) -> None:
    """Teams that score models: a benchmark in its order at temperature 0 over several accounts, again on a release."""
    for share in w.groups(n):
        size = w.size(2, 9)
        who = w.enrol(
            size, "eval_team", org=w.new() if w.rng.random() < 0.7 else -1, domain=w.text.domain(), pay=w.new(), plan={"payg": 1},
            says={"research": 0.5, "startup": 0.3, "enterprise": 0.2}, verified=0.3, age=(0, 300)
        )
        r, items = w.text.r, w.text.bench(w.size(250, 900, share))
        group, m = w.new(), len(items)
        begins = [w.rng.uniform(0, w.days - 1)]
        if "wrack-5" in w.released:
            begins.append(w.released["wrack-5"] + w.rng.exponential(0.8))
        for run, begin in enumerate(begins):
            t = begin * DAY + np.sort(w.rng.uniform(0, 5000 + 4000 * r.random(), m))
            emit(w, once(who[np.arange(m) % size], t), items, Manner(
                path="api", gear=Gear("cloud"), group=group, client=w.client("python"), temp=0.0, max_tokens=r.choice([16, 512, 2048]),
                out=(150, 1.0), stream=False,
                model={"wrack-5": 1} if run else {r.choice(["wrack-4", "wrack-4-think", "wrack-4-mini"]): 1}
            ))
