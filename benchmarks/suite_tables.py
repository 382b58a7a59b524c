"""Figures of the scenario suite: pooled over seeds, held against the bars, as Markdown."""

import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

import evasion

MIN_RECALL, MIN_STEALTH_RECALL, MIN_ADAPTIVE_F1 = 0.95, 0.6, 0.85
MAX_HARVEST_ERROR = 0.1
MAX_FALSE_RATE, MAX_CROWD_RATE = 1 / 10_000, 1 / 1000
FOUND = 0.5
WHOLE = 0.9
"""A campaign is split where its main part holds less than this share of the accounts found of it, and merged where a
reported campaign's other operators hold more than the rest."""


def commit() -> str:
    """The commit of the code."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=7"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"
    except OSError:
        return "unknown"


def is_stealth(scenario: str, campaign: str) -> bool:
    """Operators who share nothing but the work."""
    return scenario in ("stealth", "second-stealthy") or campaign == "stealth"


def is_adaptive(scenario: str) -> bool:
    """Operators who know the evidence."""
    return scenario.startswith("adaptive") and scenario != "adaptive-none"


def brief(result: dict[str, Any]) -> str:
    """One line about one result."""
    accounts, ranking = result["evaluation"]["accounts"], result["evaluation"]["ranking"]
    return (
        f"recall {_number(accounts['recall']['value'])}, precision {_number(accounts['precision']['value'])},"
        f" {accounts['false']} false, AUC {_number(ranking['auc'])}, detected in {result['detect_s']} s"
    )


def pooled(results: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Figures of each scenario over its seeds."""
    by_scenario: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for result in results:
        if "failed" not in result:
            by_scenario[result["run"]["scenario"]].append(result)
    return {scenario: _pool(scenario, group) for scenario, group in by_scenario.items()}


