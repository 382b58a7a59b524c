"""The scenarios: which weeks of the provider, with which innocents and operators."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import worlds
from . import borrowed, developers, farms, firms, learning, private, programmes
from .carriers import RESI_AFRICA
from .world import World

Crowd = Callable[[World, int], None]
Part = Callable[[World], None]
USUAL: dict[Crowd, float] = {
    private.consumers: 30, private.trials: 16, learning.students: 14, private.kiosk_customers: 10, developers.api_trials: 5,
    developers.indie_devs: 4, learning.exam_crammers: 3, private.roleplayers: 0.8, private.households: 3, firms.plugin_users: 2,
    firms.companies: 3, private.cyber_cafes: 2, private.vpn_users: 0.8, developers.coders: 0.9, private.prompt_packs: 0.9,
    private.bargain_hunters: 1.4, private.workers: 0.8, firms.startup_apps: 0.5, private.shared_logins: 0.2, firms.integrator_bots: 0.7,
    firms.content_agencies: 0.2, firms.enrichment: 0.25, firms.cloud_tenants: 0.5, firms.call_centres: 0.5, firms.language_projects: 0.12
}
"""crowds of every scenario, by weight"""
THINK = ("baraza-3-think", 6.4)
THREE = ("baraza-3", 8.6)


class Recipe(NamedTuple):
    """A window, the usual crowds, and who comes besides, in this order."""

    about: str
    events: int
    """requests at usual size, about"""
    start: str
    """first day"""
    days: int
    usual: int
    """accounts of the usual crowds"""
    lean: dict[Crowd, float]
    """how much heavier some of them weigh"""
    parts: tuple[Part, ...]
    release: tuple[str, float] | None = None
    """a model that comes out so many days after the start"""


def of(fill: Callable[..., None], accounts: int, *args: Any, **changes: Any) -> Part:
    """A crowd or an operator: its accounts (teams of `eval_teams`) at usual size, an operator's name, further numbers."""
    return lambda w: fill(w, w.size(accounts), *args, **changes)


