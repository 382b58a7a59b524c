"""Innocent persons: chatters, freelancers, the careful, the thrifty, families, strangers with one login or one address."""

import numpy as np

from .habits import API_PLAN, CASUAL, WEB_PLAN, chat, follow, own, talk
from .hours import Sittings, first_days, sittings, turns
from .log import Manner, emit
from .places import Gear
from .world import DAY, World


def consumers(w: World, n: float) -> None:
    """Private people in the app, alone, at home and on the phone; one in seven signs up in the window."""
    new = w.k(n * 0.15)
    old = w.enrol(w.k(n) - new, "consumer", plan=WEB_PLAN, phone=0.75)
    born = w.rng.uniform(0, w.days - 0.5, new)
    who = np.concatenate([old, w.enrol(new, "consumer", plan=WEB_PLAN, phone=0.8, pay=0.15, born=born)])
    s, (a, t) = sittings(w, who, 0.42, sigma=1.2), first_days(w, who, 1.0)
    a, t = np.concatenate([s.who, a]), np.concatenate([s.start, t])
    s = Sittings(a, t, turns(w, len(a), 2.6, a))
    emit(w, s, chat(w, s, CASUAL), Manner(gear=Gear("home", 0.35), gap=70, attach=(0.08, 1800)))
    w.ban(who, 0.004)


def freelancers(w: World, n: float) -> None:
    """Writers, translators, designers: paid plan, many sittings a day, long pastes."""
    who = w.enrol(w.k(n), "freelancer", plan={"plus": 0.85, "free": 0.15}, pay=0.85, says={"individual": 0.8, "startup": 0.2})
    s = sittings(w, who, 1.7, "office", 3)
    prompts = chat(w, s, {"marketing": 3, "translate": 3, "office": 2, "creative": 1}, 0.4)
    emit(w, s, prompts, Manner(gear=Gear("home", 0.1), gap=110, attach=(0.2, 2500), out=(480, 0.8)))


def vpn_users(w: World, n: float) -> None:
    """Consumers behind commercial VPNs, most without a phone number."""
    who = w.enrol(w.k(n), "vpn_user", plan=WEB_PLAN, phone=0.3)
    s = sittings(w, who, 0.8, "human", 2.8, sigma=1.1)
    emit(w, s, chat(w, s, {**CASUAL, "code": 4}), Manner(gear=Gear("vpn", 0.1), gap=70))


def credit_chasers(w: World, n: float) -> None:
    """Thrifty people with two to five free accounts each: same line, same machine, one after another or mixed."""
    for _ in w.groups(n / 3.5):
        m = w.size(2, 6)
        who = w.enrol(m, "credit_chaser", countries={w.country(): 1}, pay=0.08, plan={"free": 1}, phone=0.25, age=(-w.days * 0.8, 90))
        s = sittings(w, who[:1], 1.6, sigma=0.5)
        if not len(s):
            continue
        in_turn = np.arange(len(s)) * m // len(s)
        a = who[in_turn] if w.rng.random() < 0.5 else who[w.rng.integers(0, m, len(s))]
        s = Sittings(a, s.start, turns(w, len(s), 3, a))
        how = Manner(gear=Gear("group", 0.2, 1, w.accounts["home"][who[0]]), group=w.new(), client=w.accounts["web"][who[0]])
        emit(w, s, talk(w, s, own(w, CASUAL)), how)
        w.ban(who, 0.06)


def families(w: World, n: float) -> None:
    """Families on one plan, one line, one card."""
    for _ in w.groups(n):
        size, group = w.size(2, 6), w.new()
        says = {"individual": 0.8, "education": 0.2}
        who = w.enrol(size, "family", countries={w.country(): 1}, pay=w.new(), plan={"family": 1}, says=says)
        s = sittings(w, who, 0.6, "human", 2.6)
        emit(w, s, chat(w, s, CASUAL), Manner(gear=Gear("group", 0.4, 1, w.accounts["home"][who[0]]), group=group))


def coworking(w: World, n: float) -> None:
    """Cafes, dormitories and co-working places: strangers with one address."""
    for share in w.groups(n):
        country = w.country()
        net, group = int(w.net.of(country, "home")[0]), w.new()
        countries = {country: 0.6, "US": 0.1, "GB": 0.1, "UA": 0.1, "BR": 0.1}
        who = w.enrol(w.size(8, 30, share), "coworking", countries=countries, plan=WEB_PLAN)
        s = sittings(w, who, 0.8, "office", 2.6, tz=w.net.tz[country])
        emit(w, s, chat(w, s, {**CASUAL, "code": 3, "marketing": 2}), Manner(gear=Gear("group", 0.3, 1, net), group=group))


