"""What a run says of one account: why it is accused, or why nobody is."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch import cli
from stillwatch.files import table_digests, write_json
from stillwatch.keys.hashing import keyed, tenant_key
from stillwatch.run_details import scored
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CLEARED, LINKS, WATCH


def told(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert cli.main(["explain", *map(str, words)]) == 0
    return capsys.readouterr().out


def test_an_account_of_a_campaign_has_its_reasons(little_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = next(row for row in pq.read_table(little_run / "accounts.parquet").to_pylist() if row["verdict"] == "campaign")
    of = next(of for of in pq.read_table(little_run / "campaigns.parquet").to_pylist() if of["campaign_id"] == row["campaign_id"])
    lines = told(capsys, little_run, row["account_id"]).splitlines()
    alone = f"score of this account alone {row['score']:+.2f}"
    assert lines[0] == f"{row['account_id']}: in a campaign, {alone}; accounts of campaigns have 0 and more"
    assert lines[1].startswith(f"{of['campaign_id']}: {of['n_accounts']:,} accounts with {of['n_events']:,} exchanges")
    assert lines[2:-1] == [*(f"  {reason}" for reason in row["reasons"][:-1]), row["reasons"][-1]]
    assert lines[-1].startswith("Of this, the account itself shares with others of the group: ")


def test_what_an_account_itself_shares_is_told_apart_from_what_its_group_does(
    little_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(little_run, run)
    one, other = [row["account_id"] for row in pq.read_table(run / "accounts.parquet").to_pylist() if row["verdict"] == "campaign"][:2]
    link = {"account_a": one, "account_b": "another", "n_shared": 1, "expected": 0.1, "log_odds": 2.0}
    rows = [link | {"view": view} for view in ("identity.payment", "content.opening", "content.shingle")]
    pq.write_table(pa.Table.from_pylist(rows, LINKS.schema), run / "links.parquet")
    write_json(json.loads((run / "summary.json").read_text()) | {"tables": table_digests(run)}, run / "summary.json")
    assert told(capsys, run, one).splitlines()[-1].endswith("of the group: a payment method, what it sends")
    nothing = "of the group: nothing that links.parquet tells, so it is there for how it works"
    assert told(capsys, run, other).splitlines()[-1].endswith(nothing)


def test_who_is_for_review_reads_what_is_missing(little_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = next(row for row in pq.read_table(little_run / "accounts.parquet").to_pylist() if row["verdict"] == "review")
    of = next(of for of in pq.read_table(little_run / "campaigns.parquet").to_pylist() if of["campaign_id"] == row["campaign_id"])
    missed = json.loads(of["details"])["not_accused"]
    text = told(capsys, little_run, row["account_id"])
    assert "score of this account alone " in text
    assert f"score of the group {scored(of['score'], 2)}, where 0 is the line" in text
    assert "Why nobody is accused:\n" + "".join(f"  {why}\n" for why in missed) in text
    assert json.loads(told(capsys, little_run, row["account_id"], "--json"))["group"]["not_accused"] == missed != []


def test_who_is_cleared_reads_with_whom_and_why(little_run: Path, little_world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Crowds that work alike are among the groups told of: nobody of them is accused, and each is told what speaks for it."""
    table = pq.read_table(little_run / "cleared.parquet")
    rows = table.to_pylist()
    assert table.schema == CLEARED.schema
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    verdict = {row["account_id"]: row["verdict"] for row in pq.read_table(little_run / "accounts.parquet").to_pylist()}
    fake = {row["account_id"] for row in pq.read_table(little_world / "truth.parquet").to_pylist() if row["campaign"]}
    assert all(verdict[account] == "clear" for row in rows for account in row["account_ids"])
    assert all(row["n_accounts"] == len(row["account_ids"]) >= 8 and row["not_accused"] for row in rows)
    innocent = next(row for row in rows if not fake & set(row["account_ids"]))
    account = innocent["account_ids"][0]
    text = told(capsys, little_run, account)
    assert f"In a group of {innocent['n_accounts']:,} accounts with {innocent['n_events']:,} exchanges that nobody is accused of" in text
    assert all(f"  {reason}" in text for reason in innocent["not_accused"])
    machine = json.loads(told(capsys, little_run, account, "--json"))
    assert [row["rank"] for row in machine["cleared"]] == [row["rank"] for row in rows if account in row["account_ids"]]
    assert (machine["verdict"], machine["group"]) == ("clear", None)


def test_who_is_in_no_group_that_is_told_of_reads_so(little_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = {account for row in pq.read_table(little_run / "cleared.parquet").to_pylist() for account in row["account_ids"]}
    rows = pq.read_table(little_run / "accounts.parquet").to_pylist()
    alone = next(row["account_id"] for row in rows if row["verdict"] == "clear" and row["account_id"] not in listed)
    assert told(capsys, little_run, alone).splitlines()[1].startswith("In none of the ")


def test_the_name_of_an_account_controls_no_terminal(little_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    shutil.copytree(little_run, run)
    rows = pq.read_table(run / "accounts.parquet").to_pylist()
    rows[0]["account_id"] = "\x1b[31mred\nred"
    pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(run / "accounts.parquet")), run / "accounts.parquet")
    write_json(json.loads((run / "summary.json").read_text()) | {"tables": table_digests(run)}, run / "summary.json")
    assert told(capsys, run, rows[0]["account_id"]).startswith("?[31mred?red: ")


def test_a_name_in_clear_is_hashed_with_the_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "stillwatch.key"
    hashed = keyed(tenant_key(key), "ada")
    row = {"account_id": hashed, "verdict": "clear", "campaign_id": None, "score": -2.0, "reasons": []}
    pq.write_table(pa.Table.from_pylist([row], ACCOUNT_VERDICTS.schema), tmp_path / "accounts.parquet")
    for name, table in (("campaigns", CAMPAIGNS), ("links", LINKS), ("cleared", CLEARED), ("watch", WATCH)):
        pq.write_table(table.schema.empty_table(), tmp_path / f"{name}.parquet")
    for words in (("ada", "--key-file", key), (hashed, "--key-file", key), (hashed,)):
        assert told(capsys, tmp_path, *words).startswith(f"{hashed}: clear")
    assert cli.main(["explain", str(tmp_path), "ada"]) == 1
    assert "or its name in clear, with --key-file KEY" in capsys.readouterr().err
    assert cli.main(["explain", str(tmp_path), "ada", "--key-file", str(tmp_path / "other.key")]) == 1
    assert "no such key file" in capsys.readouterr().err


def test_an_unknown_account_is_told_in_one_line(little_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", str(little_run), "C100014"]) == 1
    assert capsys.readouterr().err == (
        "stillwatch: the run has no such account: C100014. Pass its identifier in accounts.parquet; or its name in clear, "
        "with --key-file KEY where ingest hashed identifiers\n"
    )
    assert cli.main(["explain", str(tmp_path / "none"), "C100014"]) == 1
    assert "no such run folder" in capsys.readouterr().err
