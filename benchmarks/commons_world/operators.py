"""Operators who harvest, beside the crowds: the same record, with choices that a seed draws from those that reports tell of."""

from dataclasses import replace

from .chance import one_of, span
from .people import CODE, Group

TRACES = {"reason": 5.0, "code": 2.0, "grade": 1.0}
MIXTURES = one_of(TRACES, {"grade": 6.0, "reason": 2.0}, {"agent": 5.0, "code": 4.0, "debug": 2.0},
{"rewrite": 4.0, "make": 3.0, "explain": 2.0},
                  {"make": 5.0, "reason": 4.0}, {"reason": 6.0, "explain": 3.0, "query": 2.0})
FAKE = {"public": 6.0, "alias": 2.0, "own": 0.5}
ROADS = one_of({"roam": 4.0, "home": 3.0}, {"home": 1.0}, {"vpn": 3.0, "roam": 2.0}, {"own_cloud": 3.0, "roam": 2.0},
{"house_cloud": 1.0})
HOURS = one_of({"around": 1.0}, {"utc": 1.0}, {"block": 1.0, "around": 1.0})
SCRIPTS = one_of({"python": 1.0}, {"node": 1.0}, CODE, {"agent": 1.0}, {"python": 3.0, "requests": 2.0})

_ALL = {
    "linked_card_farm": Group(
        "accounts on a few cards that ask what one queue tells them", campaign="operator", size=span(20, 260),
        card={"clump": 5.0, "own": 3.0, "none": 1.0}, clump=span(3, 12),
        phone={"clump": 3.0, "own": 3.0, "none": 3.0}, mail=FAKE, join=one_of({"burst": 1.0}, {"batch": 1.0},
        {"log": 3.0, "burst": 3.0}), burst=span(6, 72), works=MIXTURES, framed=span(0.3, 1.0), frames=span(1, 12),
        rate=span(12, 80), uneven=span(0.1, 0.5), there=span(0.6, 1.0), weekend=1.0, hours=HOURS, turns=span(1, 2), net=ROADS,
        client=SCRIPTS, path={"api": 1.0}, sampling=one_of({"house": 1.0}, {"default": 1.0}),
        topics=span(1, 6), pool=span(200, 900), pooled=one_of(0.0, 0.0, 0.7), public=one_of(False, True), own_life=span(0, 0.15),
        banned=span(0.01, 0.1), one_model=span(0.5, 1.0), tongue=one_of("house", "many")),
    "handing_pool": Group(
        "a pool of accounts behind one door, in which any account goes on with a conversation", campaign="operator", size=span(20, 220),
        handed=span(0.3, 0.9), scattered=one_of(True, True, False), mail=FAKE, card={"own": 5.0, "none": 3.0, "clump": 2.0},
        clump=span(2, 5),
        join=one_of({"log": 1.0, "old": 1.0}, {"burst": 1.0}), works=MIXTURES, framed=span(0, 0.7), frames=span(1, 8), turns=span(2.5,
        6), pace=span(5, 60), rate=span(15, 90), uneven=span(0.1, 0.5), there=span(0.6, 1.0), weekend=1.0,
        hours=HOURS, net=ROADS, client=SCRIPTS, path=one_of({"api": 1.0}, {"api": 2.0, "cloud": 1.0}), tools=one_of(0.0, 1.0),
        system=one_of({"none": 1.0}, {"house": 1.0}), follows=span(0, 0.6), topics=span(1, 8),
        own_life=span(0, 0.2), banned=span(0.01, 0.1)),
    "split_list": Group(
        "one list of tasks dealt out over the accounts, each task once", campaign="operator", size=span(25, 300), pool=40_000,
        pooled=1.0, order="split", works=MIXTURES, framed=span(0, 0.6), frames=span(1, 20), mail=FAKE,
        card={"own": 6.0, "clump": 2.0, "none": 2.0}, clump=span(2, 4), join=one_of({"log": 1.0, "old": 1.0},
        {"burst": 2.0, "old": 1.0}), burst=span(12, 96), rate=span(10, 60), uneven=span(0.05, 0.4), there=span(0.6, 1.0), weekend=1.0,
        hours=HOURS, turns=span(1, 1.5), net=ROADS, client=SCRIPTS, path={"api": 1.0}, sampling=one_of({"house": 1.0}, {"own": 1.0}),
        topics=span(1, 5), own_life=span(0, 0.25), one_model=span(0.5, 1.0)),
    "replaced_accounts": Group(
        "a small pool whose accounts are banned and replaced within hours", campaign="operator", size=span(25, 240), lives=span(1.5, 6),
        mail=FAKE, card={"own": 4.0, "clump": 4.0, "none": 1.0}, clump=span(2, 6), join={"burst": 1.0},
        burst=span(4, 48), works=MIXTURES, framed=span(0.3, 1.0), frames=span(1, 6), rate=span(30, 150), uneven=span(0.1, 0.5),
        there=1.0, weekend=1.0, hours=HOURS, turns=span(1, 2), net=ROADS, client=SCRIPTS, path={"api": 1.0},
        sampling={"house": 1.0}, topics=span(1, 4), own_life=span(0, 0.1), one_model=span(0.5, 1.0)),
    "slow_burn": Group(
        "many accounts that ask little each day for weeks, with covers", campaign="operator", size=span(60, 500), mail=FAKE,
        card={"own": 7.0, "clump": 1.5, "none": 2.0}, clump=span(2, 4), join={"old": 4.0, "log": 5.0}, works=MIXTURES,
        framed=span(0.2, 0.9), frames=span(2, 20), rate=span(2, 9), uneven=span(0.1, 0.5), there=span(0.5, 1.0), weekend=1.0,
        hours=one_of({"around": 1.0}, {"office": 2.0, "evening": 2.0}), turns=span(1, 2.5), net=ROADS,
        client=SCRIPTS, path=one_of({"api": 1.0}, {"app": 1.0, "api": 2.0}), topics=span(1, 6), own_life=span(0.15, 0.5), pool=span(2000,
        20000), pooled=span(0, 0.9), order=one_of("any", "split"), one_model=span(0.3, 1.0)),
}
OPERATORS = {name: replace(group, label=name) for name, group in _ALL.items()}
