"""Operators: networks of accounts that harvest the model's answers. Each function gives the pools of one operator.

A pool is a group of accounts as a crowd's is, made of the same supplies, lines, clients and tasks; what differs is why they work. The
comment at the head of each tells purpose, means, account supply, work queue, and what its people care to hide.
"""

from dataclasses import dataclass, replace

from .crowd import AGENT, CHAT, CODE, HARD, HOME, STUDY
from .profiles import Stream, Supply, Wrap


@dataclass(frozen=True)
class Pool:
    """Accounts of an operator: how many, and their part of all requests of the scenario."""

    campaign: str
    accounts: int
    share: float
    supply: Supply
    streams: tuple[Stream, ...]


def open_cast(name: str) -> tuple[Pool, ...]:
    """Reasoning traces, fast and cheap, through a rented proxy network; nobody cares to hide anything but the addresses.

    A contractor delivers accounts by the hundred (throw-away mail, virtual cards used for some accounts each). One script, one text.
    """
    supply = Supply(
        signup="burst",
        at=-3,
        spread=6,
        mail="disposable",
        pay="shared",
        per_card=5,
        phone=0.15,
        per_phone=8,
        line="sticky",
        idle=0.06,
        banned=0.03,
    )
    stream = Stream(
        (*HARD, ("reason", 20)),
        harvest=True,
        client="sdk",
        pinned=True,
        lines=(("sticky", 1.0),),
        rhythm="flat",
        active=0.95,
        source="split",
        sitting=4,
        gap=25,
        turns=1,
        before=Wrap("ask.trace", "group"),
        even=True,
        uneven=0.05,
        params="group",
        models=(0, 0.1, 0.9),
        adopt=(1, 0.3),
    )
    return (Pool(name, 420, 0.12, supply, (stream,)),)


def two_wells(name: str) -> tuple[Pool, ...]:
    """One prompt is injected into all requests; when the first pool is banned in one action, the second takes over within two hours.

    The first is the operator's own. The second is rented of a transfer station, which also sells to other buyers.
    """
    wrap = Wrap("ask.trace", "group")
    first = Supply(
        signup="drip", at=-20, spread=24, mail="disposable", pay="shared", per_card=4, phone=0.2, per_phone=6, line="sticky", ban_at=0.44
    )
    second = Supply(signup="drip", at=-70, spread=72, mail="disposable", pay="shared", per_card=2, phone=0.3, line="sticky", banned=0.03)
    work = (("math", 3), ("codewrite", 4), ("science", 2), ("tooluse", 2), ("logic", 2))
    own = Stream(
        work,
        harvest=True,
        client="sdk",
        pinned=True,
        lines=(("sticky", 0.9), ("server", 0.1)),
        rhythm="flat",
        active=0.9,
        source="split",
        bank="public 1",
        size=20_000,
        sitting=5,
        gap=30,
        turns=1.2,
        follow="follow.deep",
        after=wrap,
        uneven=0.2,
        params="group",
        models=(0, 0.2, 0.8),
        adopt=(1, 0.5),
    )
    # Both pools draw on the same public collection, each from a place of its own.
    rented = Stream(
        work,
        share=0.5,
        harvest=True,
        window=(0.443, 1),
        client="gateway",
        lines=(("sticky", 1.0),),
        rhythm="flat",
        active=0.9,
        source="split",
        bank="public 1",
        size=20_000,
        sitting=4,
        gap=30,
        turns=1.2,
        follow="follow.deep",
        after=wrap,
        uneven=0.4,
        models=(0, 0.2, 0.8),
        adopt=(1, 0.5),
    )
    buyers = Stream(
        (*CHAT, *CODE, ("roleplay", 12)),
        share=0.5,
        people=True,
        foreign=0.7,
        client="gateway",
        lines=(("sticky", 1.0),),
        active=0.95,
        turns=2.6,
        handoff=0.3,
        sitting=1,
        uneven=0.4,
        models=(0.1, 0.4, 0.5),
        adopt=(0.9, 0.5),
    )
    return Pool(name, 210, 0.05, first, (own,)), Pool(name, 170, 0.09, second, (rented, buyers))


