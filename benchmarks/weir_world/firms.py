"""The businesses: whom they serve, what they ask for at sign-up, and what they log."""

from dataclasses import dataclass, field

NEW_MODEL = "new"


@dataclass(frozen=True)
class Firm:
    """A business.

    Attributes:
        name: of the business.
        models: names, the last of which is released while the log runs, and how often the others are asked.
        paths: names of the ways in for api and app.
        cards, phones: share of accounts with one.
        verified: share of accounts.
        kinds, plans: of ordinary accounts.
        orgs: share of ordinary accounts with an organisation.
        all_orgs: accounts of one organisation where the registry gives everyone one; 0: it does not.
        countries: weights of COUNTRIES.
        tongues: weights of TONGUES.
        lacks: columns that the log or the registry does not have.
        person: share of ordinary accounts that are people at an app or a site, not programs.
        apps: most users come through apps of others, each with its own instructions.
        blind: share of API requests without address and client (they come over another's gateway).
    """

    name: str
    models: dict[str, float]
    paths: tuple[str, str] = ("api", "app")
    cards: float = 0.8
    phones: float = 0.7
    verified: float = 0.1
    kinds: dict[str, float] = field(default_factory=dict)
    plans: dict[str, float] = field(default_factory=dict)
    orgs: float = 0.1
    all_orgs: int = 0
    countries: tuple[float, ...] = (5, 2, 1, 2, 2, 1, 1, 1, 1, 0.3)
    tongues: tuple[float, ...] = (10, 1, 1, 1, 1, 0.5)
    lacks: frozenset[str] = frozenset()
    person: float = 0.5
    apps: bool = False
    blind: float = 0.0


FRONTIER = Firm(
    "frontier", {"large-4": 4, "swift-4": 5, "large-4-older": 1, "large-5": 0}, cards=0.75, phones=0.85, verified=0.07,
    kinds={"individual": 70, "startup": 14, "education": 7, "enterprise": 6, "research": 3},
    plans={"free": 3, "plus": 4, "payg": 4, "team": 1}, orgs=0.14, person=0.62,
)
PREPAID = Firm(
    "prepaid", {"open-70b": 5, "open-8b": 3, "open-coder": 2, "open-400b": 0}, cards=0.9, phones=0.0, verified=0.01,
    kinds={"individual": 84, "startup": 13, "research": 3}, plans={"prepaid": 6, "free": 3}, orgs=0.03,
    countries=(4, 2, 2, 3, 1, 1, 1, 2, 2, 1), lacks=frozenset({"phone_hash", "org_id"}), person=0.25,
)
CLOUD = Firm(
    "cloud", {"region-large": 4, "region-small": 4, "region-next": 0}, paths=("cloud", "console"), cards=0.97, phones=0.6,
    verified=0.4, kinds={"startup": 35, "enterprise": 35, "individual": 22, "education": 5, "research": 3},
    plans={"on_demand": 6, "committed": 2, "trial": 2}, orgs=0.55, lacks=frozenset({"user_agent", "ja4", "session_id"}),
    person=0.12, blind=0.25,
)
NATIONAL = Firm(
    "national", {"casa-1": 5, "casa-mini": 4, "casa-2": 0}, cards=0.6, phones=1.0, verified=0.25,
    kinds={"individual": 62, "startup": 33, "education": 5}, plans={"free": 5, "builder": 4, "scale": 1}, orgs=0.2,
    countries=(0, 0, 1, 0, 0, 0, 0, 0, 0, 0), tongues=(1.5, 0, 0, 0, 8, 0), lacks=frozenset({"ja4"}), person=0.4,
)
MARKET = Firm(
    "market", {"host-pro": 5, "host-lite": 5, "host-max": 0}, paths=("api", "store"), cards=0.55, phones=0.35, verified=0.05,
    kinds={"individual": 86, "startup": 12, "enterprise": 2}, plans={"free": 5, "credits": 4, "publisher": 1}, orgs=0.06,
    person=0.7, apps=True,
)
CAMPUS = Firm(
    "campus", {"uni-large": 4, "uni-small": 3, "uni-new": 0}, cards=0.0, phones=0.0, verified=0.97,
    kinds={"education": 9, "research": 1}, plans={"staff": 1, "student": 5}, orgs=1.0, all_orgs=70,
    countries=(0, 1, 0, 0, 0, 0, 0, 0, 0, 0), tongues=(4, 0, 6, 0, 0, 0.3),
    lacks=frozenset({"payment_hash", "phone_hash", "signup_ip"}), person=0.6,
)
GATEWAY = Firm(
    "gateway", {"corp-large": 5, "corp-small": 3, "corp-next": 0}, paths=("api", "desk"), cards=0.0, phones=0.0, verified=0.9,
    kinds={"enterprise": 9, "startup": 1}, plans={"internal": 3, "partner": 2}, orgs=1.0, all_orgs=60,
    countries=(1, 4, 0, 1, 1, 1, 1, 2, 0, 0), tongues=(6, 0, 4, 1, 0, 0),
    lacks=frozenset({"payment_hash", "phone_hash", "created_at", "signup_ip", "ja4"}), person=0.55,
)
