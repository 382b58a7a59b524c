"""Operators: each has a purpose, means, a workforce, a supply of accounts, a queue of work and something that it hides.

Each function makes one operator's groups out of the same parts as the crowds; its docstring says who it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .crowd import SITE, Draw, agent
from .crowds import CROWDS
from .profiles import CHAT, DEVELOP, UNTIL_THE_END, Group, Life, Line, Setup, Supply, Work

OWN_WORDING = 900
"""Wordings above this number belong to one operator, in all of its pools."""


@dataclass(frozen=True)
class Order:
    """What an operator may use: its name, accounts, requests, and the world's time."""

    name: str
    accounts: int
    requests: float
    days: float
    release: float
    rng: np.random.Generator

    def part(
        self, share: float, works: Work | tuple[Work, ...], supply: Supply, life: Life = UNTIL_THE_END, load: float | None = None
    ) -> Group:
        """A group with a share of the accounts and of the requests (``load``, by default the same share)."""
        works = works if isinstance(works, tuple) else (works,)
        parts = np.array([work.requests or 1.0 for work in works])
        loads = parts / parts.sum() * self.requests * (share if load is None else load)
        made = tuple(replace(work, requests=float(n)) for work, n in zip(works, loads, strict=True))
        return Group("attack", max(3, round(self.accounts * share)), made, supply, life, self.name)

    def harvest(self, **how: object) -> Work:
        """Work of the campaign: a script with a queue, unless told otherwise."""
        return replace(Work(campaign=self.name, by_hand=False, queue="split", foreign=0.0, large=0.85, retry=0.9), **how)


OPERATORS: dict[str, Callable[[Order], list[Group]]] = {}


def operator(make: Callable[[Order], list[Group]]) -> Callable[[Order], list[Group]]:
    """Add a function to OPERATORS under its name."""
    OPERATORS[make.__name__] = make
    return make


@operator
def injected_fleet(o: Order) -> list[Group]:
    """A laboratory in a hurry buys accounts by the hundred and injects one demand for reasoning; hides addresses alone."""
    work = o.harvest(
        topics={"reasoning": 5, "code": 3, "data": 1},
        template="template.thought",
        pace="pump",
        hours="always",
        spread=0,
        line=Line("sticky", 0),
        setup=Setup("script", "group", settings="group"),
    )
    supply = Supply(signup="burst", at=-0.8, days=0.7, mail="throwaway", card=6, phone=3, rented=0.8)
    return [o.part(1, work, supply)]


@operator
def standby_pool(o: Order) -> list[Group]:
    """Own pool banned in an afternoon; two hours later a rented pool, which carries other buyers too, sends the same injected text."""
    cut = o.days * 0.5
    work = o.harvest(
        topics={"reasoning": 4, "code": 3, "agentic": 1},
        template="template.thought",
        known=OWN_WORDING + 1,
        hours="always",
        spread=0.25,
        setup=Setup("sdk", "group", settings="group"),
        end=cut + 0.2,
        pace="pump",
    )
    first = o.part(
        0.6,
        replace(work, line=Line("sticky", 0)),
        Supply(signup="spell", at=0, days=20, mail="bought", domains=6, card=3, rented=0.7),
        Life("cut", day=cut, spread=0.08),
        load=0.4,
    )
    later = replace(work, requests=0.35, line=Line("rotating", 0), start=cut + 0.25, end=99, pace="sittings", sitting=4)
    buyers = Work(
        0.3,
        topics=CHAT | DEVELOP,
        people=350,
        handoff=0.5,
        turns=2.5,
        system="person",
        system_scope="people",
        line=Line("rotating", 0),
        setup=Setup("sdk", "group", settings="session"),
        spread=0.3,
    )
    rented = Supply(signup="spell", at=-4, days=70, mail="public", card=2, rented=0.6, phone=1)
    return [first, o.part(0.4, (later, buyers), rented, Life(banned=0.08), load=0.6)]


