"""The businesses whose logs these are: what they sell, to whom, and what their log and registry tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field

OPEN, CAMPUS, FIRM, OFFICE, APP, API = "open", "campus", "firm", "office", "app", "api"


@dataclass(frozen=True)
class House:
    """A business that hosts models."""

    about: str
    tags: frozenset[str]
    paths: Mapping[str, float]
    clients: Mapping[str, float]
    countries: Mapping[str, float]
    nets: Mapping[str, float] = field(default_factory=lambda: {"home": 6, "mobile": 2, "office": 1, "vpn": 0.4})
    kinds: Mapping[str, float] = field(default_factory=lambda: {"individual": 8, "startup": 1, "enterprise": 0.5, "education": 0.3})
    plans: Mapping[str, float] = field(default_factory=lambda: {"free": 5, "pro": 3, "payg": 2})
    works: Mapping[str, float] = field(default_factory=dict)
    no_events: tuple[str, ...] = ()
    """Columns that its log lacks."""
    no_accounts: tuple[str, ...] = ()
    """Columns that its registry lacks."""
    firms: float = 1.0
    """Accounts of an organisation among the ordinary, about; 1: each by itself."""
    orgs: bool = False
    """Every account's organisation is known."""
    verified: float = 0.1
    cards: float = 0.6
    """Share of accounts with a payment method."""
    domain: str = ""
    """Of all e-mail addresses, where there is but one."""
    phones: float = 0.75
    abuse: float = 0.005
    """Share of innocents that are banned by mistake."""

    @property
    def absent(self) -> tuple[str, ...]:
        """Columns of events that are not there: who knows no organisations does not log them either."""
        return (*self.no_events, *(name for name in self.no_accounts if name == "org_id"))


EVERYDAY = {
    "ask": 6,
    "write": 4,
    "rewrite": 2,
    "translate": 2,
    "summarise": 2,
    "story": 2,
    "tutor": 2,
    "code": 3,
    "reason": 1,
    "plan": 2,
    "data": 1,
}
BUILDERS = {
    "code": 6,
    "agent": 3,
    "extract": 3,
    "classify": 2,
    "data": 2,
    "summarise": 2,
    "ask": 2,
    "write": 1,
    "reason": 1,
    "grade": 0.5,
    "translate": 1,
    "invent": 0.3,
}
STUDY = {"tutor": 6, "reason": 4, "write": 3, "summarise": 3, "code": 2, "ask": 3, "translate": 1, "plan": 1, "rewrite": 2}
CLERICAL = {"write": 4, "summarise": 4, "record": 3, "extract": 2, "rewrite": 3, "ask": 2, "translate": 2, "data": 2, "code": 2, "plan": 2}
WORLDWIDE = {
    "US": 6,
    "GB": 2,
    "DE": 2,
    "IN": 4,
    "BR": 3,
    "FR": 1.5,
    "TR": 1,
    "ES": 1,
    "PL": 1,
    "VN": 1.5,
    "JP": 1,
    "CN": 0.5,
    "RU": 0.5,
    "NG": 1,
}

