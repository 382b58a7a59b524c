"""A party is a record of choices. Crowds and operators are parties alike: nothing but the choices tells them apart."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Work:
    """A kind of requests."""

    genres: dict[str, float]
    """sections of the grammar that conversations begin with"""
    weight: float = 1.0
    topics: tuple[str, ...] = ()
    """none: all"""
    own: int = 3
    """how many genres and topics a person mostly keeps to; 0: no such habit"""
    pool: int = 0
    """tasks of a common list; 0: everybody's own"""
    deal: str = "once"
    """how tasks are dealt: once, one after the other; any, at random; all, everybody does all in order"""
    frame: str = ""
    """section of frames around the task"""
    frames: int = 0
    """how many frames there are; 0: a new wording each time"""
    system: str = "none"
    """none, own, one of the party, or a section for one of the party"""
    tools: str = "none"
    """none, own, one of the party, or public"""
    turns: float = 1.3
    language: str = ""
    """of all that is asked; else the person's"""
    styled: bool = True
    by_account: bool = False
    """who speaks is the account and not the person behind the party"""
    harvest: bool = False
    long: float = 1.0
    """how long answers are"""


@dataclass(frozen=True)
class Enrol:
    """How accounts came to be."""

    kind: dict[str, float] = field(default_factory=lambda: {"individual": 1.0})
    signup: str = "spread"
    """spread, recent, burst, aged, or trickle: one after the other while the log runs"""
    mail: str = "free"
    """free, disposable, custom (a domain each), own (one of the party), or mixed"""
    pay: float = 0.4
    """share that pays"""
    cards: float = 1.0
    """accounts for each card; 0: one card for all"""
    phone: float = 0.5
    phones: float = 1.0
    places: float = 1.0
    """accounts for each address at sign-up; 0: one for all"""
    org: str = "none"
    """none, each, or one"""
    verified: float = 0.0
    passthrough: bool = False
    leave: float = 0.0
    """share that stops before the end"""
    fresh: float = 0.0
    """share that joins while the log runs"""


@dataclass(frozen=True)
class Party:
    """A crowd or the accounts of an operator."""

    label: str
    accounts: int
    load: float
    """requests of a person, in the mean"""
    works: tuple[Work, ...]
    campaign: str | None = None
    spread: float = 0.9
    """how unequal loads are: the standard deviation of their logarithm"""
    people: int = 0
    """who send; 0: one for each account"""
    route: str = "own"
    """whose account a conversation goes to: own, balanced over all, or sticky: a person's among many"""
    renewed: float = 0.0
    """further accounts that take the place of one, in the mean"""
    renewal: str = "ban"
    """why: ban, wave (of bans), or quota that is used up"""
    handoff: float = 0.0
    """share of later turns that another account sends"""
    enrol: Enrol = Enrol()
    net: dict[str, float] = field(default_factory=lambda: {"home": 1.0})
    client: str = "own"
    """own, one, few, custom, or public: the build that a public framework has"""
    path: dict[str, float] = field(default_factory=lambda: {"app": 1.0})
    sampling: str = "own"
    clock: str = "own"
    """own, office, steady, switch (on and off together) or meets (at meetings)"""
    meetings: int = 6
    width: float = 0.06
    """days that a meeting lasts"""
    local: bool = False
    """in one country"""
    begins: float = 0.0
    ends: float = 1.0
    pivot: float = 0.1
    """share of accounts that use the new model once it is there"""
    shared: str = ""
    """name of the party whose framework, gateway and place this one uses"""

    def scaled(self, by: float) -> "Party":
        """The same with as many times the accounts, people and tasks."""
        works = tuple(replace(work, pool=max(6, round(work.pool * by)) if work.pool else 0) for work in self.works)
        people = max(5, round(self.people * by)) if self.people else 0
        accounts = max(4, round(self.accounts * by))
        load = self.load if people else max(2.5, self.load * min(1.0, self.accounts * by / accounts))
        return replace(self, accounts=accounts, people=people, load=load, works=works)