RECIPES: dict[str, Recipe] = {
    "campus_term": Recipe(
        "start of term: classes everywhere, and students paid by the conversation on the same campus lines", 118_000, "2026-02-23", 14,
        5900, {learning.students: 2.2, learning.exam_crammers: 1.5}, (
            of(learning.classrooms, 700), of(learning.notebook_course, 70, 3.2), of(learning.maths_camps, 60),
            of(developers.hackathon, 60, 4.0), of(borrowed.paid_crew, 95, "campus_term", 3.5)
        )
    ),
    "sim_rack": Recipe(
        "racks of SIM cards use up the free quota, among kiosks and phone sellers that open accounts in rows", 120_000, "2026-04-06", 21,
        4200, {private.kiosk_customers: 2.0, private.trials: 1.5, developers.coders: 0.3},
        (of(private.handset_bundle, 700), of(firms.call_centres, 60), of(farms.sim_farm, 330, "sim_rack", 3.0))
    ),
    "back_room": Recipe(
        "aged kiosk accounts are bought and put to other work; neighbours change phones, hostels share a login", 109_000, "2026-05-04", 20,
        4200, {private.kiosk_customers: 2.5, private.shared_logins: 3, private.vpn_users: 2, private.cyber_cafes: 1.5},
        (of(firms.honest_resellers, 80), of(private.roleplayers, 30), of(borrowed.aged_accounts, 135, "back_room", 6.0))
    ),
    "leaked_keys": Recipe(
        "keys of small firms' bots leak; beside them a few burners try the goods", 120_000, "2026-01-12", 18,
        4200, {firms.startup_apps: 2.0, firms.integrator_bots: 2.0, developers.indie_devs: 1.5}, (
            of(developers.ci_jobs, 25), of(developers.eval_teams, 4), of(borrowed.stolen_keys, 38, "leaked_keys", 12000),
            of(farms.credit_burners, 45, "leaked_keys_probe", 12.0)
        )
    ),
    "cheap_gateway": Recipe(
        "a cheap chat service runs its public over a pool of accounts and keeps the better part of the answers", 109_000, "2026-06-01", 16,
        4600, {private.bargain_hunters: 2.5, private.vpn_users: 1.5},
        (of(firms.honest_resellers, 170, 3), of(learning.tutoring_apps, 5), of(borrowed.proxy_service, 130, "cheap_gateway", 20000))
    ),
    "worked_solutions": Recipe(
        "two laboratories want reasoning, behind shell companies and as a tenant of a cloud; a reasoning model appears", 112_000,
        "2026-03-09", 15, 4300, {firms.cloud_tenants: 2.5, learning.students: 1.3}, (
            of(learning.maths_camps, 140), of(learning.tutoring_apps, 7), of(developers.eval_teams, 6), of(private.launch_tourists, 120),
            of(programmes.trace_lab, 16, "worked_solutions_direct", 9000),
            of(programmes.trace_lab, 12, "worked_solutions_cloud", 5000, 1, cloud=True)
        ), THINK
    ),
    "sandbox_fleet": Recipe(
        "tool-use trajectories from cloned containers, among build pipelines, editors' agents and a hackathon", 111_000, "2026-05-11", 14,
        4500, {developers.coders: 2.5, developers.indie_devs: 1.6},
        (of(developers.ci_jobs, 70), of(developers.hackathon, 110, 4.2), of(programmes.agent_farm, 42, "sandbox_fleet", 15000))
    ),
    "syllabus": Recipe(
        "a list of topics and aspects in order on rented home lines, among content agencies and teachers", 121_000, "2026-02-02", 24,
        3900, {firms.content_agencies: 5, private.prompt_packs: 2, private.vpn_users: 2, private.bargain_hunters: 1.5},
        (of(learning.classrooms, 200), of(farms.topic_list, 190, "syllabus", 4.0))
    ),
    "echo_keyboard": Recipe(
        "a keyboard app's users are copied: their real questions are asked again through a pool", 118_000, "2026-07-06", 14,
        6000, {firms.plugin_users: 1.5, firms.startup_apps: 1.3},
        (of(developers.viral_tutorial, 160, 3.0), of(firms.honest_resellers, 60), of(borrowed.mirror, 120, "echo_keyboard", 7500))
    ),
    "slow_tide": Recipe(
        "hundreds of sleepers that live like people and ask a useful question a day for four weeks", 172_000, "2026-08-03", 28,
        5600, {firms.startup_apps: 0.6, firms.enrichment: 0.5, private.prompt_packs: 1.5, developers.coders: 0.6},
        (of(farms.slow_tide, 520, "slow_tide", 0.9),)
    ),
    "three_lives": Recipe(
        "a pool is banned twice and comes back different each time; honest trials and tutorials come and go too", 128_000, "2026-04-13", 24,
        5000, {developers.api_trials: 3, private.trials: 1.3},
        (of(developers.viral_tutorial, 220, 9.0), of(developers.migration, 3), of(farms.regrow, 210, "three_lives", 14000))
    ),
    "small_tongues": Recipe(
        "data in small languages: a front institute and paid speakers, among broadcasters and Bible societies", 118_000, "2026-09-07", 18,
        5000, {firms.language_projects: 6, firms.companies: 1.3}, (
            of(firms.farm_lines, 5), of(learning.synth_researchers, 4), of(programmes.corpus_front, 13, "small_tongues_front", 5500),
            of(borrowed.translator_crew, 70, "small_tongues_crew", 2.6)
        )
    ),
    "two_answers": Recipe(
        "preference labels for a reward model, among honest teams that grade with the same public prompt", 121_000, "2026-03-16", 14,
        5400, {firms.enrichment: 1.5}, (
            of(developers.judges, 80), of(developers.eval_teams, 7), of(developers.migration, 4),
            of(programmes.pair_labels, 26, "two_answers", 9500)
        )
    ),
    "welcome_credit": Recipe(
        "hundreds of one-evening accounts spend the welcome credit, in the weeks of a hackathon and a viral video", 124_000,
        "2026-05-18", 16, 5600, {developers.api_trials: 3.5}, (
            of(developers.hackathon, 180, 4.4), of(developers.viral_tutorial, 420, 7.0), of(learning.notebook_course, 90, 2.0),
            of(farms.credit_burners, 560, "welcome_credit", 20.0)
        )
    ),
    "second_shift": Recipe(
        "seats of an outsourcing firm work for a hidden client; on a dozen accounts a model plays the user", 130_000, "2026-06-08", 20,
        4600, {firms.call_centres: 3, private.workers: 2.5, private.cyber_cafes: 1.5},
        (of(borrowed.bpo_front, 34, "second_shift"), of(programmes.self_play, 12, "second_shift_play", 5.0))
    ),
    "many_masks": Recipe(
        "one task under many system texts, from accounts that look like vendors; burners in small waves", 114_000, "2026-10-05", 12,
        6000, {firms.plugin_users: 3, firms.integrator_bots: 4, firms.startup_apps: 1.4}, (
            of(developers.hackathon, 70, 4.0), of(programmes.system_sweep, 24, "many_masks", 9000),
            of(farms.credit_burners, 110, "many_masks_burn", 16.0)
        )
    ),
    "inside_reseller": Recipe(
        "some of a contracted reseller's customers are one laboratory; a small crew copies users", 122_000, "2026-04-20", 16,
        5000, {firms.cloud_tenants: 2}, (
            of(firms.honest_resellers, 260, 4), of(borrowed.reseller_inside, 15, "inside_reseller", 110),
            of(borrowed.mirror, 28, "inside_reseller_echo", 2500)
        )
    ),
    "launch_rush": Recipe(
        "a store of quiet accounts wakes on the day of a release, together with all the world's curious", 122_000, "2026-08-17", 14,
        5600, {private.bargain_hunters: 2, developers.indie_devs: 1.5}, (
            of(private.launch_tourists, 420), of(developers.eval_teams, 6), of(developers.migration, 4),
            of(farms.launch_rush, 140, "launch_rush", 11000)
        ), THREE
    ),
    "three_tides": Recipe(
        "three operators: sleepers, a syllabus on African home lines, a laboratory of eleven accounts", 150_000, "2026-09-14", 26,
        4800, {firms.content_agencies: 3, firms.startup_apps: 0.8}, (
            of(learning.classrooms, 250, at=5.0), of(farms.slow_tide, 160, "tide_sleepers", 0.8),
            of(farms.topic_list, 55, "tide_syllabus", 3.5, RESI_AFRICA, 0.5), of(programmes.trace_lab, 11, "tide_lab", 4500, 1)
        )
    ),
    "loud_spring": Recipe(
        "innocents only: classes, a hackathon, a video, a release, phones sold with the app, resellers, kiosks", 103_000, "2026-03-23", 14,
        4900, {private.kiosk_customers: 2, private.shared_logins: 3, private.prompt_packs: 2, private.vpn_users: 2}, (
            of(learning.classrooms, 500), of(learning.notebook_course, 80, 2.5), of(developers.hackathon, 120, 4.3),
            of(developers.viral_tutorial, 260, 6.0), of(private.handset_bundle, 400), of(private.launch_tourists, 260),
            of(firms.honest_resellers, 120, 3), of(learning.maths_camps, 80), of(learning.synth_researchers, 5)
        ), THREE
    ),
    "month_end": Recipe(
        "innocents only: benchmarks, graders, migrations, pipelines, nightly jobs, content farms, permitted data makers", 129_000,
        "2026-06-22", 14, 4000, {
            firms.content_agencies: 6, firms.language_projects: 6, firms.call_centres: 3, private.workers: 3, firms.cloud_tenants: 2,
            firms.enrichment: 2
        }, (
            of(developers.eval_teams, 12), of(developers.judges, 60), of(developers.migration, 4), of(developers.migration, 3),
            of(developers.ci_jobs, 45), of(learning.synth_researchers, 12), of(learning.tutoring_apps, 5), of(firms.farm_lines, 4)
        ), THINK
    )
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}
SIZES = {name: recipe.events for name, recipe in RECIPES.items()}
"""usual number of requests, about"""


def build(name: str, seed: int, events: int | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    recipe = worlds.recipe(RECIPES, name)
    w = World(name, seed, recipe.start, recipe.days, (events or recipe.events) / recipe.events, recipe.release)
    weights = {
        crowd: weight * recipe.lean.get(crowd, 1.0) * float(np.exp(0.15 * w.rng.standard_normal())) for crowd, weight in USUAL.items()
    }
    total = sum(weights.values())
    for crowd, weight in weights.items():
        if n := round(recipe.usual * weight / total * w.scale):
            crowd(w, n)
    for part in recipe.parts:
        part(w)
    return w
