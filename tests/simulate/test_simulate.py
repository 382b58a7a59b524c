"""The simulator: determinism, sizes, queues, handoffs, lives of accounts, nothing that gives innocence away."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import killed
from stillwatch import simulate, tables
from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.simulate import Crowd, Operator, World, operators, sessions, writing
from stillwatch.simulate.pools import read_rates
from stillwatch.simulate.presets import crowds
from stillwatch.simulate.scenarios import SWITCHES
from stillwatch.simulate.stock import DAY_US, HOUR_US
from stillwatch.simulate.world import CAPABILITIES

PEOPLE = crowds(600, 9_000)
PLAIN = Operator("plain", 30, 2_000, days=6, pauses=0, turns=1.0)


class Logs:
    """The tables of a written world, as views."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.db = duckdb.connect()
        self.db.execute(f"create view events as from '{out}/events/*.parquet'")
        for name in ("accounts", "truth", "truth_events"):
            self.db.execute(f"create view {name} as from '{out}/{name}.parquet'")
        self.db.execute(
            """create view handoffs as select * from events e join truth using (account_id) where parent_key is not null
            and not exists (from events x where x.account_id = e.account_id and x.context_key = e.parent_key)"""
        )

    def rows(self, query: str) -> list[tuple]:
        return self.db.execute(query).fetchall()

    def value(self, query: str):
        return self.rows(query)[0][0]


def small(
    tmp_path: Path, *operators: Operator, seed: int = 1, people: tuple[Crowd, ...] = PEOPLE, days: int = 6
) -> Logs:
    simulate.write(World("test", people, operators, days=days, release_day=3.0), tmp_path, seed, quiet=True)
    return Logs(tmp_path)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    out = tmp_path_factory.mktemp("demo")
    simulate.run("demo", out, events=40_000, seed=3, quiet=True)
    return Logs(out)


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate.run("demo", tmp_path / name, events=8_000, seed=seed, quiet=True)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 14 + 4
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
    assert (tmp_path / "a" / files[0]).read_bytes() != (tmp_path / "c" / files[0]).read_bytes()


def test_tables_keep_their_contract(demo: Logs) -> None:
    for path in sorted((demo.out / "events").iterdir()):
        table = pq.read_table(path)
        assert table.schema.equals(tables.EVENTS.schema)
        assert table.num_rows == 0 or pa.compute.min(table["timestamp"]).as_py().date().isoformat() == path.stem
        assert table["timestamp"].to_pylist() == sorted(table["timestamp"].to_pylist())
    assert pq.read_schema(demo.out / "accounts.parquet").equals(tables.ACCOUNTS.schema)
    assert pq.read_schema(demo.out / "truth.parquet").equals(tables.TRUTH.schema)
    assert demo.value("select count(*) - count(distinct event_id) from events") == 0
    assert demo.value("select count(*) - count(distinct account_id) from accounts") == 0
    assert demo.value("select count(*) from events anti join accounts using (account_id)") == 0
    assert demo.value("select count(*) from truth_events anti join events using (event_id)") == 0
    releases = json.loads((demo.out / "releases.json").read_text())
    assert {release["model"] for release in releases} == {
        row[0] for row in demo.rows("select distinct model from events")
    }


def test_truth_has_the_sizes_asked_for(tmp_path: Path) -> None:
    relay = Operator("relay", 40, 3_000, days=5, relay=0.6, relay_harvested=True, cover=0.1)
    covered = Operator("covered", 50, 1_500, days=6, cover=0.5, pauses=0)
    logs = small(tmp_path, PLAIN, relay, covered)
    for operator in (PLAIN, relay, covered):
        harvested = logs.value(f"select count(*) from truth_events where campaign = '{operator.name}'")
        assert harvested == pytest.approx(operator.exchanges, rel=0.02)
        assert logs.value(f"select count(*) from truth where campaign = '{operator.name}'") == operator.accounts
    requests = logs.value("select count(*) from events join truth using (account_id) where campaign = 'covered'")
    assert requests == pytest.approx(3_000, rel=0.15)
    assert logs.value("select count(*) from events") == pytest.approx(9_000 + 2_000 + 3_333 + 3_000, rel=0.15)


