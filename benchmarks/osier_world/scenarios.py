"""The scenarios, and how a world is put together: operators, crowds that fit, and persons for the rest."""

from dataclasses import dataclass, replace

from ..worlds import recipe
from . import operators
from .chance import Draw
from .crowds import BROAD, CROWDS, NARROW, Maker
from .log import Log
from .party import Party
from .play import play
from .provider import Provider
from .trades import background

USUAL = 110_000


@dataclass(frozen=True)
class Scenario:
    """A kind of world."""

    about: str
    operators: operators.Operators
    campaigns: tuple[str, ...] = ()
    requests: int = USUAL
    favoured: tuple[str, ...] = ()
    """crowds that are always there, and larger"""
    crowded: tuple[float, float] = (0.28, 0.45)
    """share of requests that crowds send"""


SCENARIOS = {
    "one_spell": Scenario("easy: free accounts of one burst, one prompt around every problem", operators.one_spell, ("spell",)),
    "tool_mill": Scenario("easy: agentic trajectories, one set of tools, shared cards, handed over", operators.tool_mill, ("mill",)),
    "code_press": Scenario("easy: coding in some frames, waves of bans and replacement", operators.code_press, ("press",)),
    "marking_room": Scenario(
        "medium: grading through bought accounts, many frames, one build",
        operators.marking_room,
        ("marking",),
        favoured=("markers", "annotators"),
    ),
    "night_tongue": Scenario(
        "medium: one foreign language, free accounts that trickle in", operators.night_tongue, ("tongue",), favoured=("subtitlers",)
    ),
    "open_larder": Scenario(
        "medium: broad instruction data through free accounts and one harness",
        operators.open_larder,
        ("larder",),
        favoured=("queue_helpers",),
    ),
    "two_doors": Scenario(
        "medium: a service relays its users and asks some again for reasoning",
        operators.two_doors,
        ("doors",),
        favoured=("wrapper_app", "key_rotation"),
    ),
    "card_club": Scenario(
        "hard: hired people in their own hours, a broad queue, cards for two or three",
        operators.card_club,
        ("club",),
        favoured=("microtaskers", "families"),
    ),
    "slow_rain": Scenario("hard: hundreds of accounts, one to three broad requests a day, nothing shared", operators.slow_rain, ("rain",)),
    "grey_coats": Scenario(
        "hard: more cover than harvest, hard problems asked twice or three times",
        operators.grey_coats,
        ("coats",),
        favoured=("benchmark_runners",),
    ),
    "old_keys": Scenario(
        "hard: bought accounts behind an innocent app's gateway, coding under cover",
        operators.old_keys,
        ("keys",),
        favoured=("wrapper_app",),
    ),
    "three_trades": Scenario(
        "hard: three operators at once, each smaller or slower than alone",
        operators.three_trades,
        ("trade_think", "trade_broad", "trade_marks"),
        requests=130_000,
    ),
    "market_day": Scenario("innocent: every crowd", operators.none, favoured=tuple(CROWDS), crowded=(0.45, 0.6)),
    "term_time": Scenario(
        "innocent: students, classes, examinations, benchmarks",
        operators.none,
        crowded=(0.4, 0.55),
        favoured=("exercise_class", "markers", "university", "bootcamp", "hackathon", "benchmark_runners"),
    ),
    "open_shops": Scenario(
        "innocent: firms, toolkits, wrappers, resold seats, paid tasks",
        operators.none,
        crowded=(0.4, 0.55),
        favoured=("wrapper_app", "franchise", "firm_staff", "seat_resale", "microtaskers", "content_agency"),
    ),
}


def world(name: str, seed: int, events: int | None = None) -> Log:
    """A world of about so many requests."""
    scenario = recipe(SCENARIOS, name)
    wanted = events or scenario.requests
    by = wanted / scenario.requests
    draw = Draw(seed, name, "world")
    provider = Provider(seed, name)
    parties = [_fit(party, provider).scaled(by) for party in scenario.operators(draw)]
    crowds = _crowds(scenario, draw)
    parties += [party.scaled(by) for party in _fewer(crowds, scenario.requests * draw.real(*scenario.crowded), provider)]
    rest = max(0.25 * wanted, wanted - sum(_sends(party, provider) for party in parties))
    shares = background(draw)
    mean = sum(share * _sends(party, provider) for share, party in shares)
    parties += [replace(party, accounts=max(4, round(share * rest / mean))) for share, party in shares]
    return Log(provider, [play(provider, party, seed) for party in parties])


def _sends(party: Party, provider: Provider) -> float:
    """About how many requests a party sends: some join late, leave early, or are banned."""
    return party.load * (party.people or party.accounts) * (1 - 0.3 * party.enrol.fresh - 0.4 * party.enrol.leave)


def _fit(party: Party, provider: Provider) -> Party:
    """No operator sends more than about a fifth of a world."""
    return replace(party, load=party.load * min(1.0, 0.2 * USUAL / _sends(party, provider)))


def _crowds(scenario: Scenario, draw: Draw) -> list[Party]:
    """Fifteen to twenty crowds, narrow and broad, those that the scenario favours among them and larger."""
    chosen: tuple[Maker, ...] = draw.some(NARROW, 5, 7) + draw.some(BROAD, 10, 13)
    chosen += tuple(CROWDS[name] for name in scenario.favoured if CROWDS[name] not in chosen)
    made = []
    for maker in chosen:
        party = maker(draw)
        larger = draw.real(1.2, 2.2) if maker.__name__ in scenario.favoured and len(scenario.favoured) < len(CROWDS) else 1.0
        made.append(party.scaled(larger))
    return made


def _fewer(crowds: list[Party], wanted: float, provider: Provider) -> list[Party]:
    """The crowds such that all together send about what is wanted: less each where they are too many."""
    sent = sum(_sends(party, provider) for party in crowds)
    if sent <= wanted:
        return crowds
    by = wanted / sent
    return [replace(party.scaled(by**0.5), load=max(3.0, party.load * by**0.5)) for party in crowds]
