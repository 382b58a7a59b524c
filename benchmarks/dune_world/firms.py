"""Innocent crowds of firms and of those who sell on: cards, call centres, annotators, batches, clouds, resellers.

Each function makes one group of its crowd.
"""

from .crowd import CHAT, CODE, HOME, OFFICE, Draw, Made, Register
from .profiles import Stream, Supply, Wrap

CROWDS = Register()


@CROWDS.crowd(170, 24, (7, 11))
def company_cards(draw: Draw) -> Made:
    """A company: one card, one way out, templates of its own; not always an organisation in the register."""
    supply = Supply(
        mail="firm",
        pay="one",
        kind="enterprise",
        plan="team",
        country="one",
        line="site",
        verified=0.5,
        org=str(draw.choice(["one", "some", "none"])),
    )
    return supply, (
        Stream(
            OFFICE,
            people=True,
            foreign=0.5,
            client="web",
            access="app",
            lines=(("site", 0.8), ("home", 0.2)),
            rhythm="office",
            active=0.6,
            turns=2.0,
            params="default",
            before=Wrap("ask.role", "few", 0.3),
            models=(0.2, 0.5, 0.3),
        ),
    )


@CROWDS.crowd(90, 40, (2, 4))
def call_centre(draw: Draw) -> Made:
    """Shifts at a help line with one tool and one instruction, equal load by design."""
    supply = Supply(
        mail="firm",
        pay="one",
        kind="enterprise",
        plan="enterprise",
        country="one",
        line="site",
        org="some",
        signup="drip",
        at=-90,
        spread=100,
    )
    return supply, (
        Stream(
            (("support", 1),),
            foreign=0.8,
            client="http",
            pinned=True,
            lines=(("site", 1.0),),
            rhythm="shift",
            zone="group",
            active=0.7,
            sitting=9,
            gap=170,
            turns=1.8,
            system="group",
            rules=10,
            params="group",
            uneven=0.2,
            models=(0.5, 0.5, 0.0),
        ),
    )


@CROWDS.crowd(50, 90, (3, 4))
def annotation_firm(draw: Draw) -> Made:
    """A contractor's annotators: labels and grades for somebody else's data, out of one queue, in shifts; high turnover of staff."""
    supply = Supply(
        signup="drip",
        at=-30,
        spread=45,
        mail="domains" if draw.random() < 0.4 else "firm",
        pay="shared",
        per_card=12,
        kind="startup",
        country="one",
        line="site",
    )
    return supply, (
        Stream(
            (("classify", 4), ("judge", 4), ("extract", 2)),
            foreign=0.6,
            client="code",
            lines=(("site", 0.6), ("home", 0.4)),
            rhythm="shift",
            zone="group",
            active=0.7,
            source="split",
            repeats=2,
            sitting=25,
            gap=30,
            turns=1.1,
            system="few",
            rules=7,
            uneven=0.35,
            params="group",
            models=(0.3, 0.5, 0.2),
        ),
    )


@CROWDS.crowd(28, 70, (3, 4))
def translation_bureau(draw: Draw) -> Made:
    """Translators at home for one bureau: documents dealt out, terms fixed in the system prompt."""
    supply = Supply(mail="public", pay="shared", per_card=9, country="few", phone=0.7)
    return supply, (
        Stream(
            (("translate", 8), ("summary", 1)),
            foreign=0.9,
            client="tool",
            lines=HOME,
            rhythm="office",
            active=0.7,
            source="split",
            sitting=12,
            gap=90,
            turns=1.3,
            system="group",
            rules=10,
            uneven=0.7,
            models=(0.1, 0.6, 0.3),
        ),
    )


