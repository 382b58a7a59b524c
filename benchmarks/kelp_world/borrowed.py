"""Operators behind what is others': leaked keys, tricked browsers, customers' flows, a desk by night, end users, paid people."""

import numpy as np

from .farms import LEAST, cover
from .firms import macros
from .habits import CASUAL, WORK, chat, follow, own, talk
from .hours import Sittings, once, sittings, turns
from .log import Manner, emit
from .places import Gear
from .world import DAY, World

THIEVES = 7
"""the group of the thieves' shared cloud tenant"""


def stolen_keys(w: World, n: int, name: str) -> None:
    """Keys of honest small firms found in public code: their own traffic goes on, the thief adds a burst until the key is revoked."""
    for _ in range(w.k(n, 2)):
        text, r = w.text, w.text.r
        who = w.enrol(
            1, "leaked_key_victim", name, org=w.new(), domain=text.domain(), plan={"payg": 1}, pay=1.0,
            says={"startup": 0.8, "enterprise": 0.2}, verified=0.3
        )
        s = sittings(w, who, 14.0, "shop", 2, sigma=0.6)
        family = r.choice(["python", "node", "server"])
        prompts = talk(w, s, own(w, {"support": 3, "data": 1, "office": 1, "marketing": 1}))
        emit(w, s, prompts, Manner(
            path="api", gear=Gear("cloud", pool=2), client=w.client(family), system=text.system(), temp=0.3, max_tokens=800
        ))
        begin = w.rng.uniform(0.1, 0.85) * w.days
        length = min(w.rng.gamma(2, 1.3), w.days - begin - 0.05)
        s = sittings(w, who, 230.0, "flat", window=(begin, begin + length), sigma=0.4)
        prompts = text.many(WORK, len(s), 0.1)
        emit(w, s, prompts, Manner(
            path="api", gear=Gear("cloud", pool=5) if r.random() < 0.5 else Gear("resproxy"), group=THIEVES, client=w.client("python"),
            temp=r.choice([0.7, 1.0]), max_tokens=4096, attach=(0.12, 2000), out=(547, 0.6), stream=False
        ), harvest=True)


def helper_extension(w: World, n: int, name: str) -> None:
    """Tricked accounts: a free browser helper adds two prompts of its own in many sittings, through the page its user is logged in to."""
    m = w.k(n, LEAST)
    who = w.enrol(m, "extension_user", name, plan={"free": 0.5, "plus": 0.5}, phone=0.75)
    s = sittings(w, who, 0.8, "human", 2.5)
    emit(w, s, chat(w, s, CASUAL), Manner(gear=Gear("home", 0.15), client=w.column("web", s.who), gap=70))
    installed = w.rng.uniform(0, w.days * 0.5, m)[s.who - who[0]]
    ride = s.where((w.rng.random(len(s)) < 0.7) & (s.start / DAY > installed))
    a, t = np.repeat(ride.who, 2), np.repeat(ride.start, 2) + w.rng.uniform(20, 1500, 2 * len(ride))
    prompts, how = w.text.many(WORK, len(a), 0.05), Manner(gear=Gear("home"), client=w.column("web", a), out=(403, 0.5))
    emit(w, once(a, t), prompts, how, harvest=True)


def crooked_agency(w: World, n: int, name: str) -> None:
    """An automation agency slips a nightly branch into the flows of its paying customers: their accounts, their cards, its prompts."""
    m, group, net = w.k(n, LEAST), w.new(), w.cloud()
    says = {"startup": 0.7, "individual": 0.3}
    who = w.enrol(m, "agency_customer", name, plan={"payg": 1}, pay=1.0, says=says, domain=w.domains(m), age=(10, 300))
    flows = [w.text.system() for _ in range(5)]
    client, gear = w.client("lowcode"), Gear("cloud", pool=2, net=net)
    s = sittings(w, who, 3.0, "shop", sigma=0.8)
    prompts, systems = w.text.many({"support": 3, "data": 2, "marketing": 1}, len(s), 0.3), [flows[a % 5] for a in s.who.tolist()]
    emit(w, s, prompts, Manner(path="api", gear=gear, group=group, client=client, system=systems, stream=False, out=(160, 0.7)))
    s = sittings(w, who, 6.0, "night", sigma=0.3)
    prompts = w.text.many({"reason": 2, "office": 2, "marketing": 2, "school": 1, "translate": 1}, len(s), 0.2)
    branch = [flows[a % 5] if a % 2 else None for a in s.who.tolist()]
    how = Manner(path="api", gear=gear, group=group, client=client, system=branch, stream=False, out=(374, 0.6))
    emit(w, s, prompts, how, harvest=True)