HOUSES = {
    "meridian": House(
        "a large provider with an app, an API and two clouds", frozenset({OPEN, APP, API, OFFICE}),
        {"app": 5, "api": 4, "cloud-east": 0.6, "cloud-west": 0.5},
        {"browser": 6, "phone": 3, "python": 2, "node": 1, "loomcode": 0.8, "tinkershell": 0.3, "curl": 0.1}, WORLDWIDE,
        works=EVERYDAY,
    ),
    "coinmeter": House(
        "a small seller of prepaid credit for an API; it asks for a card and nothing else", frozenset({OPEN, API}), {"api": 1},
        {"python": 4, "node": 3, "curl": 0.5, "golang": 0.7, "loomcode": 1, "chatbox": 2}, WORLDWIDE, plans={"prepaid": 1},
        works=BUILDERS, no_accounts=("phone_hash", "org_id", "verified", "kind"), cards=0.97,
    ),
    "pocketline": House(
        "a telephone company's assistant, paid on the telephone bill", frozenset({OPEN, APP}), {"app": 1},
        {"phone": 9, "browser": 1}, {"VN": 5, "ID": 4, "TR": 3}, nets={"mobile": 7, "home": 3}, plans={"bundle": 7, "plus": 2},
        phones=1.0, works=EVERYDAY, no_events=("key_id", "temperature", "top_p", "max_tokens", "tools_key"),
        no_accounts=("payment_hash", "email_hash", "email_domain", "org_id"),
    ),
    "campus": House(
        "the gateway of a university: single sign-on, one path, departments as organisations", frozenset({CAMPUS}),
        {"gateway": 1}, {"browser": 7, "python": 2, "notebook": 1.5, "loomcode": 0.5}, {"DE": 1},
        nets={"campus": 4, "home": 5, "mobile": 1.5}, kinds={"education": 8, "research": 2}, plans={"student": 6, "staff": 2},
        domain="campus-mail.edu", works=STUDY, firms=60, orgs=True, verified=1.0, no_events=("ja4", "access_path", "country"),
        no_accounts=("payment_hash", "phone_hash", "signup_ip", "country"), cards=0, abuse=0.001,
    ),
    "partnergate": House(
        "a company's gateway that partner firms use, too", frozenset({FIRM}), {"gateway": 1},
        {"browser": 4, "python": 3, "node": 1, "loomcode": 2, "java": 1}, {"DE": 4, "PL": 2, "IN": 3, "FR": 1},
        nets={"office": 6, "isolation": 1.5, "home": 2}, kinds={"enterprise": 1}, plans={"internal": 3, "partner": 2},
        works=CLERICAL, firms=90, orgs=True, verified=1.0,
        no_accounts=("payment_hash", "phone_hash", "created_at", "signup_ip", "kind"), no_events=("top_p",), cards=0,
        abuse=0.001,
    ),
    "openweights": House(
        "a host of open models, whose proxy keeps no client builds", frozenset({OPEN, API}), {"api": 1},
        {"python": 5, "node": 3, "golang": 1, "chatbox": 3, "tinkershell": 1}, WORLDWIDE, works=BUILDERS,
        plans={"free": 4, "payg": 5, "reserved": 0.3}, no_events=("user_agent", "ja4", "session_id"),
        no_accounts=("phone_hash",), cards=0.6,
    ),
    "hyperscale": House(
        "a cloud's model service: accounts are cloud tenants, most of an organisation", frozenset({API, OFFICE}), {"cloud": 1},
        {"python": 5, "java": 2, "golang": 2, "node": 2, "loomcode": 0.7}, {"US": 5, "DE": 2, "IN": 2, "BR": 1, "GB": 2},
        nets={"dc_own": 6, "office": 2, "home": 1}, kinds={"enterprise": 4, "startup": 4, "individual": 2},
        plans={"payg": 7, "commit": 2}, works=BUILDERS, firms=3, verified=0.4, no_events=("session_id", "access_path"),
        no_accounts=("email_hash", "phone_hash", "signup_ip"), cards=0.98,
    ),
    "learnly": House(
        "a learning app with a free tier; its log knows no clients", frozenset({OPEN, APP}), {"app": 1},
        {"browser": 4, "phone": 6}, {"BR": 4, "ES": 3, "FR": 2, "TR": 3, "US": 2}, nets={"home": 6, "mobile": 4},
        kinds={"individual": 6, "education": 3}, plans={"free": 8, "class": 2}, works=STUDY,
        no_events=("user_agent", "ja4", "key_id", "temperature", "top_p", "max_tokens", "tools_key"),
        no_accounts=("payment_hash", "phone_hash", "org_id"), cards=0,
    ),
    "forge": House(
        "a gateway for coding agents", frozenset({API}), {"api": 1},
        {"loomcode": 5, "tinkershell": 2, "patchwright": 1, "python": 1, "studio": 3}, WORLDWIDE,
        kinds={"individual": 6, "startup": 3, "enterprise": 1}, plans={"free": 2, "pro": 4, "team": 2},
        works={"agent": 8, "code": 6, "data": 1, "ask": 1, "summarise": 0.5}, firms=1.6, cards=0.85,
        no_accounts=("phone_hash",),
    ),
    "tinystart": House(
        "a start-up with some hundred customers and a trial of two weeks", frozenset({OPEN, API, APP}), {"api": 3, "app": 2},
        {"python": 3, "browser": 4, "node": 2}, {"GB": 4, "US": 3, "FR": 2, "IN": 2}, works=EVERYDAY,
        plans={"trial": 5, "basic": 4, "scale": 0.5}, no_events=("ja4", "cached_tokens", "reasoning_tokens"),
        no_accounts=("phone_hash", "verified", "org_id"), cards=0.5,
    ),
}
