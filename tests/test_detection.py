"""A run on a simulated world: the operators are found, nobody else is, and the tables of the run agree with each other."""

import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch import evaluate, simulate
from stillwatch.cli import main
from stillwatch.detect import pipeline
from stillwatch.files import data_files
from stillwatch.simulate.presets import crowds
from stillwatch.simulate.scenarios import STEALTH
from stillwatch.simulate.world import World


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / f"{name}.parquet").to_pylist()
    return found


def look_at(told: dict[str, Any]) -> None:
    """Nobody innocent is accused or reviewed; who is accused is a campaign of one operator."""
    assert (told["accounts"]["false"], told["accounts"]["review"]["innocent"]) == (0, 0)
    for campaign in told["campaigns"]:
        assert campaign["split_into"] <= 1, campaign["campaign"]
        assert campaign["purity"] is None or campaign["purity"] >= 0.95, campaign["campaign"]


def test_operators_are_found_whole_and_alone(small_world: Path, small_run: Path, tmp_path: Path) -> None:
    """Of 39 accounts and more; the one of 29 is listed for review, since chance gives small groups more."""
    run = shutil.copytree(small_run, tmp_path / "run")  # evaluate writes into it
    told = evaluate.run(run, small_world / "truth.parquet", quiet=True)
    look_at(told)
    found = {campaign["campaign"]: campaign["recall"]["value"] for campaign in told["campaigns"]}
    assert min(found[name] for name in ("agentic", "hydra", "station")) >= 0.95
    assert told["accounts"]["review"]["recall_with_review"] >= 0.95
    assert told["events"]["event_precision"] >= 0.9
    assert told["events"]["event_recall"] >= 0.75


def test_nothing_is_taken_for_harvest_of_a_group_for_review(little_run: Path) -> None:
    """So harvest.parquet has none of it, and neither its title nor its sentence says otherwise."""
    harvested = {row["campaign_id"] for row in rows(little_run, "harvest")}
    for row in rows(little_run, "campaigns"):
        told, accused = json.loads(row["details"]), row["verdict"] == "campaign"
        said = ("harvested exchanges" in told["title"], "are taken for" in told["sentence"])
        assert (row["campaign_id"] in harvested, *said) == (accused,) * 3
        assert accused or f" of their {row['n_events']:,} requests would be taken for harvest." in told["sentence"]
        assert f" {'speaks' if len(row['views']) == 1 else 'speak'} for it" in told["sentence"]


def test_links_to_draw_name_their_views(small_run: Path) -> None:
    """The views of a family do not stand in for each other: what links the accounts most may be any of them."""
    told = {row["view"] for row in rows(small_run, "links")}
    assert len({view for view in told if view.startswith("identity.")}) > 1
    drawn = {edge[2] for row in rows(small_run, "campaigns") for edge in json.loads(row["details"])["graph"]["edges"]}
    assert drawn == told


def test_a_campaign_tells_how_many_links_it_has_and_draws_the_strongest(small_run: Path) -> None:
    whose = {row["account_id"]: row["campaign_id"] for row in rows(small_run, "accounts")}
    every = rows(small_run, "links")
    assert all(whose[link["account_a"]] == whose[link["account_b"]] is not None for link in every)
    assert len({(link["account_a"], link["account_b"], link["view"]) for link in every}) == len(every)

    def counts(links: list[dict[str, Any]]) -> dict[str, int]:
        return {"links": len(links), "accounts": len({link[end] for link in links for end in ("account_a", "account_b")})}

    for campaign in rows(small_run, "campaigns"):
        graph = json.loads(campaign["details"])["graph"]
        mine = [link for link in every if whose[link["account_a"]] == campaign["campaign_id"]]
        of = {name: [link for link in mine if f"{link['view']}.".startswith(f"{name}.")]
              for link in mine for name in (link["view"], link["view"].split(".")[0])}
        totals = graph["totals"]
        assert counts(mine) == {name: totals[name] for name in ("links", "accounts")}
        assert {name: counts(links) for name, links in of.items()} == totals["views"] | totals["families"]
        drawn = {(*sorted((graph["nodes"][a], graph["nodes"][b])), view): nats for a, b, view, nats in graph["edges"]}
        assert drawn
        for view in totals["views"]:
            between = [link for link in of[view] if {link["account_a"], link["account_b"]} <= set(graph["nodes"])]
            shown = [link for link in between if (*sorted((link["account_a"], link["account_b"])), view) in drawn]
            left_out = [link["log_odds"] for link in between if link not in shown]
            assert len(shown) == sum(name == view for *_, name in drawn)
            assert min(link["log_odds"] for link in shown) >= max(left_out, default=0), view