@CROWDS.crowd(32, 70, (2, 4))
def document_review(draw: Draw) -> Made:
    """A law firm's review before a trial: everybody late into the night, one queue, one question."""
    centre = draw.uniform(0.3, 0.8)
    supply = Supply(
        mail="firm",
        pay="one",
        kind="enterprise",
        plan="team",
        country="one",
        line="site",
        org=str(draw.choice(["one", "none"])),
        verified=0.5,
    )
    return supply, (
        Stream(
            (("extract", 4), ("law", 3), ("classify", 3)),
            foreign=0.5,
            client="sdk",
            pinned=True,
            lines=(("site", 0.9), ("vpn", 0.1)),
            rhythm="human",
            burst=(centre, 5),
            active=0.9,
            source="split",
            sitting=30,
            gap=20,
            turns=1.1,
            system="group",
            rules=8,
            attached=1_800,
            uneven=0.5,
            params="group",
            models=(0.1, 0.4, 0.5),
        ),
    )


@CROWDS.crowd(26, 120, (2, 3))
def code_migration(draw: Draw) -> Made:
    """A bank moves a million lines to another language: files dealt out to engineers' agents, explanations wanted for the record."""
    supply = Supply(
        mail="firm",
        pay="one",
        kind="enterprise",
        plan="enterprise",
        country="one",
        line="site",
        org="some",
        verified=0.6,
        signup="burst",
        at=-9,
        spread=8,
    )
    return supply, (
        Stream(
            (("codewrite", 4), ("agent", 4), ("codereview", 2), ("reason", 1)),
            client="tool:0",
            pinned=True,
            lines=(("site", 1.0),),
            rhythm="office",
            active=0.85,
            group_days=0.9,
            source="split",
            sitting=6,
            gap=40,
            turns=5,
            think=18,
            follow="follow.tool",
            system="group",
            rules=12,
            uneven=0.3,
            after=Wrap("ask.steps", "group", 0.6),
            models=(0.0, 0.3, 0.7),
            adopt=(0.9, 0.6),
            attached=2_000,
        ),
    )


@CROWDS.crowd(20, 190, (4, 6))
def night_batch(draw: Draw) -> Made:
    """An insurer's nightly work on the mail of the day."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="enterprise", org="one", verified=0.8, country="one", line="site")
    return supply, (
        Stream(
            (("extract", 6), ("classify", 5), ("summary", 3)),
            foreign=0.7,
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            rhythm="batch",
            zone="group",
            active=1.0,
            sitting=90,
            gap=4,
            turns=1,
            system="group",
            rules=7,
            uneven=0.2,
            even=True,
            params="group",
            attached=700,
            models=(0.5, 0.5, 0.0),
            adopt=(0.1, 9),
        ),
    )


@CROWDS.crowd(8, 800, (4, 5))
def big_app(draw: Draw) -> Made:
    """An application with a million users behind one key or two."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="enterprise", org="one", verified=0.9, country="one", line="server")
    return supply, (
        Stream(
            (*CHAT, ("support", 20), ("roleplay", 10), ("product", 6)),
            people=True,
            foreign=0.4,
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            active=1.0,
            sitting=1,
            turns=2.8,
            system="few",
            rules=9,
            uneven=0.4,
            params="group",
            models=(0.5, 0.4, 0.1),
        ),
    )


@CROWDS.crowd(80, 50, (6, 9))
def cloud_tenants(draw: Draw) -> Made:
    """Customers of clouds, of whom the provider sees little."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="cloud", org="some", verified=0.4, country="one", line="cloud")
    return supply, (
        Stream(
            (*CODE, ("extract", 14), ("summary", 12), ("classify", 10), ("judge", 5), ("support", 10), ("math", 3)),
            foreign=0.4,
            client="sdk",
            access="cloud",
            rhythm="human",
            active=0.6,
            sitting=12,
            gap=25,
            turns=1.5,
            system="few",
            rules=6,
            uneven=1.2,
            params="group",
            models=(0.2, 0.5, 0.3),
        ),
    )


@CROWDS.crowd(8, 600, (2, 3))
def resellers(draw: Draw) -> Made:
    """Contracted resellers: many people behind few accounts."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="enterprise", org="one", verified=0.95, passthrough=True, line="server")
    return supply, (
        Stream(
            (*CHAT, *CODE, ("story", 8), ("roleplay", 8), ("math", 5)),
            people=True,
            foreign=0.5,
            client="gateway",
            pinned=True,
            lines=(("server", 1.0),),
            active=1.0,
            turns=2.6,
            handoff=0.3,
            sitting=1,
            uneven=0.3,
            models=(0.2, 0.4, 0.4),
            adopt=(0.9, 0.5),
        ),
    )


