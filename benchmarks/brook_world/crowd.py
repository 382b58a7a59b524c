"""What a crowd is: what its accounts have in common, how they work, and the texts that all of them may use."""

import hashlib
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from .text import NOUNS, PLACES, code, fill, maths, prose
from .times import When

Address = tuple[str, int]
"""an address and its system number"""


def number(*parts: object) -> int:
    """A hash of 64 bits, signed."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def digits(*parts: object) -> str:
    """A hash in 24 hexadecimal digits."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=12).hexdigest()


class Crowd:
    """Accounts that have something in common.

    Args:
        r: what is drawn from.
        name: of the crowd.
        salt: what its hashes are drawn by.
        systems: system numbers of its network.
    """

    def __init__(self, r: random.Random, name: str, salt: str, systems: list[int]) -> None:
        self.name, self.salt = name, salt
        self.roll = r.random()
        """whether all of a firm are verified"""
        self.firm = r.choice(NOUNS).title() + r.choice(["", " & Sons", " Group", " Care", "works", " Partners"])
        self.town, self.hours_east = r.choice(PLACES), r.randint(-8, 9)
        block = f"{r.randint(20, 220)}.{r.randint(0, 255)}.{r.randint(0, 255)}"
        self.addresses: list[Address] = [(f"{block}.{r.randint(1, 250)}", r.choice(systems))]
        system = self.addresses[0][1]
        self.addresses += [(f"{block}.{r.randint(1, 250)}", system) for _ in range(r.randint(0, 2))]
        self.domain = f"{self.firm.split()[0].lower()}-{self.town.lower()}{r.choice(['.com', '.org', '.net', '.co'])}"
        self.starts: dict[int, int] = {}
        """at which text of a bank a member begins"""
        self._banks: dict[int, list[str]] = {}
        self._dealt = 0

    def bank(self, size: int, make: Callable[[random.Random], str]) -> list[str]:
        """So many texts that all of the crowd may use, made at the first call."""
        if size not in self._banks:
            self._banks[size] = [make(random.Random(f"{self.salt}{row}")) for row in range(size)]
        return self._banks[size]

    def deal(self) -> int:
        """The next number, which nobody else of the crowd gets."""
        self._dealt += 1
        return self._dealt


Text = Callable[[random.Random, Crowd, int, int], str]
"""a prompt of a member of a crowd, by its place in the crowd and how many it has sent"""
System = str | None | Callable[[Crowd, int], str]
"""a system prompt, or one for each member"""
Shared = int | str | None
"""what so many members share each; "one": all; 0: nobody has it; None: everybody his own, if any"""


@dataclass(frozen=True)
class Traits:
    """Accounts of a crowd.

    Args:
        kind: in the registry, one of these.
        signup: "old", "window" (until the log is half over), or days after its begin and hours of spread.
        card: who shares a payment method.
        phone: who shares a telephone.
        network: home, nat (an office), natmix (office and home), vpn, cgnat (carrier), cloud, vps (one cheap host).
        mail: domain; "one": the firm's; None: of anybody.
        contract: share that is verified.
        organised: the registry knows the organisation.
        api: share that uses the API; None: as the world's.
        clients: programs; None: any.
        temperature: None: any.
        top_p: the same.
        max_tokens: None: any.
        tools: whose tools are sent.
        access: in the registry.
        plan: None: any.
        model: None: any.
        spread: texts of a bank between two members' first.
        jump: hours after a release within which all move to the new model; None: some do, over days.
    """

    kind: str | tuple[str, ...] = "individual"
    signup: str | tuple[float, float] = "old"
    card: Shared = None
    phone: Shared = None
    network: str = "home"
    mail: str | None = None
    contract: float = 0.0
    organised: bool = False
    api: float | None = None
    clients: tuple[str, ...] | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    tools: str | None = None
    access: str = "application"
    plan: str | None = None
    model: str | None = None
    spread: int = 7
    jump: tuple[float, float] | None = None


@dataclass(frozen=True)
class Work:
    """What a crowd asks.

    Args:
        text: its prompts.
        when: at which hours.
        turns: mean length of a conversation.
        system: system prompt.
        own: share of conversations that are anybody's.
        sigma: how unequally members work.
        think: answers come with reasoning.
    """

    text: Text
    when: When = "day"
    turns: float = 1.4
    system: System = None
    own: float = 0.0
    sigma: float = 0.8
    think: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of crowd that needs no more than a description."""

    traits: Traits
    work: Work


SLOTS: dict[str, Callable[[random.Random, Crowd], str]] = {
    "T": lambda r, crowd: prose(r, r.randint(2, 6)),
    "L": lambda r, crowd: prose(r, r.randint(8, 18)),
    "S": lambda r, crowd: prose(r, 1),
    "C": lambda r, crowd: code(r, r.randint(3, 9)),
    "M": lambda r, crowd: maths(r),
    "F": lambda r, crowd: crowd.firm,
    "#": lambda r, crowd: str(crowd.deal()),
}
"""what may stand at <T> and so on: some sentences, many, one, code, a problem, the firm, a number dealt once"""


def lines(*forms: str) -> Text:
    """Any of these forms, filled anew each time."""

    def text(r: random.Random, crowd: Crowd, member: int, sent: int) -> str:
        return re.sub("<([TLSCMF#])>", lambda slot: SLOTS[slot[1]](r, crowd), fill(r, r.choice(forms)))

    return text


def shared(form: str, size: int, make: Callable[[random.Random], str]) -> Text:
    """A form around any of so many texts that the crowd shares."""

    def text(r: random.Random, crowd: Crowd, member: int, sent: int) -> str:
        return form.replace("<T>", r.choice(crowd.bank(size, make)))

    return text


def in_order(form: str, size: int, make: Callable[[random.Random], str]) -> Text:
    """A form around the shared texts one after the other."""

    def text(r: random.Random, crowd: Crowd, member: int, sent: int) -> str:
        return form.replace("<T>", crowd.bank(size, make)[(crowd.starts[member] + sent) % size])

    return text
