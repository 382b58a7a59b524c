"""Businesses: whom they serve, what they ask for at sign-up, and what their gateways write down."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Firm:
    """A business that hosts models."""

    name: str
    models: tuple[str, ...]
    """cheapest first, newest last"""
    homes: dict[str, float]
    paths: tuple[str, str] = ("api", "app")
    """for programs, for people"""
    lacks: frozenset[str] = frozenset()
    """columns that its tables do not have"""
    cards: float = 0.7
    pay: str = "card"
    """what a payment hash is of: card, or issuer and last digits (which strangers share)"""
    phones: float = 0.6
    orgs: str = "some"
    """some, all (everybody's is known)"""
    masked: bool = False
    """addresses are written as a keyed hash of their network"""
    unseen: float = 0.0
    """share of programs' requests without an address"""
    reasoning: float = 0.4
    """share of models that reason"""
    gateway: dict[str, float] = field(default_factory=dict)


WORLD = {
    "US": 8,
    "GB": 3,
    "IN": 6,
    "NG": 1,
    "KE": 1,
    "PH": 2,
    "DE": 3,
    "AT": 1,
    "ES": 2,
    "MX": 2,
    "CO": 1,
    "FR": 3,
    "SN": 0.4,
    "ID": 3,
    "BR": 4,
    "PT": 1,
    "PL": 1,
    "CA": 2,
}
EUROPE = {"DE": 5, "AT": 2, "FR": 4, "ES": 3, "PT": 2, "PL": 2, "GB": 3}

FIRMS = {
    firm.name: firm
    for firm in (
        Firm("frontier", ("mini-3", "core-3", "large-3", "large-4"), WORLD),
        Firm(
            "open_host", ("oss-8b", "oss-70b", "oss-200b", "oss-200b-r2"), WORLD,
            lacks=frozenset({"phone_hash", "org_id", "session_id"}), cards=0.85, pay="issuer", paths=("api", "playground"),
        ),
        Firm(
            "carrier", ("lite", "talk", "talk-2"), {"ID": 9, "PH": 1}, lacks=frozenset({"ja4", "reasoning_tokens", "verified"}),
            cards=0.8, phones=1.0, paths=("api", "bundle"),
        ),
        Firm(
            "business", ("desk-s", "desk-l", "desk-xl"),
            {"IN": 5, "PH": 4, "PL": 3, "MX": 3, "GB": 3, "US": 5, "DE": 3, "BR": 2},
            lacks=frozenset({"payment_hash", "phone_hash", "signup_ip"}), orgs="all", masked=True, paths=("api", "console"),
        ),
        Firm(
            "learning", ("tutor-1", "tutor-2", "lab-1"), {"DE": 3, "FR": 2, "IN": 4, "US": 4, "BR": 3, "ID": 2},
            lacks=frozenset({"payment_hash", "phone_hash", "email_domain", "plan", "top_p"}), orgs="all",
            paths=("api", "notebook"),
        ),
        Firm(
            "connectors", ("base", "plus", "max"), WORLD,
            lacks=frozenset({"user_agent", "ja4", "country", "asn", "session_id", "stream"}), cards=0.6, phones=0.2,
            unseen=0.35, paths=("api", "api"),
        ),
        Firm(
            "private_eu", ("nord-s", "nord-m"), EUROPE,
            lacks=frozenset({"phone_hash", "user_agent", "ja4", "org_id", "key_id", "country", "tools_key"}), cards=0.75,
            masked=True, paths=("api", "web"),
        ),
        Firm(
            "cloud", ("vega-small", "vega", "vega-pro", "vega-pro-2"), WORLD,
            lacks=frozenset({"session_id", "ja4", "phone_hash", "email_hash", "temperature"}), cards=0.95, unseen=0.2,
            paths=("cloud-east", "cloud-west"),
        ),
        Firm(
            "distributor", ("alpha", "alpha-plus", "alpha-max"),
            {"BR": 6, "PT": 2, "MX": 4, "CO": 3, "ES": 2, "SN": 1, "FR": 2, "NG": 2},
            lacks=frozenset({"email_hash", "ja4", "cached_tokens"}), cards=0.5, phones=0.5,
        ),
    )
}
