"""Accounts, and what crowds say of theirs."""

from dataclasses import dataclass
from typing import TypedDict

from .places import Address, Client


class Traits(TypedDict, total=False):
    """What a crowd says of its accounts; the rest is drawn."""

    created: float
    kind: str
    org: str | None
    verified: bool
    access_type: str
    email_domain: str
    payment: str | None
    phone: str | None
    signup: Address
    plan: str
    path: str
    client: Client
    addresses: list[Address]
    exits: list[Address] | None
    model: int
    loyal: float
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stream: bool
    tools: int | None
    failing: float


@dataclass
class Account:
    """An account, and how it asks. Times are seconds since the log begins."""

    id: str
    crowd: str
    campaign: str | None
    created: float
    email_domain: str
    email_hash: str
    payment: str | None
    phone: str | None
    plan: str
    path: str
    client: Client
    addresses: list[Address]
    model: int
    loyal: float
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stream: bool
    keys: int
    kind: str = "individual"
    org: str | None = None
    verified: bool = False
    access_type: str = "application"
    signup: Address | None = None
    banned: float | None = None
    tools: int | None = None
    failing: float = 0.01
    exits: list[Address] | None = None
    """of a pool of proxies, another for every request"""
    second_client: Client | None = None