def test_an_object_that_accounts_share_is_listed_once(small_run: Path) -> None:
    """A shingle may be the smallest of one prompt and the second of another."""
    for campaign in rows(small_run, "campaigns"):
        details = json.loads(campaign["details"])
        told = [(row["view"], row["object"]) for row in details["objects"]]
        assert len(set(told)) == len(told) == min(details["n_objects"], 20)
        assert all(row["accounts"] <= campaign["n_accounts"] and row["accounts"] <= row["events"] for row in details["objects"])
        accounts = [row["accounts"] for row in details["objects"]]
        assert accounts == sorted(accounts, reverse=True)
        assert details["n_leading"] >= 8


def test_the_commands_say_what_was_found(small_world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", str(small_world), "--out", str(tmp_path / "run")]) == 0
    told = capsys.readouterr().out
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert f"{summary['n_campaigns']} campaigns ({summary['n_accused']} accounts" in told
    assert f"stillwatch report {tmp_path / 'run'}" in told
    assert main(["evaluate", str(tmp_path / "run"), "--truth", str(small_world)]) == 0  # the folder of the world will do
    assert "recall" in capsys.readouterr().out


def test_a_larger_log_finds_them_all(tmp_path: Path) -> None:
    simulate.run("demo", tmp_path / "world", events=120_000, seed=3, quiet=True)
    pipeline.detect(tmp_path / "world", tmp_path / "run", quiet=True)
    told = evaluate.run(tmp_path / "run", tmp_path / "world" / "truth.parquet", quiet=True)
    look_at(told)
    assert told["accounts"]["recall"]["value"] >= 0.95
    assert told["events"]["event_precision"] >= 0.95
    assert told["events"]["event_recall"] >= 0.9


def test_a_farm_with_a_card_for_a_few_accounts_each_is_found(tmp_path: Path) -> None:
    """Nothing else is shared: no template, address, program or hour, and half of it is cover."""
    farm = replace(STEALTH, name="cards", accounts=200, exchanges=16_000, payment_share=1.0, payment_pool=30)
    world = World("cards", crowds(4_000, 90_000), (farm,))
    simulate.write(world, tmp_path / "world", seed=2, quiet=True)
    pipeline.detect(tmp_path / "world", tmp_path / "run", quiet=True)
    told = evaluate.run(tmp_path / "run", tmp_path / "world" / "truth.parquet", quiet=True)
    look_at(told)
    assert told["accounts"]["recall"]["value"] >= 0.85


def test_a_world_of_innocents_has_no_campaign(tmp_path: Path) -> None:
    simulate.run("innocents", tmp_path / "world", events=10_000, seed=3, quiet=True)
    summary = pipeline.detect(tmp_path / "world", tmp_path / "run", quiet=True)
    assert (summary["n_campaigns"], summary["n_accused"]) == (0, 0)
    assert rows(tmp_path / "run", "harvest") == []
    assert {row["verdict"] for row in rows(tmp_path / "run", "accounts")} <= {"clear", "review"}


def test_nobody_is_accused_because_the_log_lacks_what_speaks_for_him(tmp_path: Path) -> None:
    """Start-ups that rotate keys and customers of resellers hand conversations over: networks and the registry would explain them."""
    simulate.run("innocents", tmp_path / "world", events=100_000, seed=2, quiet=True)
    (tmp_path / "world" / "accounts.parquet").unlink()
    for path in data_files(tmp_path / "world" / "events"):
        pq.write_table(pq.read_table(path).drop_columns(["org_id", "ip", "asn", "country", "user_agent", "ja4"]), path)
    assert pipeline.detect(tmp_path / "world", tmp_path / "run", quiet=True)["n_accused"] == 0


def test_tables_of_a_run_agree(small_world: Path, small_run: Path) -> None:
    """Every account has a row, and what campaigns say of accounts and requests is what the other tables count."""
    events = pa.concat_tables([pq.read_table(path) for path in data_files(small_world / "events")]).to_pylist()
    sender = {event["event_id"]: event for event in events}
    accounts = {row["account_id"]: row for row in rows(small_run, "accounts")}
    campaigns = {row["campaign_id"]: row for row in rows(small_run, "campaigns")}
    assert set(accounts) == {event["account_id"] for event in events}
    assert len(accounts) == len(rows(small_run, "accounts"))
    sent = Counter(event["account_id"] for event in events)
    card = {row["account_id"]: row["payment_hash"] for row in rows(small_world, "accounts")}
    paid_with = Counter((row["campaign_id"], card.get(name)) for name, row in accounts.items())
    for name, row in accounts.items():
        assert (row["verdict"] == "clear") == (row["campaign_id"] is None) == (not row["reasons"])
        if row["campaign_id"] is not None:
            assert row["verdict"] == campaigns[row["campaign_id"]]["verdict"]
            assert row["reasons"][-1].startswith(f"This account itself: {sent[name]} requests within ")
            shared = card.get(name) is not None and paid_with[row["campaign_id"], card[name]] > 1
            assert ("a payment method" in row["reasons"][-1]) == shared
    harvest = [(row["campaign_id"], sender[row["event_id"]]) for row in rows(small_run, "harvest")]
    assert len({event["event_id"] for _, event in harvest}) == len(harvest) > 0
    assert all(accounts[event["account_id"]]["campaign_id"] == campaign for campaign, event in harvest)
    n_events = Counter(accounts[event["account_id"]]["campaign_id"] for event in events)
    n_accounts = Counter(row["campaign_id"] for row in accounts.values())
    for name, row in campaigns.items():
        own = [event for campaign, event in harvest if campaign == name]
        assert (row["n_accounts"], row["n_events"]) == (n_accounts[name], n_events[name])
        if row["verdict"] == "campaign":
            assert row["n_harvested"] == len(own) > 0
            assert 0 <= row["harvested_low"] <= row["n_harvested"] <= row["harvested_high"] <= row["n_events"]
            assert row["first_seen"] == min(event["timestamp"] for event in own)
            assert row["last_seen"] == max(event["timestamp"] for event in own)
            assert row["output_tokens"] == sum(event["output_tokens"] or 0 for event in own)
            assert sum(row["capabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert 0 <= row["q_value"] <= 1
        assert row["views"]


def test_accused_accounts_score_above_everybody_else(small_run: Path) -> None:
    """Scores compare over all accounts, so that a ranking by score is one by suspicion."""
    scores: dict[str, list[float]] = {}
    for row in rows(small_run, "accounts"):
        scores.setdefault(row["verdict"], []).append(row["score"])
    assert min(scores["campaign"]) > max(scores["clear"])


def test_the_docs_questions_are_answered(small_world: Path, small_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And an object that is counted in the sketches has as many accounts and requests as the run tells."""
    page = (Path(__file__).parents[1] / "docs" / "report.md").read_text(encoding="utf-8")
    (tmp_path / "run").symlink_to(small_run)
    (tmp_path / "logs").symlink_to(small_world)
    monkeypatch.chdir(tmp_path)
    told: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block, told)
    mark = told["mark"]
    assert told["counted"][:2] == (mark["accounts"], mark["events"])
    assert told["counted"][2] >= mark["accounts"] > mark["expected_accounts"]
