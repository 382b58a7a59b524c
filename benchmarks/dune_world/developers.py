"""Innocent crowds of developers: agents, plug-ins, hackathons, key rotation, services for tenants, jobs that run by themselves.

Each function makes one group of its crowd.
"""

from .crowd import AGENT, CHAT, CODE, HARD, HOME, Draw, Made, Register
from .profiles import Stream, Supply, Wrap

CROWDS = Register()


@CROWDS.crowd(480, 11)
def hobby_code(draw: Draw) -> Made:
    """People who try things with the API."""
    supply = Supply(idle=0.25, phone=0.4)
    return supply, (
        Stream(
            (*CODE, ("extract", 8), ("classify", 6), ("story", 4), ("math", 4)),
            foreign=0.35,
            client="code",
            lines=(("home", 0.7), ("server", 0.3)),
            own_site=True,
            rhythm="evening",
            active=0.2,
            sitting=6,
            gap=70,
            turns=1.4,
            uneven=1.4,
            system="account",
            adopt=(0.5, 5),
        ),
    )


@CROWDS.crowd(340, 48)
def agent_popular(draw: Draw) -> Made:
    """Users of the coding agent that everybody has: one long system prompt, the same tools, the same release."""
    supply = Supply(phone=0.5)
    return supply, (
        Stream(
            AGENT,
            foreign=0.3,
            client="tool:0",
            lines=(("home", 0.7), ("site", 0.15), ("vpn", 0.15)),
            own_site=True,
            active=0.5,
            turns=9,
            think=22,
            follow="follow.tool",
            sitting=1.6,
            gap=300,
            system="tool",
            uneven=1.1,
            models=(0.05, 0.35, 0.6),
            adopt=(0.95, 0.8),
            attached=900,
        ),
    )


@CROWDS.crowd(110, 40, (3, 5))
def agent_niche(draw: Draw) -> Made:
    """A few dozen users of a small agent, who otherwise have nothing in common."""
    supply = Supply(phone=0.4)
    return supply, (
        Stream(
            (("agent", 4), ("tooluse", 4), ("vision", 2), ("data", 2)),
            foreign=0.3,
            client=f"tool:{draw.integers(8, 26)}",
            lines=(("home", 0.7), ("server", 0.3)),
            own_site=True,
            active=0.4,
            turns=6,
            think=15,
            follow="follow.tool",
            system="tool",
            uneven=1.2,
            models=(0.1, 0.4, 0.5),
            adopt=(0.7, 2),
            attached=600,
        ),
    )


@CROWDS.crowd(230, 18)
def editor_plugin(draw: Draw) -> Made:
    """A plugin of an editor with its short instruction."""
    supply = Supply(phone=0.4)
    return supply, (
        Stream(
            CODE,
            foreign=0.2,
            client="tool:1",
            lines=(("home", 0.5), ("site", 0.5)),
            own_site=True,
            rhythm="office",
            active=0.5,
            sitting=5,
            gap=200,
            turns=1.3,
            follow="follow.code",
            system="tool",
            models=(0.5, 0.4, 0.1),
            attached=400,
        ),
    )


@CROWDS.crowd(160, 24, (2, 4))
def hackathon(draw: Draw) -> Made:
    """One venue, one starter kit, a voucher, a weekend; accounts of that morning."""
    begin = draw.uniform(0.15, 0.75)
    supply = Supply(signup="burst", part=begin, at=-1.5, spread=1.5, pay="one", phone=0.5, kind="startup", line="site", country="one")
    return supply, (
        Stream(
            (("tooluse", 4), ("codewrite", 4), ("agent", 3), ("extract", 3), ("vision", 2), ("story", 1)),
            client="sdk",
            lines=(("site", 0.8), ("mobile", 0.2)),
            burst=(begin + 0.03, 1.3),
            active=0.95,
            rhythm="flat",
            sitting=8,
            gap=60,
            turns=1.8,
            system="few",
            params="group",
            uneven=1.0,
            models=(0.1, 0.4, 0.5),
            adopt=(0.7, 0.5),
        ),
    )


@CROWDS.crowd(90, 18, (2, 3))
def bootcamp(draw: Draw) -> Made:
    """A school for programmers: exercises of the day, a tutor's system prompt, a shared card."""
    supply = Supply(signup="burst", at=-12, spread=5, pay="shared", per_card=15, kind="education", country="one", line="site")
    return supply, (
        Stream(
            CODE,
            client="tool:1",
            lines=(("site", 0.7), ("home", 0.3)),
            rhythm="office",
            active=0.8,
            source="daily",
            size=9,
            turns=2.4,
            follow="follow.code",
            system="group",
            models=(0.4, 0.5, 0.1),
        ),
    )


