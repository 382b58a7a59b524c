"""Those who harvest: each scenario's operators, as parties whose choices the seed draws."""

from collections.abc import Callable
from dataclasses import replace

from .chance import Draw
from .party import Enrol, Party, Work
from .text import LANGUAGES
from .trades import API, CHAT, CODE, STREETS, STUDY, WIDE

Operators = Callable[[Draw], tuple[Party, ...]]
THINKING = {"maths": 3.0, "reason": 3.0, "science": 2.0}
CODING = {"code": 4.0, "fix": 1.0, "review": 1.0, "tests": 1.0, "sql": 1.0}
COVERS = (CHAT, STUDY, CODE)


def _load(draw: Draw, accounts: int, low: float, high: float) -> float:
    """Requests of an account such that the operator sends so many in all."""
    return draw.whole(low, high) / accounts


def _cover(draw: Draw, share: float, of: float = 1.0) -> Work:
    """What accounts ask so as to look like persons."""
    return Work(draw.one(COVERS), of * share / (1 - share), turns=draw.real(1.3, 2.3), own=3, by_account=True)


def one_spell(draw: Draw) -> tuple[Party, ...]:
    """Free accounts of one burst, one prompt around every problem that forces the reasoning out."""
    n = draw.whole(120, 600)
    work = Work(THINKING, pool=draw.whole(6000, 20000), frame="f.think", frames=1, turns=1, styled=False, harvest=True, long=1.5)
    return (
        Party(
            "one_prompt_farm",
            n,
            _load(draw, n, 9000, 18000),
            (work,),
            "spell",
            spread=0.2,
            route="balanced",
            net={"rotating": 1},
            client="one",
            sampling="one",
            clock=draw.one(("switch", "steady")),
            path={"api": 1},
            begins=draw.real(0, 0.4),
            ends=draw.real(0.7, 1),
            enrol=Enrol(signup="burst", places=draw.real(1, 4), mail="disposable", pay=0, phone=0.1),
        ),
    )


def tool_mill(draw: Draw) -> tuple[Party, ...]:
    """Agentic trajectories with one set of tools, cards for several accounts, conversations that change the account."""
    n = draw.whole(40, 140)
    work = Work({"agent": 1}, own=0, system="one", tools="one", turns=draw.real(5, 8), styled=False, harvest=True)
    return (
        Party(
            "tool_farm",
            n,
            _load(draw, n, 9000, 18000),
            (work,),
            "mill",
            spread=0.25,
            route="balanced",
            handoff=draw.real(0.1, 0.5),
            net={"host": 0.5, "sticky": 0.5},
            client="custom",
            sampling="one",
            clock="switch",
            path=API,
            enrol=Enrol(
                signup="recent",
                places=draw.real(1.1, 4),
                mail="custom",
                pay=1,
                cards=draw.real(4, 9),
                kind={"startup": 0.5, "individual": 0.5},
            ),
        ),
    )


def code_press(draw: Draw) -> tuple[Party, ...]:
    """Coding tasks in some frames; waves of bans, new accounts within hours."""
    n = draw.whole(50, 110)
    work = Work(
        CODING, pool=draw.whole(5000, 12000), frame="f.solve", frames=draw.whole(6, 16), turns=draw.real(1, 1.5), styled=False, harvest=True
    )
    return (
        Party(
            "banned_and_back",
            n,
            _load(draw, n, 8000, 16000),
            (work,),
            "press",
            spread=0.3,
            route="balanced",
            renewed=draw.real(1.5, 3),
            renewal="wave",
            net={"rotating": 0.6, "host": 0.4},
            client="few",
            sampling="few",
            clock=draw.one(("steady", "switch")),
            path={"api": 1},
            enrol=Enrol(
                signup="burst",
                places=draw.real(1, 3),
                mail=draw.one(("disposable", "free")),
                pay=draw.one((0, 1)),
                cards=draw.real(1, 4),
                phone=0.5,
            ),
        ),
    )