@operator
def harness_relay(o: Order) -> list[Group]:
    """Sells an assistant to its own users and passes their talks on through a well-known agent, each turn over any account."""
    work = o.harvest(
        topics={"agentic": 4, "code": 4, "data": 1, "chat": 1},
        queue="own",
        people=420,
        handoff=0.5,
        turns=6,
        gap=22,
        system="agent",
        system_scope="world",
        tools=True,
        setup=Setup("agent", "world", 2, middle=1.0, settings="group"),
        hours="people",
        zone=8,
        line=Line("rotating", 0),
        spread=0.3,
        foreign=0.6,
        by_hand=True,
        stream=1.0,
        pace="sittings",
        sitting=1,
    )
    return [o.part(1, work, Supply(signup="spell", at=1, days=45, mail="public", card=2, rented=0.5, phone=1))]


@operator
def block_expander(o: Order) -> list[Group]:
    """Solves tasks, then hours later sends the signed thoughts in a new session of another account and has them unfolded."""
    work = o.harvest(
        requests=2,
        topics={"reasoning": 5, "code": 2, "agentic": 1},
        handoff=0.9,
        turns=2,
        gap=9000,
        follow="follow.deepen",
        wording="several",
        line=Line("servers", 0),
        hours="always",
        spread=0.4,
        setup=Setup("sdk", "account", settings="group"),
    )
    rebuild = o.harvest(
        requests=1,
        topics={"trace": 1},
        template="template.trace",
        wording="several",
        line=Line("servers", 0),
        hours="always",
        spread=0.4,
        start=o.days * 0.4,
        setup=Setup("sdk", "account", settings="group"),
    )
    cover = Work(0.5, line=Line("servers", 0), by_hand=False, system="house")
    supply = Supply(kind="startup", signup="spell", at=-3, days=90, mail="bought", domains=12, card=2)
    return [o.part(1, (work, rebuild, cover), supply)]


@operator
def rubric_mill(o: Order) -> list[Group]:
    """A reward model: pairs of own outputs judged four times each by few large accounts on clouds and cards, in families of rubrics."""
    work = o.harvest(
        topics={"grading": 8, "rewriting": 1},
        queue="samples",
        copies=4,
        template="template.rubric",
        wording="several",
        hours="always",
        spread=0.5,
        setup=Setup("sdk", "group", settings="group", temperature=1.0),
        known=OWN_WORDING + 2,
    )
    clouds = o.part(
        0.5,
        replace(work, access="cloud"),
        Supply(kind="enterprise", plan="scale", verified=0.6, mail="bought", domains=5, card=1, org="own"),
    )
    direct = replace(work, line=Line("servers", 0), requests=0.85)
    cover = Work(0.15, topics=DEVELOP, line=Line("servers", 0), system="house")
    return [
        clouds,
        o.part(
            0.5, (direct, cover), Supply(kind="startup", plan="scale", mail="bought", domains=4, card=2, signup="spell", at=-5, days=120)
        ),
    ]


@operator
def trace_laundry(o: Order) -> list[Group]:
    """Cleans, cuts and marks traces that it got elsewhere; blocked on the large models half-way, it goes on with a weaker one."""
    block = o.days * 0.55
    clean = o.harvest(
        requests=3,
        topics={"trace": 1},
        template="template.trace",
        fallback=block,
        pace="shifts",
        zone=3,
        spread=0.3,
        line=Line("vpn", 0),
        setup=Setup("sdk", "group", settings="group"),
    )
    mark = o.harvest(
        requests=1.5,
        topics={"grading": 2, "trace": 1},
        template="template.rubric",
        fallback=block,
        pace="shifts",
        zone=3,
        spread=0.3,
        line=Line("vpn", 0),
        setup=Setup("sdk", "group", settings="group", temperature=0.0),
    )
    return [o.part(1, (clean, mark), Supply(kind="startup", signup="spell", at=-2, days=25, mail="bought", domains=3, card=4, rented=0.3))]