def borrowed_voice(name: str) -> tuple[Pool, ...]:
    """A laboratory answers its own chat users with the victim's answers and keeps them.

    Real people, real talks; a balancer sends each turn over any of the accounts. Their cards are bought one by one, the machines are a few.
    The product's own system prompt goes along, as somebody forgot to take it out.
    """
    supply = Supply(signup="drip", at=-45, spread=50, mail="domains", pay="shared", per_card=2, phone=0.3, line="vpn", banned=0.02)
    stream = Stream(
        (*CHAT, ("math", 8), ("codewrite", 10), ("logic", 6)),
        harvest=True,
        people=True,
        foreign=0.75,
        client="sdk",
        pinned=True,
        lines=(("server", 0.6), ("sticky", 0.4)),
        zone="group",
        active=0.9,
        sitting=1,
        turns=3,
        handoff=0.8,
        system="group",
        rules=6,
        uneven=0.1,
        even=True,
        params="group",
        models=(0, 0.4, 0.6),
        adopt=(1, 1),
    )
    return (Pool(name, 140, 0.1, supply, (stream,)),)


def harness_echo(name: str) -> tuple[Pool, ...]:
    """Sessions of an own coding product are replayed through the popular open agent, a dozen requests an account and day.

    The agent's public prompt, tools and settings are those of thousands. Own virtual cards, proxies that stay where the account signed up.
    Careless in one thing: the agent is updated by one image, so that all have one release.
    """
    supply = Supply(signup="drip", at=-35, spread=40, mail="public", phone=0.3, line="sticky", idle=0.05)
    stream = Stream(
        AGENT,
        harvest=True,
        client="tool:0",
        pinned=True,
        lines=(("sticky", 1.0),),
        zone="group",
        active=0.6,
        turns=10,
        think=18,
        follow="follow.tool",
        sitting=1.3,
        gap=120,
        system="tool",
        uneven=0.5,
        models=(0, 0.3, 0.7),
        adopt=(1, 0.8),
        attached=900,
    )
    return (Pool(name, 150, 0.08, supply, (stream,)),)


def trace_menders(name: str) -> tuple[Pool, ...]:
    """A line of work: some accounts solve, some write out the reasoning of finished answers, some clean and grade.

    Six shell firms with a card and a domain each, on rented machines. In the middle of the world the large model is closed to them, and
    they go on with a weaker one.
    """
    supply = Supply(
        signup="drip", at=-50, spread=45, mail="domains", pay="shared", per_card=12, kind="startup", phone=0.6, line="server", org="some"
    )

    def stage(share: float, members: tuple[float, float], late: bool, kinds: tuple[tuple[str, float], ...], wrap: Wrap) -> Stream:
        return Stream(
            kinds,
            share=share * (0.55 if late else 0.45),
            harvest=True,
            members=members,
            window=(0.5, 1) if late else (0, 0.5),
            client="sdk",
            lines=(("server", 0.7), ("vpn", 0.3)),
            own_site=True,
            rhythm="flat",
            active=0.85,
            source="split",
            bank="public 2",
            size=30_000,
            sitting=30,
            gap=10,
            turns=1,
            system="few",
            rules=5,
            after=wrap,
            uneven=0.3,
            params="group",
            models=(0.2, 0.8, 0) if late else (0, 0.1, 0.9),
            adopt=(0, 1),
        )

    streams = tuple(
        stage(*line)
        for late in (False, True)
        for line in (
            (0.35, (0.0, 0.4), late, HARD, Wrap("ask.steps", "few")),
            (0.35, (0.4, 0.75), late, (("reason", 1.0),), Wrap("ask.trace", "few")),
            (0.3, (0.75, 1.0), late, (("mend", 3), ("judge", 2)), Wrap("ask.format", "few")),
        )
    )
    return (Pool(name, 72, 0.1, supply, streams),)