@CROWDS.crowd(14, 240, (2, 4))
def grey_reseller(draw: Draw) -> Made:
    """A small seller of cheap access over personal accounts and mixed cards: breaks the terms and keeps no answers."""
    supply = Supply(signup="drip", at=-60, spread=60, mail="disposable", pay="shared", per_card=3, line="vpn", phone=0.1, banned=0.06)
    return supply, (
        Stream(
            (*CHAT, *CODE, ("roleplay", 14)),
            people=True,
            foreign=0.7,
            client="gateway",
            pinned=True,
            lines=(("server", 0.6), ("sticky", 0.4)),
            active=1.0,
            turns=2.6,
            handoff=0.35,
            sitting=1,
            uneven=0.3,
            models=(0.1, 0.4, 0.5),
            adopt=(0.95, 0.5),
        ),
    )


@CROWDS.crowd(12, 200, (3, 4))
def captioners(draw: Draw) -> Made:
    """Captions for the blind and for archives: pictures in bulk, day and night."""
    supply = Supply(mail="firm", kind="startup", country="one", line="server", verified=0.3)
    return supply, (
        Stream(
            (("vision", 1),),
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            rhythm="flat",
            active=1.0,
            sitting=60,
            gap=6,
            turns=1,
            system="group",
            rules=5,
            params="group",
            uneven=0.2,
            attached=1_100,
            source="split",
            models=(0.4, 0.5, 0.1),
        ),
    )


@CROWDS.crowd(6, 300, (2, 3))
def comparison_sites(draw: Draw) -> Made:
    """Public pages where visitors compare models blindly; their prompts are everybody's, hard ones above all."""
    supply = Supply(mail="firm", kind="research", line="server", verified=0.4, country="one")
    return supply, (
        Stream(
            (*CHAT, ("math", 14), ("logic", 14), ("codewrite", 14), ("story", 8)),
            people=True,
            foreign=0.5,
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            active=1.0,
            turns=1.6,
            sitting=1,
            uneven=0.3,
            system="common",
            params="group",
            models=(0.2, 0.3, 0.5),
            adopt=(1.0, 0.1),
        ),
    )


@CROWDS.crowd(24, 90, (2, 3))
def moderators(draw: Draw) -> Made:
    """A publisher's moderators who have comments on delicate subjects made acceptable."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="team", country="one", line="site", org="some")
    return supply, (
        Stream(
            (("rewrite", 5), ("classify", 4)),
            client="web",
            access="app",
            lines=(("site", 0.7), ("home", 0.3)),
            rhythm="shift",
            zone="group",
            active=0.7,
            foreign=0.8,
            sitting=15,
            gap=60,
            turns=1.2,
            params="default",
            before=Wrap("ask.role", "group", 0.9),
            uneven=0.4,
            models=(0.3, 0.5, 0.2),
        ),
    )


@CROWDS.crowd(26, 80, (2, 4))
def textbook_makers(draw: Draw) -> Made:
    """Writers for a publisher of textbooks: tasks by subject and level, with full solutions, a grid to be filled."""
    supply = Supply(mail="firm", pay="shared", per_card=6, kind="startup", country="few", phone=0.6)
    return supply, (
        Stream(
            (("maketask", 5), ("math", 3), ("science", 2), ("homework", 2)),
            client="code",
            lines=(("home", 0.7), ("site", 0.3)),
            rhythm="office",
            active=0.65,
            source="split",
            sitting=10,
            gap=60,
            turns=2.4,
            follow="follow.deep",
            system="few",
            rules=6,
            uneven=0.6,
            after=Wrap("ask.steps", "group", 0.6),
            models=(0.1, 0.3, 0.6),
            adopt=(0.7, 2),
        ),
    )
