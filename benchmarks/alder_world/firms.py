"""Innocent firms: products, plugins, integrators, staff, agencies, call centres, nightly jobs, resellers, tenants of a cloud."""

from dataclasses import replace

import numpy as np

from .arrays import Mix, choose, only
from .carriers import OFFICE_MIX
from .clients import clients
from .habits import DEV_MIX, same_tools
from .hours import interests, starts
from .log import talk
from .network import hidden_net, host_net, site_net
from .profiles import API, APP
from .subjects import fitting_systems
from .text import draw
from .world import DAY, World


def startup_apps(w: World, n: int) -> None:
    """A product's backend: one account, one template, the users' words as prompts."""
    p = replace(
        API, said={"startup": 0.75, "enterprise": 0.25}, plan={"payg": 0.7, "team": 0.25, "contract": 0.05}, p_system=1.0, system="sys_bot",
        tools=0.25, email={"corp": 0.75, "free": 0.25}, pay={"card": 0.7, "wallet": 0.25, "none": 0.05}, hours="shopday", weekend=0.9,
        life=400.0, verified=0.12
    )
    products: Mix = {
        "shop": 5, "farm": 1.5, "classify": 1.5, "extract": 1.5, "health": 1, "science": 1, "law": 0.7, "translate": 1, "travel": 0.6
    }
    kind = choose(w.rng, products, n)
    g = w.join(n, "startup_app", p, host_net(w.rng, n), system=fitting_systems(w.rng, kind))
    who, ts = starts(w, g, 25.0, 1.2, clump=0.0)
    talk(w, g, who, ts, kind[who], turns=1.0)