def test_innocents_have_no_campaign(tmp_path: Path) -> None:
    simulate.run("innocents", tmp_path, events=30_000, quiet=True)  # enough for several accounts of every pool
    logs = Logs(tmp_path)
    assert logs.value("select count(campaign) from truth") == 0
    assert logs.value("select count(*) from truth_events") == 0
    assert logs.value("select count(distinct kind) from truth") >= 16
    handing = logs.rows("select kind, bool_and(org_id is not null), bool_or(org_id is not null) from handoffs group by 1 order by 1")
    # who resells without telling the provider has no organisation on file: the innocent pool that nothing protects
    assert handing == [("key_rotation", True, True), ("loose_reseller", False, False), ("reseller", True, True)]


def test_a_queue_never_gives_one_task_to_two_accounts(tmp_path: Path) -> None:
    logs = small(tmp_path, replace(PLAIN, template="fixed"), people=())
    assert logs.value("select count(*) - count(distinct prompt) from events") <= 1  # two tasks can have one text
    overlap = Operator("overlap", 30, 2_000, days=6, queue=False, tasks=300, pauses=0, turns=1.0)
    logs = small(tmp_path, overlap, people=())
    assert logs.value("select count(distinct prompt) from events") <= 300
    assert logs.value("select max(n) from (select count(distinct account_id) n from events group by prompt)") > 2
    logs = small(tmp_path, replace(PLAIN, samples=4), people=())
    assert logs.value("select count(distinct prompt) from events") == pytest.approx(500, rel=0.05)


def test_handoffs_exist_where_asked_and_only_there(tmp_path: Path) -> None:
    moving = Operator("moving", 30, 2_000, days=6, handoff=0.5, turns=3)
    replaying = Operator("replaying", 30, 2_000, days=6, replay=0.5, turns=2)
    sticky = Operator("sticky", 30, 2_000, days=6, turns=4, template="fixed")
    logs = small(tmp_path, moving, replaying, sticky)
    found = dict(logs.rows("select coalesce(campaign, kind), count(*) from handoffs group by all"))
    assert set(found) <= {"moving", "replaying", "key_rotation", "reseller", "loose_reseller"}
    assert found["moving"] > 300
    assert found["replaying"] > 150
    # what is handed over does continue a conversation of the same campaign
    assert (
        logs.value(
            """select count(*) from handoffs h where campaign is not null and not exists
        (from events x join truth t using (account_id)
        where x.context_key = h.parent_key and t.campaign = h.campaign)"""
        )
        < 20
    )  # but for turns that were cut off with their account or at the end


def test_a_small_second_pool_asks_on_the_same_day_and_after_what_it_continues(tmp_path: Path) -> None:
    logs = small(tmp_path, replace(PLAIN, accounts=100, failover=0.05, handoff=0.5, replay=0.2, turns=3.0))
    assert logs.value("select count(*) from truth_events") > 1_900
    days = f"select filename[-18:-9], timestamp::timestamp::date::text from read_parquet('{logs.out}/events/*.parquet', filename=true)"
    logs.db.execute("set TimeZone = 'UTC'")
    assert [row for row in logs.rows(days) if row[0] != row[1]] == []
    turns = """from events e join events before on e.parent_key = before.context_key join truth t on t.account_id = e.account_id
        where campaign is not null"""
    assert logs.value(f"select count(*) {turns}") > 300
    assert logs.value(f"select count(*) {turns} and e.timestamp < before.timestamp") == 0


def test_operators_share_neither_end_users_nor_prompts(tmp_path: Path) -> None:
    relaying = replace(PLAIN, relay=0.5, relay_harvested=True, injection="system")
    logs = small(tmp_path, replace(relaying, name="operator_0"), replace(relaying, name="operator_1"), people=())
    prompts = logs.rows("select campaign, count(distinct system) from events join truth using (account_id) group by 1 order by 1")
    assert prompts == [("operator_0", 1), ("operator_1", 1)]  # one prompt in every request, harvested or relayed
    assert logs.value("select count(distinct system) from events") == 2
    world = World("test", (), (replace(relaying, name="operator_0"), replace(relaying, name="operator_1")), days=6)
    built = writing.build(world, 1)
    users = [set[int](), set[int]()]
    for _, batch in writing._days(built):
        relayed = built.habits["end_users"][batch["habit"]] > 0
        for number in (0, 1):
            users[number] |= set(batch["persona"][relayed & (batch["campaign"] == number)].tolist())
    assert min(map(len, users)) > 50
    assert not users[0] & users[1]


