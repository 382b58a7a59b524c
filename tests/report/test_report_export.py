"""Exports for other tools: complete, exact as JSON, and harmless in a spreadsheet."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import report_run

from stillwatch import cli, report
from stillwatch.errors import InputError
from stillwatch.tables import CAMPAIGNS

FORMULAS = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", 'plain "quoted", text']


def run_with(folder: Path, accounts: list[str]) -> Path:
    """A run of one campaign with these accounts."""
    row = report_run.row(
        "c-1", "campaign", 3.0, (len(accounts), 10, 4), ["content.template", "timing.slot"], {"title": "t"}
    )
    run = report_run.write(folder / "it's a run", [row], {}, members=len(accounts))
    table = pq.read_table(run / "accounts.parquet").to_pylist()
    for entry, name in zip(table, accounts, strict=False):
        entry["account_id"] = name
        entry["reasons"] = [name, "second"]
    import pyarrow as pa

    pq.write_table(pa.Table.from_pylist(table, schema=report_run.ACCOUNT_VERDICTS.schema), run / "accounts.parquet")
    return run


def read_csv(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_csv_holds_every_row_and_disarms_formulas(tmp_path: Path) -> None:
    run = run_with(tmp_path, FORMULAS)
    paths = report.export(run, "csv")
    assert [path.name for path in paths] == ["campaigns.csv", "accounts.csv", "harvest.csv"]
    assert {path.parent for path in paths} == {run / "export"}
    accounts = read_csv(paths[1])
    assert [row["account_id"] for row in accounts[:7]] == [f"'{name}" for name in FORMULAS[:6]] + FORMULAS[6:]
    assert accounts[0]["reasons"] == "'=HYPERLINK(1) | second"
    assert len(accounts) == 17
    # A negative number is a number, not a formula.
    assert accounts[-1]["score"] == "-5.0"
    assert accounts[-1]["campaign_id"] == ""
    assert read_csv(paths[2])[0] == {"event_id": "e0", "campaign_id": "c-1"}


def test_accounts_are_of_the_run_that_is_named(tmp_path: Path) -> None:
    """DuckDB takes ``run[1]`` for a pattern that ``run1`` fits."""
    for name, accounts in (("run[1]", ["mine"]), ("run1", ["a stranger"])):
        run_with(tmp_path / name, accounts).rename(tmp_path / name / "run")
    rows = read_csv(report.export(tmp_path / "run[1]" / "run", "csv")[1])
    assert [row["account_id"] for row in rows if row["campaign_id"]] == ["mine"]


def test_csv_shows_characters_that_a_terminal_would_obey(tmp_path: Path) -> None:
    names = ["a\0b", "\x1b[31mred", "a\x0bb", "\r=1", "\u202eé", "é\n\tü", "é"]
    path = report.export(run_with(tmp_path, names), "csv")[1]
    accounts = read_csv(path)
    shown = ["a⟦U+0000⟧b", "⟦U+001B⟧[31mred", "a⟦U+000B⟧b", "⟦U+000D⟧=1", "⟦U+202E⟧é", "é\n\tü", "é"]
    assert [row["account_id"] for row in accounts[:7]] == shown
    assert [row["reasons"] for row in accounts[:7]] == [f"{name} | second" for name in shown]


def test_csv_of_campaigns_spreads_what_is_nested(tmp_path: Path) -> None:
    row = read_csv(report.export(report_run.full(tmp_path), "csv")[0])[0]
    assert row["views"] == "session.handoff | content.template | identity.payment"
    assert (row["share_reasoning"], row["share_vision"]) == ("0.63", "0.0")
    assert row["first_seen"] == "2026-02-02T02:00:00.000000Z"
    assert row["explanations"].startswith("one organisation 0.02 | contracted or verified customers 0")


def test_csv_fits_the_cells_of_a_spreadsheet(tmp_path: Path) -> None:
    """32,767 characters a cell; the details of a campaign are longer, and are in the JSON."""
    run = report_run.full(tmp_path)
    assert max(len(row["details"]) for row in pq.read_table(run / "campaigns.parquet").to_pylist()) > 20_000
    names = [column.name for column in CAMPAIGNS.columns if column.name not in ("details", "capabilities")]
    for path in report.export(run, "csv"):
        rows = read_csv(path)
        assert max(len(cell) for row in rows for cell in row.values()) < 5_000
        if path.name == "campaigns.csv":
            assert [name for name in rows[0] if not name.startswith("share_")] == names
    assert json.loads(report.export(run, "json")[0].read_text())[0]["details"]["evidence"]


def test_json_is_exact(tmp_path: Path) -> None:
    run = run_with(tmp_path, FORMULAS)
    campaigns, accounts, harvest = report.export(run, "json", out=tmp_path / "out")
    told: list[dict[str, Any]] = json.loads(campaigns.read_text())
    assert told[0]["details"] == {"title": "t"}
    assert told[0]["last_seen"] == "2026-02-15T23:53:00+00:00"
    assert told[0]["capabilities"]["reasoning"] == 0.63
    rows = [json.loads(line) for line in accounts.read_text().splitlines()]
    assert [row["account_id"] for row in rows[:7]] == FORMULAS
    assert rows[0]["reasons"] == ["=HYPERLINK(1)", "second"]
    assert rows[-1]["campaign_id"] is None
    assert len(harvest.read_text().splitlines()) == 5


def test_command_prints_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = report_run.full(tmp_path)
    assert cli.main(["export", str(run), "--format", "csv", "--out", str(tmp_path / "o")]) == 0
    assert capsys.readouterr().out.split() == [
        str(tmp_path / "o" / f"{name}.csv") for name in ("campaigns", "accounts", "harvest")
    ]


def test_bad_input_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown format 'xml'"):
        report.export(tmp_path, "xml")
    with pytest.raises(InputError, match="no such run folder"):
        report.export(tmp_path / "nowhere", "csv")
    with pytest.raises(InputError, match=r"no such file: .*campaigns\.parquet"):
        report.export(tmp_path, "csv")
    run = report_run.full(tmp_path / "run")
    whole = (run / "accounts.parquet").read_bytes()
    # Cut in the middle, with a footer that still reads: only the data is broken.
    (run / "accounts.parquet").write_bytes(whole[:4] + b"\0" * (len(whole) // 3) + whole[4 + len(whole) // 3 :])
    with pytest.raises(InputError, match=r"cannot export .*accounts\.parquet\. Free space, or run stillwatch detect again") as error:
        report.export(run, "csv")
    assert "\n" not in str(error.value)
    assert not list((run / "export").glob("*.partial"))
    (tmp_path / "out" / "campaigns.csv.partial").mkdir(parents=True)
    with pytest.raises(InputError, match=r"cannot write \(Is a directory\): .*/out/campaigns\.csv\. Free space or pass another folder"):
        report.export(run, "csv", out=tmp_path / "out")
