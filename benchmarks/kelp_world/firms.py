"""Innocent firms: products, offices, call centres, agencies, vendors and resellers with customers of their own, translators."""

from dataclasses import replace

import numpy as np

from .habits import API_PLAN, CASUAL, chat, follow, own, talk
from .hours import Sittings, once, sittings, turns
from .log import Manner, emit
from .places import Gear
from .text import WORDS
from .world import DAY, World

MACRO = "Reply as {brand} support, {tone}, max {limit} words. Ticket: "


def backends(w: World, n: float) -> None:
    """Small businesses' own products: one system prompt, end users' questions, a server in a cloud or through a cloud's marketplace."""
    for _ in w.groups(n):
        text, r, domain = w.text, w.text.r, w.text.domain()
        says = {"startup": 0.75, "enterprise": 0.25}
        who = w.enrol(1, "backend", plan={"payg": 1}, pay=1.0, says=says, org=w.new(), verified=0.3, domain=domain)
        s = sittings(w, who, float(np.exp(w.rng.normal(2.6, 0.9))), "shop", sigma=0.3)
        s = Sittings(s.who, s.start, turns(w, len(s), 1 + 2 * r.random()))
        family = r.choice(["python", "node", "server"])
        users = own(w, {"support": 4, "marketing": 2, "data": 2, "office": 1, "life": 1, "creative": 0.7, "school": 1})
        prompts = talk(w, s, users)
        emit(w, s, prompts, Manner(
            path="api" if r.random() < 0.68 else "bedrock", gear=Gear("cloud", pool=int(w.rng.integers(1, 6))), client=w.client(family),
            system=text.system() + text.fill(" {sent}" * r.randint(0, 30)), temp=r.choice([np.nan, 0.0, 0.3, 0.7]),
            max_tokens=r.choice([-1, 400, 800, 1500]), gap=40,
            model={"wrack-4": 0.3, "wrack-4-mini": 0.7} if r.random() < 0.6 else {"wrack-4": 1}
        ))


def offices(w: World, n: float) -> None:
    """Employees behind one proxy: the same company, single sign-on, office hours."""
    for share in w.groups(n):
        size = max(5, int(40 * share * np.exp(w.rng.normal(0, 0.4))))
        group, domain = w.new(), w.text.domain()
        net = int(w.rng.choice(w.net.all("home")))
        who = w.enrol(
            size, "enterprise_seat", org=w.new(), domain=domain, verified=0.9, pay=w.new(), plan={"team": 1}, says={"enterprise": 1},
            phone=0.1, signup=(net, group), countries={str(w.net.country[net]): 1}
        )
        s = sittings(w, who, 1.3, "office", 2.5)
        browsers = w.clients("browser", 2)
        prompts = chat(w, s, own(w, {"office": 4, "code": 1, "data": 1, "support": 1, "translate": 1}))
        client = browsers[(s.who % 7 == 0).astype(int)]
        emit(w, s, prompts, Manner(gear=Gear("group", 0.05, 3, net), group=group, client=client, attach=(0.2, 3000)))


def call_centres(w: World, n: float) -> None:
    """Shifts behind one address: a macro, the same machines; some work nights for foreign customers."""
    for share in w.groups(n):
        country = str(w.rng.choice(["PH", "IN", "CO", "EG", "RO", "TR"]))
        net, group = int(w.net.of(country, "home")[0]), w.new()
        who = w.enrol(
            w.size(20, 60, share), "call_centre", countries={country: 1}, domain=w.text.domain(), org=w.new(), pay=w.new(),
            plan={"team": 1}, says={"enterprise": 0.6, "startup": 0.4}, phone=0.1, signup=(net, group)
        )
        s = sittings(w, who, 3.0, w.text.r.choice(["night", "office"]), 1.5, sigma=0.4)
        prompts = macros(w, s)
        how = Manner(gear=Gear("group", 0, 2, net), group=group, client=w.client("browser"), out=(170, 0.5), gap=40)
        emit(w, s, prompts, how)