def test_identifiers_do_not_tell_who_is_innocent(demo: Logs) -> None:
    rows = demo.rows("select account_id, campaign is null from truth")
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    innocent = np.array([row[1] for row in rows], float)
    place = np.arange(len(rows))
    assert abs(np.corrcoef(place, innocent)[0, 1]) < 0.06
    digits = np.array([[int(c, 16) for c in row[0].removeprefix("acct_")] for row in rows])
    assert max(abs(np.corrcoef(digits[:, i], innocent)[0, 1]) for i in range(digits.shape[1])) < 0.08
    assert demo.rows("select account_id from accounts") == [(row[0],) for row in rows]
    lengths = "length(account_id), length(key_id), length(session_id), length(event_id), length(org_id)"
    kinds = f"select distinct {lengths} from events join truth using (account_id) where campaign is"
    assert set(demo.rows(f"{kinds} not null")) <= set(demo.rows(f"{kinds} null"))
    countries = "select distinct country from accounts join truth using (account_id) where campaign is"
    assert set(demo.rows(f"{countries} not null")) <= set(demo.rows(f"{countries} null"))


def test_nobody_sends_before_signing_up_or_after_a_ban(tmp_path: Path) -> None:
    hydra = Operator(
        "hydra",
        60,
        3_000,
        days=6,
        failover=0.5,
        replaced=0.5,
        replacement_hours=2,
        signup="steady",
        handoff=0.3,
        turns=2,
    )
    logs = small(tmp_path, hydra)
    assert logs.value("select count(*) from events join accounts using (account_id) where timestamp < created_at") == 0
    assert logs.value("select count(*) from events join accounts using (account_id) where timestamp >= banned_at") == 0
    pool = "select count(*) from accounts join truth using (account_id) where campaign = 'hydra' and"
    assert logs.value(f"{pool} banned_at is not null") >= 30
    assert logs.value(f"{pool} created_at > '2026-02-02'") >= 15


@pytest.mark.parametrize("tenure", ["years", "week", "event"])
def test_nobody_is_banned_before_signing_up(tenure: str) -> None:
    people = Crowd("people", 60_000, 1_000, group=70, tenure=tenure, window=2.6)
    accounts = writing.build(World("test", (people,)), 1).accounts
    banned = accounts["banned"] >= 0
    assert banned.sum() > 100
    assert (accounts["banned"] >= accounts["created"])[banned].all()


@pytest.mark.parametrize("seed", [2, 3])
def test_chains_end_with_the_campaign_and_successors_start_hours_after_a_ban(seed: int) -> None:
    operator = replace(PLAIN, accounts=300, replaced=0.7, replacement_hours=3)
    account, born, dead = operators._seats(np.random.default_rng(seed), operator, 0, 20 * DAY_US)
    assert ((dead < 20 * DAY_US) & (account >= 0)).sum() == 210
    hours = (born[:, 1:] - dead[:, :-1])[account[:, 1:] >= 0] / HOUR_US
    assert 2 < np.median(hours) < 4


def test_texts_beyond_the_offsets_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillwatch.simulate.render.MAX_TEXT_BYTES", 10_000)
    with pytest.raises(InputError, match=r"^the texts of [0-9,]+ requests take [0-9,]+ bytes, more than 10,000. Pass shorter prompts"):
        small(tmp_path, replace(PLAIN, exchanges=600), people=())


class Highest(np.random.Generator):
    """Draws the highest number below 1, which is 1 in single precision."""

    def random(self, size: int = 1) -> np.ndarray:
        return np.full(size, np.nextafter(1, 0))


def test_the_highest_draw_picks_a_habit() -> None:
    built = writing.build(World("test", (Crowd("people", 20, 200, hours="flat"),)), 1)
    batch = sessions.own_sessions(built.traffic, Highest(np.random.PCG64(1)), built.span.start, 0)
    assert len(batch["habit"]) > 5
    assert (batch["habit"] >= 0).all()


