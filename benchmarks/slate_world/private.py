"""Innocent persons: chatters, developers, hobbyists, the thrifty, the careful, strangers behind one address."""

from .clients import browser, sdk_client
from .lines import Mix
from .log import send
from .prompts import system_prompt
from .queues import Job, Pool, run
from .records import Cfg, Say
from .talks import groups, handed, stream, talk
from .text import ask
from .vocabulary import STOCK_SYSTEMS
from .world import DAY, World


def casual(w: World, n: int) -> None:
    """Private users of the chat app."""
    for _ in range(n):
        a = w.account("casual", path="app", pay_how=w.r.choice(("none", "none", "mixed")), cfg=w.cfg("app"))
        for t in w.times(a, 0.33, w.r.choice(("evening", "student", "night", "work")), "home"):
            talk(w, a, t, "home", 2.8)


def solo_devs(w: World, n: int) -> None:
    """Developers who try things: playground days, loops, small tools."""
    for _ in range(n):
        a = w.account(
            "solo_dev", path=w.r.choice(("api", "api", "app")), kind=w.r.choice(("individual", "startup")),
            line=w.net.server(w.r) if w.r.random() < 0.2 else None
        )
        system = w.r.choice([None, None, *STOCK_SYSTEMS, system_prompt(w.r)])
        for t in w.times(a, 0.45, w.r.choice(("work", "evening", "night")), w.r.choice(("work", "home"))):
            if a.path == "api" and w.r.random() < 0.2:
                a.cfg = w.cfg()
            if a.path == "api" and w.r.random() < 0.07:
                jobs = (Job([Say(system, x[1], x[0])]) for x in (ask(w.r, "pipeline", "plain") for _ in range(w.r.randint(8, 70))))
                run(w, Pool([a], conc=w.r.choice((1, 1, 4, 8)), crowding=0.04), jobs, [(t, t + 7200)])
            else:
                talk(w, a, t, "dev", 3.2, system=system)


def freelancers(w: World, n: int) -> None:
    """Writers, translators, consultants."""
    for _ in range(n):
        a = w.account("freelancer", path=w.r.choice(("app", "app", "api")), voice=w.r.choice(("plain", "polite", "hasty", "es")))
        pool = w.r.choice(("office", "content", "wide", "teach"))
        for t in w.times(a, 0.7, "work", "work"):
            talk(w, a, t, pool, 2.6, think=70)


def bots(w: World, n: int) -> None:
    """Hobbyists' chat bots: community templates, cheap servers, many pay with prepaid cards."""
    templates = [
        system_prompt(w.r, "CommunityBot", 3, job=j)
        for j in ("friendly group bot", "dungeon master", "anime companion", "quiz bot", "language buddy")
    ]
    for _ in range(n):
        a = w.account(
            "bot_builder", line=w.net.server(w.r, 1) if w.r.random() < 0.6 else None, pay_how=w.r.choice(("none", "terminal", "wallet")),
            client=sdk_client(w.r, w.r.choice(("python", "node")))
        )
        s = w.r.choice(templates) if w.r.random() < 0.6 else system_prompt(w.r)
        stream(w, a, w.r.lognormvariate(0.2, 1.0), "bot", [s], w.r.choice(("users", "night", "evening")), turns=w.r.choice((1.5, 3, 5)))


def hoppers(w: World, n: int) -> None:
    """Thrifty people who open one free account after another for their own chats and homework."""
    for k in groups(w, n, 2, 5):
        line, client, phone, voice = w.net.person(w.r, mobile=0.9), browser(w.r), w.r.choice([None, *w.sms[:40]]), w.voice()
        at = w.r.uniform(-20, w.days * 0.5) * DAY
        for _ in range(k):
            a = w.account(
                "free_hopper", path="app", line=line, client=client, phone=phone, created=min(at, w.end - 3600), pay=None, plan="free",
                voice=voice
            )
            for t in w.times(a, 1.6, "student", "home", end=at + 5 * DAY):
                talk(w, a, t, w.r.choice(("home", "study")), 3)
            at += w.r.uniform(2, 7) * DAY


