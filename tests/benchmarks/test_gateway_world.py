"""Raw logs of the simulated gateways are ingested by the commands that stand beside them, and the truth fits what comes out."""

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.gateway_world import SCENARIOS, crowds, generate, scenarios
from benchmarks.gateway_world.operators import Operator, Plan
from benchmarks.gateway_world.output import RawLogs, write
from benchmarks.gateway_world.places import CLIENTS
from benchmarks.gateway_world.world import World, new_world

import gateways
from stillwatch.cli import main
from stillwatch.keys.hashing import keyed, tenant_key
from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH


class Ingested:
    """A world's raw logs, ingested as its commands say."""

    def __init__(self, raw: RawLogs) -> None:
        for command in raw.ingests:
            assert main([*map(str, command), "-q"]) == 0
        raw.gather()
        self.raw = raw
        self.events = pq.read_table(raw.logs / "events")
        self.truth, self.harvest = pq.read_table(raw.truth), pq.read_table(raw.folder / "truth_events.parquet")
        key = tenant_key(raw.key_file)
        self.crowd_of = {keyed(key, row["account_id"]): row["kind"] for row in self.truth.to_pylist()}

    def registry(self) -> pa.Table:
        return pq.read_table(self.raw.logs / "accounts.parquet")


def small(name: str, seed: int) -> World:
    """Few people and two crews, as a scenario's gateway would log them."""
    found = scenarios.SCENARIOS[name]
    world, last = new_world("small", seed, found.days, found.start, found.models, found.release_day), found.days - 0.5
    crowds.individuals(world, 60)
    crowds.agent_users(world, 6, "plank")
    tactics = ("force", "inject", "grade", "rewrite", "clean", "tasks", "cover_pool", "agentic", "relay")
    Operator(world, Plan("A", 8, tactics, 3, 1, last, ban_day=4, pivot=True, clients=(CLIENTS[0], CLIENTS[2]))).work()
    Operator(world, Plan("B", 6, ("replay",), 4, 1, last, burst=False, handoff=True, loose=True)).work()
    return world


def write_small(name: str, folder: Path, seed: int = 1) -> RawLogs:
    return write(small(name, seed), scenarios.SCENARIOS[name].logging, folder)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Ingested]:
    made: dict[str, Ingested] = {}

    def get(name: str) -> Ingested:
        if name not in made:
            folder = tmp_path_factory.mktemp(name) / "world"
            made[name] = Ingested(generate(name, folder, 1) if name == "saltmarsh" else write_small(name, folder))
        return made[name]

    return get


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_format_is_ingested_and_the_quarantine_holds_what_was_planted(name: str, ingested: Callable[[str], Ingested]) -> None:
    world = ingested(name)
    EVENTS.conform(world.events)
    TRUTH.conform(world.truth)
    assert len(world.events) == world.raw.requests
    assert gateways.quarantined(world.raw) == world.raw.planted
    planted = sum(pq.read_metadata(path).num_rows for path in world.raw.folder.glob("*/quarantine.parquet"))
    assert planted == sum(world.raw.planted.values())


def test_lines_are_spoilt_as_the_scenario_says(ingested: Callable[[str], Ingested]) -> None:
    assert ingested("saltmarsh").raw.planted == {"not_json": 3}
    assert ingested("bazaar").raw.planted["duplicate_event_id"] > 0


@pytest.mark.parametrize("name", SCENARIOS)
def test_truth_names_every_account_and_every_harvested_request(name: str, ingested: Callable[[str], Ingested]) -> None:
    world = ingested(name)
    assert len(world.crowd_of) == len(world.truth) == world.raw.accounts
    assert set(world.events["account_id"].to_pylist()) <= set(world.crowd_of)
    harvested = world.events.join(world.harvest, "event_id", join_type="inner")
    assert len(harvested) == len(world.harvest) > 0
    assert all(world.crowd_of[account].startswith("attack:") for account in harvested["account_id"].to_pylist())
    assert set(harvested["status"].to_pylist()) == {200}


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_a_gateway_does_not_log_is_not_there(name: str, ingested: Callable[[str], Ingested]) -> None:
    world, logging = ingested(name), scenarios.SCENARIOS[name].logging
    known = {column: pc.mean(pc.is_valid(world.events[column]).cast(pa.int8())).as_py() for column in ("ip", "ja4", "prompt", "response")}
    assert known["ip"] > 0.98
    assert known["prompt"] > 0.98
    assert known["response"] > 0.95
    assert (0.98 < known["ja4"] < 1) if logging.edge else known["ja4"] == 0
    assert (world.raw.logs / "accounts.parquet").exists() == (logging.registry is not None)
    if logging.registry:
        accounts = ACCOUNTS.conform(world.registry())
        assert set(accounts["account_id"].to_pylist()) <= set(world.crowd_of)
        assert len(accounts) > 0.9 * world.raw.accounts
        assert (accounts["payment_hash"].null_count < len(accounts)) == ("payment" in logging.registry)


def test_two_formats_become_one_log(ingested: Callable[[str], Ingested]) -> None:
    world = ingested("pinewood")
    assert world.raw.formats == ("anthropic", "openai")
    parts = [pq.read_table(part / "events")["account_id"].to_pylist() for part in world.raw.parts]
    assert all(parts)
    assert sum(map(len, parts)) == len(world.events)
    released = json.loads((world.raw.logs / "releases.json").read_text())
    assert [row["model"] for row in released] == ["sonata-3"]
    assert "sonata-3" in world.events["model"].to_pylist()


@pytest.mark.parametrize("name", ["pinewood", "saltmarsh"])
def test_commands_as_typed_are_the_commands_that_run(name: str, ingested: Callable[[str], Ingested]) -> None:
    raw = ingested(name).raw
    typed = [shlex.split(line) for line in (raw.folder / "commands.txt").read_text().splitlines()]
    ingests = [line[1:] for line in typed if line[0] == "stillwatch"]
    paths = [[str(raw.folder / word) if (raw.folder / word).exists() else word for word in line] for line in ingests]
    assert paths == [list(map(str, command)) for command in raw.ingests]
    assert len(typed) > len(ingests) or name == "saltmarsh"


def test_conversations_are_followed_through_every_format(ingested: Callable[[str], Ingested]) -> None:
    for name in ("bazaar", "lantern", "quarry", "pinewood", "meridian"):
        events = ingested(name).events
        later = events["parent_key"].drop_null()
        assert len(later) > 100
        found = pc.is_in(later, value_set=pc.unique(events["context_key"]))
        assert pc.mean(found.cast(pa.int8())).as_py() > 0.9


def test_a_seed_is_a_world(tmp_path: Path) -> None:
    def contents(folder: str, seed: int) -> dict[str, bytes]:
        raw = write_small("pinewood", tmp_path / folder, seed)
        return {str(path.relative_to(raw.folder)): path.read_bytes() for path in raw.folder.rglob("*") if path.is_file()}

    one, again, other = contents("one", 1), contents("again", 1), contents("other", 2)
    assert one == again
    assert one["truth.parquet"] != other["truth.parquet"]


def test_a_log_that_is_worse_than_planted_is_told(tmp_path: Path) -> None:
    logging = replace(scenarios.SCENARIOS["saltmarsh"].logging, broken=0)
    raw = write(small("saltmarsh", 1), logging, tmp_path / "world")
    day = next((raw.folder / "raw-litellm").iterdir())
    day.write_text(day.read_text() + "{\n")
    assert gateways.quarantined(Ingested(raw).raw) == {"not_json": 1}
    assert raw.planted == {}
