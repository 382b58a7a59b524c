"""The eight gateways: who is there, and what is logged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from . import crowds
from .operators import Operator, Plan
from .output import BUSINESS, FULL, POOR, SHOP, Logging
from .places import CLIENTS
from .world import Request, World, new_world


def _litellm(_: Request) -> str:
    return "litellm"


def _chat(_: Request) -> str:
    return "chat"


def _anthropic(_: Request) -> str:
    return "anthropic"


def _either_of_openai(request: Request) -> str:
    return "responses" if request.account.responses else "chat"


def _by_client(request: Request) -> str:
    client = request.account.client
    return "anthropic" if client.agent.startswith("Anthropic") or client.path == "app" else "chat"


def _work(world: World, plan: Plan) -> None:
    Operator(world, plan).work()


@dataclass(frozen=True)
class Scenario:
    """A gateway over one log."""

    about: str
    start: str
    days: int
    models: tuple[str, ...]
    logging: Logging
    people: Callable[[World], None]
    release_day: int | None = None


def _harbor(world: World) -> None:
    crowds.individuals(world, 700)
    crowds.power_users(world, 22)
    crowds.university(world, 70, 9)
    crowds.company(world, 25)
    crowds.agent_users(world, 60, "plank")
    crowds.evaluations(world, 8)
    crowds.viral_prompt(world, 60)
    crowds.behind_vpns(world, 50)
    mail = ("mailbox-now.example", "inboxly.example")
    _work(world, Plan("A", 120, ("force",), 11, 2, 12, hosted=True, per_card=10, mail=mail))


def _lantern(world: World) -> None:
    crowds.individuals(world, 380)
    crowds.power_users(world, 14)
    crowds.company(world, 18)
    crowds.company(world, 9)
    crowds.agent_users(world, 70, "plank")
    crowds.agent_users(world, 14, "tidewell")
    crowds.hackathon(world, 45, 4)
    crowds.key_rotation(world, 6)
    crowds.batch(world, "ci_job", 3, 180)
    _work(world, Plan("A", 90, ("agentic",), 14, 1, 9, per_card=6))
    _work(world, Plan("B", 36, ("grade",), 14, 2, 10, per_card=0, mail=("gmail.com", "outlook.com"), cover=0.1))


def _quarry(world: World) -> None:
    crowds.individuals(world, 420)
    crowds.power_users(world, 14)
    crowds.company(world, 22)
    crowds.agent_users(world, 30, "forage")
    crowds.key_rotation(world, 8, 90)
    crowds.behind_vpns(world, 40)
    crowds.batch(world, "batch_labelling", 2, 350)
    _work(world, Plan("A", 60, ("replay",), 18, 0.5, 7, per_card=0, burst=False, handoff=True, loose=True, by_day=True))


def _meridian(world: World) -> None:
    crowds.individuals(world, 1900, 4.0)
    crowds.power_users(world, 40)
    crowds.university(world, 110, 12)
    crowds.company(world, 30)
    crowds.company(world, 12)
    crowds.evaluations(world, 14)
    crowds.viral_prompt(world, 120)
    crowds.behind_vpns(world, 120)
    crowds.agent_users(world, 90, "plank")
    crowds.agent_users(world, 20, "forage")
    crowds.one_large(world, "app", 900, system="You are PetPal.")
    crowds.batch(world, "synthetic_contract", 4, 300)
    _work(world, Plan("A", 12, ("clean", "force"), 9, 3, 20, per_card=0, burst=False, by_day=True, cover=0.25))
    _work(world, Plan("B", 60, ("rewrite", "grade"), 9, 5, 19, per_card=5))
    _work(world, Plan("C", 200, ("cover_pool",), 4, 2, 20, per_card=0, burst=False, loose=True, by_day=True, cover=0.15))


def _saltmarsh(world: World) -> None:
    crowds.individuals(world, 300, 7.0)
    crowds.power_users(world, 12)
    crowds.company(world, 15)
    crowds.agent_users(world, 25, "plank")
    crowds.evaluations(world, 5)
    crowds.batch(world, "ci_job", 2, 160)
    _work(world, Plan("A", 45, ("inject", "clean"), 26, 0.5, 4.8, exits=14, cover=0.1))


def _pinewood(world: World) -> None:
    crowds.individuals(world, 1150, 5.0)
    crowds.power_users(world, 30)
    crowds.university(world, 60, 14)
    crowds.company(world, 28)
    crowds.agent_users(world, 80, "plank")
    crowds.hackathon(world, 60, 9)
    crowds.one_large(world, "reseller", 1500, access="passthrough")
    crowds.viral_prompt(world, 70)
    _try_the_new_model(world)
    _work(world, Plan(
        "A", 225, ("force", "agentic", "tasks"), 5, 3, 17, per_card=12, ban_day=11, pivot=True, mail=("gmail.com", "boxpost.example"),
        clients=(CLIENTS[0], CLIENTS[2]),
    ))
    _work(world, Plan("B", 40, ("relay", "replay"), 9, 2, 18, per_card=0, burst=False, loose=True, by_day=True, cover=0.2))


def _try_the_new_model(world: World) -> None:
    """Half of the innocents do, sooner or later."""
    for account in world.accounts:
        account.fan = world.rng.random() < 0.5
    for request in world.requests:
        if world.released and request.account.fan and request.time > world.released + timedelta(days=world.rng.expovariate(0.5)):
            request.model = world.models[-1]


def _campus(world: World) -> None:
    crowds.individuals(world, 420)
    crowds.power_users(world, 22)
    for students, deadline in ((160, 6), (90, 8), (40, 11)):
        crowds.university(world, students, deadline)
    crowds.hackathon(world, 90, 4)
    crowds.hackathon(world, 50, 5)
    crowds.evaluations(world, 18)
    crowds.behind_vpns(world, 110)
    crowds.viral_prompt(world, 120)
    crowds.agent_users(world, 60, "forage")
    crowds.agent_users(world, 18, "tidewell")


def _bazaar(world: World) -> None:
    crowds.individuals(world, 320)
    crowds.power_users(world, 20)
    for n in (45, 24, 14, 8, 6):
        crowds.company(world, n)
    for _ in range(2):
        crowds.one_large(world, "reseller", 1300, access="passthrough")
    crowds.one_large(world, "app", 1800, system="You are PetPal, the vet hotline's assistant.")
    crowds.batch(world, "synthetic_contract", 6, 260)
    crowds.batch(world, "synthetic_contract", 3, 300)
    crowds.batch(world, "batch_labelling", 5, 250)
    crowds.batch(world, "ci_job", 6, 170)
    crowds.key_rotation(world, 12, 110)
    crowds.key_rotation(world, 5)
    crowds.agent_users(world, 70, "plank")
    crowds.evaluations(world, 10)


GATEWAY, NOVA = ("gw-large", "gw-mini"), ("nova-4", "nova-4-mini")
SCENARIOS: dict[str, Scenario] = {
    "harbor": Scenario(
        "one crew behind three hosters, one text before every question", "2026-10-05", 14, GATEWAY,
        Logging(_litellm, edge=True, registry=FULL, packed=True), _harbor,
    ),
    "lantern": Scenario(
        "two crews, one of agents and one of graders; a shop's registry", "2026-09-14", 10, NOVA,
        Logging(_chat, edge=True, registry=SHOP, registry_form="jsonl"), _lantern,
    ),
    "quarry": Scenario(
        "a crew of replays over old accounts; no edge log, a registry of days and mail domains", "2026-11-02", 7, ("opal-3", "opal-3-fast"),
        Logging(_anthropic, registry=POOR), _quarry,
    ),
    "meridian": Scenario(
        "three crews, from twelve accounts to two hundred that ask little", "2026-10-19", 21, ("m5", "m5-small"),
        Logging(_either_of_openai, edge=True, registry=FULL), _meridian,
    ),
    "saltmarsh": Scenario(
        "a crew behind rotating homes; no edge log, no registry, lines that are cut off", "2026-11-16", 5, GATEWAY,
        Logging(_litellm, broken=3), _saltmarsh,
    ),
    "pinewood": Scenario(
        "a large crew, a third of it banned and replaced, all on the day of the new model; a relay of forty", "2026-10-01", 18,
        ("sonata-2", "sonata-2-air", "sonata-3"), Logging(_by_client, edge=True, registry=FULL), _pinewood, release_day=9,
    ),
    "campus": Scenario(
        "innocents alone: courses, hackathons, evaluations", "2026-11-09", 12, NOVA,
        Logging(_either_of_openai, edge=True, registry=SHOP), _campus,
    ),
    "bazaar": Scenario(
        "innocents alone: firms, resellers, an app, batches; lines written twice", "2026-10-26", 9, GATEWAY,
        Logging(_litellm, registry=BUSINESS, registry_form="jsonl", packed=True, doubled=4), _bazaar,
    ),
}


def world(name: str, seed: int) -> World:
    """A scenario's world."""
    scenario = SCENARIOS[name]
    made = new_world(name, seed, scenario.days, scenario.start, scenario.models, scenario.release_day)
    scenario.people(made)
    return made
