"""What a world is made of: crowds of innocents, operators of campaigns, a span of time. Plain data, cheap to import."""

import math
from dataclasses import dataclass, replace
from datetime import date

from stillwatch.errors import InputError

Mix = tuple[tuple[str, float], ...]
"""Names with weights; weights need not sum to one."""

NETWORKS = ("home", "campus", "office", "venue", "vpn", "cgnat", "cloud")
HOURS = ("human", "office", "student", "evening", "flat", "clockwork")
CLOCKWORK = HOURS.index("clockwork")
TENURES = ("years", "week", "event")
WORKS = (
    "chat",
    "code",
    "popular_tool",
    "niche_tool",
    "app",
    "template",
    "assignment",
    "benchmark",
    "grade",
    "viral",
    "starter",
    "synthetic",
    "ci",
    "plain",
)
CAPABILITIES = ("reasoning", "grading", "rewriting", "code", "agentic", "data_analysis", "vision", "traces")
KINDS = ("individual", "education", "research", "startup", "enterprise")
PATHS = ("api", "app", "cloud-north", "cloud-south", "cloud-east")
API, APP, FIRST_CLOUD = (PATHS.index(path) for path in ("api", "app", "cloud-north"))
"""Places in PATHS; from the last on all are clouds, which tell neither addresses nor clients."""
HABITS_EACH = 3
"""Kinds of work of an account."""
MAX_EVENTS = 10_000_000_000
EGRESS = ("proxies", "sticky", "datacenter", "vpn")
TEMPLATES = ("fixed", "varied", "absent")
INJECTIONS = ("none", "system", "user")
SIGNUPS = ("burst", "steady", "aged")


@dataclass(frozen=True)
class Crowd:
    """Innocents of one kind. Shares and probabilities are 0 to 1, weights of a mix are relative.

    Attributes:
        name: What truth calls them.
        accounts: Accounts in all.
        events: Requests expected over the whole world, for all of them together, if its days are as many weekdays and weekends
            as a week's; a window may hold more of either.
        work: What they ask (names of WORKS), at most three kinds.
        group: Typical number of accounts that belong together (class, company, users of a tool); 0: nobody does.
        spread: Sigma of the log of volume between accounts; group_spread the same between groups.
        network: Where they come from; network_share is the share of a group's members who come from there.
        card: Share of a group's members who pay with the group's one card.
        org: Share of groups whose members carry an org_id; verified: share of those organisations that were checked.
        passthrough: They are contracted resellers.
        mail: Share of a group's members with an address of the group's domain.
        tenure: Sign-ups over years, of a group within one week, or at an event.
        hours: When they work; weekend is the rate at weekends against weekdays.
        window: Days that a group is active, None for the whole world.
        turns: Factor on the usual length of conversations.
        handoff: Probability that a turn is sent from another account of the group (key rotation).
        end_users: People behind one account.
        own_client: Share of accounts that use their own client, not the group's; drawn anew for each kind of work that has one.
    """

    name: str
    accounts: int
    events: int
    work: Mix = (("chat", 1.0),)
    group: int = 0
    spread: float = 1.3
    group_spread: float = 0.5
    network: str = "home"
    network_share: float = 1.0
    card: float = 0.0
    org: float = 0.0
    verified: float = 0.0
    passthrough: bool = False
    mail: float = 0.0
    kinds: Mix = (("individual", 1.0),)
    tenure: str = "years"
    hours: str = "human"
    weekend: float = 0.7
    window: float | None = None
    turns: float = 1.0
    handoff: float = 0.0
    end_users: int = 0
    own_client: float = 1.0
    paths: Mix = (("app", 0.6), ("api", 0.4))

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        _demand_numbers(self)
        _demand_shares(self, "network_share", "card", "org", "verified", "mail", "handoff", "own_client")
        _demand_known_names(self, "work", WORKS)
        if len(self.work) > HABITS_EACH:
            raise InputError(f"{self.name}: work has {len(self.work)} kinds, more than {HABITS_EACH}")
        _demand_known_names(self, "kinds", KINDS)
        _demand_known_names(self, "paths", PATHS)
        _demand_known_value(self, network=NETWORKS, hours=HOURS, tenure=TENURES)