def _pool(scenario: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    evaluations = [result["evaluation"] for result in results]
    n = {
        name: sum(e["accounts"][name] for e in evaluations)
        for name in ("n_attackers", "n_innocent", "true", "false", "flagged")
    }
    operators: dict[str, dict[str, Any]] = {}
    for evaluation in evaluations:
        for row in evaluation["campaigns"]:
            seen = operators.setdefault(row["campaign"], {"accounts": 0, "found": 0, "true": 0, "estimated": 0})
            harvest = row["harvest"] or {}
            seen["accounts"] += row["accounts"]
            seen["found"] += row["found"]
            seen["true"] += harvest.get("true") or 0
            seen["estimated"] += harvest.get("estimated") or 0
    for seen in operators.values():
        seen["recall"] = _ratio(seen["found"], seen["accounts"])
        seen["harvest_error"] = seen["estimated"] / seen["true"] - 1 if seen["true"] else None
    plain = [row for name, row in operators.items() if not is_stealth(scenario, name)]
    hidden = [row for name, row in operators.items() if is_stealth(scenario, name)]
    crowds: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for evaluation in evaluations:
        for row in evaluation["innocents"]:
            crowds[row["kind"]][0] += row["flagged"]
            crowds[row["kind"]][1] += row["accounts"]
    worst = max(crowds.items(), key=lambda item: item[1][0] / item[1][1], default=("", [0, 0]))
    aucs = [e["ranking"]["auc"] for e in evaluations if e["ranking"]["auc"] is not None]
    errors = [row["harvest_error"] for row in operators.values() if row["harvest_error"] is not None]
    figures: dict[str, Any] = {
        "seeds": len(results), "events": results[0]["run"]["events"], **n,
        "recall": _ratio(n["true"], n["n_attackers"]),
        "lowest_recall": min((e["accounts"]["recall"]["value"] for e in evaluations), default=None, key=_last)
        if n["n_attackers"] else None,
        "precision": _ratio(n["true"], n["flagged"]),
        "f1": _ratio(2 * n["true"], n["flagged"] + n["n_attackers"]) if n["n_attackers"] else None,
        "false_per_10000": 10_000 * n["false"] / max(n["n_innocent"], 1),
        "review": sum(e["accounts"]["review"]["attackers"] for e in evaluations),
        "review_innocent": sum(e["accounts"]["review"]["innocent"] for e in evaluations),
        "watch": np.sum([watched(e) for e in evaluations], axis=0).tolist(),
        "worst_crowd": {"kind": worst[0], "flagged": worst[1][0], "accounts": worst[1][1]} if worst[1][0] else None,
        "operators": operators, "worst_harvest": max(errors, key=abs, default=None),
        "plain_recall": _ratio(sum(r["found"] for r in plain), sum(r["accounts"] for r in plain)),
        "stealth_recall": _ratio(sum(r["found"] for r in hidden), sum(r["accounts"] for r in hidden)),
        "split": sum(_split(e) for e in evaluations), "merged": sum(_merged(e) for e in evaluations),
        "auc": sum(aucs) / len(aucs) if aucs else None,
        "order": [(e["ranking"]["ap"], e["ranking"]["recall_at_1_false_in_10000"]) for e in evaluations if e["ranking"]["auc"] is not None],
    }
    figures["missed_bars"] = missed_bars(scenario, figures)
    return figures


def watched(evaluation: dict[str, Any]) -> tuple[int, int, int, int]:
    """Groups on the watch list of a run; of operators; operators of whom less than FOUND is flagged; and those of them on the list."""
    watch, missed = evaluation["watch"], {row["campaign"] for row in evaluation["campaigns"] if row["found"] < FOUND * row["accounts"]}
    return watch["groups"], watch["of_campaigns"], len(missed), len(missed & set(watch["campaigns"]))


def _last(value: float | None) -> float:
    return 2.0 if value is None else value


def _split(evaluation: dict[str, Any]) -> int:
    rows = (row for row in evaluation["campaigns"] if row["split_into"] > 1)
    return sum(row["completeness"] * row["accounts"] < WHOLE * row["found"] for row in rows)


def _merged(evaluation: dict[str, Any]) -> int:
    rows = (row for row in evaluation["reported"] if row["is"] is not None)
    return sum(row["accounts"] * (1 - row["purity"]) - row["innocent"] > (1 - WHOLE) * row["accounts"] for row in rows)


def missed_bars(scenario: str, figures: dict[str, Any]) -> list[str]:
    """The bars that a scenario misses."""
    missed = []

    def demand(holds: bool, text: str) -> None:
        if not holds:
            missed.append(text)

    recall, stealth = figures["plain_recall"], figures["stealth_recall"]
    if is_adaptive(scenario):
        demand((figures["f1"] or 0) >= MIN_ADAPTIVE_F1, f"F1 ≥ {MIN_ADAPTIVE_F1}")
    elif recall is not None:
        demand(recall >= MIN_RECALL, f"recall ≥ {MIN_RECALL}")
        errors = {
            name: row["harvest_error"] for name, row in figures["operators"].items() if not is_stealth(scenario, name)
        }
        wrong = [name for name, error in errors.items() if error is not None and abs(error) > MAX_HARVEST_ERROR]
        demand(not wrong, f"harvest within {MAX_HARVEST_ERROR:.0%} ({', '.join(wrong)})")
    if stealth is not None:
        demand(stealth >= MIN_STEALTH_RECALL, f"stealth recall ≥ {MIN_STEALTH_RECALL}")
    if not figures["n_attackers"]:
        demand(not figures["flagged"], "nothing flagged")
    demand(figures["false"] <= MAX_FALSE_RATE * figures["n_innocent"], "false ≤ 1 in 10,000")
    worst = figures["worst_crowd"]
    demand(worst is None or worst["flagged"] <= MAX_CROWD_RATE * worst["accounts"], "no crowd above 1 in 1,000")
    return missed


def markdown(results: list[dict[str, Any]], figures: dict[str, dict[str, Any]]) -> str:
    """All tables."""
    seeds = sorted({result["run"]["seed"] for result in results})
    commits = ", ".join(sorted({result["commit"] for result in results if "commit" in result}))
    lines = [
        "## Scenario suite", "",
        f"Commit {commits}, seeds {', '.join(map(str, seeds))}; figures are pooled over seeds, a harvest error is that"
        " of the worst operator, all seeds together.", "",
        "| scenario | events | recall (lowest) | precision | F1 | false of innocents | worst crowd | in review |"
        " harvest error | split / merged | AUC | bars missed |",
        "|" + "---|" * 12,
    ]
    lines += [_scenario_row(name, row) for name, row in figures.items()]
    lines += ["", *_by_author(figures), "", _total(figures), "", told_over_true(figures), "", "### Operators", ""]
    lines += ["| scenario | operator | accounts | recall | harvested | estimate |", "|" + "---|" * 6]
    for name, row in figures.items():
        for operator, seen in row["operators"].items():
            error = "" if seen["harvest_error"] is None else f"{seen['harvest_error']:+.1%}"
            recall = _number(seen["recall"])
            lines.append(f"| {name} | {operator} | {seen['accounts']:,} | {recall} | {seen['true']:,} | {error} |")
    lines += price(results, figures)
    if failures := [result for result in results if "failed" in result]:
        lines += ["", "### Not run", ""]
        lines += [f"- {r['run']['scenario']}, seed {r['run']['seed']}: {r['failed']}" for r in failures]
    return "\n".join(lines)


def _scenario_row(name: str, row: dict[str, Any]) -> str:
    worst = row["worst_crowd"]
    cells = [
        name, f"{row['seeds']} × {row['events']:,}",
        f"{_number(row['recall'])} ({_number(row['lowest_recall'])})" if row["recall"] is not None else "",
        _number(row["precision"]), _number(row["f1"]), f"{row['false']} of {row['n_innocent']:,}",
        f"{worst['kind']} {worst['flagged']} of {worst['accounts']:,}" if worst else "none",
        f"{row['review_innocent']:,}",
        "" if row["worst_harvest"] is None else f"{row['worst_harvest']:+.1%}",
        f"{row['split']} / {row['merged']}", _number(row["auc"], 4), "; ".join(row["missed_bars"]) or "none",
    ]
    return f"| {' | '.join(cells)} |"


def _by_author(figures: dict[str, dict[str, Any]]) -> list[str]:
    """A table with a row for each author, and one for all."""
    of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, row in figures.items():
        author = name.partition("-")[0]
        of[f"`{author if Path(__file__).with_name(f'{author}_world').is_dir() else 'own'}`"].append(row)
    head = "| author | scenarios | fake accounts found | | in review besides | innocents accused | by score: AP, recall at 1 in 10,000 |"
    lines = [head, "|" + "---|" * 7]
    for author, rows in (*sorted(of.items()), ("all", list(figures.values()))):
        true, fakes, review, false, innocent = (sum(r[n] for r in rows) for n in ("true", "n_attackers", "review", "false", "n_innocent"))
        found = f"{true:,} of {fakes:,} | {_number(_ratio(true, fakes))}"
        order = [measured for row in rows for measured in row["order"]]
        ranked = ", ".join(_number(float(mean)) for mean in np.mean(order, axis=0)) if order else ""
        lines.append(f"| {author} | {len(rows)} | {found} | {review:,} | {false} of {innocent:,} | {ranked} |")
    return lines


def _total(figures: dict[str, dict[str, Any]]) -> str:
    """The bar on all scenarios together."""
    false, innocent = (sum(row[name] for row in figures.values()) for name in ("false", "n_innocent"))
    met = sum(not row["missed_bars"] for row in figures.values())
    rate = 10_000 * false / innocent if innocent else 0.0
    groups, right, missed, listed = np.sum([row["watch"] for row in figures.values()], axis=0).tolist()
    return (
        f"All together: {false} of {innocent:,} innocents flagged, {rate:.2f} in 10,000 (bar: 1);"
        f" {met} of {len(figures)} scenarios meet every bar. The watch lists hold {groups} groups, {right} of operators:"
        f" {listed} of the {missed} operators of whom less than half is flagged."
    )


def told_over_true(figures: dict[str, dict[str, Any]]) -> str:
    """How far told harvests are from the true ones, over operators at least half of whose accounts were flagged.

    ``stillwatch exposure`` takes the worth of a campaign between these bounds (``exposure/worth.py``).
    """
    operators = [seen for row in figures.values() for seen in row["operators"].values()]
    ratios = sorted(seen["estimated"] / seen["true"] for seen in operators if seen["true"] and (seen["recall"] or 0) >= FOUND)
    if not ratios:
        return "No operator was found."
    low, middle, high = np.quantile(ratios, (0.05, 0.5, 0.95), method="nearest")
    return (
        f"Harvest told of the {len(ratios)} operators found (half of the accounts or more): {low:.2f} to {high:.2f} times the true one"
        f" for nine tenths of them, median {middle:.2f}, all of them {ratios[0]:.2f} to {ratios[-1]:.2f}."
    )


def price(results: list[dict[str, Any]], figures: dict[str, dict[str, Any]]) -> list[str]:
    """The price of evasion, where the adaptive scenarios were run."""
    names = [name for name in figures if name.startswith("adaptive")]
    names.sort(key=lambda name: (name != "adaptive-none", name == "adaptive"))
    spent = {
        name: [r["costs"] for r in results if r["run"]["scenario"] == name and r.get("costs")] for name in names
    }
    rows = {name: (figures[name], spent[name]) for name in names if spent[name]}
    if not rows:
        return []
    return [
        "", "### The price of evasion", "",
        "What each switch costs detection, and what it costs the operators, as counted in the logs; in brackets the"
        f" change against {next(iter(rows))}. Costs are per 1,000 harvested exchanges, or per one where it says each.",
        "", evasion.table(rows),
    ]


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _number(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}"