def test_pivot_moves_traffic_within_a_day_of_the_release(tmp_path: Path) -> None:
    logs = small(tmp_path, replace(PLAIN, pivot=0.6), replace(PLAIN, name="still"))
    share = """select avg((model = 'large-4')::int) from events join truth using (account_id)
        where campaign = '{}' and timestamp between '2026-02-06' and '2026-02-07'"""
    assert logs.value(share.format("plain")) > 0.35
    assert logs.value(share.format("still")) < 0.35
    assert logs.value("select count(*) from events where model = 'large-4' and timestamp < '2026-02-05'") == 0


def test_clouds_hide_the_client(demo: Logs) -> None:
    assert demo.value("select count(*) from events where access_path like 'cloud%'") > 0
    assert demo.value("select count(ip) + count(ja4) + count(asn) from events where access_path like 'cloud%'") == 0
    assert demo.value("select count(*) from events where access_path = 'api' and ip is null") == 0
    assert demo.value("select count(response) from events") == 0


def test_text_is_varied_and_of_usual_size(demo: Logs) -> None:
    assert 180 < demo.value("select avg(length(prompt)) from events") < 320
    assert demo.value("select min(length(prompt)) from events") >= 1
    # elicitation is not the attackers' alone
    for campaign in ("null", "not null"):
        stepwise = "select avg((prompt ilike '%step by step%')::int) from events join truth using (account_id)"
        assert 0.004 < demo.value(f"{stepwise} where campaign is {campaign}") < 0.3


TACTICS = [
    ({"template": "absent"}, "count(distinct prompt[:40]) / count(*)", (0.5, 1)),
    ({"template": "varied", "variants": 0}, "count(distinct prompt[:40]) / count(*)", (0.5, 1)),
    ({"injection": "system", "injection_variants": 5}, "count(distinct system)", (2, 5)),
    ({"injection": "user", "injection_variants": 0}, "avg(length(prompt))", (450, 700)),
    ({"egress": "vpn"}, "count(distinct asn)", (1, 1)),
    ({"egress": "datacenter"}, "count(distinct ip)", (1, 100)),
    ({"hours": "window"}, "count(distinct extract(hour from timestamp))", (4, 14)),
    ({"hours": "human", "load": 1.2}, "avg((extract(hour from timestamp at time zone 'UTC') < 8)::int)", (0.1, 0.3)),
    ({"tool": "both", "relay": 0.5, "handoff": 0.5}, "avg((tools_key is not null)::int)", (0.3, 0.7)),
    ({"signup": "aged"}, "avg(date_diff('hour', created_at, timestamp))", (2000, 50_000)),
    ({"queue": False}, "count(distinct prompt) / count(*)", (0.3, 0.8)),
    ({"capabilities": tuple((name, 1.0) for name in CAPABILITIES)}, "count(distinct prompt[:25])", (20, 600)),
    ({"payment_share": 1.0, "payment_pool": 3}, "count(distinct payment_hash)", (1, 3)),
    ({"phone_share": 1.0, "payment_pool": 2}, "count(distinct phone_hash)", (1, 4)),
    ({"disposable": 1.0}, "count(distinct email_domain)", (1, 3)),
    ({"client_share": 0.0}, "count(distinct user_agent)", (5, 30)),
    ({"pauses": 12}, "count(distinct date_trunc('hour', timestamp))", (50, 125)),
    ({"failover": 0.4, "failover_paths": (("cloud-north", 1.0),)}, "avg((access_path = 'cloud-north')::int)", (0.2, 0.8)),
]
"""What an operator does, and a number of its requests that only then lies in a range."""


def trait(tmp_path: Path, query: str, **tactic: object) -> float:
    logs = small(tmp_path, replace(PLAIN, exchanges=600, **tactic), people=(Crowd("people", 50, 300),))
    assert logs.value("select count(*) from truth_events") == pytest.approx(600, rel=0.05)
    requests = "from events join truth using (account_id) join accounts using (account_id) where campaign = 'plain'"
    return float(logs.value(f"select {query} {requests}"))


@pytest.mark.parametrize(("tactic", "query", "limits"), TACTICS, ids=[" ".join(tactic) for tactic, *_ in TACTICS])
def test_every_tactic_leaves_its_mark(tmp_path: Path, tactic: dict, query: str, limits: tuple[float, float]) -> None:
    low, high = limits
    assert low <= trait(tmp_path / "tactic", query, **tactic) <= high
    assert not low <= trait(tmp_path / "plain", query) <= high