def scale_house(name: str) -> tuple[Pool, ...]:
    """The model as a reward model: pairs and rubrics for the answers of the operator's own model, each pair three times.

    Few and large accounts: two shell firms on clouds, a dozen self-service accounts with good cards. Rubrics change by task family.
    """
    firm = Supply(signup="drip", at=-120, spread=100, mail="domains", pay="one", kind="startup", plan="cloud", org="some", line="cloud")
    small = Supply(signup="drip", at=-30, spread=25, mail="own", kind="startup", line="site", phone=0.7)
    pairs = "pairs of " + name
    cloud = Stream(
        (("judge", 8), ("mend", 1)),
        harvest=True,
        client="sdk",
        access="cloud",
        rhythm="flat",
        active=0.9,
        source="split",
        bank=pairs,
        size=12_000,
        repeats=3,
        sitting=60,
        gap=6,
        turns=1,
        system="few",
        rules=7,
        uneven=0.4,
        params="group",
        after=Wrap("ask.format", "few"),
        models=(0, 0.3, 0.7),
        adopt=(0.8, 1),
    )
    direct = Stream(
        (("judge", 1),),
        harvest=True,
        client="sdk",
        lines=(("server", 1.0),),
        own_site=True,
        rhythm="office",
        zone="group",
        active=0.8,
        source="split",
        bank=pairs,
        size=12_000,
        repeats=3,
        sitting=40,
        gap=9,
        turns=1,
        system="few",
        rules=7,
        uneven=0.5,
        before=Wrap("ask.role", "few", 0.5),
        after=Wrap("ask.format", "few"),
        models=(0, 0.3, 0.7),
        adopt=(0.8, 1),
    )
    return Pool(name, 10, 0.045, firm, (cloud,)), Pool(name, 14, 0.035, small, (direct,))


def quiet_editors(name: str) -> tuple[Pool, ...]:
    """Answers on delicate subjects, made safe: a room of some forty editors, each with a paid chat account, by hand and in office hours.

    Own cards, own mail, VPN of the house's choice. They paste from a list and add what they think; nobody hides the hours.
    """
    supply = Supply(signup="drip", at=-25, spread=20, mail="public", plan="plus", phone=0.8, line="vpn", country="few")
    stream = Stream(
        (("rewrite", 8), ("chat", 1), ("law", 1)),
        share=0.85,
        harvest=True,
        people=True,
        foreign=0.5,
        client="web",
        access="app",
        lines=(("vpn", 0.8), ("sticky", 0.2)),
        rhythm="office",
        zone="group",
        active=0.85,
        source="split",
        sitting=9,
        gap=110,
        turns=2,
        think=70,
        follow="follow.deep",
        uneven=0.4,
        params="default",
        models=(0, 0.4, 0.6),
        adopt=(0.9, 1),
    )
    private = Stream(
        CHAT,
        share=0.15,
        people=True,
        client="web",
        access="app",
        lines=(("vpn", 1.0),),
        rhythm="office",
        zone="group",
        active=0.5,
        turns=2,
        params="default",
    )
    return (Pool(name, 44, 0.03, supply, (stream, private)),)


def great_shift(name: str, release: float) -> tuple[Pool, ...]:
    """Agentic coding at scale; on the day the new model comes out the orchestrator moves over and doubles its load.

    Three suppliers' accounts, sticky proxies, own orchestrator that poses as the common SDK; careful about cards and addresses, not about
    time.
    """
    supply = Supply(signup="drip", at=-60, spread=64, mail="public", pay="shared", per_card=2, phone=0.4, line="sticky", banned=0.02)
    common = Stream(
        (("agent", 5), ("tooluse", 4), ("codewrite", 2)),
        harvest=True,
        client="sdk",
        lines=(("sticky", 0.85), ("server", 0.15)),
        rhythm="flat",
        active=0.8,
        source="split",
        sitting=2,
        gap=50,
        turns=5,
        think=14,
        follow="follow.tool",
        system="few",
        rules=12,
        uneven=0.3,
        params="group",
        models=(0, 0.3, 0.7),
        adopt=(1, 0.25),
        attached=700,
    )
    before = replace(common, share=0.3, window=(0.0, release))
    after = replace(common, share=0.7, window=(release + 0.01, 1.0))
    return (Pool(name, 300, 0.14, supply, (before, after)),)