def plugin_users(w: World, n: int) -> None:
    """Shops with the same plugin: every shop its own key, the vendor's template with the shop's name, often on the same shared hosting."""
    rng = w.rng
    stem = draw(rng, "sys_bot", 3)
    shop = draw(rng, "business", n) + " in " + draw(rng, "place", n)
    sysm = stem[rng.integers(3, size=n)] + " Shop: " + shop
    p = replace(
        API, said={"startup": 0.5, "individual": 0.5}, client={"php": 1}, p_temp=0.0, sessions=1.0, tools=0.0, hours="shopday", weekend=0.9,
        max_tokens=(400,), p_max=1.0, models={"baraza-mini": 1}, growth=90.0
    )
    g = w.join(n, "plugin_user", p, host_net(rng, n, site=w.ints(max(n // 9, 1))[rng.integers(max(n // 9, 1), size=n)]), system=sysm)
    who, ts = starts(w, g, 1.5, 1.1, clump=0.1)
    talk(w, g, who, ts, "shop", turns=1.2)


def integrator_bots(w: World, n: int) -> None:
    """Small shops whose chat bots one freelancer set up on one rented server: his card, his phone, his template, their customers."""
    rng = w.rng
    k = max(n // 14, 1)
    boss = rng.integers(k, size=n)
    cards, phones, sites = w.tokens(k), w.tokens(k), w.ints(k)
    sysm = draw(rng, "sys_bot", k)[boss] + " Branch: " + draw(rng, "place", n)
    p = replace(
        API, client={"n8n": 1}, said={"individual": 0.7, "startup": 0.3}, p_temp=0.0, p_max=0.0, hours="shopday",
        models={"baraza-mini": 0.8, "baraza-2": 0.2}
    )
    created = rng.uniform(-120, w.days * 0.5, k)[boss] * DAY + rng.exponential(6 * DAY, n)
    uas, tls = clients(rng, {"n8n": 1, "node_sdk": 1}, k)
    g = w.join(
        n, "integrator_bot", p, host_net(rng, n, site=sites[boss]), system=sysm, created=created,
        pay=only(rng.random(n) < 0.8, cards[boss]), phone=only(rng.random(n) < 0.6, phones[boss]),
        ua=(uas[boss], tls[boss]), tools=same_tools(w, n, 2, 0.5)
    )
    who, ts = starts(w, g, 2.2, 1.0, clump=0.1)
    talk(w, g, who, ts, "shop", turns=1.4)


def companies(w: World, n: int) -> None:
    """Employees behind one proxy with one internal assistant."""
    rng = w.rng
    k = max(n // 30, 1)
    firm = rng.integers(k, size=n)
    dom, orgs, sites = w.domains(k), w.orgs(k), w.ints(k)
    sysm = draw(rng, "sys_office", k)
    cards = w.tokens(k)
    p = replace(
        API, said={"enterprise": 0.85, "startup": 0.15}, plan={"team": 0.6, "contract": 0.4}, verified=0.5, phone=0.25, sessions=1.0,
        hours="office", weekend=0.12, p_temp=0.0, p_max=0.0, stream=1.0, life=500.0
    )
    uas, tls = clients(rng, {"java": 2, "node_sdk": 2, "py_sdk": 1}, k)
    g = w.join(
        n, "company_staff", p, site_net(rng, sites[firm], OFFICE_MIX, 0.05, 2), org=orgs[firm], domain=dom[firm], pay=cards[firm],
        created=rng.uniform(-300, w.days * 0.5, k)[firm] * DAY + rng.exponential(5 * DAY, n), system=sysm[firm], ua=(uas[firm], tls[firm])
    )
    who, ts = starts(w, g, 1.3, 0.9)
    talk(
        w, g, who, ts, interests(w, g, who, {"letter": 3, "summary": 4, "sheet": 3, "translate": 2, "law": 1, "marketing": 2, "code": 1}),
        turns=1.0
    )


def honest_resellers(w: World, n: int, firms: int = 2) -> None:
    """Contracted resellers: an account a sub-customer, one egress, one client; what the sub-customers do differs widely."""
    rng = w.rng
    firm = rng.integers(firms, size=n)
    p = replace(
        API, said={"startup": 0.6, "enterprise": 0.2, "individual": 0.2}, plan={"contract": 1}, access_type="passthrough", verified=0.8,
        phone=0.05, email={"corp": 1}, client={"go": 1}, growth=150.0
    )
    uas, tls = clients(rng, {"go": 2, "java": 1, "node_sdk": 1}, firms)
    g = w.join(
        n, "reseller_customer", p, host_net(rng, n, site=w.ints(firms)[firm], site_ips=3), org=w.orgs(firms)[firm],
        pay=w.tokens(firms)[firm], domain=w.domains(firms)[firm], ua=(uas[firm], tls[firm])
    )
    who, ts = starts(w, g, 1.3, 1.4)
    talk(w, g, who, ts, interests(w, g, who, {**DEV_MIX, "shop": 12, "science": 5, "article": 5, "role": 5, "math": 4}), turns=0.8)


def content_agencies(w: World, n: int) -> None:
    """Agencies that fill web sites: writers go through keyword lists, several accounts, one card, one office."""
    rng = w.rng
    k = max(n // 12, 1)
    firm = rng.integers(k, size=n)
    p = replace(
        API, said={"startup": 0.5, "individual": 0.5}, plan={"payg": 0.6, "prepaid": 0.4},
        client={"chrome_desktop": 2, "py_sdk": 2, "apps_script": 1}, hours="office", weekend=0.4, system="sys_editor", p_max=0.7,
        max_tokens=(2048, 4096)
    )
    g = w.join(
        n, "content_agency", p, site_net(rng, w.ints(k)[firm], OFFICE_MIX, 0.25), pay=only(rng.random(n) < 0.7, w.tokens(k)[firm])
    )
    who, ts = starts(w, g, 5.0, 0.8)
    talk(w, g, who, ts, choose(rng, {"article": 6, "marketing": 3, "knowledge": 2}, len(who)), turns=0.3, plain=True)


def language_projects(w: World, n: int) -> None:
    """Broadcasters, Bible societies and language NGOs: whole texts into small languages, sentence by sentence."""
    rng = w.rng
    k = max(n // 7, 1)
    firm = rng.integers(k, size=n)
    p = replace(
        API, said={"research": 0.4, "enterprise": 0.35, "education": 0.25}, plan={"payg": 0.6, "contract": 0.2, "team": 0.2}, verified=0.35,
        hours="office", weekend=0.2, email={"corp": 0.6, "free": 0.4}, p_system=0.8, system="sys_language"
    )
    g = w.join(n, "language_project", p, site_net(rng, w.ints(k)[firm], OFFICE_MIX, 0.2), org=w.orgs(k)[firm])
    who, ts = starts(w, g, 7.0, 0.9)
    opener = np.where(rng.random(len(who)) < 0.6, draw(rng, "corpus_line", len(who)), draw(rng, "translate_q", len(who)))
    talk(w, g, who, ts, "translate", openers=opener, turns=0.4, plain=True)


def call_centres(w: World, n: int) -> None:
    """Outsourcing firms: seats with one machine image on one address, shifts, quotas, reply drafts and labels all day."""
    rng = w.rng
    k = max(n // 35, 1)
    firm = rng.integers(k, size=n)
    uas, tls = clients(rng, {"chrome_desktop": 1}, k)
    p = replace(
        APP, said={"enterprise": 0.6, "individual": 0.4}, plan={"team": 0.5, "prepaid": 0.5}, hours="shift", weekend=0.5,
        email={"corp": 0.5, "free": 0.5}, life=90.0, growth=120.0
    )
    g = w.join(
        n, "call_centre", p, site_net(rng, w.ints(k)[firm], OFFICE_MIX, 0.03), ua=(uas[firm], tls[firm]),
        pay=only(rng.random(n) < 0.5, w.tokens(k)[firm]), domain=only(rng.random(n) < 0.5, w.domains(k)[firm])
    )
    who, ts = starts(w, g, 3.5, 0.5)
    talk(w, g, who, ts, choose(rng, {"shop": 3, "summary": 4, "letter": 2, "translate": 2, "classify": 2}, len(who)), turns=0.8)


def farm_lines(w: World, n: int) -> None:
    """Advice lines of NGOs: thousands of farmers' text messages through one verified account."""
    p = replace(
        API, said={"enterprise": 0.5, "research": 0.5}, plan={"contract": 1}, verified=0.9, p_system=1.0, system="sys_bot", life=900.0,
        client={"java": 1, "php": 1}
    )
    g = w.join(n, "farm_line", p, host_net(w.rng, n))
    who, ts = starts(w, g, 70.0, 0.6, hours="shopday", clump=0.0)
    talk(w, g, who, ts, choose(w.rng, {"farm": 6, "health": 1, "chat": 1}, len(who)), turns=0.5)


def enrichment(w: World, n: int) -> None:
    """Nightly jobs over product lists, tickets or invoices."""
    rng = w.rng
    p = replace(
        API, said={"startup": 0.6, "enterprise": 0.4}, plan={"payg": 0.6, "team": 0.4}, p_system=1.0, system="sys_task", p_temp=0.9,
        temps=(0.0, 0.2), hours="night", weekend=1.0, life=400.0, models={"baraza-mini": 0.8, "baraza-2": 0.2}
    )
    kind = choose(rng, {"extract": 3, "classify": 3, "marketing": 2, "summary": 1, "sql": 0.5}, n)
    g = w.join(n, "enrichment", p, host_net(rng, n), system=fitting_systems(rng, kind))
    who, ts = starts(w, g, 22.0, 1.0, clump=0.97, clump_s=1.6)
    talk(w, g, who, ts, kind[who], plain=True)


def cloud_tenants(w: World, n: int) -> None:
    """Firms that buy through a cloud's catalogue: no client address or fingerprint reaches the provider."""
    for path in ("savannacloud", "norden"):
        m = max(n // 2, 1)
        p = replace(
            API, said={"enterprise": 0.8, "startup": 0.2}, plan={"contract": 1}, path=path, phone=0.0, pay={"none": 1},
            email={"none": 0.8, "corp": 0.2}, verified=0.5, p_system=0.9, system="sys_task", life=500.0, sessions=0.05
        )
        g = w.join(m, "cloud_tenant", p, hidden_net(w.rng, m))
        who, ts = starts(w, g, 7.0, 1.2, hours="office")
        talk(w, g, who, ts, interests(w, g, who, {**DEV_MIX, "shop": 10, "law": 5}), turns=0.4, plain=True)