@pytest.mark.parametrize(("change", "query", "limits"), [
    ({"card": 1.0}, "select count(distinct payment_hash) from accounts", (5, 20)),
    ({"window": 1.0}, "select max(d) from (select date_diff('hour', min(timestamp), max(timestamp)) d from events group by account_id)",
     (1, 36)),
], ids=["card", "window"])
def test_crowds_share_cards_and_have_windows(tmp_path: Path, change: dict, query: str, limits: tuple[float, float]) -> None:
    people = Crowd("people", 60, 600, group=6)
    low, high = limits
    assert low <= small(tmp_path / "change", people=(replace(people, **change),)).value(query) <= high
    assert not low <= small(tmp_path / "plain", people=(people,)).value(query) <= high


def test_every_scenario_scales(tmp_path: Path) -> None:
    for name in simulate.scenarios():
        world = simulate.named(name, 4_000)
        assert 3_500 < world.events < 6_500, name
        assert all(operator.accounts >= 20 for operator in world.operators)
    full = simulate.named("february_2026")
    assert (full.accounts, full.events) == (pytest.approx(1e6, rel=0.01), pytest.approx(50e6, rel=0.01))
    assert {o.name: o.exchanges for o in full.operators} == {
        "reasoning_150k": 150_000, "agentic_3m": 3_400_000, "coding_13m": 13_000_000
    }
    assert sum(operator.accounts for operator in full.operators) == 24_000
    simulate.run("february_2026", tmp_path, events=4_000, quiet=True)


def test_switches_change_what_they_say() -> None:
    for switch, changes in SWITCHES.items():
        before, after = simulate.named("adaptive-none").operators, simulate.named(f"adaptive-{switch}").operators
        assert len(before) == len(after)
        plain = {name: value for name, value in changes.items() if name not in ("cover", "template")}
        assert all(getattr(operator, name) == value for operator in after for name, value in plain.items())


def test_random_worlds_are_valid_and_differ(tmp_path: Path) -> None:
    worlds = [simulate.random_world(np.random.default_rng(seed), 5_000) for seed in range(30)]
    assert len({world.operators for world in worlds}) > 20
    assert worlds[3] == simulate.random_world(np.random.default_rng(3), 5_000)
    for seed in (1, 2):
        result = simulate.write(worlds[seed], tmp_path / str(seed), seed, quiet=True)
        assert 3_000 < result["events"] < 8_000


def test_prompts_and_rates_from_files(tmp_path: Path) -> None:
    prompts = [f"file prompt number {i}" for i in range(400)]
    roles = ["human", "harvest", "benchmark", "human"] * 100
    pq.write_table(pa.table({"prompt": prompts, "role": roles, "source": roles}), tmp_path / "prompts.parquet")
    windows = np.arange(144 * 3)
    night = np.where(windows % 144 < 36, 5.0, 0.0)
    pq.write_table(
        pa.table({"client": ["c"] * len(windows), "window_start_s": windows * 600.0, "rate_per_s": night}),
        tmp_path / "rates.parquet",
    )
    simulate.run(
        "demo",
        tmp_path / "out",
        events=8_000,
        prompts=tmp_path / "prompts.parquet",
        rates=tmp_path / "rates.parquet",
        quiet=True,
    )
    logs = Logs(tmp_path / "out")
    first = "from events join truth using (account_id) where parent_key is null and kind"
    assert logs.value(f"select avg((prompt like '%file prompt number%')::int) {first} = 'individuals'") > 0.7
    assert logs.value(f"select avg((prompt like '%file prompt number%')::int) {first} = 'attack'") > 0.7
    early = "avg((extract(hour from timestamp at time zone 'UTC') < 7)::int)"
    assert logs.value(f"select {early} from events join truth using (account_id) where kind = 'popular_tool'") > 0.6


