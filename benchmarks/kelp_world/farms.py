"""Operators with accounts of their own by the dozen: referral chains, aged accounts, trials, sleepers, prepaid keys, invented staff."""

import numpy as np

from .arrays import Arr
from .habits import CASUAL, WORK, chat, own, talk
from .hours import Sittings, sittings, turns
from .log import Manner, emit
from .places import Gear
from .world import DAY, FREE_MAIL, World

LEAST = 3
"""accounts that an operator keeps in the smallest world"""


def cover(
    w: World, who: Arr, rate: float, gear: Gear, window: tuple[float, float] | None = None, until: Arr | None = None
) -> None:
    """Ordinary chat of the accounts, of their true owners or as camouflage; never harvested."""
    s = sittings(w, who, rate, "human", 2.4, window=window, until=until)
    emit(w, s, chat(w, s, CASUAL), Manner(gear=gear, gap=70))


def referral_farm(w: World, n: int, name: str) -> None:
    """Free accounts in chains of referral credits, opened by a queue; phones partly used twice, driven browsers, an exit a sitting."""
    m, r = w.k(n, LEAST), w.text.r
    born = np.sort(w.rng.uniform(-14, w.days - 1.5, m))
    who = w.enrol(
        m, "referral_chain", name, born=born, plan={"free": 0.7, "voucher": 0.3}, pay=0.02, phone=1.0,
        countries={"ID": 3, "VN": 3, "BR": 2, "IN": 2, "PH": 1, "US": 1, "TR": 1},
        domain=[r.choice(list(FREE_MAIL)[:4]) if r.random() < 0.8 else "outlook.com" for _ in range(m)]
    )
    phones = w.accounts["phone"]
    w.put("phone", who, [phones[who[i // 2 * 2 if r.random() < 0.4 else i]] for i in range(m)])
    life = born + w.rng.gamma(3, 2.0, m)
    s = sittings(w, who, 7.0, "flat", sigma=0.3, until=life)
    topics = [w.text.any("grid") for _ in s.who]
    client = w.clients("headless", m)[s.who - who[0]]
    emit(w, s, topics, Manner(gear=Gear("resproxy"), client=client, attach=(0.06, 1200), out=(446, 0.5)), harvest=True)
    cover(w, who, 0.15, Gear("resproxy"), until=life)
    w.ban(who, 0.15)


def aged_market(w: World, n: int, name: str) -> None:
    """Aged accounts bought in a batch: an earlier owner's chat, silence, then another country, another machine, work by script."""
    m = w.k(n, LEAST)
    who = w.enrol(m, "bought_aged", name, age=(150, 700), plan={"plus": 0.5, "free": 0.5}, phone=0.8)
    sold = w.rng.uniform(0.15, 0.6) * w.days + w.rng.exponential(1.0, m)
    cover(w, who, 0.5, Gear("home", 0.3), window=(0.0, float(np.median(sold)) * 0.8), until=sold - 0.7)
    # sticky residential addresses out of the market's bundle
    w.put("home", who, w.net.pick(w.rng, w.rng.choice(["VN", "ID", "UA", "US", "BR"], m), "home"))
    s = sittings(w, who, 11.0, "flat", sigma=0.5)
    s = s.where(s.start / DAY > sold[s.who - who[0]])
    s = Sittings(s.who, s.start, turns(w, len(s), 1.5, s.who))
    prompts, client = talk(w, s, WORK, 0.25), w.clients("browser", m)[s.who - who[0]]
    emit(w, s, prompts, Manner(gear=Gear("sticky"), client=client, attach=(0.15, 2200), out=(403, 0.6), gap=30), harvest=True)
    w.ban(who, 0.12, w.days * 0.6)


def trial_cycler(w: World, n: int, name: str) -> None:
    """Virtual cards for trials: nine waves burn the trial in two days, are refunded, banned, replaced; midway the image changes."""
    waves = 9
    for wave in range(waves):
        m, begin, late = w.k(n / waves), 0.3 + wave * (w.days - 3) / waves, wave > waves / 2
        who = w.enrol(
            m, "trial_account", name, born=begin + w.rng.uniform(0, 0.35, m), pay=1.0, plan={"payg": 0.8, "plus": 0.2}, phone=0.5,
            domain=None if late else [w.text.r.choice(["gmail.com", w.text.domain()]) for _ in range(m)],
            says={"individual": 0.6, "startup": 0.4}, countries={"US": 3, "GB": 1, "CA": 1, "DE": 1}
        )
        s = sittings(w, who, 34.0, "flat", window=(begin, min(begin + 2.4, w.days)), sigma=0.3)
        client = w.clients("node", m) if late else np.full(m, w.client("python"))
        emit(w, s, w.text.many(WORK, len(s), 0.15), Manner(
            path="api", gear=Gear("sticky") if late else Gear("cloud", pool=1, net=int(w.net.all("cloud")[6])),
            client=client[s.who - who[0]], temp=0.7 if late else np.nan, max_tokens=2048 if late else 4096, attach=(0.1, 1800),
            out=(504, 0.6), stream=late
        ), harvest=True)
        w.ban(who, 0.55, begin + 1.0, begin + 4)


def slow_drip(w: World, n: int, name: str) -> None:
    """The patient one: hundreds of student-looking accounts opened over a year, a sitting or less a day, from phones on carriers."""
    who = w.enrol(
        w.k(n, LEAST), "sleeper", name, age=(20, 420), countries={"IN": 5, "ID": 3, "BR": 3, "NG": 1, "PH": 2, "MX": 2, "EG": 1},
        says={"individual": 0.75, "education": 0.25}, plan={"free": 1}, pay=0.0, phone=0.9
    )
    s = sittings(w, who, 0.75, "human", 1.5, sigma=0.5)
    prompts = talk(w, s, {"school": 4, "math": 2, "reason": 2, "code": 1.5, "life": 1, "office": 1})
    how = Manner(gear=Gear("home", 0.85), client=w.column("app", s.who))
    emit(w, s, prompts, how, harvest=w.rng.random(len(s)) < 0.85)


def rephrased_set(w: World, n: int, name: str) -> None:
    """A seed set of 900 tasks, rephrased by a small model for each account; keys bought singly with prepaid cards."""
    m, r = w.k(n, LEAST), w.text.r
    who = w.enrol(m, "prepaid_key", name, pay=1.0, plan={"payg": 1}, age=(0, 200), says={"individual": 0.7, "startup": 0.3})
    seeds = w.text.many(WORK, 900, 0.0)
    s = sittings(w, who, 6.0, "human", sigma=0.6)
    prompts = [w.text.reword(r.choice(seeds)) for _ in s.who]
    client = np.array([w.client("python", "python", "node", "server") for _ in who])
    emit(w, s, prompts, Manner(
        path="api", gear=Gear("sticky"), client=client[s.who - who[0]], temp=np.array([np.nan, 0.7, 1.0, 0.9])[s.who % 4],
        max_tokens=np.array([-1, 2048, 4096])[s.who % 3], attach=(0.2, 1500), out=(460, 0.6)
    ), harvest=True)


def seat_stuffing(w: World, n: int, name: str) -> None:
    """Team plans on a yearly discount, filled with invented staff of shell shops; each seat works office hours in small amounts."""
    for share in w.groups(n):
        size, domain, group = w.size(18, 32, share), w.text.domain(), w.new()
        country = str(w.rng.choice(["US", "GB", "DE", "PL", "RO", "NL"]))
        opened = w.rng.uniform(-25, w.days * 0.3)
        net = int(w.net.of(country, "home")[-1])
        who = w.enrol(
            size, "stuffed_seat", name, countries={country: 1}, org=w.new(), pay=w.new(), domain=domain, plan={"team": 1},
            says={"startup": 0.6, "enterprise": 0.4}, phone=0.1, born=opened + w.rng.exponential(1.2, size), signup=(net, group)
        )
        gear = Gear("group", 0.03, 4, net) if w.rng.random() < 0.6 else Gear("sticky")
        s = sittings(w, who, 3.8, "office", 1.7, sigma=0.35)
        prompts = talk(w, s, own(w, {**WORK, "office": 4, "marketing": 2}), 0.35)
        client = w.clients("browser", size)[s.who - who[0]]
        how = Manner(gear=gear, group=group, client=client, attach=(0.18, 2600), out=(374, 0.6), gap=55)
        emit(w, s, prompts, how, harvest=w.rng.random(len(s)) < 0.9)