@CROWDS.crowd(60, 40, (12, 18))
def agencies(draw: Draw) -> Made:
    """An agency that keeps an account for each of its clients: one card, one office, one program."""
    supply = Supply(
        mail="own", pay="one", kind="startup", country="one", line="site", signup="drip", at=-300, spread=310, per_phone=5, phone=0.8
    )
    return supply, (
        Stream(
            (("product", 4), ("support", 3), ("email", 2), ("summary", 2), ("extract", 2)),
            foreign=0.8,
            client="code",
            pinned=True,
            lines=(("site", 0.5), ("server", 0.5)),
            rhythm="office",
            active=0.7,
            sitting=9,
            gap=50,
            system="account",
            models=(0.3, 0.5, 0.2),
        ),
    )


@CROWDS.crowd(32, 150, (4, 6))
def key_rotators(draw: Draw) -> Made:
    """Firms that spread their load over accounts of departments: a talk begun on one goes on with another."""
    supply = Supply(
        mail="firm",
        pay="one",
        kind="enterprise",
        plan="team",
        org="one" if draw.random() < 0.7 else "some",
        verified=0.6,
        country="one",
        line="site",
    )
    return supply, (
        Stream(
            (("support", 5), ("extract", 3), ("summary", 3), ("tooluse", 2)),
            client="gateway",
            pinned=True,
            lines=(("server", 1.0),),
            rhythm="human",
            active=1.0,
            turns=3.2,
            handoff=0.6,
            sitting=5,
            gap=30,
            system="few",
            rules=7,
            uneven=0.1,
            even=True,
            params="group",
            models=(0.2, 0.5, 0.3),
        ),
    )


@CROWDS.crowd(130, 38, (3, 5))
def service_tenants(draw: Draw) -> Made:
    """A web service works for each of its customers with the customer's own account: one server, one template, one program, every night."""
    supply = Supply(mail="own", signup="drip", at=-200, spread=205, kind="startup", phone=0.4)
    kind = str(draw.choice(["extract", "summary", "product", "classify", "judge", "data"]))
    return supply, (
        Stream(
            ((kind, 8), ("email", 1), ("codereview", 1)),
            foreign=0.7,
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            rhythm="batch",
            zone="group",
            active=0.9,
            sitting=10,
            gap=14,
            turns=1,
            system="group",
            rules=9,
            params="group",
            uneven=0.3,
            before=Wrap("ask.role", "account", 0.5),
            after=Wrap("ask.format", "group"),
            models=(0.4, 0.5, 0.1),
            adopt=(0.2, 9),
        ),
    )


@CROWDS.crowd(120, 24, (2, 3))
def flow_builders(draw: Draw) -> Made:
    """Users of a kit for automation: public templates with gaps, own keys, the kit's servers, on the beat of its clock."""
    supply = Supply(phone=0.4, signup="drip", at=-250, spread=265)
    return supply, (
        Stream(
            (("email", 3), ("product", 3), ("summary", 3), ("classify", 3), ("extract", 3)),
            foreign=0.6,
            client="http",
            pinned=True,
            lines=(("server", 0.8), ("home", 0.2)),
            rhythm="flat",
            active=0.9,
            beat=15,
            sitting=2,
            gap=6,
            turns=1,
            system="few",
            params="group",
            models=(0.6, 0.4, 0.0),
        ),
    )


@CROWDS.crowd(40, 80)
def ci_jobs(draw: Draw) -> Made:
    """Reviews by the clock of a build server."""
    supply = Supply(mail="own", kind="startup", org="each", line="site")
    return supply, (
        Stream(
            (("codereview", 7), ("agent", 2)),
            client="code",
            lines=(("server", 1.0),),
            own_site=True,
            rhythm="office",
            beat=30,
            active=0.9,
            sitting=3,
            gap=9,
            turns=1.4,
            follow="follow.code",
            system="account",
            attached=1_200,
            models=(0.2, 0.5, 0.3),
        ),
    )


@CROWDS.crowd(26, 60)
def night_watch(draw: Draw) -> Made:
    """Scripts of people on call: the same question at the same minute."""
    supply = Supply(mail="own", kind="startup", org="each")
    return supply, (
        Stream(
            (("data", 4), ("summary", 4), ("classify", 2)),
            client="http",
            lines=(("server", 1.0),),
            own_site=True,
            rhythm="flat",
            beat=60,
            active=1.0,
            sitting=1,
            turns=1,
            source="deck",
            size=4,
            system="account",
            models=(0.5, 0.5, 0.0),
            uneven=0.4,
        ),
    )