def macros(w: World, s: Sittings) -> list[str]:
    """Prompts of a desk: its macro and a ticket."""
    macro = w.text.fill(MACRO)
    return follow(w, s, [macro + w.text.one({"support": 1}, 0.2) for _ in s.who])


def agencies(w: World, n: float, kind: str = "content_agency") -> None:
    """Content agencies, or SEO shops by script: a list of briefs worked through by several accounts, mostly on one card."""
    for share in w.groups(n):
        text, r, api = w.text, w.text.r, kind == "seo_shop"
        form = r.choice(WORDS["article"])
        who = w.enrol(
            w.size(5, 22, share), kind, pay=w.new() if w.rng.random() < 0.7 else 0.8, org=w.new() if w.rng.random() < 0.4 else -1,
            domain=text.domain() if w.rng.random() < 0.6 else None, plan=API_PLAN if api else {"plus": 0.6, "team": 0.4},
            says={"startup": 0.5, "individual": 0.5}, countries={str(w.rng.choice(w.net.codes)): 0.8, "PH": 0.2}
        )
        briefs = [text.fill(form) for _ in range(int(w.rng.integers(150, 500)))]
        s = sittings(w, who, 4.0 if api else 2.2, "flat" if api else "office")
        firsts = [""] * len(s)
        for j, i in enumerate(np.argsort(s.start).tolist()):
            firsts[i] = briefs[j % len(briefs)] if r.random() < 0.85 else text.one({"marketing": 1, "office": 0.3})
        if api:
            client = w.client("python", "server", "lowcode")
            emit(w, s, firsts, Manner(
                path="api", gear=Gear("cloud", pool=1), group=w.new(), client=client, system=text.system(), out=(900, 0.5), temp=0.8,
                stream=False
            ))
        else:
            s = Sittings(s.who, s.start, turns(w, len(s), 2.2, s.who))
            gear = Gear("group", 0.1, 2) if w.rng.random() < 0.5 else Gear("home")
            emit(w, s, follow(w, s, firsts), Manner(gear=gear, group=w.new(), out=(800, 0.5)))


def seo_shops(w: World, n: float) -> None:
    """Agencies that work by script."""
    agencies(w, n, "seo_shop")


def automation_agencies(w: World, n: float) -> None:
    """An agency builds flows for shops and clinics: each customer's own account and card, the agency's servers, three flows copied."""
    for share in w.groups(n):
        size, group, net = w.size(15, 45, share), w.new(), w.cloud()
        who = w.enrol(
            size, "automation_client", plan={"payg": 1}, pay=0.95, says={"startup": 0.7, "individual": 0.3}, domain=w.domains(size),
            age=(-5, 300), signup=(net, group) if w.rng.random() < 0.4 else None
        )
        flows = [w.text.system() for _ in range(3)]
        s = sittings(w, who, 2.5, "shop", sigma=0.8)
        emit(w, s, w.text.many({"support": 3, "data": 2, "marketing": 1}, len(s), 0.3), Manner(
            path="api", gear=Gear("cloud", pool=2, net=net), group=group, client=w.client("lowcode"),
            system=[flows[a % 3] for a in s.who.tolist()], stream=False, out=(160, 0.7)
        ))


def vendor_tenants(w: World, n: float) -> None:
    """A vendor opens an account for each customer: one organisation, server and template, opened by script on the day of sale."""
    for share in w.groups(n):
        size, org, group, net = w.size(25, 80, share), w.new(), w.new(), w.cloud()
        text = w.text
        who = w.enrol(
            size, "vendor_tenant", org=org, domain=text.domain(), pay=w.new(), plan={"payg": 1}, says={"startup": 0.6, "enterprise": 0.4},
            phone=0.0, verified=0.5, signup=(net, group), age=(-w.days * 0.5, 150)
        )
        s = sittings(w, who, 1.4, "shop", sigma=1.1)
        system = text.system() + text.fill(" {sent} {sent} {sent} {sent}")
        s = Sittings(s.who, s.start, turns(w, len(s), 1.9, s.who))
        prompts = talk(w, s, own(w, {"support": 3, "marketing": 2, "school": 1, "office": 1, "data": 1}))
        emit(w, s, prompts, Manner(
            path="api", gear=Gear("cloud", pool=2, net=net), group=group, client=w.client("python", "node", "server"), system=system,
            temp=0.5, max_tokens=1000
        ))