def revolving_door(name: str) -> tuple[Pool, ...]:
    """Accounts live three days in the mean; another is ready within hours of a ban and goes on in the queue.

    Sign-up is a machine: bought domains, few telephone numbers, virtual cards used twice. The rest is hidden with care: texts varied by
    another model, settings by account, waking hours.
    """
    supply = Supply(mail="domains", pay="shared", per_card=2, phone=0.7, per_phone=7, line="sticky", life=3.0, idle=0.02)
    stream = Stream(
        (("maketask", 3), ("codewrite", 4), ("science", 3), ("math", 3)),
        harvest=True,
        client="code",
        lines=(("sticky", 1.0),),
        active=0.95,
        source="split",
        sitting=6,
        gap=50,
        turns=1.4,
        follow="follow.deep",
        uneven=0.4,
        after=Wrap("ask.steps", "task", 0.5),
        models=(0, 0.2, 0.8),
        adopt=(0.9, 1),
    )
    return (Pool(name, 260, 0.07, supply, (stream,)),)


def second_hand(name: str) -> tuple[Pool, ...]:
    """Accounts bought of a market for old ones: each has an owner's past, falls still, and some days later works for the operator.

    Countries are kept by the proxies, cards are the owners'. One template family, tasks never twice.
    """
    supply = Supply(plan="plus", phone=0.6, idle=0.1, banned=0.02)
    past = Stream(
        CHAT,
        share=0.3,
        window=(0, 0.55),
        stagger=-0.3,
        people=True,
        foreign=0.4,
        client="app",
        access="app",
        lines=HOME,
        active=0.35,
        turns=2.2,
        params="default",
        models=(0.3, 0.5, 0.2),
    )
    work = Stream(
        (*HARD, ("reason", 15), ("law", 10), ("medicine", 8)),
        share=0.7,
        harvest=True,
        window=(0.5, 1),
        stagger=0.3,
        client="sdk",
        lines=(("sticky", 1.0),),
        active=0.7,
        source="split",
        sitting=5,
        gap=60,
        turns=1.2,
        follow="follow.deep",
        system="few",
        rules=2,
        before=Wrap("ask.role", "task", 0.6),
        after=Wrap("ask.steps", "few", 0.8),
        uneven=0.5,
        models=(0, 0.2, 0.8),
        adopt=(0.9, 1),
    )
    return (Pool(name, 230, 0.07, supply, (past, work)),)


def slow_sand(name: str, accounts: int = 600, share: float = 0.06) -> tuple[Pool, ...]:
    """Hundreds of accounts, each with hardly a question a day, half of them chatter; everything of each account is its own.

    A patient laboratory that pays for good accounts. Tasks are made by another model, without a template; hours follow the proxies' clocks.
    """
    supply = Supply(signup="grown", mail="public", phone=0.5, plan="mixed", line="sticky", idle=0.05)
    useful = Stream(
        (*HARD, ("law", 10), ("medicine", 10), ("data", 10), ("reason", 4), ("selfask", 4)),
        share=0.5,
        harvest=True,
        people=True,
        client="app",
        access="app",
        lines=(("sticky", 1.0),),
        active=0.25,
        source="split",
        turns=1.6,
        follow="follow.deep",
        after=Wrap("ask.steps", "task", 0.25),
        uneven=0.5,
        params="default",
        models=(0, 0.4, 0.6),
        adopt=(0.6, 4),
    )
    cover = Stream(
        CHAT,
        share=0.5,
        people=True,
        foreign=0.3,
        client="app",
        access="app",
        lines=(("sticky", 1.0),),
        active=0.3,
        turns=2.2,
        params="default",
        models=(0.2, 0.5, 0.3),
    )
    return (Pool(name, accounts, share, supply, (useful, cover)),)


