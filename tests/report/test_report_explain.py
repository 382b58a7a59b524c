"""What a run says of one account: why it is accused, or why nobody is."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch import cli
from stillwatch.files import table_digests, write_json
from stillwatch.keys.hashing import keyed, tenant_key
from stillwatch.report import explain
from stillwatch.run_details import ACCOUNT_REASON_PREFIX, NO_LINK_WORDS, signed_score
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
    assert lines[2:-1] == [f"  {reason}" for reason in row["reasons"][:-1]]
    assert lines[-1].startswith(row["reasons"][-1])


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
    assert told(capsys, run, one).splitlines()[-1].endswith("with others here; others here send some of what it sends")
    assert told(capsys, run, other).splitlines()[-1].endswith("with others here")

    verdicts = pq.read_table(run / "accounts.parquet").to_pylist()
    for row in verdicts:
        if row["account_id"] == other:
            row["reasons"] = [*row["reasons"][:-1], f"{ACCOUNT_REASON_PREFIX}: 3 requests; it shares {NO_LINK_WORDS} with others here"]
        if row["account_id"] == one:  # as in a run of traces
            row["reasons"] = row["reasons"][:-1]
    pq.write_table(pa.Table.from_pylist(verdicts, ACCOUNT_VERDICTS.schema), run / "accounts.parquet")
    write_json(json.loads((run / "summary.json").read_text()) | {"tables": table_digests(run)}, run / "summary.json")
    nothing = "; nor anything else that links.parquet tells, so it is here for how it works"
    assert told(capsys, run, other).splitlines()[-1].endswith(f"with others here{nothing}")
    alone = "Of this, the account itself shares with others of the group: a payment method, what it sends"
    assert told(capsys, run, one).splitlines()[-1] == alone


def test_who_is_for_review_reads_what_is_missing(little_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = next(row for row in pq.read_table(little_run / "accounts.parquet").to_pylist() if row["verdict"] == "review")
    of = next(of for of in pq.read_table(little_run / "campaigns.parquet").to_pylist() if of["campaign_id"] == row["campaign_id"])
    missed = json.loads(of["details"])["not_accused"]
    text = told(capsys, little_run, row["account_id"])
    assert "score of this account alone " in text
    assert f"score of the group {signed_score(of['score'], 2)}, where 0 is the line" in text
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
    groups = Counter(account for row in rows for account in row["account_ids"])
    innocent, account = next(
        (row, account) for row in rows for account in row["account_ids"] if not fake & set(row["account_ids"]) and groups[account] == 1
    )
    text = told(capsys, little_run, account)
    assert f"In a group of {innocent['n_accounts']:,} accounts with {innocent['n_events']:,} exchanges that nobody is accused of" in text
    assert all(f"  {reason}" in text for reason in innocent["not_accused"])
    machine = json.loads(told(capsys, little_run, account, "--json"))
    assert [row["rank"] for row in machine["cleared"]] == [row["rank"] for row in rows if account in row["account_ids"]]
    assert (machine["verdict"], machine["group"]) == ("clear", None)


def test_what_several_groups_have_in_common_is_said_once(little_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = pq.read_table(little_run / "cleared.parquet").to_pylist()
    groups = Counter(account for row in rows for account in row["account_ids"])
    account, n = groups.most_common(1)[0]
    lines = told(capsys, little_run, account).splitlines()
    assert lines[1] == f"In {n} groups that nobody is accused of, here numbered, with the score of each, where 0 is the line:"
    mine = [row for row in rows if account in row["account_ids"]]
    assert lines[2].endswith(f"{mine[0]['n_events']:,} exchanges: {signed_score(mine[0]['score'], 2)}")
    assert [line for line in lines if line.endswith("its score is below the line")] == ["  all: its score is below the line"]
    said = [re.sub(r"^ *(all|[\d, ]+): ", "", line) for line in lines]
    assert len(set(said)) == len(said)


def test_sentences_that_differ_in_figures_are_put_into_one() -> None:
    assert explain.merged([["fewer than 2 speak", "1 of 8 (-0.5 nats)"]]) == ["fewer than 2 speak", "1 of 8 (-0.5 nats)"]
    groups = [["14 accounts of /24 networks, expected 1.35", "since 2026-02-02, 12%"], ["since 2026-02-09, 12%"],
              ["1,215 accounts of /24 networks, expected 3.99e-08", "since 2026-02-02, 0%", "a, b"]]
    assert explain.merged(groups) == [
        "1, 3: 14 / 1,215 accounts of /24 networks, expected 1.35 / 3.99e-08",
        "all: since 2026-02-02 / 2026-02-09 / 2026-02-02, 12% / 12% / 0%",
        "3: a, b",
    ]


def test_a_campaign_is_no_account(little_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = pq.read_table(little_run / "campaigns.parquet")["campaign_id"][0].as_py()
    assert cli.main(["explain", str(little_run), name]) == 1
    assert capsys.readouterr().err == (
        f"stillwatch: a campaign or group for review, not an account: {name}. stillwatch report {little_run} has it; here, pass one of its"
        " accounts (accounts.parquet)\n"
    )


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