@pytest.mark.parametrize("tasks", [None, 1_500])
def test_a_queue_over_a_file_gives_no_task_to_two_accounts(tmp_path: Path, tasks: int | None) -> None:
    pq.write_table(pa.table({"prompt": [f"FILE {i}" for i in range(2_000)]}), tmp_path / "prompts.parquet")
    several = (("reasoning", 0.5), ("grading", 0.3), ("rewriting", 0.2))
    operator = replace(PLAIN, capabilities=several, exchanges=1_400, tasks=tasks, template="absent")
    simulate.write(World("test", (), (operator,), days=6), tmp_path / "out", prompts=tmp_path / "prompts.parquet", quiet=True)
    asked = "select count(*), count(distinct regexp_extract(prompt, 'FILE [0-9]+')) from events"
    assert Logs(tmp_path / "out").rows(asked) == [(1_400, 1_400)]


@pytest.mark.parametrize(("days", "world_days"), [(30, 14), (10, 14), (7, 14)])
def test_rates_keep_the_volumes_of_the_days_that_are_used(tmp_path: Path, days: int, world_days: int) -> None:
    windows = np.arange(144 * days)
    rates = {"early": windows < 144 * 5, "late": windows >= 144 * 20, "always": windows >= 0}
    pq.write_table(
        pa.table({
            "client": np.repeat(list(rates), len(windows)), "window_start_s": np.tile(windows * 600.0, len(rates)),
            "rate_per_s": np.concatenate(list(rates.values())) * 5.0,
        }),
        tmp_path / "rates.parquet",
    )
    shapes = read_rates(tmp_path / "rates.parquet", world_days).shapes
    used = shapes.sum(axis=2)[:, np.arange(world_days) % shapes.shape[1]]
    assert used.mean(axis=1) == pytest.approx([1, 1])  # late is silent in the world's days


@pytest.mark.parametrize("wrong", [float("inf"), float("-inf"), float("nan"), -1.0, 1e300])
@pytest.mark.parametrize("column", ["window_start_s", "rate_per_s"])
def test_rates_that_are_no_numbers_are_refused(tmp_path: Path, column: str, wrong: float, capsys: pytest.CaptureFixture[str]) -> None:
    table = {"client": ["c", "d"], "window_start_s": [0.0, 600.0], "rate_per_s": [1.0, None]}
    table[column] = [1.0, wrong]
    pq.write_table(pa.table(table), tmp_path / "rates.parquet")
    words = ["simulate", "demo", "--events", "1000", "--out", str(tmp_path / "out"), "--rates", str(tmp_path / "rates.parquet"), "-q"]
    assert main(words) == 1
    told = capsys.readouterr().err
    assert (told.count("\n"), "rate_per_s that is not from 0 to 1e+09" in told) == (1, True)
    assert not (tmp_path / "out").exists()


def test_operators_ask_what_a_harvest_store_asked(tmp_path: Path) -> None:
    from stillwatch.distill.exchange import Exchange, Reply
    from stillwatch.distill.store import Store

    for name, text in (("store", True), ("bare", False)):
        with Store(tmp_path / name, teacher={"name": "t"}, identity="i", policy="none", keep_text=text) as opened:
            keys = [f"{i:x}" for i in range(300)]
            opened.expect(keys)
            opened.put([Exchange(key, key, (("user", f"store prompt {key}"),), Reply("a"), 0, "none", 0, 0) for key in keys])
    simulate.run("demo", tmp_path / "out", events=6_000, prompts=tmp_path / "store", quiet=True)
    first = "from events join truth using (account_id) where parent_key is null and kind"
    assert Logs(tmp_path / "out").value(f"select avg((prompt like '%store prompt%')::int) {first} = 'attack'") > 0.7
    with pytest.raises(InputError, match="keeps no prompts"):
        simulate.run("demo", tmp_path / "out", prompts=tmp_path / "bare", quiet=True)
    (tmp_path / "bare" / "exchanges.jsonl").write_text("{}\n")
    with pytest.raises(InputError, match="not an exchange"):
        simulate.run("demo", tmp_path / "out", prompts=tmp_path / "bare", quiet=True)