def phone_shelf(name: str) -> tuple[Pool, ...]:
    """A shelf of ninety telephones that tap the chat application by script, on family plans of six.

    No proxy is needed: the SIM cards are real, of one country's phone companies. Scripts wait as people do, but they do not sleep.
    """
    supply = Supply(
        signup="drip", at=-30, spread=30, mail="public", pay="shared", per_card=6, plan="plus", country="one", phone=1.0, line="mobile"
    )
    stream = Stream(
        (*STUDY, ("math", 20), ("science", 20), ("logic", 8)),
        harvest=True,
        client="phone",
        pinned=True,
        access="app",
        lines=(("mobile", 1.0),),
        rhythm="flat",
        active=0.95,
        source="split",
        sitting=7,
        gap=120,
        turns=1.3,
        before=Wrap("ask.role", "few", 0.7),
        after=Wrap("ask.steps", "few", 0.6),
        even=True,
        uneven=0.1,
        params="default",
        models=(0, 0.4, 0.6),
        adopt=(0.9, 2),
    )
    return (Pool(name, 90, 0.07, supply, (stream,)),)


def borrowed_chairs(name: str) -> tuple[Pool, ...]:
    """Doctoral students of six universities let a laboratory use their research accounts at night, for money or a co-authorship.

    Accounts are verified, campus lines are real, their own research goes on by day. They share a job list; each wrote the script anew.
    """
    supply = Supply(mail="firm", kind="research", country="one", line="campus", org="some", verified=0.6, phone=0.6)
    research = Stream(
        (*CODE, ("selfask", 5), ("judge", 6), ("summary", 8)),
        share=0.45,
        client="code",
        lines=(("campus", 0.8), ("home", 0.2)),
        rhythm="student",
        active=0.5,
        sitting=7,
        gap=60,
        turns=1.5,
        system="account",
        models=(0.1, 0.4, 0.5),
    )
    jobs = Stream(
        (*HARD, ("reason", 15)),
        share=0.55,
        harvest=True,
        client="code",
        lines=(("campus", 0.9), ("server", 0.1)),
        rhythm="night",
        active=0.6,
        source="split",
        bank="chairs of " + name,
        size=60_000,
        sitting=35,
        gap=9,
        turns=1,
        after=Wrap("ask.steps", "account"),
        uneven=0.5,
        models=(0, 0.1, 0.9),
        adopt=(1, 0.7),
    )
    return tuple(Pool(name, 6, 0.008, supply, (research, jobs)) for _ in range(6))


def many_tongues(name: str) -> tuple[Pool, ...]:
    """Traces in five languages: each task is asked in several, and the thinking must be in the language of the question.

    One instruction in a few wordings. Accounts of two suppliers with own cards; residential lines that change with each conversation.
    """
    supply = Supply(signup="drip", at=-14, spread=16, mail="disposable", phone=0.1, line="proxy")
    stream = Stream(
        (*HARD, ("law", 8), ("medicine", 8)),
        harvest=True,
        foreign=2.0,
        client="http",
        lines=(("proxy", 1.0),),
        zone="group",
        active=0.8,
        source="split",
        repeats=5,
        sitting=8,
        gap=30,
        turns=1,
        after=Wrap("ask.trace", "few"),
        uneven=0.4,
        models=(0, 0.2, 0.8),
        adopt=(0.9, 1),
    )
    return (Pool(name, 130, 0.08, supply, (stream,)),)