def shared_logins(w: World, n: float) -> None:
    """Account markets: honest buyers share one cheap plus account, many countries and machines on one account."""
    for share in w.groups(n):
        who = w.enrol(1, "shared_login", plan={"plus": 1}, pay=1.0)
        s = sittings(w, who, 14.0 * share, "flat", 2.4, sigma=0.4)
        prompts = talk(w, s, CASUAL, 0.7)
        emit(w, s, prompts, Manner(gear=Gear("resproxy"), client=w.clients("browser", 6)[w.rng.integers(0, 6, len(s))]))


def card_resellers(w: World, n: float) -> None:
    """Regional sellers pay plus plans with their own four cards for people whose cards fail; the buyers are ordinary and scattered."""
    for share in w.groups(n):
        country = str(w.rng.choice(["BD", "PK", "EG", "NG", "AR", "VN", "UA", "TR", "KE"]))
        size, group = w.size(30, 90, share), w.new()
        cards = np.array([w.new() for _ in range(4)])
        who = w.enrol(
            size, "card_reseller_buyer", countries={country: 0.9, "US": 0.1}, pay=cards[w.rng.integers(0, 4, size)], plan={"plus": 1},
            signup=(int(w.net.of(country, "home")[0]), group) if w.rng.random() < 0.6 else None, age=(-w.days * 0.7, 90), phone=0.3
        )
        s = sittings(w, who, 1.0, "human", 2.6, sigma=1.1)
        emit(w, s, chat(w, s, CASUAL), Manner(gear=Gear("home", 0.5), attach=(0.1, 1500)))
        w.ban(who, 0.05)


def viral(w: World, n: float) -> None:
    """A tutorial goes viral: a wave of sign-ups pastes the same prompt, then a few stay."""
    start, m = w.rng.uniform(2, w.days - 4), w.k(n)
    born = np.minimum(start + w.rng.gamma(1.5, 0.7, m), w.days - 0.3)
    old = w.rng.random(m) < 0.3
    opened = np.where(old, -w.rng.uniform(3, 300, m), born)
    who = w.enrol(m, "viral_tutorial", born=opened, pay=0.1, plan={"free": 0.95, "plus": 0.05})
    pasted = w.text.fill(
        "Act as my {tone} {job}. Ask me {small} questions one by one about {metric}, then give me {fmt} with a plan for {event}. Start now."
    )
    t = np.where(old, born, born + 0.003) * DAY + w.rng.exponential(600, m)
    firsts = [pasted if w.text.r.random() < 0.7 else w.text.noise(pasted, 1.0) for _ in range(m)]
    s = Sittings(who, t, turns(w, m, 4))
    emit(w, s, follow(w, s, firsts), Manner(gear=Gear("home", 0.55)))
    s = sittings(w, who, 0.15, "human", 2.4, sigma=1.4)
    emit(w, s, chat(w, s, CASUAL), Manner(gear=Gear("home", 0.5)))


def roleplayers(w: World, n: float) -> None:
    """Role-play with a front end of others: shared character cards as system prompts, very long chats, high temperature."""
    who = w.enrol(w.k(n), "roleplayer", plan=API_PLAN, pay=0.7, says={"individual": 1})
    r = w.text.r
    card = "{creature}, {genre}, in {place}. {tone}. "
    cards = ["Write {{char}}'s next reply. " + w.text.fill(card + "{sent} " * r.randint(3, 12)) for _ in range(40)]
    s = sittings(w, who, 0.35, "night", 9, sigma=1.1)
    prompts = [w.text.one({"creative": 1}, 0.3) if r.random() < 0.6 else w.text.slot("sent") for _ in range(int(s.turns.sum()))]
    odd = s.who % 2 == 1
    emit(w, s, prompts, Manner(
        path="api", gear=Gear("home", 0.2), client=w.client("node"), system=[r.choice(cards) for _ in s.who], temp=np.where(odd, 1.0, 0.9),
        top_p=np.where(odd, 0.95, np.nan), max_tokens=350, out=(240, 0.4), gap=75
    ))


def gig_workers(w: World, n: float) -> None:
    """Workers of task markets all over the world, with accounts of their own, for the same few jobs; copied instructions."""
    countries = {"PH": 4.0, "KE": 3.0, "IN": 4.0, "NG": 2.0, "BD": 2.0, "PK": 2.0, "CO": 1.0, "EG": 1.0, "UA": 1.0, "US": 1.0}
    who = w.enrol(w.k(n), "gig_worker", countries=countries, plan={"free": 0.8, "plus": 0.2}, pay=0.2)
    text, r = w.text, w.text.r
    jobs = text.all("gig")
    s = sittings(w, who, 1.0, "human", 2.0, sigma=1.1)
    other = {"judge": 2.0, "school": 1.0, "life": 1.0, "translate": 1.0, "office": 1.0}
    firsts = [
        r.choice(jobs) + text.fill("\n{sent} {sent}" if r.random() < 0.7 else "\nTopic: {topic}, {city}") if r.random() < 0.6
        else text.one(other) for _ in s.who
    ]
    emit(w, s, follow(w, s, firsts), Manner(gear=Gear("home", 0.5), gap=120))