def resellers(w: World, n: float) -> None:
    """A contracted reseller with honest end customers: passthrough accounts, gateway addresses, all kinds of traffic."""
    for share in w.groups(n):
        size, group, org, domain, net = w.size(40, 120, share), w.new(), w.new(), w.text.domain(), w.cloud()
        who = w.enrol(
            size, "reseller_customer", org=org, access="passthrough", verified=1.0, pay=w.new(), domain=domain, plan={"reseller": 1},
            says={"enterprise": 1}, phone=0, signup=(net, group), age=(-w.days * 0.6, 400)
        )
        s = sittings(w, who, 1.4, "human", 2.4, sigma=1.3)
        prompts = chat(w, s, {**CASUAL, "support": 2, "code": 3})
        emit(w, s, prompts, Manner(path="api", gear=Gear("cloud", pool=4, net=net), group=group, client=w.client("server")))


def translators(w: World, n: float) -> None:
    """A circle of translators passes one long house-style prompt around; each with a card of their own in a country of their own."""
    for share in w.groups(n):
        house = w.text.fill(
            "Translate into {lang}. House style: {tone}, no anglicisms, keep tags and numbers, glossary first. {sent} "
            "Terms: {sector}, {product}, {doc}. Return only the translation.\n---\n"
        )
        who = w.enrol(w.size(8, 26, share), "translators_circle", plan={"plus": 1}, pay=0.9)
        s = sittings(w, who, 2.2, "office", 1.7)
        firsts = [house + w.text.fill("{sent} {sent} {sent} {sent}") for _ in s.who]
        emit(w, s, follow(w, s, firsts), Manner(gear=Gear("home", 0.05), gap=200, out=(260, 0.5)))


def labellers(w: World, n: float) -> None:
    """Firms that label or enrich rows of their own in bulk (allowed): huge, even, monotone."""
    for share in w.groups(n):
        who = w.enrol(
            w.size(1, 5), "bulk_labeller", org=w.new(), domain=w.text.domain(), pay=w.new(), plan={"payg": 1},
            says={"startup": 0.5, "enterprise": 0.5}, verified=0.5
        )
        s = sittings(w, who, 25.0 * share, "flat", sigma=0.5)
        emit(w, s, w.text.many({"data": 1}, len(s), 0.0), Manner(
            path=w.text.r.choice(["api", "bedrock", "vertex"]), gear=Gear("cloud", pool=2), group=w.new(), client=w.client("python"),
            system=w.text.system(), temp=0.0, max_tokens=64, out=(18, 0.6), stream=False, model={"wrack-4-mini": 1}
        ))


def migrations(w: World, n: float) -> None:
    """A firm moves from one account to another at a date and replays part of the old requests to compare."""
    for share in w.groups(n):
        who = w.enrol(
            2, "migration", org=w.new() if w.rng.random() < 0.5 else -1, domain=w.text.domain(), pay=w.new(), plan={"payg": 1},
            says={"startup": 0.6, "enterprise": 0.4}, age=(1, 200)
        )
        cut = w.rng.uniform(0.3, 0.7) * w.days
        s = sittings(w, who[:1], 30.0 * share, "shop", sigma=0.2)
        prompts, system = w.text.many({"support": 2, "data": 2, "office": 1}, len(s), 0.4), w.text.system()
        how = Manner(path="api", gear=Gear("cloud", pool=3), group=w.new(), client=w.client("server"), system=system, temp=0.2)
        emit(w, once(np.where(s.start < cut * DAY, who[0], who[1]), s.start), prompts, how)
        again = np.flatnonzero(w.rng.random(len(s)) < 0.3)
        t = cut * DAY + np.sort(w.rng.uniform(0, 20000, len(again)))
        emit(w, once(np.full(len(again), who[1]), t), [prompts[i] for i in again], replace(how, group=w.new()))
