"""Crowds that need more than a description: shared conversations, bans by mistake, several firms of one kind."""

import random

from .crowd import Crowd, Traits, Work, lines
from .known import anything
from .places import BROWSERS, NODE
from .text import PEOPLE, fill, ordinary
from .times import DAY, HOUR, Burst
from .world import Account, Brook, Movers

TABLES = ("week of meals", "morning", "budget")
"""what the published conversation plans"""
HELP_DESK = lines("Customer {f}: the {n} of order {e} is {a}.", "{f} asks: <S>", "and what about the {n}?")
COOKING = lines("<S> What should I cook?", "meal for {d} people with {n}", "is {n} healthy", "{a} recipe, no {n}")
ERRANDS = lines("write a job application as {n} seller in {p} for {f}", "letter to the {n} office: <S>")
COACH = (
    "Act as my brutally honest {n} coach. Look at everything you know about me, reason step by step and tell me the {d} blind spots that "
    "hold me back. Do not flatter me."
)


def _together(w: Brook, members: list[Account], share: float) -> Movers:
    """All take turns in such a share of their conversations."""

    def movers(_: Account) -> list[Account] | None:
        return members if share == 1 or w.r.random() < share else None

    return movers


def rotators(w: Brook, name: str, accounts: int, load: float) -> None:
    """Firms of six to ten accounts that balance their own customers' conversations over them."""
    desk = Work(HELP_DESK, "all", 4, lambda crowd, member: f"You are the help desk of {crowd.firm} in {crowd.town}. Be brief.")
    traits = Traits(
        kind="startup", card="one", mail="one", network="cloud", api=1, clients=(NODE,), temperature=0.3, contract=0.5,
    )
    while accounts > 0:
        size = min(accounts, w.r.randint(6, 10))
        accounts -= size
        crowd = w.gather(name)
        members = [w.account(crowd, place, traits) for place in range(size)]
        w.employ(crowd, members, load, desk, _together(w, members, 1))


def reseller(w: Brook, name: str, accounts: int, load: float) -> None:
    """Under contract, many end users behind each account."""
    crowd = w.gather(name)
    traits = Traits(
        kind="enterprise", contract=1, access="passthrough", card="one", mail="one", network="cloud", api=1, clients=("resell-proxy/3",),
        organised=True,
    )
    members = [w.account(crowd, place, traits) for place in range(accounts)]
    w.employ(crowd, members, load, Work(anything, "all", 2, sigma=0.2))


def app_one_key(w: Brook, name: str, accounts: int, load: float) -> None:
    """Applications with one account each."""
    for _ in range(accounts):
        crowd = w.gather(name)
        app = w.account(crowd, 0, Traits(kind="startup", api=1, network="cloud", mail="one", contract=0.7))
        system = f"You are Chef {crowd.firm}, a friendly cooking assistant."
        w.employ(crowd, [app], load, Work(COOKING, "day", 2, system, sigma=0.1))


def families(w: Brook, name: str, accounts: int, load: float) -> None:
    """Four with a card, a flat and now and then a conversation in common."""
    for _ in range(accounts // 4):
        crowd = w.gather(name)
        members = []
        for place in range(4):
            phone = "one" if w.r.random() < 0.3 else None
            members.append(w.account(crowd, place, Traits(card="one", phone=phone, network="natmix", api=0)))
        w.employ(crowd, members, load, Work(anything, "evening", 2.5), _together(w, members, 0.15))


def shared_link(w: Brook, name: str, accounts: int, load: float) -> None:
    """Readers of a newsletter go on with a conversation that it published."""
    r, crowd = w.r, w.gather(name)
    members = [
        w.account(crowd, place, Traits(api=0, signup=(3, 9)) if r.random() < 0.4 else Traits(api=0)) for place in range(accounts)
    ]
    openings = [f"Let's plan the perfect {what}. Ask me questions first." for what in TABLES]
    for member in members:
        for _ in range(r.randint(1, 3)):
            when = w.moment(member, Burst(3, 40))
            prompts = [ordinary(r) for _ in range(r.randint(1, 5))]
            w.talk(member, when, prompts, history=(r.choice(openings), f"We are {r.randint(1, 3)} at home."))
        w.employ(crowd, [member], load, Work(anything))


def returners(w: Brook, name: str, accounts: int, load: float) -> None:
    """Banned by a mistaken sweep on one day, back with the same card within hours or days."""
    crowd = w.gather(name)
    evenings = Work(anything, "evening", 2)
    sweep = w.house.days * 0.4
    for place in range(accounts // 2):
        before = w.account(crowd, place, Traits(card=1, phone=1, api=0))
        banned = w.start + sweep * DAY + w.r.random() * 3 * HOUR
        before.row |= {"created_at": min(before.born, w.start - DAY), "banned_at": banned}
        with w.until(banned):
            w.employ(crowd, [before], load * 0.4, evenings)
        after = w.account(crowd, place, Traits(card=1, phone=0, api=0, signup=(sweep + 0.15, 14)))
        after.addresses, after.client, after.ja4, after.hours_east = before.addresses, before.client, before.ja4, before.hours_east
        after.row["signup_ip"] = before.row["signup_ip"]
        w.employ(crowd, [after], load * 0.6, evenings)


def viral(w: Brook, name: str, accounts: int, load: float) -> None:
    """One prompt goes round for a day or two."""
    r, crowd = w.r, w.gather(name)
    prompt = fill(r, COACH)
    for place in range(accounts):
        member = w.account(crowd, place, Traits(api=0))
        for _ in range(r.randint(1, 2)):
            when = w.moment(member, Burst(w.house.days * 0.5, 30))
            first = prompt + r.choice(["", "", " Thanks!", " I am " + r.choice(PEOPLE)])
            w.talk(member, when, [first, *[ordinary(r)] * r.randint(0, 1)])
        w.employ(crowd, [member], load, Work(anything))


def cafes(w: Brook, name: str, accounts: int, load: float) -> None:
    """The clerk signs people up with the shop's telephone, on the shop's line."""

    def text(r: random.Random, crowd: Crowd, member: int, sent: int) -> str:
        return ERRANDS(r, crowd, member, sent) if r.random() < 0.4 else ordinary(r)

    traits = Traits(phone="one", card=0, network="nat", api=0, signup="window", clients=BROWSERS[:1])
    while accounts > 0:
        size = min(accounts, w.r.randint(10, 45))
        accounts -= size
        crowd = w.gather(name)
        w.employ(crowd, [w.account(crowd, place, traits) for place in range(size)], load, Work(text, "day", 1.6))


CROWDS = {
    "rotators": rotators, "reseller": reseller, "app_one_key": app_one_key, "families": families, "shared_link": shared_link,
    "returners": returners, "viral": viral, "cafes": cafes,
}
"""crowds by name"""
LEAST = {"families": 4, "returners": 2}
"""accounts without which there is none of them"""
