"""Random worlds: operators of any tactic and size, crowds of any weight, so that nothing is fitted to names."""

from dataclasses import replace
from typing import Any

import numpy as np

from stillwatch.simulate.presets import MIN_ACCOUNTS, crowds
from stillwatch.simulate.world import CAPABILITIES, KINDS, PATHS, Crowd, Mix, Operator, World


def draw_world(rng: np.random.Generator, events: int) -> World:
    """A world of about so many events: up to four operators that take 2 to 30 % of it, crowds with random weights."""
    n_operators = int(rng.choice(5, p=(0.1, 0.25, 0.3, 0.2, 0.15)))
    days = int(rng.integers(7, 22))
    share = 0.0 if n_operators == 0 else float(rng.uniform(0.02, 0.3))
    parts = rng.dirichlet(np.full(max(n_operators, 1), 2.0))[:n_operators] * share * events
    operators = tuple(draw_operator(rng, f"operator_{number}", float(part), days) for number, part in enumerate(parts))
    left = max(events * (1 - share), 1000)
    people = crowds(round(left / float(rng.uniform(12, 45))), round(left))
    varied = []
    for crowd in people:
        weight, volume = float(rng.lognormal(0, 0.5)), float(rng.lognormal(0, 0.5))
        if rng.random() < 0.12 and crowd.name not in ("individuals", "popular_tool"):
            continue  # not every provider has every crowd
        if crowd.group and crowd.name != "loose_reseller" and rng.random() < 0.2:  # hundreds who resell together are a station
            crowd = _with_larger_groups(crowd, float(np.exp(rng.uniform(np.log(2), np.log(8)))))
        varied.append(
            replace(
                crowd,
                accounts=max(round(crowd.accounts * weight), MIN_ACCOUNTS.get(crowd.name, 6)),
                events=max(round(crowd.events * volume), 20),
                group=max(round(crowd.group * float(rng.lognormal(0, 0.35))), 2) if crowd.group else 0,
                spread=crowd.spread * float(rng.uniform(0.75, 1.3)),
                network_share=min(crowd.network_share * float(rng.uniform(0.7, 1.1)), 1),
                card=min(crowd.card * float(rng.uniform(0.8, 1.05)), 1),
                turns=crowd.turns * float(rng.uniform(0.7, 1.5)),
            )
        )
    release = float(rng.uniform(0.2, 0.8) * days) if rng.random() < 0.7 else None
    return World("random", tuple(varied), operators, days=days, release_day=release).scaled(events)


def _with_larger_groups(crowd: Crowd, factor: float) -> Crowd:
    """A crowd whose groups are so many times larger: a firm of a thousand, a class of hundreds."""
    group = round(crowd.group * factor)
    accounts = max(crowd.accounts, round(1.5 * group))
    return replace(crowd, group=group, accounts=accounts, events=round(crowd.events * accounts / max(crowd.accounts, 1)))


def draw_operator(rng: np.random.Generator, name: str, events: float, days: int) -> Operator:
    """An operator with random tactics whose pool makes about so many requests, cover and relay included."""

    def maybe(chance: float, low: float, high: float) -> float:
        return float(rng.uniform(low, high)) if rng.random() < chance else 0.0

    def one(*values: Any) -> Any:
        return values[int(rng.integers(len(values)))]

    cover, relay = maybe(0.6, 0.02, 0.7), maybe(0.3, 0.1, 0.8)
    relay = min(relay, 0.95 - cover)
    relay_harvested = bool(rng.random() < 0.5)
    exchanges = max(round(events * (1 - cover - (0 if relay_harvested else relay))), 200)
    accounts = int(np.clip(events / rng.lognormal(np.log(70), 0.7), 20, max(events / 8, 20)))
    duration = float(rng.uniform(0.4, 1.0) * days)
    template = one("fixed", "varied", "varied", "absent")
    careful = rng.random() < 0.25  # shares nothing but the work
    return Operator(
        name,
        accounts,
        exchanges,
        _random_mix(rng, CAPABILITIES, 1, 4),
        first_day=float(rng.uniform(0, days - duration)),
        days=duration,
        cover=cover,
        relay=relay,
        relay_harvested=relay_harvested,
        template=template,
        variants=int(rng.choice((0, 3, 10, 40, 200))) if template == "varied" else 1,
        injection=one("none", "none", "user", "system"),
        injection_variants=int(rng.choice((1, 1, 4, 30, 0))),
        queue=bool(rng.random() < 0.85),
        samples=int(rng.choice((1, 1, 1, 2, 4))),
        tasks=None if rng.random() < 0.8 else max(exchanges // 3, 50),
        paths=_random_mix(rng, PATHS, 1, 3),
        kinds=_random_mix(rng, KINDS, 1, 3),
        payment_share=0.0 if careful else float(rng.uniform(0, 0.9)),
        payment_pool=int(np.clip(accounts / rng.lognormal(np.log(12), 0.7), 1, 500)),
        phone_share=0.0 if careful else maybe(0.5, 0.05, 0.5),
        disposable=0.0 if careful else float(rng.uniform(0, 1)),
        egress=one("sticky", "proxies") if careful else one("proxies", "sticky", "datacenter", "vpn"),
        egress_pool=int(rng.integers(4, 200)),
        client_share=float(rng.choice((0.0, 0.5, 1.0))),
        parameters_share=float(rng.choice((0.0, 0.5, 1.0))),
        load=float(rng.uniform(0.05, 1.2)),
        hours=one("flat", "flat", "window", "human", "office"),
        pauses=int(rng.integers(0, 5)),
        signup=one("burst", "steady", "aged"),
        replaced=maybe(0.4, 0.1, 0.8),
        replacement_hours=float(rng.uniform(1, 24)),
        failover=maybe(0.2, 0.2, 0.6),
        failover_at=float(rng.uniform(0.3, 0.7)),
        failover_paths=() if rng.random() < 0.6 else _random_mix(rng, PATHS, 1, 2),
        pivot=maybe(0.4, 0.2, 0.9),
        handoff=maybe(0.5, 0.05, 0.9),
        turns=float(rng.uniform(1, 4)),
        replay=maybe(0.25, 0.02, 0.3),
        tool=one("none", "harvest", "relay", "both"),
    )


def _random_mix(rng: np.random.Generator, names: tuple[str, ...], least: int, most: int) -> Mix:
    """Some of the names with random weights."""
    chosen = rng.choice(len(names), int(rng.integers(least, most + 1)), replace=False)
    return tuple((names[int(i)], float(rng.uniform(0.2, 1))) for i in chosen)
