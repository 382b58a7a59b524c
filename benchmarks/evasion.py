"""What operators spend, counted in the simulated logs themselves: accounts, cards, addresses, requests, wording."""

from pathlib import Path
from typing import Any

import duckdb

SAME_CHARACTERS = 60
"""Requests whose first, or last, characters are those of another harvested request have reused wording."""

COSTS = {
    "accounts": "accounts / 1,000",
    "cards": "cards / 1,000",
    "phones": "phones / 1,000",
    "addresses": "addresses / 1,000",
    "own_addresses": "held addresses / 1,000",
    "clients": "client builds / 1,000",
    "extra_requests": "extra requests each",
    "extra_tokens": "extra tokens each",
    "age_days": "age at first request, days (median)",
    "handed_over": "turns handed over",
    "reused_wording": "reused wording",
    "busiest_tenth": "busiest tenth's share",
}
"""Names and headings; per 1,000 or per one harvested exchange, or shares of the harvest.

An address is held where it served one account alone, on two days (of UTC) or more: it cannot be one of a rented rotation. A harvested turn
is handed over where its account never sent what it continues and another of theirs did. The busiest tenth of accounts is rounded up.
"""


def costs(world: Path, truth: Path) -> dict[str, Any] | None:
    """What all operators of a world together spend on their harvest; null where nobody harvests.

    Args:
        world: folder with events/ and, if the log has a registry, accounts.parquet.
        truth: folder with truth.parquet and truth_events.parquet.
    """
    with duckdb.connect(config={"threads": 1}) as base:
        base.execute("SET TimeZone = 'UTC'")
        files = {
            "event": world / "events" / "*.parquet",
            "account": world / "accounts.parquet",
            "origin": truth / "truth.parquet",
            "harvest": truth / "truth_events.parquet",
        }
        for name, path in files.items():
            nobody = name == "account" and not path.exists()
            told = "(SELECT NULL::VARCHAR AS account_id LIMIT 0)" if nobody else f"read_parquet('{_quoted(path)}')"
            base.execute(f"CREATE VIEW {name} AS SELECT * FROM {told}")
        tokens = ("input_tokens", "output_tokens")
        _complete(base, "event", "prompt", "context_key", "parent_key", "ip", "ja4", "user_agent", *tokens)
        _complete(base, "account", "created_at", "payment_hash", "phone_hash")
        base.execute("""
            CREATE TABLE theirs AS
            SELECT e.account_id, e.timestamp, e.ip, concat_ws(' ', e.user_agent, e.ja4) AS client, e.context_key,
                e.parent_key, coalesce(e.input_tokens, 0) + coalesce(e.output_tokens, 0) AS tokens,
                left(e.prompt, $1) AS opening, right(e.prompt, $1) AS ending, h.campaign IS NOT NULL AS harvested
            FROM all_event AS e JOIN origin AS o USING (account_id) LEFT JOIN harvest AS h USING (event_id)
            WHERE o.campaign IS NOT NULL""", [SAME_CHARACTERS])
        harvested, requests, accounts, addresses, clients, extra_tokens = _row(base, """
            SELECT count(*) FILTER (harvested), count(*), count(DISTINCT account_id), count(DISTINCT ip),
                count(DISTINCT client), sum(tokens) FILTER (NOT harvested)
            FROM theirs""")
        if not harvested:
            return None
        (own_addresses,) = _row(base, """
            WITH used AS (
                SELECT count(DISTINCT account_id) AS accounts, count(DISTINCT timestamp::DATE) AS days
                FROM theirs WHERE ip IS NOT NULL GROUP BY ip)
            SELECT count(*) FILTER (accounts = 1 AND days > 1) FROM used""")
        cards, phones, age_days = _row(base, """
            WITH seen AS (SELECT account_id, min(timestamp) AS first FROM theirs GROUP BY ALL)
            SELECT count(DISTINCT payment_hash), count(DISTINCT phone_hash), median(epoch(first - created_at) / 86400)
            FROM seen LEFT JOIN all_account USING (account_id)""")
        turns, handed_over = _row(base, """
            SELECT count(*), count(*) FILTER (NOT EXISTS (
                FROM theirs AS own WHERE own.context_key = after.parent_key AND own.account_id = after.account_id))
            FROM theirs AS after
            WHERE harvested AND parent_key IN (SELECT context_key FROM theirs)""")
        (reused,) = _row(base, """
            WITH wording AS (
                SELECT count(*) OVER (PARTITION BY opening) AS opened, count(*) OVER (PARTITION BY ending) AS ended
                FROM theirs WHERE harvested)
            SELECT count(*) FILTER (opened > 1 OR ended > 1) FROM wording""")
        (busiest,) = _row(base, """
            WITH load AS (SELECT account_id, count(*) FILTER (harvested) AS n FROM theirs GROUP BY ALL),
                ranked AS (SELECT n, row_number() OVER (ORDER BY n DESC) AS place, count(*) OVER () AS accounts FROM load)
            SELECT sum(n) FILTER (place <= ceil(accounts / 10)) FROM ranked""")
    thousand = harvested / 1000
    return {
        "harvested": harvested,
        "accounts": accounts / thousand,
        "cards": cards / thousand,
        "phones": phones / thousand,
        "addresses": addresses / thousand,
        "own_addresses": own_addresses / thousand,
        "clients": clients / thousand,
        "extra_requests": (requests - harvested) / harvested,
        "extra_tokens": (extra_tokens or 0) / harvested,
        "age_days": age_days,
        "handed_over": handed_over / turns if turns else 0.0,
        "reused_wording": reused / harvested,
        "busiest_tenth": (busiest or 0) / harvested,
    }


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _row(base: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = base.execute(query).fetchone()
    assert row is not None
    return row


def _complete(base: duckdb.DuckDBPyConnection, name: str, *columns: str) -> None:
    """Columns that a log does not have are null."""
    present = {row[0] for row in base.execute(f"DESCRIBE {name}").fetchall()}
    absent = "".join(f", NULL AS {column}" for column in columns if column not in present)
    base.execute(f"CREATE VIEW all_{name} AS SELECT *{absent} FROM {name}")


def table(rows: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]) -> str:
    """The price of evasion in Markdown.

    Args:
        rows: per scenario what it is pooled to (recall, f1, auc, false, worst_harvest), and the costs of each seed; the
            first row is what the others are compared with.
    """
    lines = [
        "| scenario | recall | F1 | AUC | false | worst harvest estimate | " + " | ".join(COSTS.values()) + " |",
        "|" + "---|" * (6 + len(COSTS)),
    ]
    base: dict[str, float | None] | None = None
    for name, (pooled, spent) in rows.items():
        mean = {cost: _mean([row[cost] for row in spent]) for cost in COSTS}
        values = {key: pooled[key] for key in ("recall", "f1", "auc", "false", "worst_harvest")} | mean
        cells = [_cell(key, value, None if base is None else base[key]) for key, value in values.items()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
        base = base or values
    return "\n".join(lines)


def _mean(values: list[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return sum(told) / len(told) if told else None


def _cell(name: str, value: float | None, base: float | None) -> str:
    """A figure, and how much it differs from the first row's: by factor where it is a cost, by difference elsewhere."""
    if value is None:
        return ""
    if name == "worst_harvest":
        return f"{value:+.0%}"
    shares = ("recall", "f1", "auc", "handed_over", "reused_wording", "busiest_tenth")
    text = f"{value:.3f}" if name in shares else f"{value:,.0f}" if value >= 100 or name == "false" else f"{value:.1f}"
    if base is None or name == "false":
        return text
    if name in shares:
        return f"{text} ({value - base:+.3f})" if abs(value - base) >= 0.0005 else text
    return f"{text} (×{value / base:.1f})" if base > 0 and abs(value / base - 1) >= 0.05 else text
