"""What each scenario has in it, and how its sizes are fitted to the number of requests asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from ..worlds import World, recipe
from . import operators as o
from .crowds import CROWDS, LISTED, resident
from .party import Draw, Party
from .world import build, setting

Make = Callable[[Draw], list[Party]]
MOST_ACCOUNTS = 8_800


@dataclass(frozen=True)
class Scenario:
    """A scenario: what it is, its operators, and crowds that must be there."""

    about: str
    make: Make | None = None
    beside: tuple[str, ...] = ()
    requests: int = 130_000
    crowded: float = 0.45
    """chance of a crowd to be there"""


SCENARIOS = {
    "hydra_heads": Scenario("a network over the API and clouds; a banned account is replaced within hours", o.hydra_heads, ("reseller",)),
    "mixed_pipe": Scenario("proxies that mix a harvest with unrelated customers' traffic", o.mixed_pipe, ("wrapper_app", "vpn_users")),
    "common_purse": Scenario("reasoning, grading and rewrites on shared cards, balanced, on and off together", o.common_purse,
        ("accelerator",)),
    "many_doors": Scenario("agentic work through several pathways; a later phase rebuilds traces", o.many_doors,
        ("popular_agent", "niche_agent")),
    "new_model_rush": Scenario("half an agentic harvest moves to a new model within a day", o.new_model_rush,
        ("first_hour_fans", "popular_agent")),
    "thinking_tongue": Scenario("forces the reasoning to be told in the language of the question", o.thinking_tongue, ("language_school",)),
    "steady_drip": Scenario("some 26 requests a day from every account, day after day", o.steady_drip, ("call_centre", "smart_homes")),
    "second_pool": Scenario("one injected prompt; when the first pool falls, a second with other buyers goes on", o.second_pool,
        ("moved_house",)),
    "relayed_users": Scenario("relays its own users and replays reasoning in new conversations", o.relayed_users,
        ("wrapper_app", "rotating_customers")),
    "harness_relay": Scenario("relays users of a coding harness", o.harness_relay, ("popular_agent", "niche_agent", "rotating_customers")),
    "fallback_cleaners": Scenario("cleans and grades traces; blocked on one model, goes on with a weaker one", o.fallback_cleaners,
        ("prompt_course",)),
    "session_replay": Scenario("replays sessions of a coding harness, some 13 a day and account", o.session_replay,
        ("niche_agent", "bootcamp")),
    "backward_reasons": Scenario("asks for the reasoning behind finished answers", o.backward_reasons, ("olympiad_camp",)),
    "one_injection": Scenario("one fixed prompt around requests of every kind", o.one_injection, ("viral_prompt", "browser_extension")),
    "rubric_bench": Scenario("grades by rubrics", o.rubric_bench, ("exam_markers", "paid_tasks")),
    "safe_rewrites": Scenario("rewrites answers so that nobody objects", o.safe_rewrites, ("paid_tasks", "franchise")),
    "task_forge": Scenario("makes tasks with checks for reinforcement learning", o.task_forge, ("permitted_synthetic", "prompt_course")),
    "trace_rebuild": Scenario("rebuilds, cleans and expands traces of reasoning", o.trace_rebuild, ("letter_readers", "prompt_course")),
    "worn_template": Scenario("a few templates again and again on one narrow capability", o.worn_template,
        ("sheet_addon", "batch_labelling")),
    "no_template": Scenario("tasks that a model has varied, without any template", o.no_template, ("coworking_house", "puzzle_league")),
    "split_pool": Scenario("covers a pool of tasks, split over the accounts without overlap", o.split_pool,
        ("eval_labs", "letter_readers")),
    "kindred_papers": Scenario("cards, phones, mail domains and sign-up addresses are kin; little else is", o.kindred_papers,
        ("families", "bootcamp")),
    "opening_rush": Scenario("a burst of new accounts at full use from the first hour", o.opening_rush, ("hackathon", "moved_house")),
    "even_load": Scenario("every account carries the same load", o.even_load, ("call_centre", "exam_markers")),
    "one_whistle": Scenario("all start and stop together", o.one_whistle, ("cron_jobs", "classroom")),
    "changed_hands": Scenario("conversations go on from other accounts", o.changed_hands,
        ("game_tables", "rotating_customers", "shift_engineers")),
    "same_bench": Scenario("one build, one sampling, one set of tools", o.same_bench, ("popular_agent", "niche_agent", "modders")),
    "pinned_proxies": Scenario("each account has one residential proxy of its own for good", o.pinned_proxies, ("credit_hunters",)),
    "three_buyers": Scenario("three operators buy aged accounts and a gateway from one seller", o.three_buyers, requests=150_000),
    "crossed_wires": Scenario("two to four operators that know nothing of each other", o.crossed_wires, requests=150_000),
    "quiet_hands": Scenario("knows what gives one away: own cards, homes, hours, words and covers", o.quiet_hands, ("coworking_house",)),
    "borrowed_coats": Scenario("puts its harvest into the ways of a crowd that goes unpunished", o.borrowed_coats, tuple(o.COATS)),
    "plain_weeks": Scenario("innocents alone: all crowds of the list of threats, and some others", beside=tuple(LISTED), crowded=0.4),
    "exam_season": Scenario(
        "innocents alone: schools, markers, camps and courses, twice each", requests=150_000, crowded=0.35,
        beside=2 * ("university", "classroom", "exam_markers", "olympiad_camp", "prompt_course",
                    "language_school", "bootcamp", "puzzle_league"),
    ),
    "launch_month": Scenario(
        "innocents alone: everyone is new: extensions, mods, movers, credits, hackathons and fans of a new model", requests=150_000,
        crowded=0.35,
        beside=("hackathon", "hackathon", "viral_prompt", "moved_house", "browser_extension", "modders", "accelerator", "credit_hunters",
                "first_hour_fans", "wrapper_app", "wrapper_app", "advice_volunteers", "paid_tasks", "popular_agent", "niche_agent"),
    ),
}  # fmt: skip


def load(party: Party, days: float) -> float:
    """Requests that a party is expected to make."""
    span = (party.span[1] - party.span[0]) * days
    stints = max(1.0, span / party.stint_days) if party.stint_days else 1.0 + party.lives
    return max(1, round(party.accounts / stints)) * party.rate * span


def fitted(d: Draw, crew: list[Party], room: float, days: float) -> list[Party]:
    """The parties of an operator in so many requests.

    One that need not be there all the time (the usual span) works for a shorter one; else everyone asks less.
    """
    much = sum(load(party, days) for party in crew) / room
    if much <= 1:
        return crew
    fitted = []
    for party in crew:
        free = party.span == (0.0, 1.0) and len(crew) == 1
        length = max(min(1.0, 2.5 / days), 1 / much) if free else 1.0
        begin = d.of(0, 1 - length)
        span = (begin, begin + length) if length < 1 else party.span
        fitted.append(replace(party, span=span, rate=party.rate * min(1.0, 1 / (much * length))))
    return fitted


def smaller(party: Party, scale: float) -> Party:
    """For a world of fewer requests: fewer accounts, which ask less."""
    return replace(party, accounts=max(4, round(party.accounts * scale**0.6)), rate=party.rate * scale**0.4, pool=round(party.pool * scale))


def world(scenario: str, seed: int, events: int | None = None) -> World:
    """Draw a scenario's parties and let them play.

    Args:
        scenario: one of SCENARIOS.
        seed: draws everything.
        events: requests, about; by default what the scenario usually has, more or less by the seed.
    """
    which = recipe(SCENARIOS, scenario)
    rng = np.random.default_rng([seed, crc32(scenario.encode())])
    d = Draw(rng)
    where, start, releases = setting(rng)
    usual = int(min(195_000, max(65_000, which.requests * d.of(0.65, 1.35))))
    target = events or usual
    scale = min(1.0, target / usual)
    crew = which.make(d) if which.make else []
    share = d.log(0.05, 0.28)
    operators = sorted({party.campaign for party in crew})
    parties = []
    for name in operators:
        room = target * max(share / len(operators), 0.03)
        parties += fitted(d, [smaller(party, scale) for party in crew if party.campaign == name], room, where.days)
    left = target - sum(load(party, where.days) for party in parties)
    names = [*which.beside, *(name for name in CROWDS if name not in which.beside and d.yes(which.crowded))]
    crowds = [smaller(CROWDS[name](d), scale) for name in names]
    taken = sum(load(party, where.days) for party in crowds)
    thin = min(1.0, left * d.of(0.45, 0.7) / taken)
    crowds = [replace(party, rate=party.rate * thin) for party in crowds]
    left -= taken * thin
    known = sum(party.accounts for party in crowds + parties)
    most = max(round(300 * scale), round(MOST_ACCOUNTS * scale**0.6) - known)
    accounts = min(most, max(round(3200 * scale**0.6) - known, round(d.of(1500, 4500) * scale**0.6)))
    parties += [*crowds, resident(d, accounts, left / accounts / where.days)]
    return build(rng, parties, where, start, releases)