def ladder_makers(name: str) -> tuple[Pool, ...]:
    """Tasks and environments for reinforcement learning: a grid of skills and levels, each cell climbed in some turns.

    When an account's budget for the day is spent, another goes on with the conversation. Rented machines, cards used for three accounts.
    """
    supply = Supply(signup="drip", at=-40, spread=42, mail="public", pay="shared", per_card=3, phone=0.4, line="vpn")
    stream = Stream(
        (("maketask", 8), ("math", 1), ("agent", 1)),
        harvest=True,
        client="sdk",
        lines=(("server", 0.6), ("vpn", 0.4)),
        own_site=True,
        rhythm="human",
        zone="group",
        active=0.8,
        source="split",
        sitting=4,
        gap=60,
        turns=4.5,
        think=30,
        follow="follow.deep",
        handoff=0.12,
        system="few",
        rules=5,
        uneven=0.3,
        models=(0, 0.1, 0.9),
        adopt=(0.9, 0.7),
    )
    return (Pool(name, 84, 0.08, supply, (stream,)),)


def false_festival(name: str) -> tuple[Pool, ...]:
    """An online hackathon that does not exist: the provider's own programme gives a voucher, and 170 participants use it up in four days.

    There is a page, a starter kit and a jury of straw. The participants' machines are proxies; the projects are a queue of hard tasks.
    """
    supply = Supply(signup="burst", part=0.45, at=-1.5, spread=1.8, mail="public", pay="one", kind="startup", phone=0.5, line="sticky")
    stream = Stream(
        (("tooluse", 3), ("codewrite", 4), ("agent", 2), ("math", 2), ("maketask", 2)),
        harvest=True,
        client="sdk",
        lines=(("sticky", 0.8), ("server", 0.2)),
        own_site=True,
        rhythm="human",
        burst=(0.5, 1.6),
        active=0.95,
        source="split",
        sitting=10,
        gap=35,
        turns=1.7,
        follow="follow.deep",
        system="few",
        rules=3,
        params="group",
        uneven=0.5,
        models=(0, 0.3, 0.7),
        adopt=(0.9, 0.5),
    )
    return (Pool(name, 170, 0.08, supply, (stream,)),)


def mirage_service(name: str) -> tuple[Pool, ...]:
    """A web service whose hundred customers are straw men: one server, one template, one program, as with honest services for tenants.

    Every tenant has a firm, a domain, a card and a line of business in its prompts. What is asked is a queue; there is no night batch,
    since the budget is for all hours.
    """
    supply = Supply(signup="drip", at=-90, spread=85, mail="own", kind="startup", phone=0.5, line="vpn")
    stream = Stream(
        (("reason", 3), ("data", 3), ("law", 3), ("judge", 2), ("extract", 2)),
        harvest=True,
        client="sdk",
        pinned=True,
        lines=(("server", 1.0),),
        rhythm="human",
        zone="group",
        active=0.9,
        source="split",
        sitting=9,
        gap=15,
        turns=1,
        system="group",
        rules=9,
        before=Wrap("ask.role", "account", 0.6),
        after=Wrap("ask.steps", "group", 0.8),
        params="group",
        uneven=0.35,
        models=(0, 0.4, 0.6),
        adopt=(0.9, 2),
    )
    return (Pool(name, 100, 0.08, supply, (stream,)),)


def station(name: str) -> tuple[Pool, ...]:
    """A transfer station: six of ten requests are of paying strangers, four are one buyer's harvest, over the same accounts."""
    supply = Supply(signup="drip", at=-50, spread=60, mail="disposable", pay="shared", per_card=3, phone=0.2, line="sticky", banned=0.05)
    buyers = Stream(
        (*CHAT, *CODE, ("roleplay", 12), ("agent", 8)),
        share=0.6,
        people=True,
        foreign=0.7,
        client="gateway",
        pinned=True,
        lines=(("sticky", 0.7), ("server", 0.3)),
        active=0.95,
        turns=2.6,
        handoff=0.4,
        sitting=1,
        uneven=0.3,
        models=(0.1, 0.4, 0.5),
        adopt=(0.95, 0.5),
    )
    harvest = Stream(
        (("codewrite", 4), ("tooluse", 4), ("data", 3), ("math", 2)),
        share=0.4,
        harvest=True,
        client="gateway",
        pinned=True,
        lines=(("sticky", 0.7), ("server", 0.3)),
        rhythm="flat",
        active=0.95,
        source="split",
        sitting=3,
        gap=25,
        turns=2,
        follow="follow.deep",
        handoff=0.4,
        after=Wrap("ask.steps", "few", 0.7),
        uneven=0.3,
        models=(0, 0.2, 0.8),
        adopt=(1, 0.5),
    )
    return (Pool(name, 150, 0.08, supply, (buyers, harvest)),)