def marking_room(draw: Draw) -> tuple[Party, ...]:
    """Grading and rubrics alone through bought accounts with a card each; many frames, one build, one queue."""
    n = draw.whole(60, 220)
    work = Work(
        {"grade": 4, "rubric": 1},
        1,
        pool=draw.whole(4000, 12000),
        frame="f.grade",
        frames=draw.whole(18, 45),
        turns=1,
        styled=False,
        harvest=True,
    )
    return (
        Party(
            "bought_graders",
            n,
            _load(draw, n, 6000, 13000),
            (work, _cover(draw, draw.real(0.05, 0.2))),
            "marking",
            spread=0.45,
            route="balanced",
            net={"sticky": 0.8, "vpn": 0.2},
            client="one",
            sampling=draw.one(("one", "few")),
            clock=draw.one(("steady", "switch")),
            path={"api": 0.8, "cloud-moor": 0.2},
            enrol=Enrol(signup="aged", mail="mixed", pay=0.8),
        ),
    )


def night_tongue(draw: Draw) -> tuple[Party, ...]:
    """One foreign language alone; free accounts that sign up one after the other; sticky addresses."""
    n = draw.whole(100, 350)
    work = Work(
        {"ask": 1},
        own=0,
        language=draw.one(LANGUAGES),
        pool=draw.whole(6000, 16000),
        frame=draw.one(("", "f.work")),
        frames=draw.whole(3, 9),
        styled=False,
        harvest=True,
        long=1.4,
    )
    return (
        Party(
            "language_farm",
            n,
            _load(draw, n, 6000, 14000),
            (work, _cover(draw, draw.real(0.05, 0.25))),
            "tongue",
            spread=0.4,
            route="balanced",
            net={"sticky": 1},
            client="few",
            sampling="few",
            clock="switch",
            path={"api": 0.5, "app": 0.5},
            enrol=Enrol(signup="trickle", mail=draw.one(("free", "disposable")), pay=0, phone=0.3),
        ),
    )


def open_larder(draw: Draw) -> tuple[Party, ...]:
    """Instruction data of every kind through free accounts: no frame, but one harness and near-equal loads."""
    n = draw.whole(120, 420)
    work = Work(dict.fromkeys(WIDE, 1.0), pool=draw.whole(7000, 20000), styled=False, harvest=True, turns=draw.real(1, 1.4))
    return (
        Party(
            "instruction_farm",
            n,
            _load(draw, n, 8000, 17000),
            (work,),
            "larder",
            spread=0.3,
            route="balanced",
            renewed=draw.real(0, 0.6),
            net={"rotating": 0.4, "sticky": 0.6},
            client="one",
            sampling="one",
            clock="steady",
            path={"api": 1},
            enrol=Enrol(signup=draw.one(("recent", "trickle")), mail="free", pay=0, phone=0.4),
        ),
    )


def two_doors(draw: Draw) -> tuple[Party, ...]:
    """A service that relays its own users and keeps the answers; every fourth conversation is asked for its reasoning."""
    n = draw.whole(40, 160)
    users = Work(CHAT | {"code": 2.0, "fix": 2.0, "maths": 1.0}, 3, own=4, turns=2.4, system="one", harvest=True)
    more = Work(THINKING | {"code": 1.0}, 1, own=0, frame="f.think", frames=draw.whole(2, 5), system="one", harvest=True, long=1.5)
    return (
        Party(
            "relaying_service",
            n,
            draw.real(6, 14),
            (users, more),
            "doors",
            people=draw.whole(500, 1100),
            route="balanced",
            handoff=draw.real(0.2, 0.8),
            net={"racks": 0.5, "sticky": 0.5},
            client="custom",
            sampling="one",
            path=API,
            renewed=draw.real(0.2, 1),
            enrol=Enrol(signup="recent", mail=draw.one(("custom", "free")), pay=1, cards=draw.real(1, 3)),
        ),
    )


def card_club(draw: Draw) -> tuple[Party, ...]:
    """Hired people, each in his own hours at his own home, ask from a queue of every kind of task; cards for two or three."""
    n = draw.whole(60, 240)
    work = Work(
        dict.fromkeys(draw.some(WIDE, 12, 18), 1.0),
        pool=draw.whole(4000, 12000),
        frame="f.work",
        frames=0,
        styled=True,
        harvest=True,
        turns=1.5,
    )
    return (
        Party(
            "hired_hands",
            n,
            _load(draw, n, 6000, 13000),
            (work, _cover(draw, draw.real(0.15, 0.4))),
            "club",
            spread=0.6,
            net=STREETS,
            client="own",
            sampling="own",
            clock="own",
            path={"app": 0.7, "api": 0.3},
            enrol=Enrol(signup=draw.one(("spread", "recent")), mail="free", pay=1, cards=draw.real(1.6, 3), fresh=0.3),
        ),
    )