@dataclass(frozen=True)
class Operator:
    """Whoever harvests through a pool of fake accounts. Shares and probabilities are 0 to 1.

    Attributes:
        name: What truth calls the campaign.
        accounts: Accounts over the whole campaign, replaced ones included.
        exchanges: Harvested requests.
        capabilities: What is harvested (names of CAPABILITIES).
        first_day: When it starts, days after the world's start; days: how long it runs.
        cover: Share of the pool's traffic that looks like any innocent's; relay: share that belongs to real end users.
        relay_harvested: Relayed requests are kept for training, so truth counts them as harvest.
        template: Instructions around each task: one fixed text, some variants, or none.
        variants: Wordings of a varied template; 0: a new wording every time.
        injection: One prompt forced into every request: nowhere, in the system prompt, in the user turn.
        injection_variants: Wordings of it.
        queue: Tasks come from a queue, so no two accounts get the same; else at random from the pool.
        samples: How often each task is asked.
        tasks: Tasks in the pool; None: as many as are needed.
        paths, kinds: Pathways and account kinds.
        payment_share: Share of accounts that pay with one of payment_pool cards; the others have a card each.
        phone_share: The same for phone numbers, from twice as many.
        disposable: Share of accounts with an address of the operator's disposable mail domains.
        egress: Residential proxies (an address a session), sticky ones (an address an account), a datacenter, a VPN that innocents
            use, too.
        egress_pool: Addresses of the datacenter.
        client_share: Share of accounts that use the operator's own client build.
        parameters_share: Share of what is harvested (by capability and topic) that has sampling parameters of its own, whichever
            account asks; else they are the account's, which are the operator's for this share of accounts.
        load: Sigma of the log of load between accounts; 0 is even.
        hours: Hours of the day as for crowds ("flat" is 24 h, "clockwork" the same: only crowds start at equal steps), or "window"
            for one common working window.
        pauses: Common stops of some hours each.
        signup: All at once, as the campaign goes, or accounts bought long before.
        replaced: Share of accounts that were banned and replaced; replacement_hours: median delay until a successor
            starts.
        failover: Share of accounts in a second pool, which takes over when the first is banned at failover_at (share
            of the campaign's time). failover_paths: pathways of the second pool, empty: those of the first.
        pivot: Share of traffic that moves to a new model within a day of its release.
        handoff: Probability that a turn goes out from another account of the pool.
        turns: Mean turns of a harvested conversation.
        replay: Share of conversations that are gone on with once more hours later, from any account of the pool.
        tool: Ride popular tools' system prompts and clients: in the "harvest" of code and agentic work, in "relay", "both", "none".
            Real end users use such tools anyway; with "relay" they do nothing else.
    """

    name: str
    accounts: int
    exchanges: int
    capabilities: Mix = (("reasoning", 1.0),)
    first_day: float = 0.0
    days: float = 14.0
    cover: float = 0.0
    relay: float = 0.0
    relay_harvested: bool = False
    template: str = "fixed"
    variants: int = 1
    injection: str = "none"
    injection_variants: int = 1
    queue: bool = True
    samples: int = 1
    tasks: int | None = None
    paths: Mix = (("api", 1.0),)
    kinds: Mix = (("individual", 0.8), ("startup", 0.2))
    payment_share: float = 0.5
    payment_pool: int = 10
    phone_share: float = 0.2
    disposable: float = 0.5
    egress: str = "proxies"
    egress_pool: int = 64
    client_share: float = 1.0
    parameters_share: float = 1.0
    load: float = 0.2
    hours: str = "flat"
    pauses: int = 2
    signup: str = "burst"
    replaced: float = 0.0
    replacement_hours: float = 6.0
    failover: float = 0.0
    failover_at: float = 0.5
    failover_paths: Mix = ()
    pivot: float = 0.0
    handoff: float = 0.0
    turns: float = 1.2
    replay: float = 0.0
    tool: str = "none"

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        _demand_numbers(self, accounts=1, samples=1, payment_pool=1, turns=1)
        _demand_shares(
            self,
            "cover",
            "relay",
            "payment_share",
            "phone_share",
            "disposable",
            "client_share",
            "parameters_share",
            "replaced",
            "failover",
            "failover_at",
            "pivot",
            "handoff",
            "replay",
        )
        _demand_known_names(self, "capabilities", CAPABILITIES)
        _demand_known_names(self, "kinds", KINDS)
        _demand_known_names(self, "paths", PATHS)
        if self.failover_paths:
            _demand_known_names(self, "failover_paths", PATHS)
        _demand_known_value(
            self,
            template=TEMPLATES,
            injection=INJECTIONS,
            egress=EGRESS,
            signup=SIGNUPS,
            hours=(*HOURS, "window"),
            tool=("none", "harvest", "relay", "both"),
        )
        if self.cover + self.relay >= 0.995:
            raise InputError(f"operator {self.name}: cover and relay leave no room for a harvest")
        if self.replaced > 0.9:
            raise InputError(f"operator {self.name}: replaced is {self.replaced}, above 0.9")
        if self.days == 0:
            raise InputError(f"operator {self.name}: days is 0")


