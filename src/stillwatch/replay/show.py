"""Prints the figures of a replay as plain text."""

from typing import Any

from stillwatch.replay.policy import ANSWERABLE
from stillwatch.run_details import HARVEST_BOUNDS, interval_words
from stillwatch.terminal.counting import number_of

HEADS = (
    "policy", "campaign", "accounts", "harvest", "found after h", "after 1 % h", "listed after 1 % h", "before action",
    "taken in all", "estimate (90 %)", "true, of all taken", "moved", "acted on", "new accounts",
)
MAX_ROWS = 60
"""Most rows that are printed; replay.parquet has all."""
ESTIMATE_OF = (
    "The estimate is of the accounts, blocked and new ones among them, of its campaigns at the last step that found it, until this step."
)
TRUE_OF = (
    " Beside it stands what these accounts truly took until then, of all that was taken under the policy by whatever account."
)


def text(result: dict[str, Any]) -> str:
    """The table, the innocents touched, and what was left out, from the content of ``replay.json``."""
    from stillwatch.evaluate.show import table

    rows = [_cells(policy["policy"], row) for policy in result["policies"] for row in policy["campaigns"]]
    nothing = "The truth names no operator that sent a request." if result["truth"] else "No campaign was found at any step."
    parts = [table(HEADS, rows[:MAX_ROWS]) if rows else nothing]
    if len(rows) > MAX_ROWS:
        parts.append(f"and {number_of(len(rows) - MAX_ROWS, 'more row')}: replay.parquet")
    if rows and result["truth"] and (line := _answers(result["policy"])):
        parts.append(line)
    if any(row["estimate"] is not None for policy in result["policies"] for row in policy["campaigns"]):
        parts.append(ESTIMATE_OF + (TRUE_OF if result["truth"] else ""))
    for policy in result["policies"]:
        innocent = policy["innocents"]
        if innocent is not None and not innocent["n"]:
            parts.append(f"{policy['policy']}: no account of the log is innocent in the truth, so it does not tell whom this would wrong")
        elif innocent is not None:
            kinds = ", ".join(f"{kind} {row['touched']} of {row['of']}" for kind, row in innocent["by_kind"].items())
            parts.append(
                f"{policy['policy']}: innocents touched {innocent['touched']:,} of {innocent['n']:,}"
                f" ({innocent['per_10000']} in 10,000{': ' + kinds if kinds else ''}),"
                f" {innocent['requests_refused']:,} of their requests refused;"
                f" accused at any step {innocent['accused']:,}, listed for review or accused {innocent['listed']:,}"
            )
    steps = result["steps"]
    parts.append(
        f"Steps: {steps['grid']:,} of {steps['every']}; {steps['early']:,} left out before eight accounts sent anything."
    )
    if steps["early"] == steps["grid"]:
        parts.append("So detection never ran, and nothing could be found: groups of fewer accounts are not judged.")
    for policy in result["policies"] if steps["early"] < steps["grid"] else []:
        parts.append(f"  {policy['policy']}: {len(policy['steps']):,} run, {policy['skipped']:,} left out,"
                     f" since the log had grown by less than {steps['growth']:.1%}")
    if steps["recent"]:
        parts.append(f"Each step also looked at the last {', '.join(steps['recent'])} alone; growth is a share of the shortest's requests.")
    if steps["first"]:
        parts.append(f"No step ran after the first {steps['first']}: all that was sent later met the actions decided until then.")
    if not result["truth"]:
        parts.append("Without --truth nobody's operator is known: campaigns are those found, all their requests count as"
                     " harvest, and nobody answers the bans.")
    elif not result["truth_events"]:
        if reason := result.get("left_out"):
            parts.append(f"The harvested requests beside the truth are left out: {reason}")
        parts.append("The truth tells no requests: all requests of an operator count as its harvest.")
    return "\n".join(parts)


def _answers(policy: dict[str, Any]) -> str:
    """Which actions of the compared policies, in the form of replay.json, operators do not answer; empty if they answer all."""
    taken = {rung["action"] for row in policy["policies"] for rung in (*row["ladder"], *row["review_ladder"])}
    answers = policy["reply"]["answers"]
    ignored = [action for action in ANSWERABLE if action in taken and action not in answers]
    if not ignored:
        return ""
    answered = f"{' and '.join(answers)} only: they move the work of such an account to other or new ones" if answers else "nothing"
    return (
        f"Simulated operators answer {answered}. They keep accounts under {' and '.join(ignored)} and lose what is refused, which makes"
        " this look better, beside what is answered, than it would be. reply.answers in --policy changes it."
    )


def _cells(policy: str, row: dict[str, Any]) -> tuple[str, ...]:
    def hours(value: float | None) -> str:
        return "–" if value is None else f"{value:+.1f}"

    def share(value: float | None) -> str:
        return "–" if value is None else f"{value:.1%}"

    first = row["hours_after_first"]
    return (
        policy, row["campaign"], f"{row['n_accounts']:,}", f"{row['n_harvest']:,}", "–" if first is None else f"{first:.1f}",
        hours(row["hours_after_one_percent"]), hours(row["listed_hours_after_one_percent"]),
        share(row["share_before_action"]), share(row["share_in_all"]), *_estimate(row),
        f"{row['moved']:,}", f"{row['accounts_acted_on']:,}", f"{row['replacements']:,}",
    )


def _estimate(row: dict[str, Any]) -> tuple[str, str]:
    """Detection's last estimate of the harvest, with its interval; and the true harvest of the same accounts, of all that was taken."""
    if row["estimate"] is None:
        return "–", "–"
    interval = interval_words(dict(zip(HARVEST_BOUNDS, (row["estimate_low"], row["estimate_high"]), strict=True)))
    truth = "–" if row["estimate_truth"] is None else f"{row['estimate_truth']:,} of {row['harvested_in_all']:,}"
    return f"{row['estimate']:,}" + (f" ({interval})" if interval else ""), truth