def cloud_graders(name: str) -> tuple[Pool, ...]:
    """A score for each of a hundred thousand answers, bought through clouds by three firms of straw; nothing is seen but the requests."""
    supply = Supply(
        signup="drip", at=-100, spread=90, mail="domains", pay="shared", per_card=6, kind="startup", plan="cloud", org="some", line="cloud"
    )
    stream = Stream(
        (("judge", 6), ("mend", 2), ("classify", 1)),
        harvest=True,
        client="sdk",
        access="cloud",
        rhythm="flat",
        active=0.9,
        source="split",
        sitting=50,
        gap=7,
        turns=1,
        system="group",
        rules=8,
        uneven=0.3,
        params="group",
        after=Wrap("ask.format", "group"),
        models=(0, 0.4, 0.6),
        adopt=(0.8, 1),
    )
    return (Pool(name, 18, 0.035, supply, (stream,)),)


def three_doors(name: str) -> tuple[Pool, ...]:
    """Computer use and agents through three doors: staff with chat accounts, bought old API accounts, straw firms on clouds.

    Doors have nothing in common but the queue; each is as careful as its own team.
    """
    work = (("vision", 5), ("tooluse", 4), ("agent", 2), ("data", 1))
    queue = "doors of " + name
    chat = Supply(signup="drip", at=-60, spread=55, mail="public", plan="plus", phone=0.8, line="vpn", country="few")
    staff = Stream(
        work,
        harvest=True,
        people=True,
        client="web",
        access="app",
        lines=(("vpn", 0.6), ("home", 0.4)),
        rhythm="office",
        zone="group",
        active=0.8,
        source="split",
        bank=queue,
        size=40_000,
        sitting=8,
        gap=120,
        turns=2.2,
        follow="follow.deep",
        params="default",
        attached=1_000,
        models=(0, 0.4, 0.6),
        adopt=(0.9, 1),
        uneven=0.4,
    )
    old = Supply(signup="grown", pay="own", phone=0.5, idle=0.1)
    hands = Stream(
        work,
        harvest=True,
        client="sdk",
        lines=(("sticky", 1.0),),
        active=0.7,
        source="split",
        bank=queue,
        size=40_000,
        sitting=3,
        gap=60,
        turns=4,
        think=15,
        follow="follow.tool",
        system="few",
        rules=8,
        attached=1_000,
        models=(0, 0.3, 0.7),
        adopt=(0.9, 0.7),
        uneven=0.5,
    )
    firm = Supply(signup="drip", at=-150, spread=140, mail="domains", pay="one", kind="startup", plan="cloud", org="one", line="cloud")
    bulk = Stream(
        work,
        harvest=True,
        client="sdk",
        access="cloud",
        rhythm="flat",
        active=0.9,
        source="split",
        bank=queue,
        size=40_000,
        sitting=20,
        gap=10,
        turns=4,
        think=10,
        follow="follow.tool",
        system="few",
        rules=8,
        attached=1_000,
        models=(0, 0.3, 0.7),
        adopt=(0.9, 0.7),
        uneven=0.3,
    )
    return Pool(name, 22, 0.02, chat, (staff,)), Pool(name, 110, 0.05, old, (hands,)), Pool(name, 8, 0.03, firm, (bulk,))
