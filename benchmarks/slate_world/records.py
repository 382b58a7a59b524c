"""What a world is made of: accounts, parameters of requests, turns, conversations."""

import hashlib
from dataclasses import dataclass, field
from typing import NamedTuple

from .clients import Client
from .lines import Line


def h64(*parts: object) -> int:
    """A signed 64-bit hash."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest(), "big", signed=True)


class Cfg(NamedTuple):
    """Parameters of requests."""

    model: str
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stream: bool = False


@dataclass(slots=True)
class Account:
    """An account, its habits, and the truth about it."""

    idx: int
    crowd: str
    created: float
    kind: str
    country: str
    line: Line
    client: Client
    cfg: Cfg
    path: str = "api"
    voice: str = "plain"
    tz: float = -5.0
    campaign: str | None = None
    org: str | None = None
    verified: bool = False
    access: str = "application"
    domain: str | None = None
    email: str | None = None
    pay: str | None = None
    phone: str | None = None
    signup_ip: str | None = None
    plan: str = "payg"
    banned: float | None = None
    dry: float | None = None
    patience: float = 0.0
    revoked: bool = False
    keys: list[str] = field(default_factory=list)
    busy_until: float = 0.0
    new_model: float | None = None


class Say(NamedTuple):
    """What is sent: system prompt, last user turn, kind of task, tools and hidden tokens (files, tool definitions)."""

    system: str | None
    text: str
    kind: str
    tools: int | None = None
    extra: int = 0


@dataclass(slots=True)
class Thread:
    """A conversation: its chain of contexts and its length so far."""

    id: int
    session: str | None
    last: int | None = None
    tokens: int = 0
    reply: int = 0

    def mark(self) -> tuple[int | None, int, int]:
        """Where the conversation is."""
        return self.last, self.tokens, self.reply

    def back(self, mark: tuple[int | None, int, int]) -> None:
        """Forget the turns since a mark."""
        self.last, self.tokens, self.reply = mark
