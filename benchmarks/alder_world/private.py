"""Innocent persons: at home, at kiosks and cafes, behind one payer or one login, from abroad, on the day of a release."""

from dataclasses import replace

import numpy as np

from .arrays import Mix, choose, only
from .carriers import COUNTRY, FOREIGN_MIX, HOME_MIX, OFFICE_MIX
from .clients import clients
from .habits import CONSUMER_MIX, STUDENT_MIX, pick
from .hours import interests, starts
from .log import talk
from .network import consumer_net, proxy_net, site_net
from .profiles import API, APP
from .subjects import first_turns
from .text import draw
from .world import DAY, World


def consumers(w: World, n: int) -> None:
    """Ordinary people with the app on a phone."""
    g = w.join(n, "consumer", APP, consumer_net(w.rng, n))
    who, ts = starts(w, g, 0.45, 1.1)
    talk(w, g, who, ts, interests(w, g, who, CONSUMER_MIX), turns=1.1)


def trials(w: World, n: int) -> None:
    """People who try once and leave."""
    g = w.join(
        n, "trial", replace(APP, growth=12.0, life=0.08, pay={"none": 0.95, "wallet": 0.05}, plan={"free": 1}), consumer_net(w.rng, n)
    )
    who, ts = starts(w, g, 0.5, 0.5, minimum=1)
    talk(w, g, who, ts, interests(w, g, who, CONSUMER_MIX), turns=1.0)


