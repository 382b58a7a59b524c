"""What people of a trade ask for: sections of the grammar and how often each; and persons that have nothing in common."""

from .chance import Draw
from .party import Enrol, Party, Work

CHAT = {
    "ask": 5.0,
    "howto": 3.0,
    "advise": 2.0,
    "email": 2.0,
    "rewrite": 2.0,
    "summary": 1.5,
    "translate": 1.0,
    "ideas": 1.5,
    "story": 1.0,
    "plan": 1.0,
    "quiz": 0.4,
    "maths": 0.4,
    "reason": 0.2,
    "copy": 0.3,
    "analyse": 0.3,
}
CODE = {"code": 3.0, "fix": 4.0, "review": 2.0, "tests": 1.0, "sql": 1.0, "howto": 0.7, "ask": 0.7}
OFFICE = {
    "email": 4.0,
    "rewrite": 2.0,
    "summary": 3.0,
    "translate": 1.0,
    "plan": 1.0,
    "analyse": 1.5,
    "extract": 1.0,
    "ask": 1.0,
    "sql": 0.3,
}
STUDY = {"ask": 3.0, "science": 2.0, "maths": 2.0, "summary": 2.0, "rewrite": 2.0, "quiz": 1.0, "code": 1.0, "fix": 1.0}
WIDE = (
    "ask",
    "howto",
    "advise",
    "email",
    "rewrite",
    "summary",
    "translate",
    "ideas",
    "story",
    "plan",
    "code",
    "fix",
    "analyse",
    "maths",
    "reason",
    "science",
    "classify",
    "extract",
    "copy",
    "support",
    "quiz",
    "sql",
)
API = {"api": 0.8, "cloud-heath": 0.12, "cloud-moor": 0.08}
STREETS = {"home": 0.87, "vpn": 0.13}
SERVERS = {"host": 0.7, "home": 0.22, "vpn": 0.08}
COMPANY = {"startup": 0.6, "enterprise": 0.4}


def background(draw: Draw) -> tuple[tuple[float, Party], ...]:
    """Persons that have nothing in common, with the share of accounts of each kind."""
    mixed = Enrol(mail="mixed", pay=draw.real(0.2, 0.5), fresh=draw.real(0.15, 0.4), leave=draw.real(0.1, 0.3))
    firms = Enrol(kind=COMPANY, mail="mixed", pay=0.9, org="each", verified=0.15, fresh=0.15, leave=0.1)
    labs = Enrol(kind={"research": 0.6, "education": 0.4}, mail="mixed", pay=0.6, org="each", verified=0.2, fresh=0.2, leave=0.2)
    own = Work(CODE, 1, own=3, turns=2.8, system="none")
    product = Work(
        dict.fromkeys(("support", "classify", "extract", "summary", "copy"), 1.0), 1.2, own=1, turns=1.15, system="own", styled=False
    )
    bot = Work(CHAT, 0.8, own=0, turns=1.8, system="own")
    agent = Work({"agent": 3.0, "code": 0.4}, 0.6, own=1, turns=4.5, tools="own", system="own", styled=False)
    science = Work({"maths": 1.0, "reason": 1.0, "science": 2.0, "grade": 0.5, "analyse": 1.0}, 1, own=2, turns=1.5)
    return (
        (0.56, Party("person", 1, draw.real(9, 22), (Work(CHAT, own=4, turns=2.1),), spread=1.1, enrol=mixed, net=STREETS)),
        (0.12, Party("student", 1, draw.real(8, 22), (Work(STUDY, own=3, turns=2.0),), spread=1.0, enrol=mixed, net=STREETS)),
        (0.14, Party("developer", 1, draw.real(14, 26), (own, agent), spread=1.1, enrol=mixed, net=SERVERS, path=API | {"app": 0.5})),
        (
            0.12,
            Party(
                "business",
                1,
                draw.real(16, 30),
                (product, bot, agent, Work(OFFICE, own=3)),
                spread=1.2,
                enrol=firms,
                net=SERVERS,
                path=API | {"app": 0.3},
            ),
        ),
        (0.06, Party("researcher", 1, draw.real(12, 26), (science, own), spread=1.1, enrol=labs, net=SERVERS, path=API | {"app": 0.4})),
    )