def night_shift(w: World, n: int, name: str) -> None:
    """A real call centre rents its idle night seats out: same address; by night the desk types another firm's list."""
    country = "PH" if w.rng.random() < 0.5 else "CO"
    net, group = int(w.net.of(country, "home")[1]), w.new()
    who = w.enrol(
        w.k(n, LEAST), "desk_seat", name, countries={country: 1}, domain=w.text.domain(), org=w.new(), pay=w.new(), plan={"team": 1},
        says={"enterprise": 0.5, "startup": 0.5}, phone=0.1, signup=(net, group)
    )
    client, gear = w.client("browser"), Gear("group", 0, 2, net)
    s = sittings(w, who, 2.5, "office", 1.4, sigma=0.4)
    emit(w, s, macros(w, s), Manner(gear=gear, group=group, client=client, out=(170, 0.5)))
    s = sittings(w, who, 5.0, "night", 1.8, sigma=0.5)
    prompts = talk(w, s, {"support": 2, "reason": 2, "office": 2, "life": 1, "judge": 1, "creative": 1}, 0.4)
    emit(w, s, prompts, Manner(gear=gear, group=group, client=client, gap=100), harvest=True)


def cheap_gateway(w: World, n: int, name: str) -> None:
    """A cheap gateway sells access to real people through pooled accounts and keeps the good conversations, two in five."""
    m = w.k(n, LEAST)
    says = {"individual": 0.6, "startup": 0.4}
    who = w.enrol(m, "pool_account", name, pay=1.0, plan={"payg": 1}, age=(3, 120), says=says)
    s = sittings(w, who, 6.5, "human", 2.8, sigma=0.15)
    users = w.text.many({**CASUAL, "code": 4, "es": 1, "vi": 2, "id": 1}, len(s), 0.7)
    good = w.rng.random(len(s)) < 0.4
    seat = np.repeat(s.who, s.turns)  # the pool balances by turn when an account is rate limited
    seat = np.where(w.rng.random(len(seat)) < 0.35, who[w.rng.integers(0, m, len(seat))], seat)
    how = Manner(path="api", gear=Gear("cloud", pool=1), client=w.client("server"), errors=0.05)
    emit(w, s, follow(w, s, users), how, harvest=good, hop=seat)
    w.ban(who, 0.1)


def mirror_app(w: World, n: int, name: str) -> None:
    """A free chat app with real users mirrors every conversation, through accounts rented from owners who keep using them."""
    m = w.k(n, LEAST)
    who = w.enrol(m, "rented_account", name, plan={"plus": 1}, pay=0.9, age=(30, 500))
    cover(w, who, 0.7, Gear("home", 0.3))
    s = sittings(w, who, 7.0, "shop", 2.6, sigma=0.4)
    prompts = talk(w, s, {"life": 4, "school": 3, "creative": 3, "translate": 1, "code": 1, "pt": 2, "es": 2}, 0.8)
    client = w.clients("headless", m)[s.who - who[0]]
    emit(w, s, prompts, Manner(gear=Gear("sticky"), client=client, attach=(0.06, 1500), gap=65), harvest=True)


def paid_crew(w: World, n: int, name: str) -> None:
    """Real people paid a few cents a prompt: own accounts with own lives, tasks copied from a sheet, answers copied back."""
    countries = {"PH": 4.0, "KE": 3.0, "IN": 3.0, "BD": 2.0, "PK": 2.0, "NG": 2.0, "CO": 1.0}
    who = w.enrol(w.k(n, LEAST), "paid_person", name, countries=countries, plan={"free": 0.75, "plus": 0.25}, age=(10, 400))
    cover(w, who, 0.5, Gear("home", 0.5))
    s = sittings(w, who, 0.5, "human", sigma=0.8)
    tasks = w.rng.geometric(0.16, len(s))  # a sitting of several tasks, each in a new chat
    pauses = [np.cumsum(w.rng.gamma(2, 75, k)) for k in tasks.tolist()]
    a, t = np.repeat(s.who, tasks), np.repeat(s.start, tasks) + np.concatenate([[], *pauses])
    s = Sittings(a, t, turns(w, len(a), 1.4))
    prompts = talk(w, s, {"reason": 3, "judge": 1.5, "school": 2, "office": 2, "life": 2, "creative": 1, "math": 1})
    emit(w, s, prompts, Manner(gear=Gear("home", 0.5), attach=(0.06, 900), gap=90), harvest=True)