def family(w: World, n: int) -> None:
    """Households and friends who share one card or one line."""
    for k in groups(w, n, 2, 5):
        pay, line = w.pay("card"), w.net.person(w.r)
        for _ in range(k):
            a = w.account("family", path="app", pay=pay, line=line)
            for t in w.times(a, 0.6, w.r.choice(("evening", "student")), "home"):
                talk(w, a, t, w.r.choice(("home", "study")), 2.6)


def coworking(w: World, n: int) -> None:
    """Strangers behind one address: dormitories, co-working houses, cafés."""
    for k in groups(w, n, 15, 60):
        house = w.net.office(w.r)
        for _ in range(k):
            a = w.account(
                "shared_house", path=w.r.choice(("app", "api")), line=Mix([house, w.net.person(w.r)], [0.7, 0.3]), signup_ip=house.ips[0]
            )
            for t in w.times(a, 0.6, w.r.choice(("work", "student", "night")), "home"):
                talk(w, a, t, w.r.choice(("home", "dev", "study", "office")), 2.6)


def vpn_users(w: World, n: int) -> None:
    """Careful people behind a commercial VPN or on hosting addresses, with forwarded mail and prepaid cards."""
    hubs = [w.net.server(w.r, 12, c) for c in ("hosts_fr", "hosts_de", "hosts_us")]
    for _ in range(n):
        a = w.account(
            "vpn_user", path=w.r.choice(("app", "api")), line=w.r.choice(hubs), pay_how="none", phone=None,
            mail=w.r.choice(("public", "cheap"))
        )
        for t in w.times(a, 0.5, w.r.choice(("evening", "night")), "home"):
            talk(w, a, t, w.r.choice(("home", "dev", "wide")), 2.8)


def key_switchers(w: World, n: int) -> None:
    """People with two or three accounts in one desktop program: when a limit or the purse ends, the talk goes on under the other key."""
    for k in groups(w, n, 2, 3):
        line, client, voice = w.net.person(w.r, mobile=0.15), sdk_client(w.r, "node"), w.voice()
        made, paid = w.r.uniform(-200, 0.4 * w.days) * DAY, w.r.choice(("mixed", "none"))
        team = [
            w.account(
                "key_switcher", line=line, client=client, voice=voice, pay_how=paid,
                created=min(w.end - 3600, made + i * w.r.uniform(0.01, 20) * DAY), plan=w.r.choice(("free", "prepaid"))
            )
            for i in range(k)
        ]
        book = [None, w.r.choice(STOCK_SYSTEMS)]
        hours = w.r.choice(("evening", "night", "work"))
        handed(w, team, w.r.choice(("home", "dev", "study", "wide")), book, 0.5, hop=0.07, delays=(4, 20, 600), hours=hours, week="home")


def viral(w: World, n: int) -> None:
    """A tutorial gone viral: strangers run the same script with the same questions, then change a few words."""
    system = system_prompt(w.r, "DemoBot", 2)
    script = [ask(w.r, "wide", "plain") for _ in range(6)]
    client, peak = sdk_client(w.r, "python"), w.r.uniform(0.1, 0.7) * w.end
    for _ in range(n):
        a = w.account(
            "viral_tutorial", created=min(w.end - 7200, peak + w.r.expovariate(1 / (1.5 * DAY))),
            client=client if w.r.random() < 0.7 else None, cfg=Cfg(w.models["mini"], 0.7, None, 500, False), plan="free", pay=None,
            line=w.net.lambdas(w.r, "gcp") if w.r.random() < 0.3 else None
        )
        t, th = a.created + w.r.uniform(120, 2400), w.thread(a)
        for kind, text in script[: w.r.randint(2, 6)]:
            t, _ = send(w, a, t, th, Say(system, text, kind))
            t += w.r.uniform(2, 90)
        for t in w.times(a, 1.2, "evening", "home", end=a.created + 4 * DAY):
            talk(w, a, t, w.r.choice(("bot", "wide")), 2, system=system)