@operator
def hot_pivot(o: Order) -> list[Group]:
    """Agentic coding at scale; half of it moves to the new model within a day. Each account looks like a developer but for the tools."""
    work = o.harvest(
        topics={"agentic": 5, "code": 4},
        turns=6,
        gap=9,
        tools=True,
        system="agent",
        system_scope="group",
        adopt=7,
        adopters=0.6,
        surge=2.2,
        hours="always",
        spread=0.35,
        setup=Setup("custom", "group", settings="group"),
        line=Line("sticky", 0),
        sitting=3,
    )
    cover = Work(0.25, topics=CHAT, system="person", line=Line("sticky", 0))
    work = replace(work, requests=1.0)
    supply = Supply(signup="spell", at=2, days=30, mail="public", card=2, rented=0.6)
    return [o.part(1, (work, cover), supply, Life(banned=0.06))]


@operator
def hydra(o: Order) -> list[Group]:
    """Each head lives some days; another grows within hours. Addresses rotate, cards and mail are fresh, wordings are a dozen."""
    work = o.harvest(
        topics={"reasoning": 3, "code": 3, "taskgen": 1, "data": 1},
        template="template.thought",
        wording="several",
        line=Line("rotating", 0),
        hours="always",
        spread=0.3,
        setup=Setup("sdk", "account", settings="group"),
        sitting=2,
    )
    supply = Supply(signup="spell", days=0.3, mail="public", card=1, rented=0.9)
    return [o.part(1, work, supply, Life("chain", mean=3.2, delay=4))]


@operator
def mother_tongue(o: Order) -> list[Group]:
    """Wants thoughts in languages that its own model lacks: translated tasks, and a demand to think in the task's language."""
    work = o.harvest(
        requests=4,
        topics={"reasoning": 4, "chat": 2, "writing": 1, "translate": 1},
        template="template.native",
        wording="several",
        foreign=0.9,
        line=Line("rotating", 0),
        hours="people",
        zone=8,
        spread=0.4,
        setup=Setup("sdk", "account", settings="group"),
    )
    cover = Work(1, topics=CHAT, foreign=0.9, line=Line("rotating", 0), zone=8)
    return [o.part(1, (work, cover), Supply(signup="spell", at=0, days=60, mail="public", card=1.5, rented=0.8))]


@operator
def soft_words(o: Order) -> list[Group]:
    """Eighteen editors at desks, chat subscriptions, a tunnel: safe answers to delicate questions, pasted by hand from a list."""
    work = o.harvest(
        requests=4,
        access="app",
        topics={"rewriting": 5, "grading": 1},
        by_hand=True,
        template="template.safe",
        wording="several",
        hours="office",
        zone=8,
        line=Line("vpn", 0.1),
        setup=Setup("browser", settings="default"),
        turns=2,
        gap=110,
        sitting=6,
        spread=0.4,
        foreign=0.2,
    )
    cover = Work(1, access="app", topics=CHAT, line=Line("vpn", 0.1), zone=8, setup=Setup("browser", settings="default"), turns=3)
    return [o.part(1, (work, cover), Supply(mail="public", card=3, signup="spell", at=-10, days=60))]


@operator
def free_drip(o: Order) -> list[Group]:
    """Lives on the free tier: hundreds of accounts on rented numbers, each with its ration a day and never more; costs next to nothing."""
    work = o.harvest(
        topics={"reasoning": 3, "code": 3, "chat": 1, "data": 1},
        template="template.thought",
        wording="varied",
        pace="daily",
        hours="always",
        spread=0,
        line=Line("sticky", 0),
        setup=Setup("sdk", "account", settings="default"),
        large=0.5,
    )
    supply = Supply(plan="free", card=0, rented=0.95, mail="bought", domains=40, signup="spell", at=1, days=24)
    return [o.part(1, work, supply, Life(banned=0.05))]


@operator
def key_scavenger(o: Order) -> list[Group]:
    """Finds keys in public repositories and uses them little by little beside their owners, who notice late; no account is its own."""
    owner = Work(1.3, system="house", spread=1.2)
    work = o.harvest(
        requests=2,
        topics={"reasoning": 3, "code": 3, "agentic": 1},
        template="template.thought",
        wording="varied",
        start=o.days * 0.2,
        hours="always",
        line=Line("rotating", 0),
        setup=Setup("script", "group", settings="group"),
        spread=0.6,
        sitting=8,
    )
    return [o.part(1, (owner, work), Supply(days=350, verified=0.15))]


