"""What a run says about one account, accused or not: its verdict, and the groups that contain it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stillwatch import run_details
from stillwatch.errors import InputError
from stillwatch.files import reading_parquet
from stillwatch.keys.hashing import keyed
from stillwatch.report.load import optional_rows
from stillwatch.run_details import ITSELF, read_table, scored
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CLEARED, LINKS, WATCH

SHARED = {
    "session.handoff": "conversations that go from one to the other", "identity.payment": "a payment method",
    "identity.phone": "a telephone number", "identity.email": "a mailbox",
}
"""View of a link -> what the accounts share; links of other views rest on what accounts send."""


def explain(run: Path, account: str, key: bytes | None = None) -> dict[str, Any]:
    """The explanation of an account's verdict.

    Args:
        run: folder that detect wrote.
        account: its identifier; or its name in the clear, with the ``key`` by which ingest hashed identifiers.
        key: the tenant's key; None: ``account`` is an identifier.

    Returns:
        The columns of the account's row in accounts.parquet, and ``shares`` (what links it), ``group`` (its campaign or group for review),
        ``cleared`` and ``watched`` (groups of which nobody is accused), ``n_cleared`` and ``n_groups_judged``.

    Raises:
        InputError: the folder is not a run, a table differs from its digest in the summary, or the run has no such account.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    run_details.demand_run(run)
    summary, accounts = run_details.read_summary(run), run / "accounts.parquet"
    run_details.demand_as_told(run, summary, ("accounts.parquet", "campaigns.parquet", "links.parquet", "watch.parquet", "cleared.parquet"))
    names = [account] if key is None else [account, keyed(key, account)]
    with reading_parquet(accounts, "Run stillwatch detect first"):
        matching = pq.read_table(accounts, filters=[("account_id", "in", names)])
    rows = ACCOUNT_VERDICTS.conform(matching, where=accounts).to_pylist()
    if not rows:
        raise InputError(
            "the run has no such account", where=account,
            todo="Pass its identifier in accounts.parquet; or its name in clear, with --key-file KEY where ingest hashed identifiers",
        )
    account = rows[0]["account_id"]
    with reading_parquet(run / "links.parquet", "Run stillwatch detect first"):
        links = pq.read_table(run / "links.parquet", filters=[[(side, "=", account)] for side in ("account_a", "account_b")])
    links = LINKS.conform(links, where=run / "links.parquet")
    campaigns = read_table(run / "campaigns.parquet", CAMPAIGNS).to_pylist()
    own = next((row for row in campaigns if row["campaign_id"] == rows[0]["campaign_id"]), None)
    cleared = optional_rows(run / "cleared.parquet", CLEARED)
    details = {} if own is None else run_details.parse(own["details"], own["campaign_id"], run / "campaigns.parquet")
    explanation: dict[str, Any] = rows[0] | {
        "shares": sorted({SHARED.get(view, "what it sends") for view in pc.unique(links["view"]).to_pylist()}),
        "group": None if own is None else {
            **{name: own[name] for name in ("n_accounts", "n_events", "score", "q_value", "explanations")},
            "not_accused": details.get("not_accused") or [],
        },
        "cleared": [_without_names(row) for row in cleared if account in row["account_ids"]],
        "watched": [_without_names(row) for row in optional_rows(run / "watch.parquet", WATCH) if account in row["account_ids"]],
        "n_cleared": len(cleared), "n_groups_judged": summary.get("n_groups_judged"),
    }
    return explanation


def _without_names(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "account_ids"}


def lines(explanation: Mapping[str, Any]) -> list[str]:
    """The text of an explanation (of :func:`explain`), one entry a line."""
    verdict = {"campaign": "in a campaign", "review": "for a person to review", "clear": "clear"}[explanation["verdict"]]
    alone = f"score of this account alone {scored(explanation['score'], 2)}"
    out = [f"{explanation['account_id']}: {verdict}, {alone}; accounts of campaigns have 0 and more"]
    if explanation["group"] is not None:
        group = explanation["group"]
        size = f"{group['n_accounts']:,} accounts with {group['n_events']:,} exchanges"
        out.append(f"{explanation['campaign_id']}: {size}, score of the group {scored(group['score'], 2)}, where 0 is the line. In common:")
        in_common = [reason for reason in explanation["reasons"] if not reason.startswith(ITSELF)]
        out += [f"  {reason}" for reason in in_common]
        out += [reason for reason in explanation["reasons"] if reason not in in_common]
        shared = ", ".join(explanation["shares"]) or "nothing that links.parquet tells, so it is there for how it works"
        out.append(f"Of this, the account itself shares with others of the group: {shared}")
        out += ["Why nobody is accused:", *(f"  {why}" for why in group["not_accused"])] if group["not_accused"] else []
    for row in explanation["cleared"]:
        out.append(
            f"In a group of {row['n_accounts']:,} accounts with {row['n_events']:,} exchanges that nobody is accused of: score of "
            f"the group {scored(row['score'], 2)}, where 0 is the line. Why not:"
        )
        out += [f"  {reason}" for reason in row["not_accused"]]
        out += ["  In common they have, though:", *(f"    {reason}" for reason in row["reasons"])] if row["reasons"] else []
    out += [f"On the watch list: number {row['rank']}" for row in explanation["watched"]]
    if explanation["group"] is None and not explanation["cleared"]:
        judged = "" if explanation["n_groups_judged"] is None else f"; {explanation['n_groups_judged']:,} were judged"
        out.append(f"In none of the {explanation['n_cleared']:,} groups that come nearest to a campaign and that the run tells of{judged}")
    return out
