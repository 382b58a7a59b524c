"""What the brook world says of its innocents and its two operators is true in the tables."""

import hashlib
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.brook_world import SCENARIOS, SIZES, generate, invented, known, mixed, operators, scenarios, text
from benchmarks.brook_world.crowd import Crowd
from benchmarks.brook_world.times import DAY, HOUR
from benchmarks.brook_world.world import NEW_MODEL, Brook, House

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 12_000
OPERATED = {"telco": "elicit", "harbor": "judge"}
ALONE = [name for name in SCENARIOS if name not in OPERATED]
MILL = "f5e9d035a95c6289"
"""of who asked what in the author's own tables of the scenario, seed 1"""
WITHOUT_SYSTEMS = ("parlour", "lectern", "bazaar", "briefs", "mill")
"""where nobody sends a system prompt"""
OPEN = House(20, 0.5, release=10)
"""a provider whose log and registry lack nothing"""


class Made:
    """A log, with who is behind each request."""

    def __init__(self, w: Brook) -> None:
        self.start, self.release = w.start, w.release
        tables = w.tables()
        truth = tables.truth.rename_columns({"kind": "crowd"})
        self.registry = tables.accounts.join(truth, "account_id").sort_by("account_id")
        harvest = tables.harvest.rename_columns({"campaign": "harvest"})
        self.events = tables.events.join(truth, "account_id").join(harvest, "event_id").sort_by("timestamp")

    def handed_over(self) -> float:
        """Share of turns with one before whose turn before was another account's."""
        of = dict(zip(self.events["context_key"].to_pylist(), self.events["account_id"].to_pylist(), strict=True))
        later = self.events.filter(pc.is_valid(self.events["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of[parent] != account for parent, account in pairs]))

    def loads(self) -> np.ndarray:
        """Requests of each account."""
        return np.array(list(Counter(self.events["account_id"].to_pylist()).values()))


def crowd(name: str, accounts: int, load: int, seed: int = 3) -> Made:
    """A crowd alone at a provider whose log lacks nothing."""
    w = Brook("alone", seed, OPEN)
    if name in mixed.CROWDS:
        mixed.CROWDS[name](w, name, accounts, load)
    else:
        w.crowd(name, accounts, load, scenarios.DESCRIBED[name])
    return Made(w)


def operated(name: str, accounts: int, load: int) -> Made:
    """An operator alone."""
    w = Brook("alone", 3, OPEN)
    operators.OPERATORS[name](w, accounts, load)
    return Made(w)


def seconds(moments: pa.ChunkedArray) -> np.ndarray:
    return moments.drop_null().cast(pa.int64()).to_numpy() / 1e6


def held(table: pa.Table, column: str) -> list[int]:
    """How many hold each value, the largest first."""
    return sorted(Counter(table[column].drop_null().to_pylist()).values(), reverse=True)


def share(events: pa.Table, pattern: str) -> float:
    return float(pc.mean(pc.match_substring_regex(events["prompt"], pattern).cast(pa.float64())).as_py())


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = scenarios.SCENARIOS
    assert (len(every), len(ALONE), len(scenarios.CROWDS), len(set(scenarios.CROWDS))) == (12, 10, 58, 58)
    assert {name: scenario.operator.partition(" ")[0] for name, scenario in every.items() if scenario.operator} == OPERATED
    assert all(30_000 <= size <= 240_000 for size in SIZES.values())
    assert all(7 <= scenario.house.days <= 35 for scenario in every.values())
    assert {crowd for scenario in every.values() for crowd in scenario.looks_alike()} == set(scenarios.CROWDS)
    for scenario in every.values():
        people = int(scenario.people.split()[0])
        others = sum(accounts for accounts, _ in scenario.looks_alike().values())
        assert 600 <= people + others <= 8_000
        assert people > others
        assert set(scenario.house.unlogged) <= set(EVENTS.names)
        assert set(scenario.house.unregistered) <= set(ACCOUNTS.names)


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_tables_are_those_of_a_log_with_gaps_and_truth(scenario: str) -> None:
    told = scenarios.SCENARIOS[scenario]
    tables = scenarios.world(scenario, 3, ASKED)
    events, accounts = EVENTS.conform(tables.events), ACCOUNTS.conform(tables.accounts)
    TRUTH.conform(tables.truth)
    known_to = set(accounts["account_id"].to_pylist())
    in_log = set(events["account_id"].to_pylist())
    assert in_log == set(tables.truth["account_id"].to_pylist()) >= known_to
    assert bool(in_log - known_to) == bool(told.house.strangers)
    assert 0.8 * ASKED < len(events) < 1.35 * ASKED
    stamps = seconds(events["timestamp"])
    start = stamps[0] - stamps[0] % DAY
    assert (np.diff(stamps) >= 0).all()
    assert stamps[-1] < start + told.house.days * DAY
    empty = {name for name in tables.events.column_names if tables.events[name].null_count == len(events)}
    assert set(told.house.unlogged) <= empty <= {*told.house.unlogged, "org_id", "parent_key", "tools_key", "top_p", "system"}
    assert ("system" in empty) == (scenario in {*WITHOUT_SYSTEMS, "hush", "nimbus"})
    for name in told.house.unregistered:
        assert tables.accounts[name].null_count == len(accounts)
    born = tables.events.join(tables.accounts.select(["account_id", "created_at"]), "account_id")
    assert pc.all(pc.fill_null(pc.greater_equal(born["timestamp"], born["created_at"]), True)).as_py()
    assert (len(tables.releases) == 2) == bool(told.house.release)
    crowds = {"ordinary", *told.looks_alike()}
    if scenario in ALONE:
        assert tables.truth["campaign"].null_count == len(tables.truth)
        assert len(tables.harvest) == 0
    else:
        crowds.add(f"attack_{OPERATED[scenario]}")
        assert set(tables.truth["campaign"].drop_null().to_pylist()) == set(tables.harvest["campaign"].to_pylist())
        assert len(tables.harvest) > 0.05 * len(events)
    assert set(tables.truth["kind"].to_pylist()) == crowds


def test_the_size_of_the_author_is_the_usual_one_and_his_world(tmp_path: Path) -> None:
    counts = generate("mill", tmp_path / "world", 1)
    again = scenarios.world("mill", 1, SIZES["mill"])
    events = pa.concat_tables([pq.read_table(part) for part in sorted((tmp_path / "world" / "events").iterdir())])
    assert events.equals(again.events)
    assert (counts["events"], counts["accounts"], counts["fake"], counts["harvested"]) == (30_543, 623, 0, 0)
    rows = zip(*(events[name].to_pylist() for name in ("event_id", "account_id", "prompt")), strict=True)
    told = "\n".join("\t".join(row) for row in rows)
    assert hashlib.sha256(told.encode()).hexdigest()[:16] == MILL


def test_a_seed_is_a_world() -> None:
    one, same, other = (scenarios.world("telco", seed, 4_000) for seed in (3, 3, 4))
    assert one.events.equals(same.events)
    assert one.accounts.equals(same.accounts)
    assert one.truth.equals(same.truth)
    assert one.harvest.equals(same.harvest)
    assert not set(one.events["event_id"].to_pylist()) & set(other.events["event_id"].to_pylist())


def test_the_registry_is_told_in_an_order_that_tells_nothing() -> None:
    tables = scenarios.world("harbor", 3, 4_000)
    for table in (tables.accounts, tables.truth):
        ids = table["account_id"].to_pylist()
        assert ids == sorted(ids)


def test_a_private_host_hashes_networks_and_keeps_who_shares_them() -> None:
    shown, hidden = (Brook("alone", 3, House(20, 0.5, hashed=hashed)) for hashed in (False, True))
    for w in (shown, hidden):
        w.crowd("coworking", 12, 10, invented.KINDS["coworking"])
    plain, hashed = shown.tables().events["ip"].to_pylist(), hidden.tables().events["ip"].to_pylist()
    assert not any("." in ip for ip in hashed)
    of = {ip.rpartition(".")[0]: digest for ip, digest in zip(plain, hashed, strict=True)}
    assert [of[ip.rpartition(".")[0]] for ip in plain] == hashed
    assert len(set(of.values())) == len(of)


def test_doc_review_is_cleared_by_its_wording_alone() -> None:
    made = crowd("doc_review", 40, 60)
    assert held(made.registry, "payment_hash") == [40]
    assert np.ptp(seconds(made.registry["created_at"])) < 30 * HOUR
    assert not set(made.registry["org_id"].to_pylist()) - {None}
    prompts = made.events["prompt"].to_pylist()
    assert len(set(prompts)) == len(prompts)
    assert share(made.events, r"^Review protocol Smith v\. .* Code document \d+:") == 1
    assert made.loads().std() < 0.25 * made.loads().mean()


def test_bounty_hunters_ask_for_hidden_reasoning_in_few_words() -> None:
    made = crowd("bounty_hunters", 40, 30)
    assert share(made.events, "print your hidden reasoning") > 0.9
    starts = {prompt.partition(". ")[0] for prompt in made.events["prompt"].to_pylist() if "hidden reasoning" in prompt}
    assert len(starts) <= 60


def test_load_testers_have_one_card_some_hours_and_twenty_prompts() -> None:
    made = crowd("load_testers", 40, 60)
    assert held(made.registry, "payment_hash") == [40]
    assert np.ptp(seconds(made.registry["created_at"])) < 12 * HOUR
    assert len(set(made.events["prompt"].to_pylist())) == 20


def test_evaluators_go_through_the_same_questions_in_order() -> None:
    made = crowd("eval_labs", 6, 200)
    assert share(made.events, f"^{known.STEPS.splitlines()[0]}") == 1
    assert len(set(made.events["prompt"].to_pylist())) <= 300
    ids = made.registry["account_id"].to_pylist()
    asked = [set(made.events.filter(pc.equal(made.events["account_id"], id))["prompt"].to_pylist()) for id in ids]
    shortest = min(asked, key=len)
    assert all(shortest <= theirs for theirs in asked)


def test_firms_balance_conversations_families_share_some_and_others_none() -> None:
    rotators, families = crowd("rotators", 16, 60), crowd("families", 40, 30)
    assert rotators.handed_over() > 0.7
    assert 0.02 < families.handed_over() < 0.3
    assert crowd("call_centre", 10, 30).handed_over() == 0
    assert held(families.registry, "payment_hash") == [4] * 10


def test_readers_go_on_with_a_conversation_from_elsewhere() -> None:
    made = crowd("shared_link", 60, 4)
    contexts = set(made.events["context_key"].to_pylist())
    elsewhere = [parent for parent in made.events["parent_key"].drop_null().to_pylist() if parent not in contexts]
    assert len(elsewhere) >= 60
    assert len(set(elsewhere)) <= len(mixed.TABLES) * 3


def test_who_is_banned_by_mistake_comes_back_with_the_same_card() -> None:
    made = crowd("returners", 40, 20)
    assert held(made.registry, "payment_hash") == [2] * 20
    banned = made.registry.filter(pc.is_valid(made.registry["banned_at"]))
    sweep = seconds(banned["banned_at"])
    assert len(banned) == 20
    assert np.ptp(sweep) < 3 * HOUR
    back = seconds(made.registry.filter(pc.is_null(made.registry["banned_at"]))["created_at"])
    assert back.min() > sweep.max()
    last = made.events.join(banned.select(["account_id", "banned_at"]), "account_id")
    assert not pc.any(pc.greater(last["timestamp"], last["banned_at"])).as_py()


def test_shops_sign_people_up_and_a_prompt_goes_round() -> None:
    cafes, viral = crowd("cafes", 60, 8), crowd("viral", 40, 4)
    assert all(10 <= size <= 45 for size in held(cafes.registry, "phone_hash")[:-1])
    assert set(cafes.registry["payment_hash"].to_pylist()) == {None}
    askers = viral.events.filter(pc.match_substring(viral.events["prompt"], "brutally honest"))
    assert len(set(askers["account_id"].to_pylist())) == 40
    assert len({prompt[:150] for prompt in askers["prompt"].to_pylist()}) == 1


def test_users_of_an_editor_all_move_to_a_new_model_at_once_and_others_do_not() -> None:
    made, others = crowd("ide_upgrade", 40, 60), crowd("extension", 40, 60)
    assert made.release is not None
    for log, least, most in ((made, 1, 1), (others, 0.1, 0.8)):
        late = log.events.filter(pc.greater(pc.cast(log.events["timestamp"], pa.int64()), int((made.release + 12 * HOUR) * 1e6)))
        assert least <= np.mean([model == NEW_MODEL for model in late["model"].to_pylist()]) <= most
    early = made.events.filter(pc.less(pc.cast(made.events["timestamp"], pa.int64()), int(made.release * 1e6)))
    assert set(early["model"].to_pylist()) == {"m-large"}


def test_verification_is_drawn_by_account_but_for_firms_with_a_domain() -> None:
    assert set(crowd("batch_label", 60, 1).registry["verified"].to_pylist()) == {True, False}
    firms = [crowd("franchise", 12, 1, seed).registry for seed in range(12)]
    assert all(len(set(firm["verified"].to_pylist())) == len(set(firm["email_domain"].to_pylist())) == 1 for firm in firms)
    assert {firm["verified"][0].as_py() for firm in firms} == {True, False}


def test_of_forty_crowds_the_registry_knows_no_organisation() -> None:
    listed = {*known.KINDS, "viral", "rotators", "reseller", "app_one_key"}
    own = [name for name in scenarios.CROWDS if name not in listed]
    assert len(own) == 40
    for name in own:
        made = crowd(name, 4, 2)
        assert made.registry["org_id"].null_count == len(made.registry) >= 2, name
    assert crowd("company", 4, 2).registry["org_id"].null_count == 0


def test_elicit_is_banned_and_replaced_on_the_same_cards() -> None:
    made = operated("elicit", 40, 60)
    banned = made.registry.filter(pc.is_valid(made.registry["banned_at"]))
    cut = seconds(banned["banned_at"])
    heirs = made.registry.filter(pc.greater(pc.cast(made.registry["created_at"], pa.int64()), int(cut.min() * 1e6)))
    assert (len(made.registry), len(banned), len(heirs)) == (52, 12, 12)
    assert sorted(heirs["payment_hash"].to_pylist()) == sorted(banned["payment_hash"].to_pylist())
    assert seconds(heirs["created_at"]).max() < cut.max() + 12 * HOUR
    asked = made.events.join(banned.select(["account_id", "banned_at"]), "account_id")
    assert not pc.any(pc.greater(asked["timestamp"], asked["banned_at"])).as_py()
    reaped = made.events.filter(pc.is_valid(made.events["harvest"]))
    assert share(reaped, "reasoning> tags") == 1
    assert len(set(reaped["prompt"].to_pylist())) == len(reaped) > 0.95 * len(made.events)


def test_judge_moves_within_hours_on_two_clients_and_hides_a_little() -> None:
    made = operated("judge", 40, 60)
    assert made.release is not None
    assert set(held(made.registry, "payment_hash")) == {2}
    assert np.ptp(seconds(made.registry["created_at"])) > 5 * DAY
    assert len(set(made.events["user_agent"].to_pylist())) == 2
    late = made.events.filter(pc.greater(pc.cast(made.events["timestamp"], pa.int64()), int((made.release + 6 * HOUR) * 1e6)))
    assert set(late["model"].to_pylist()) == {NEW_MODEL}
    cover = made.events.filter(pc.is_null(made.events["harvest"]))
    assert 1 <= len(cover) <= 3 * 40
    assert share(cover, "^(Act as a strict judge|As reward model|Invent a hard)") == 0
    assert {200, 429} <= set(made.events.filter(pc.is_valid(made.events["harvest"]))["status"].to_pylist())


def test_crowds_and_fleets_shrink_and_grow_with_the_requests() -> None:
    small, large = Brook("small", 3, OPEN, 0.01), Brook("large", 3, OPEN, 2.0)
    assert (small.sized(50), small.sized(100, operators.LEAST_FAKES), small.sized(3, 4), large.sized(50)) == (1, 4, 3, 100)
    for name, least in mixed.LEAST.items():
        assert len(crowd(name, least, 2).registry) == least


def test_a_mark_twice_in_a_sentence_is_one_word_and_what_is_no_mark_stays() -> None:
    r = random.Random(1)
    first, again, other = text.fill(r, "{n} {n} {n2}").split()
    assert first == again
    assert {first, other} <= set(text.NOUNS)
    assert text.fill(r, "{x} {char} f() { return {y} }") == "{x} {char} f() { return {y} }"
    assert all("{" not in text.fill(r, form) for form in text.SENTENCES["question"])
    dealt = Crowd(r, "deal", "salt", [1])
    assert [dealt.deal() for _ in range(3)] == [1, 2, 3]
