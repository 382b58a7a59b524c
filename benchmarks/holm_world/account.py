"""An account, and how whoever is behind it asks."""

from dataclasses import dataclass, field

from .draws import Draws
from .places import Address


@dataclass(frozen=True)
class Style:
    """What somebody puts before and after what is asked, and whether it is in small letters."""

    before: str
    after: str
    small: bool

    def worn(self, r: Draws, prompt: str) -> str:
        """The prompt as this person writes it."""
        prompt = (self.before if r.chance(0.5) else "") + prompt + (self.after if r.chance(0.5) else "")
        return prompt.lower() if self.small and r.chance(0.8) else prompt


@dataclass(kw_only=True, eq=False)
class Account:
    """An account.

    Args:
        crowd: kind of people it is of.
        campaign: the operator's, if any.
        created_at: when it signed up.
        homes: addresses; the first is that of the sign-up unless told otherwise.
        mobile: address of the carrier, used in ``mobile_share`` of conversations.
        office: addresses of a place of work, used in ``office_share`` of conversations.
        tunnel: used in most conversations, if any.
        api: asks by API.
        clients: programs by which it asks.
        own_client: by which somebody asks for themselves whose work goes through a program.
        peak: hour of the day at which it asks most.
        weekends: how much it asks at weekends relative to other days.
        system: system prompt that somebody's application puts before all.
        topics: what it asks about.
        tongue: language into which it has texts translated.
    """

    id: str
    crowd: str
    campaign: str | None
    created_at: float
    kind: str
    org_id: str | None
    verified: bool
    email_domain: str
    email_hash: str
    payment_hash: str | None
    phone_hash: str | None
    signup_ip: str
    country: str
    plan: str
    hours_east: float
    homes: list[Address]
    mobile: Address
    mobile_share: float
    tunnel: Address | None
    api: bool
    clients: list[str]
    key: str
    model: str
    temperature: float | None
    max_tokens: int | None
    tools: int | None
    style: Style
    peak: float
    weekends: float
    topics: list[str]
    tongue: str
    office: list[Address] = field(default_factory=list)
    office_share: float = 0.0
    own_client: str | None = None
    system: str | None = None
    banned_at: float | None = None

    def address(self, r: Draws) -> Address:
        """From where a conversation comes."""
        if self.office and r.chance(self.office_share):
            return r.pick(self.office)
        if self.tunnel and r.chance(0.7):
            return self.tunnel
        return self.mobile if r.chance(self.mobile_share) else r.pick(self.homes)


@dataclass(frozen=True)
class Turn:
    """What an account asks at a moment, and the answer."""

    who: Account
    when: float
    prompt: str
    answer: str


@dataclass(kw_only=True)
class Request:
    """A request as it was logged."""

    when: float
    who: Account
    own: bool
    """asked for oneself, though the account's work goes through a program"""
    session_id: str
    access_path: str
    model: str
    system: str | None
    prompt: str
    response: str
    context_key: int
    parent_key: int | None
    tools_key: int | None
    ip: str
    asn: int
    user_agent: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    status: int