@operator
def shell_companies(o: Order) -> list[Group]:
    """Four firms that exist on paper take start-up credits, verified; the task pool has no template, and engineers' hours."""
    groups = []
    for number in range(4):
        work = o.harvest(
            requests=3,
            topics={"reasoning": 2, "code": 3, "agentic": 2, "data": 2, "taskgen": 1},
            template="template.thought",
            wording="varied",
            hours="office",
            zone=8,
            line=Line("site" if number % 2 else "servers", 0.1),
            spread=0.5,
            system="house",
            system_scope="group",
            setup=Setup("sdk", "account"),
            sitting=5,
        )
        cover = Work(
            1.2,
            topics=DEVELOP,
            hours="office",
            zone=8,
            line=Line("site" if number % 2 else "servers", 0.1),
            system="house",
            system_scope="group",
        )
        supply = Supply(
            kind="startup", verified=0.8, mail="firm", card=0, org="group", countries=1, signup="burst", at=-8 - 5 * number, days=1
        )
        groups.append(o.part(0.25, (work, cover), supply))
    return groups


@operator
def three_gates(o: Order) -> list[Group]:
    """One queue of tool use, vision and data work through chat, keys and a cloud; in the last third it has the traces rebuilt."""
    late = o.days * 0.66
    work = o.harvest(
        topics={"agentic": 4, "vision": 3, "data": 3, "code": 2},
        tools=True,
        turns=3,
        gap=20,
        system="agent",
        system_scope="group",
        spread=0.5,
        hours="always",
    )
    rebuild = o.harvest(
        topics={"trace": 1},
        template="template.trace",
        known=OWN_WORDING + 3,
        start=late,
        spread=0.5,
        hours="always",
    )
    gates = []
    for share, change, supply in (
        (
            0.45,
            {"line": Line("sticky", 0), "setup": Setup("sdk", "account", settings="group")},
            Supply(signup="spell", at=2, days=40, card=2, rented=0.5),
        ),
        (
            0.3,
            {"access": "cloud", "setup": Setup("sdk", "group")},
            Supply(kind="enterprise", plan="scale", verified=0.4, mail="bought", domains=10, org="own"),
        ),
    ):
        both = (replace(work, requests=3.0, **change), replace(rebuild, requests=1.4, **change))
        gates.append(o.part(share, both, supply))
    chat = replace(
        work,
        access="app",
        tools=False,
        system="",
        by_hand=True,
        topics={"vision": 3, "data": 3},
        line=Line("vpn", 0.1),
        hours="people",
        zone=8,
    )
    gates.append(
        o.part(
            0.25,
            (replace(chat, requests=2.0), Work(1, access="app", topics=CHAT, line=Line("vpn", 0.1), zone=8)),
            Supply(card=2, days=90),
            load=0.12,
        )
    )
    return gates


@operator
def gig_crowd(o: Order) -> list[Group]:
    """Pays students by the transcript: own accounts, homes and browsers; they paste tasks from a list, and chat for themselves."""
    work = o.harvest(
        requests=3,
        access="app",
        topics={"reasoning": 3, "data": 1, "writing": 1, "code": 2},
        by_hand=True,
        template="template.thought",
        wording="personal",
        line=Line("home", 0.2),
        setup=Setup("browser", settings="default"),
        hours="evening",
        sitting=7,
        spread=0.7,
        turns=1.8,
    )
    cover = Work(2, access="app", topics=CHAT, setup=Setup("browser", settings="default"), turns=3, line=Line("home", 0.2))
    return [o.part(1, (work, cover), Supply(plan="mixed", days=200, countries=2))]