def kiosk_customers(w: World, n: int) -> None:
    """Accounts opened by a kiosk attendant on the kiosk's line, paid from its till; afterwards people use their own phones."""
    rng = w.rng
    k = max(n // 60, 1)
    shop = np.minimum((k * rng.random(n) ** 1.6).astype(int), k - 1)
    tills, sites = w.tokens(k), w.ints(k)
    net = consumer_net(rng, n, p_mobile=0.75)
    line = site_net(rng, sites[shop], OFFICE_MIX, 0.05)
    line.home = np.where(COUNTRY[line.home] == COUNTRY[net.home], line.home, net.home)
    desk = w.tokens(k * 3)
    phone = only(rng.random(n) < 0.12, desk[shop * 3 + rng.integers(3, size=n)])
    pay = only(rng.random(n) < 0.8, tills[shop])
    p = replace(APP, plan={"prepaid": 0.95, "free": 0.05}, email={"none": 0.9, "free": 0.1}, growth=120.0)
    g = w.join(n, "kiosk_customer", p, net, pay=pay, phone=phone, signup=line)
    who, ts = starts(w, g, 0.3, 1.0, hours="shopday")
    talk(w, g, who, ts, interests(w, g, who, CONSUMER_MIX), turns=0.9)


def handset_bundle(w: World, n: int) -> None:
    """A cheap phone is sold with the app on it: one model, one version, accounts opened in rows at the desk, free plan, no mail."""
    rng = w.rng
    uas, tls = clients(rng, {"android_app": 1}, 1)
    days = rng.uniform(-15, w.days * 0.7, 6)
    created = days[rng.integers(6, size=n)] * DAY + rng.gamma(3.0, 5000.0, n)
    p = replace(APP, plan={"free": 1}, email={"none": 1}, pay={"none": 0.97, "wallet": 0.03}, phone=1.0, phone_shared=0.0, life=25.0)
    desk = site_net(rng, w.ints(5)[rng.integers(5, size=n)], {"ke_mob1": 3, "ng_mob1": 2, "tz_mob": 1}, 0.3)
    g = w.join(
        n, "handset_bundle", p, consumer_net(rng, n, {"ke_mob1": 3, "ng_mob1": 2, "tz_mob": 1}, p_mobile=0.9), created=created, signup=desk,
        ua=(np.repeat(uas, n), np.repeat(tls, n))
    )
    who, ts = starts(w, g, 0.6, 1.1, minimum=1)
    talk(w, g, who, ts, interests(w, g, who, {**CONSUMER_MIX, **STUDENT_MIX}), turns=0.7)


def households(w: World, n: int) -> None:
    """Families and small agencies: one payer, one line, several people."""
    rng = w.rng
    home = np.arange(n) // 4
    k = int(home.max()) + 1
    g = w.join(
        n, "household", replace(APP, plan={"prepaid": 0.6, "pro": 0.4}), site_net(rng, w.ints(k)[home], OFFICE_MIX, 0.5),
        pay=w.tokens(k)[home], phone=only(rng.random(n) < 0.4, w.tokens(k)[home])
    )
    who, ts = starts(w, g, 0.5, 0.8)
    talk(w, g, who, ts, interests(w, g, who, {**CONSUMER_MIX, "math": 5, "exam": 5}), turns=1.1)


def shared_logins(w: World, n: int) -> None:
    """One paid account passed round a hostel or a chat group: many phones and places, one account."""
    net = proxy_net(w.rng, n, {"ke_mob1": 3, "ng_mob1": 2, "ke_mob2": 1, "gh_mob1": 1}, sticky=2400, pool=30)
    g = w.join(n, "shared_login", replace(APP, plan={"pro": 0.6, "prepaid": 0.4}, pay={"wallet": 0.8, "till": 0.2}), net)
    who, ts = starts(w, g, 5.0, 0.7)
    talk(w, g, who, ts, choose(w.rng, {**CONSUMER_MIX, **STUDENT_MIX}, len(who)), turns=1.0)


def cyber_cafes(w: World, n: int) -> None:
    """Cafe customers: cloned machines, one line, everybody else's letters and CVs."""
    rng = w.rng
    k = max(n // 25, 1)
    cafe = rng.integers(k, size=n)
    uas, tls = clients(rng, {"chrome_desktop": 2, "firefox": 1}, k)
    g = w.join(
        n, "cyber_cafe", replace(APP, email={"free": 0.7, "none": 0.3}, hours="shopday"), site_net(rng, w.ints(k)[cafe], OFFICE_MIX, 0.1),
        ua=(uas[cafe], tls[cafe])
    )
    who, ts = starts(w, g, 0.35, 0.8)
    talk(w, g, who, ts, interests(w, g, who, {"letter": 8, "essay": 3, "law": 2, "sheet": 2, "translate": 2, "faith": 1}), turns=0.9)


def vpn_users(w: World, n: int) -> None:
    """People who always sit behind a commercial VPN."""
    net = proxy_net(w.rng, n, {"m247_gb": 3, "dcamp_us": 3}, sticky=5 * 3600, pool=60)
    g = w.join(n, "vpn_user", replace(APP, email={"free": 1}), net)
    who, ts = starts(w, g, 0.45, 1.0)
    talk(w, g, who, ts, interests(w, g, who, CONSUMER_MIX), turns=1.3)


def roleplayers(w: World, n: int) -> None:
    """Long story-telling sessions at night."""
    g = w.join(n, "roleplayer", replace(APP, hours="night", plan={"prepaid": 0.6, "free": 0.4}), consumer_net(w.rng, n))
    who, ts = starts(w, g, 0.5, 0.9)
    talk(w, g, who, ts, "role", turns=11.0, gap=70.0)


def prompt_packs(w: World, n: int) -> None:
    """Buyers of a 'thousand prompts' booklet, and people who let another model polish their question first."""
    g = w.join(n, "prompt_pack", replace(APP, plan={"prepaid": 0.7, "pro": 0.3}, style=False), consumer_net(w.rng, n))
    who, ts = starts(w, g, 0.7, 0.9)
    talk(w, g, who, ts, interests(w, g, who, {"polished": 4, "persona": 3, "knowledge": 2, "article": 1}), turns=0.7)


def bargain_hunters(w: World, n: int) -> None:
    """Foreigners with a self-hosted chat front end who came for the price."""
    p = replace(
        API, said={"individual": 0.9, "startup": 0.1}, client={"openai_py": 2, "node_sdk": 3, "go": 1}, pay={"card": 0.9, "none": 0.1},
        phone=0.5, sessions=0.1, stream=0.9, plan={"prepaid": 0.6, "payg": 0.4}, style=True
    )
    net = consumer_net(w.rng, n, {**FOREIGN_MIX, "hz_de": 3, "do_us": 2, "cf_us": 1}, p_mobile=0.1)
    g = w.join(n, "bargain_hunter", p, net)
    who, ts = starts(w, g, 0.9, 1.1)
    talk(
        w, g, who, ts, interests(w, g, who, {"code": 6, "role": 3, "chat": 4, "knowledge": 3, "translate": 2, "logic": 1, "hard": 1}),
        turns=1.4
    )


def workers(w: World, n: int) -> None:
    """Freelancers on micro-task sites who use the model for their own jobs: many short, unlike tasks, long days."""
    g = w.join(
        n, "freelancer", replace(APP, plan={"prepaid": 0.8, "free": 0.2}, email={"free": 1}, growth=100.0),
        consumer_net(w.rng, n, p_mobile=0.4)
    )
    who, ts = starts(w, g, 2.2, 0.8)
    jobs: Mix = {"article": 3, "translate": 2, "summary": 2, "code": 1, "judge": 1, "persona": 1, "marketing": 2, "math": 1}
    talk(w, g, who, ts, choose(w.rng, jobs, len(who)), turns=0.8)


def launch_tourists(w: World, n: int) -> None:
    """People who come when a model is released and put the same famous test questions to it."""
    rng = w.rng
    name, day = w.releases[-1]
    famous = np.concatenate([draw(rng, "logic_q", 8), draw(rng, "hard_q", 6), draw(rng, "poem_q", 4), draw(rng, "code_q", 6)])
    fresh = rng.random(n) < 0.5
    created = np.where(fresh, day * DAY + rng.gamma(1.2, 1.2 * DAY, n), -rng.exponential(120 * DAY, n))
    p = replace(
        API, said={"individual": 0.9, "startup": 0.1}, client={"chrome_desktop": 2, "py_sdk": 2, "openai_py": 2, "curl": 1}, p_temp=0.1
    )
    g = w.join(n, "launch_tourist", p, consumer_net(rng, n, {**HOME_MIX, **FOREIGN_MIX}, p_mobile=0.2), created=created)
    reps = np.repeat(np.arange(n), rng.geometric(0.12, n))
    ts = day * DAY + rng.gamma(1.1, 1.3 * DAY, n)[reps] + rng.exponential(3000, len(reps))
    ok = (ts > g.start[reps]) & (ts < w.span)
    reps, ts = reps[ok], ts[ok]
    opener = np.where(
        rng.random(len(reps)) < 0.4, pick(w, famous, len(reps), 1.6), first_turns(rng, np.full(len(reps), "code", dtype=object))
    )
    model = np.where(rng.random(len(reps)) < 0.85, name, "baraza-2").astype(object)
    talk(w, g, reps, ts, "logic", openers=opener, model=model, turns=0.4, plain=True)