@pytest.mark.parametrize(("arguments", "words"), [
    ({"scenario": "nope"}, "no scenario"), ({"events": -1}, "not a size"), ({"events": 0}, "not a size"),
    ({"seed": -1}, "below 0"),
    ({"prompts": "absent.parquet"}, "no such file"), ({"prompts": "broken.parquet"}, "not readable"),
    ({"prompts": "other.parquet"}, "lacks the column prompt"), ({"rates": "other.parquet"}, "lacks the column client"),
    ({"rates": "epoch.parquet"}, "no rate above 0 in the first 14 days: .*. Pass window_start_s in seconds after the world's start"),
    ({"rates": "lists.parquet"}, "client and model_class must be text or numbers"),
    ({"prompts": "store"}, "not an exchange: .*exchanges.jsonl line 1"), ({"out": "taken"}, "not of a simulated world, .*taken/events"),
    ({"prompts": "empty.parquet"}, "has no prompts"), ({"out": "broken.parquet"}, "not a folder"),
])
def test_bad_input_gives_one_clear_line(tmp_path: Path, arguments: dict, words: str) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 but not really")
    pq.write_table(pa.table({"x": [1]}), tmp_path / "other.parquet")
    pq.write_table(pa.table({"prompt": pa.array([None, " "], pa.string())}), tmp_path / "empty.parquet")
    for name, client, start in (("epoch", "c", 1.77e9), ("lists", ["c"], 0.0)):
        pq.write_table(pa.table({"client": [client], "window_start_s": [start], "rate_per_s": [1.0]}), tmp_path / f"{name}.parquet")
    for name, text in (("store/exchanges.jsonl", '{"messages": [["user", {}]]}'), ("taken/events", "")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    given = {"scenario": "demo", "out": "out", "quiet": True, **arguments}
    for name in ("out", "prompts", "rates"):
        if name in given:
            given[name] = tmp_path / given[name]
    with pytest.raises(InputError, match=words) as caught:
        simulate.run(**given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("change", [
    {"cover": 1.5}, {"cover": 0.6, "relay": 0.5}, {"accounts": -1}, {"template": "none"},
    {"capabilities": (("magic", 1.0),)},
    {"samples": 0}, {"days": 0.0}, {"paths": ()}, {"accounts": 0}, {"load": -1.0}, {"days": float("nan")}, {"days": float("inf")},
    {"replacement_hours": -1.0}, {"first_day": -1.0}, {"replaced": 0.95}, {"payment_pool": 0}, {"turns": 0.5},
])
def test_operators_refuse_impossible_values(change: dict) -> None:
    with pytest.raises(InputError, match=f"plain: .*{next(iter(change))}"):
        replace(PLAIN, **change)


def test_worlds_and_crowds_refuse_impossible_values() -> None:
    with pytest.raises(InputError, match="plain: first_day is 10, after the world's 6 days"):
        World("test", (), (replace(PLAIN, first_day=10),), days=6)
    with pytest.raises(InputError, match="people: work has 4 kinds, more than 3"):
        Crowd("people", 50, 300, tuple((name, 1.0) for name in ("chat", "code", "plain", "ci")))
    with pytest.raises(InputError, match="people: spread is nan, not a number from 0"):
        Crowd("people", 50, 300, spread=float("nan"))


def test_a_second_world_replaces_the_first(tmp_path: Path) -> None:
    small(tmp_path, days=6)
    logs = small(tmp_path, days=2)
    assert len(list((tmp_path / "events").iterdir())) == 2
    assert logs.value("select count(*) from events anti join accounts using (account_id)") == 0


def test_an_interrupted_world_is_made_again_by_the_same_command(tmp_path: Path) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    simulate.run("demo", whole, events=2_000, quiet=True)
    simulate.run("demo", out, events=2_000, seed=2, quiet=True)
    for moment in ("_write_day:3", "write_parquet:2", "write_json:1"):
        killed.at(f"stillwatch.simulate.writing:{moment}", "simulate", "demo", "--events", 2_000, "--out", out, "-q")
        made = ("accounts.parquet", "truth.parquet", "truth_events.parquet") if moment == "write_json:1" else ("truth_events.parquet",)
        assert {path.name for path in out.glob("*.*")} <= set(made)  # nothing of the earlier world beside the new one's events
    simulate.run("demo", out, events=2_000, quiet=True)
    files = {path.relative_to(whole): path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    assert {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()} == files


def test_a_world_without_its_truth_is_one_still(tmp_path: Path) -> None:
    small(tmp_path, days=6)
    for name in ("truth.parquet", "truth_events.parquet"):
        (tmp_path / name).unlink()
    small(tmp_path, days=2)
    assert len(list((tmp_path / "events").iterdir())) == 2