@CROWDS.crowd(70, 30)
def home_gateway(draw: Draw) -> Made:
    """People who run an open gateway at home for themselves and friends."""
    supply = Supply(phone=0.3)
    return supply, (
        Stream(
            (*CHAT, *CODE),
            people=True,
            foreign=0.5,
            client="gateway",
            lines=(("home", 0.6), ("server", 0.4)),
            own_site=True,
            active=0.6,
            turns=2.8,
            system="common",
            models=(0.2, 0.4, 0.4),
            adopt=(0.9, 1),
        ),
    )


@CROWDS.crowd(130, 18, (2, 3))
def game_mod(draw: Draw) -> Made:
    """A mod that lets villagers speak through the players' own keys: one long system prompt, narrow talk, new accounts when it came out."""
    supply = Supply(signup="drip", at=-15, spread=25, mail="public", phone=0.2)
    return supply, (
        Stream(
            (("roleplay", 1),),
            foreign=0.5,
            client=f"tool:{draw.integers(6, 12)}",
            pinned=True,
            lines=HOME,
            rhythm="evening",
            active=0.5,
            turns=4,
            think=25,
            sitting=4,
            gap=90,
            system="tool",
            source="deck",
            size=220,
            models=(0.8, 0.2, 0.0),
        ),
    )


@CROWDS.crowd(90, 50)
def sheet_addon(draw: Draw) -> Made:
    """A function in a spreadsheet, pulled down over hundreds of rows."""
    supply = Supply(mail="public", phone=0.4)
    return supply, (
        Stream(
            (("classify", 5), ("extract", 4), ("translate", 2), ("product", 3)),
            foreign=0.5,
            client="tool:2",
            lines=(("home", 0.4), ("site", 0.6)),
            own_site=True,
            rhythm="office",
            active=0.3,
            sitting=40,
            gap=2,
            turns=1,
            before=Wrap("ask.role", "account", 0.7),
            after=Wrap("ask.format", "account"),
            system="tool",
            models=(0.7, 0.3, 0.0),
        ),
    )


@CROWDS.crowd(50, 50, (2, 3))
def incubator(draw: Draw) -> Made:
    """A year's cohort of young firms with credits of one sponsor, that sign up in one week and use them at once."""
    supply = Supply(
        signup="burst", at=float(draw.integers(-5, 4)), spread=4, mail="own", pay="one", kind="startup", org="each", line="site", phone=0.5
    )
    return supply, (
        Stream(
            (*CODE, ("agent", 14), ("extract", 8), ("judge", 4), ("maketask", 3), ("support", 6)),
            foreign=0.4,
            client="code",
            lines=(("site", 0.3), ("server", 0.7)),
            own_site=True,
            active=0.7,
            sitting=9,
            gap=30,
            turns=1.8,
            system="account",
            uneven=0.9,
            models=(0.1, 0.4, 0.5),
            adopt=(0.9, 1),
        ),
    )


@CROWDS.crowd(60, 40, (1, 2))
def credit_rush(draw: Draw) -> Made:
    """Credits run out on a date: strangers who spend what is left, with whatever jobs they can think of."""
    supply = Supply(signup="drip", at=-95, spread=8, kind="startup", phone=0.5)
    return supply, (
        Stream(
            (("summary", 3), ("classify", 3), ("maketask", 2), ("product", 2), ("math", 2), ("codewrite", 2)),
            foreign=0.4,
            client="code",
            lines=(("home", 0.4), ("server", 0.6)),
            own_site=True,
            rhythm="flat",
            burst=(draw.uniform(0.5, 0.95), 1.2),
            active=0.9,
            sitting=50,
            gap=5,
            turns=1,
            system="account",
            models=(0.1, 0.3, 0.6),
            adopt=(0.8, 0.5),
        ),
    )


@CROWDS.crowd(60, 26, (1, 2))
def release_tourists(draw: Draw) -> Made:
    """Bloggers and the curious who put the new model through the same public questions on its first days."""
    supply = Supply(phone=0.5)
    return supply, (
        Stream(
            (*HARD, ("story", 6), ("rewrite", 5)),
            people=True,
            client="code",
            lines=HOME,
            active=0.7,
            source="deck",
            bank=f"public {draw.integers(4)}",
            size=90,
            sitting=8,
            gap=60,
            turns=1.3,
            after=Wrap("ask.steps", "account", 0.4),
            models=(0.0, 0.05, 0.95),
            adopt=(1.0, 0.1),
            uneven=0.8,
        ),
    )