@operator
def dripstone(o: Order) -> list[Group]:
    """Seven hundred good accounts, a question on most days, half of it cover, no template, nothing shared but the purpose."""
    work = o.harvest(
        requests=1,
        topics={"reasoning": 2, "code": 2, "data": 1, "chat": 1, "writing": 1},
        line=Line("sticky", 0.03),
        hours="people",
        spread=0.5,
        wording="varied",
        by_hand=True,
        sitting=1,
        setup=Setup("sdk", "account"),
        foreign=0.1,
        large=0.6,
        retry=0.5,
    )
    cover = Work(1, topics=CHAT | DEVELOP, line=Line("sticky", 0.03), system="person", sitting=2)
    return [o.part(1, (work, cover), Supply(days=260, mail="public", card=1, rented=0.25, plan="mixed"))]


@operator
def sample_grid(o: Order) -> list[Group]:
    """Rejection sampling: each task eight times at high temperature over bought accounts with a past, all awake since one morning."""
    work = o.harvest(
        topics={"reasoning": 5, "code": 3},
        queue="samples",
        copies=8,
        template="template.thought",
        known=3,
        start=o.days * 0.3,
        hours="always",
        spread=0.3,
        line=Line("servers", 0),
        setup=Setup("sdk", "account", settings="group", temperature=1.0),
        sitting=4,
    )
    return [o.part(1, work, Supply(days=500, rented=0.1))]


@operator
def curriculum_loom(o: Order) -> list[Group]:
    """Weaves tasks for training by rewards: seeds, made harder turn by turn, any account takes the next turn."""
    work = o.harvest(
        requests=4,
        topics={"taskgen": 5, "agentic": 1, "code": 1},
        template="template.format",
        wording="several",
        turns=4,
        gap=30,
        follow="follow.deepen",
        handoff=0.6,
        line=Line("rotating", 0),
        hours="office",
        zone=8,
        spread=0.4,
        setup=Setup("sdk", "group", settings="group"),
    )
    cover = Work(0.8, line=Line("rotating", 0), zone=8)
    return [o.part(1, (work, cover), Supply(signup="spell", at=0, days=50, mail="public", card=3, rented=0.4), Life(banned=0.04))]


@operator
def transfer_station(o: Order) -> list[Group]:
    """A station sells access to hundreds; one buyer among them harvests with one wording; banned accounts are replaced."""
    works = (
        o.harvest(
            requests=1.1,
            topics={"reasoning": 3, "code": 2, "agentic": 1},
            template="template.thought",
            line=Line("rotating", 0),
            hours="always",
            spread=0.2,
            setup=Setup("script", "group", settings="group"),
            pace="shifts",
            zone=5,
        ),
        Work(
            2,
            topics=CHAT | DEVELOP,
            people=500,
            handoff=0.5,
            turns=2.5,
            system="person",
            system_scope="people",
            line=Line("rotating", 0),
            spread=0.2,
            setup=Setup("script", "group", settings="session"),
        ),
    )
    return [o.part(1, works, Supply(signup="spell", days=0.8, mail="throwaway", card=1, rented=0.8), Life("chain", mean=6, delay=6))]


@operator
def borrowed_harness(o: Order) -> list[Group]:
    """Sends its own users' recorded sessions again through an open harness, a dozen turns a day and account, in working order."""
    work = o.harvest(
        requests=3,
        topics={"agentic": 4, "code": 4},
        turns=5,
        gap=11,
        tools=True,
        system="agent",
        system_scope="world",
        foreign=0.4,
        setup=Setup("agent", "world", 9, settings="group"),
        line=Line("sticky", 0),
        hours="always",
        pace="daily",
        spread=0.15,
    )
    cover = agent(9, requests=0.6, line=Line("sticky", 0))
    return [o.part(1, (work, cover), Supply(signup="burst", at=-4, days=2, mail="public", card=2, rented=0.5))]


@operator
def impostors(o: Order) -> list[Group]:
    """Poses as a vendor of annotation: its people, guide and queue are those of the crowd, but the answers are kept to train a model."""
    template = CROWDS["annotation_vendor"].make(Draw("attack", o.accounts, o.requests, o.days, o.release, o.rng))
    work = replace(
        template.works[0], campaign=o.name, topics={"grading": 2, "trace": 3, "reasoning": 3}, template="template.trace", line=SITE
    )
    return [replace(template, works=(work,), campaign=o.name)]
