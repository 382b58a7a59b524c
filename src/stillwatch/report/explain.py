"""What a run says of one account, whoever is accused: its verdict, and the groups that hold it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stillwatch import run_details
from stillwatch.errors import InputError
from stillwatch.files import reading_parquet
from stillwatch.keys.hashing import keyed
from stillwatch.report.load import listed
from stillwatch.run_details import ITSELF, read_table, scored
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CLEARED, LINKS, WATCH

SHARED = {
    "session.handoff": "conversations that go from one to the other", "identity.payment": "a payment method",
    "identity.phone": "a telephone number", "identity.email": "a mailbox",
}
"""What a link of each view is; those of other views are of what accounts send."""


def explain(run: Path, account: str, key: bytes | None = None) -> dict[str, Any]:
    """The account's row of accounts.parquet as it stands, its campaign or group for review, and the groups that nobody is accused of.

    Args:
        run: folder that detect wrote.
        account: its identifier, or, with the ``key`` that ingest hashed identifiers with, its name in clear.
        key: the tenant's key; None: names are taken as they are.

    Raises:
        InputError: the folder is no run, a table is not the one that the summary tells, or the run has no such account.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    run_details.demand_run(run)
    summary, accounts = run_details.read_summary(run), run / "accounts.parquet"
    run_details.demand_as_told(run, summary, ("accounts.parquet", "campaigns.parquet", "links.parquet", "watch.parquet", "cleared.parquet"))
    names = [account] if key is None else [account, keyed(key, account)]
    with reading_parquet(accounts, "Run stillwatch detect first"):
        mine = pq.read_table(accounts, filters=[("account_id", "in", names)])
    rows = ACCOUNT_VERDICTS.conform(mine, where=accounts).to_pylist()
    if not rows:
        raise InputError(
            "the run has no such account", where=account,
            todo="Pass its identifier in accounts.parquet; or its name in clear, with --key-file KEY where ingest hashed identifiers",
        )
    account = rows[0]["account_id"]
    with reading_parquet(run / "links.parquet", "Run stillwatch detect first"):
        links = pq.read_table(run / "links.parquet", filters=[[(side, "=", account)] for side in ("account_a", "account_b")])
    links = LINKS.conform(links, where=run / "links.parquet")
    found = read_table(run / "campaigns.parquet", CAMPAIGNS).to_pylist()
    of = next((row for row in found if row["campaign_id"] == rows[0]["campaign_id"]), None)
    cleared = listed(run / "cleared.parquet", CLEARED)
    missed = {} if of is None else run_details.parse(of["details"], of["campaign_id"], run / "campaigns.parquet")
    told: dict[str, Any] = rows[0] | {
        "shares": sorted({SHARED.get(view, "what it sends") for view in pc.unique(links["view"]).to_pylist()}),
        "group": None if of is None else {
            **{name: of[name] for name in ("n_accounts", "n_events", "score", "q_value", "explanations")},
            "not_accused": missed.get("not_accused") or [],
        },
        "cleared": [_without_names(row) for row in cleared if account in row["account_ids"]],
        "watched": [_without_names(row) for row in listed(run / "watch.parquet", WATCH) if account in row["account_ids"]],
        "n_cleared": len(cleared), "n_groups_judged": summary.get("n_groups_judged"),
    }
    return told


def _without_names(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "account_ids"}


def lines(told: Mapping[str, Any]) -> list[str]:
    """:func:`explain` as text, a line each."""
    verdict = {"campaign": "in a campaign", "review": "for a person to review", "clear": "clear"}[told["verdict"]]
    alone = f"score of this account alone {scored(told['score'], 2)}"
    out = [f"{told['account_id']}: {verdict}, {alone}; accounts of campaigns have 0 and more"]
    if told["group"] is not None:
        of = told["group"]
        size = f"{of['n_accounts']:,} accounts with {of['n_events']:,} exchanges"
        out.append(f"{told['campaign_id']}: {size}, score of the group {scored(of['score'], 2)}, where 0 is the line. In common:")
        in_common = [reason for reason in told["reasons"] if not reason.startswith(ITSELF)]
        out += [f"  {reason}" for reason in in_common]
        out += [reason for reason in told["reasons"] if reason not in in_common]
        mine = ", ".join(told["shares"]) or "nothing that links.parquet tells, so it is there for how it works"
        out.append(f"Of this, the account itself shares with others of the group: {mine}")
        out += ["Why nobody is accused:", *(f"  {why}" for why in of["not_accused"])] if of["not_accused"] else []
    for row in told["cleared"]:
        out.append(
            f"In a group of {row['n_accounts']:,} accounts with {row['n_events']:,} exchanges that nobody is accused of: score of "
            f"the group {scored(row['score'], 2)}, where 0 is the line. Why not:"
        )
        out += [f"  {reason}" for reason in row["not_accused"]]
        out += ["  In common they have, though:", *(f"    {reason}" for reason in row["reasons"])] if row["reasons"] else []
    out += [f"On the watch list: number {row['rank']}" for row in told["watched"]]
    if told["group"] is None and not told["cleared"]:
        judged = "" if told["n_groups_judged"] is None else f"; {told['n_groups_judged']:,} were judged"
        out.append(f"In none of the {told['n_cleared']:,} groups that come nearest to a campaign and that the run tells of{judged}")
    return out
