"""The measures as plain text, for a terminal or a log."""

from collections.abc import Iterator, Sequence
from typing import Any

from stillwatch.terminal.counting import number_of

Measures = dict[str, Any]
MAX_CAMPAIGNS = 40
"""Rows printed of a table; evaluation.json holds all."""


def text(result: Measures) -> str:
    """Everything that matters on one screen; evaluation.json holds the rest."""
    parts = [_headline(result), _campaigns(result["campaigns"]), _innocents(result["innocents"])]
    return "\n\n".join(part for part in parts if part)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns: the first to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        return "  ".join((first.strip().ljust(widths[0]), *others)).rstrip()

    return "\n".join([line(heads), "  ".join("-" * width for width in widths), *map(line, rows)])


def _headline(result: Measures) -> str:
    accounts, rank, groups, events = (result[name] for name in ("accounts", "ranking", "clusters", "events"))
    false, review = accounts["false_per_10000"], accounts["review"]
    lines = [
        f"{accounts['n']:,} accounts of known origin: {accounts['n_attackers']:,} of campaigns,"
        f" {accounts['n_innocent']:,} innocent",
        f"  flagged            {accounts['flagged']:,}: {accounts['true']:,} right, {accounts['false']:,} false",
        f"  precision          {_interval(accounts['precision'])}",
        f"  recall             {_interval(accounts['recall'])}",
        f"  F1                 {_interval(accounts['f1'])}",
        f"  false per 10,000   {_number(false['value'], 2)}"
        f" (at most {_number(false['upper_95'], 2)} with 95 % confidence)",
        f"  in review          {review['attackers']:,} of campaigns, {review['innocent']:,} innocent;"
        f" recall with them {_number(review['recall_with_review'])}",
        f"  by score alone     recall {_number(rank['recall_at_1_false_in_10000'])} at 1 false in 10,000"
        f" ({accounts['false_accounts_allowed_at_1_in_10000']:,} accounts),"
        f" AUC {_number(rank['auc'], 4)}, AP {_number(rank['ap'], 4)}{' (of accounts seen)' if rank['n_unranked'] else ''}",
        f"  campaigns as told  B-cubed F1 {_number(groups['bcubed_f1'])}"
        f" (precision {_number(groups['bcubed_precision'])}, recall {_number(groups['bcubed_recall'])}),"
        f" ARI {_number(groups['ari'])}",
    ]
    if events is not None:
        lines.append(
            f"  harvest            {events['estimated']:,} requests told, {events['true']:,} true"
            f" ({_percent(events['error'])}); by request: precision {_number(events['event_precision'])},"
            f" recall {_number(events['event_recall'])}"
        )
        if events["repeated"]:
            lines.append(f"  note               {events['repeated']:,} rows repeat an event_id of harvest or truth: counted once")
    if (intervals := result["intervals"])["campaigns"]:
        lines.append(f"  in the interval    the harvest of {intervals['within']} of {intervals['campaigns']} campaigns found nearly whole")
    if (watch := result["watch"]) and watch["groups"]:
        lines.append(
            f"  on the watch list  {watch['groups']} groups, {watch['of_campaigns']} of campaigns;"
            f" {watch['attackers']:,} accounts of campaigns, {watch['innocent']:,} innocent"
        )
    lines += [f"  note               {note}" for note in _outside(accounts)]
    if reason := result.get("left_out"):
        lines.append(f"  note               the harvested requests beside the truth are left out: {reason}")
    if looked := result.get("looked_at"):
        when = " ".join(f"{word} {looked[name]:.16}" for name, word in (("start", "from"), ("as_of", "up to")) if name in looked)
        lines.append(f"  note               the run looked at requests {when} UTC alone: what is true of other times counts as missed")
    lines += [f"  note               of the run: {warning}" for warning in result.get("warnings") or ()]
    return "\n".join(lines)


def _outside(accounts: Measures) -> Iterator[str]:
    """Notes on accounts that only the truth or only the run has."""
    missed, left_out = accounts["n_attackers_not_seen"], accounts["n_innocent_not_seen"]
    parts = [f"{left_out:,} innocent, left out"] if left_out else []
    if missed:
        others = _number(accounts["recall_of_seen"])
        parts.append(f"{missed:,} of campaigns, missed (recall of the others {others}) and not ranked by AUC and AP")
    if parts:
        yield f"{number_of(missed + left_out, 'account')} of the truth sent no request that the run read: {'; '.join(parts)}"
    if unknown := accounts["n_unknown"]:
        yield f"{number_of(unknown, 'account of the run is', 'accounts of the run are')} not in the truth: left out"


def _campaigns(campaigns: Sequence[Measures]) -> str:
    if not campaigns:
        return "The truth has no campaigns."
    heads = ["campaign", "kind", "accounts", "recall", "review", "parts", "complete", "purity"]
    heads += ["harvest", "true", "error"]
    rows = []
    for row in campaigns[:MAX_CAMPAIGNS]:
        harvest = row["harvest"] or {"estimated": None, "true": None, "error": None}
        cells = [row["campaign"], row["kind"], f"{row['accounts']:,}", _number(row["recall"]["value"])]
        cells += [f"{row['review']:,}", str(row["split_into"]), _number(row["completeness"]), _number(row["purity"])]
        cells += [_count(harvest["estimated"]), _count(harvest["true"]), _percent(harvest["error"])]
        rows.append(cells)
    return table(heads, rows) + _more(len(campaigns), MAX_CAMPAIGNS)


def _innocents(kinds: Sequence[Measures]) -> str:
    if not kinds:
        return "The truth has no innocents."
    rows = []
    for row in kinds:
        counts = (f"{row[name]:,}" for name in ("accounts", "flagged", "review"))
        rows.append([row["kind"], *counts, _number(row["rate"] * 10_000, 1), _number(row["upper_95"] * 10_000, 1)])
    return table(("innocent kind", "accounts", "flagged", "review", "flagged per 10,000", "at most (95 %)"), rows)


def _more(n: int, shown: int) -> str:
    return f"\n{n - shown:,} more in evaluation.json" if n > shown else ""


def _interval(share: Measures) -> str:
    parts = [_number(share["value"], 4)]
    for name, unit in (("wilson", "by account"), ("bootstrap", "by campaign")):
        if share.get(name):
            low, high = share[name]
            parts.append(f"{low:.4f}–{high:.4f} {unit}")
    return parts[0] + (f" ({', '.join(parts[1:])})" if parts[1:] else "")


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:+.1%}"