@dataclass(frozen=True)
class World:
    """A provider over some days: crowds and operators.

    Attributes:
        name: The scenario.
        crowds: Innocents.
        operators: Campaigns.
        days: Length, days from the start.
        start: First day, UTC.
        release_day: When a new model came out, days after the start; None: none did.
    """

    name: str
    crowds: tuple[Crowd, ...]
    operators: tuple[Operator, ...] = ()
    days: int = 14
    start: date = date(2026, 2, 2)
    release_day: float | None = 8.4

    def __post_init__(self) -> None:
        """Refuse an empty span, operators who start after it, and names that are used twice."""
        if not self.days >= 1:
            raise InputError(f"a world of {self.days} days")
        for operator in self.operators:
            if operator.first_day >= self.days:
                raise InputError(f"operator {operator.name}: first_day is {operator.first_day}, after the world's {self.days} days")
        names = [operator.name for operator in self.operators]
        if len(set(names)) < len(names):
            raise InputError(f"operators share a name: {', '.join(sorted(names))}")

    @property
    def events(self) -> int:
        """Requests that are expected in all."""
        total = sum(crowd.events for crowd in self.crowds)
        return total + sum(round(o.exchanges / _harvest_share(o)) for o in self.operators)

    @property
    def accounts(self) -> int:
        """Accounts in all."""
        return sum(c.accounts for c in self.crowds) + sum(o.accounts for o in self.operators)

    def scaled(self, events: int) -> "World":
        """The same world with so many requests, accounts in proportion; an operator keeps at least 20 accounts."""
        if not 0 < events <= MAX_EVENTS:
            raise InputError(f"{events} events is not a size of a world", todo=f"Pass a number from 1 to {MAX_EVENTS:,}")
        factor = events / max(self.events, 1)

        def scale(n: int, least: int) -> int:
            return max(round(n * factor), min(n, least))

        crowds = tuple(
            replace(c, accounts=scale(c.accounts, 1), events=max(round(c.events * factor), 1), group=_group(c, factor))
            for c in self.crowds
            if c.accounts
        )
        operators = tuple(
            replace(
                o,
                accounts=scale(o.accounts, 20),
                exchanges=scale(o.exchanges, 100),
                payment_pool=max(round(o.payment_pool * min(factor, 1) ** 0.5), 1),
                tasks=None if o.tasks is None else scale(o.tasks, 20),
            )
            for o in self.operators
        )
        return replace(self, crowds=crowds, operators=operators)


def _harvest_share(operator: Operator) -> float:
    """Share of a pool's traffic that is harvest."""
    return 1.0 - operator.cover - (0.0 if operator.relay_harvested else operator.relay)


def _group(crowd: Crowd, factor: float) -> int:
    """A group stays as it is unless the crowd has become smaller than two groups."""
    left = round(crowd.accounts * factor)
    return crowd.group if left >= 2 * crowd.group else min(crowd.group, max(left // 2, 2))


def _demand_numbers(part: Crowd | Operator, **least: int) -> None:
    """Every number is finite and at least 0, or what ``least`` says."""
    for name, value in vars(part).items():
        if isinstance(value, int | float) and not least.get(name, 0) <= value < math.inf:
            raise InputError(f"{part.name}: {name} is {value}, not a number from {least.get(name, 0)}")


def _demand_shares(part: Crowd | Operator, *names: str) -> None:
    for name in names:
        if not 0.0 <= getattr(part, name) <= 1.0:
            raise InputError(f"{part.name}: {name} is {getattr(part, name)}, not between 0 and 1")


def _demand_known_names(part: Crowd | Operator, field: str, known: tuple[str, ...]) -> None:
    mix: Mix = getattr(part, field)
    if not mix or sum(weight for _, weight in mix) <= 0 or any(weight < 0 for _, weight in mix):
        raise InputError(f"{part.name}: {field} needs weights above 0")
    for name, _ in mix:
        if name not in known:
            raise InputError(f"{part.name}: {field} has {name!r}, not one of {', '.join(known)}")


def _demand_known_value(part: Crowd | Operator, **known: tuple[str, ...]) -> None:
    for field, values in known.items():
        if getattr(part, field) not in values:
            raise InputError(f"{part.name}: {field} is {getattr(part, field)!r}, not one of {', '.join(values)}")