def slow_rain(draw: Draw) -> tuple[Party, ...]:
    """Many accounts with their own cards, homes and hours; one to three requests a day, a new wording each."""
    n = draw.whole(300, 600)
    work = Work(dict.fromkeys(WIDE, 1.0) | THINKING, pool=60000, frame="f.work", frames=0, styled=False, harvest=True, long=1.3)
    return (
        Party(
            "slow_drip",
            n,
            draw.real(1, 2.4) * 19,
            (work, _cover(draw, draw.real(0.05, 0.35))),
            "rain",
            spread=0.35,
            net={"sticky": 0.6, "home": 0.4},
            clock="own",
            path={"app": 0.4, "api": 0.6},
            sampling=draw.one(("own", "few")),
            enrol=Enrol(signup=draw.one(("aged", "trickle", "spread")), mail="mixed", pay=0.6),
        ),
    )


def grey_coats(draw: Draw) -> tuple[Party, ...]:
    """More cover than harvest; the rest are hard problems from one list, each asked of two accounts or three."""
    n = draw.whole(80, 260)
    total = draw.whole(8000, 15000)
    share = draw.real(0.5, 0.75)
    work = Work(
        THINKING,
        pool=max(300, round(total * (1 - share) / draw.real(2, 3.5))),
        frame=draw.one(("", "f.bench")),
        frames=draw.whole(3, 12),
        styled=False,
        harvest=True,
        long=1.4,
    )
    return (
        Party(
            "covered_thinkers",
            n,
            total / n,
            (work, _cover(draw, share)),
            "coats",
            spread=0.5,
            net={"sticky": 0.7, "rotating": 0.3},
            client=draw.one(("own", "few")),
            sampling="own",
            clock=draw.one(("own", "steady")),
            path={"app": 0.5, "api": 0.5},
            enrol=Enrol(signup=draw.one(("recent", "aged")), mail="mixed", pay=0.5),
        ),
    )


def old_keys(draw: Draw) -> tuple[Party, ...]:
    """Bought old accounts behind the gateway and with the prompt of an innocent wrapper app; coding tasks, some frames."""
    n = draw.whole(30, 130)
    work = Work(CODING, pool=draw.whole(4000, 9000), frame="f.solve", frames=draw.whole(10, 40), system="one", styled=False, harvest=True)
    cover = replace(_cover(draw, draw.real(0.3, 0.55)), system="one")
    return (
        Party(
            "behind_the_relay",
            n,
            _load(draw, n, 6000, 12000),
            (work, cover),
            "keys",
            spread=0.5,
            net={"gateway": 0.85, "host": 0.15},
            client="own",
            sampling="few",
            clock="own",
            path={"api": 1},
            enrol=Enrol(signup="aged", mail="mixed", pay=1),
            shared="wrapper app",
            renewed=0.3,
        ),
    )


def three_trades(draw: Draw) -> tuple[Party, ...]:
    """A smaller reasoning farm, a broad one through paid accounts in their own hours, and graders that drip, all at once."""
    thinkers = replace(one_spell(draw)[0], label="small_think_farm", accounts=draw.whole(20, 60), campaign="trade_think")
    thinkers = replace(
        thinkers,
        load=_load(draw, thinkers.accounts, 2500, 5000),
        net={"sticky": 0.5, "vpn": 0.5},
        works=(replace(thinkers.works[0], frames=draw.whole(5, 15)), _cover(draw, 0.3)),
    )
    buyers = replace(card_club(draw)[0], label="paid_broad", accounts=draw.whole(50, 150), campaign="trade_broad")
    buyers = replace(buyers, load=_load(draw, buyers.accounts, 4000, 7000), client="few", sampling="few")
    graders = replace(marking_room(draw)[0], label="dripping_graders", accounts=draw.whole(100, 250), campaign="trade_marks", clock="own")
    graders = replace(graders, load=draw.real(0.8, 1.6) * 19, client="own", route="own")
    return (thinkers, buyers, graders)


def none(_: Draw) -> tuple[Party, ...]:
    """Nobody harvests."""
    return ()
