"""What a run says about one account, accused or not: its verdict, and the groups that contain it."""

import re
import shlex
from collections.abc import Mapping, Sequence
from itertools import chain, count, zip_longest
from pathlib import Path
from typing import Any

from stillwatch import run_details
from stillwatch.errors import InputError
from stillwatch.files import reading_parquet
from stillwatch.keys.hashing import keyed
from stillwatch.report.load import optional_rows
from stillwatch.run_details import ACCOUNT_REASON_PREFIX, LINK_WORDS, NO_LINK_WORDS, read_table, signed_score
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CLEARED, LINKS, WATCH

SHARED_WORDS = {**LINK_WORDS, "session.handoff": "conversations that go from one to the other"}
"""View of a link -> what the accounts share."""
SENT_WORDS = "what it sends"
"""The same of links of other views."""


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
        InputError: the folder is not a run, a table differs from its digest in the summary, or the run has no such account (but perhaps
            such a campaign).
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    run_details.demand_run(run)
    summary, accounts = run_details.read_summary(run), run / "accounts.parquet"
    run_details.demand_digests(run, summary, ("accounts.parquet", "campaigns.parquet", "links.parquet", "watch.parquet", "cleared.parquet"))
    names = [account] if key is None else [account, keyed(key, account)]
    with reading_parquet(accounts, "Run stillwatch detect first"):
        matching = pq.read_table(accounts, filters=[("account_id", "in", names)])
    rows = ACCOUNT_VERDICTS.conform(matching, where=accounts).to_pylist()
    campaigns = read_table(run / "campaigns.parquet", CAMPAIGNS).to_pylist()
    if not rows and any(account == row["campaign_id"] for row in campaigns):
        todo = f"stillwatch report {shlex.quote(str(run))} has it; here, pass one of its accounts (accounts.parquet)"
        raise InputError("a campaign or group for review, not an account", where=account, todo=todo)
    if not rows:
        raise InputError(
            "the run has no such account", where=account,
            todo="Pass its identifier in accounts.parquet; or its name in clear, with --key-file KEY where ingest hashed identifiers",
        )
    account = rows[0]["account_id"]
    with reading_parquet(run / "links.parquet", "Run stillwatch detect first"):
        links = pq.read_table(run / "links.parquet", filters=[[(side, "=", account)] for side in ("account_a", "account_b")])
    links = LINKS.conform(links, where=run / "links.parquet")
    own = next((row for row in campaigns if row["campaign_id"] == rows[0]["campaign_id"]), None)
    cleared = optional_rows(run / "cleared.parquet", CLEARED)
    details = {} if own is None else run_details.parse_details(own["details"], own["campaign_id"], run / "campaigns.parquet")
    explanation: dict[str, Any] = rows[0] | {
        "shares": sorted({SHARED_WORDS.get(view, SENT_WORDS) for view in pc.unique(links["view"]).to_pylist()}),
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
    alone = f"score of this account alone {signed_score(explanation['score'], 2)}"
    out = [f"{explanation['account_id']}: {verdict}, {alone}; accounts of campaigns have 0 and more"]
    if explanation["group"] is not None:
        group = explanation["group"]
        size = f"{group['n_accounts']:,} accounts with {group['n_events']:,} exchanges"
        score = signed_score(group["score"], 2)
        out.append(f"{explanation['campaign_id']}: {size}, score of the group {score}, where 0 is the line. In common:")
        itself = next((reason for reason in explanation["reasons"] if reason.startswith(ACCOUNT_REASON_PREFIX)), "")
        out += [f"  {reason}" for reason in explanation["reasons"] if reason != itself]
        out.append(itself + _shared(explanation["shares"], itself))
        out += ["Why nobody is accused:", *(f"  {why}" for why in group["not_accused"])] if group["not_accused"] else []
    out += _cleared(explanation["cleared"])
    out += [f"On the watch list: number {row['rank']}" for row in explanation["watched"]]
    if explanation["group"] is None and not explanation["cleared"]:
        judged = "" if explanation["n_groups_judged"] is None else f"; {explanation['n_groups_judged']:,} were judged"
        out.append(f"In none of the {explanation['n_cleared']:,} groups that come nearest to a campaign and that the run tells of{judged}")
    return out


def _shared(shares: Sequence[str], itself: str) -> str:
    """What an account shares with others of its group; only what is left to say after ``itself``, what a run of logs says of it alone."""
    if not itself:
        nothing = "nothing that links.parquet tells, so it is there for how it works"
        return f"Of this, the account itself shares with others of the group: {', '.join(shares) or nothing}"
    if SENT_WORDS in shares:
        return "; others here send some of what it sends"
    return "; nor anything else that links.parquet tells, so it is here for how it works" if NO_LINK_WORDS in itself and not shares else ""


def _cleared(groups: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lines about the groups of which nobody is accused, the nearest to a campaign first; what several have in common is said once."""
    if not groups:
        return []
    sizes = [f"{row['n_accounts']:,} accounts with {row['n_events']:,} exchanges" for row in groups]
    scores = [signed_score(row["score"], 2) for row in groups]
    if len(groups) == 1:
        head = [f"In a group of {sizes[0]} that nobody is accused of: score of the group {scores[0]}, where 0 is the line. Why not:"]
    else:
        head = [
            f"In {len(groups)} groups that nobody is accused of, here numbered, with the score of each, where 0 is the line:",
            *(f"  {number}. {size}: {score}" for number, size, score in zip(count(1), sizes, scores)),
            "Why not, with the numbers of the groups; figures with / between them are of these groups in turn:",
        ]
    in_common = merged([row["reasons"] for row in groups])
    return [
        *head, *(f"  {line}" for line in merged([row["not_accused"] for row in groups])),
        *(["  In common they have, though:", *(f"    {line}" for line in in_common)] if in_common else []),
    ]


FIGURE = re.compile(r"((?<![^ (])[-+]?\d+(?:[.,-]\d+)*(?:e[-+]?\d+)?%?)")
"""A number or a date in a sentence about a group; not the one of a network's size (/24)."""


def merged(sentences: Sequence[Sequence[str]]) -> list[str]:
    """Sentences about several groups, those that differ only in their figures put into one, with the numbers of their groups before it.

    Args:
        sentences: those about each group.
    """
    alike: dict[tuple[str, ...], dict[int, list[str]]] = {}
    for number, of_group in enumerate(sentences, start=1):
        for sentence in of_group:
            parts = FIGURE.split(sentence)
            alike.setdefault(tuple(parts[::2]), {})[number] = parts[1::2]
    out = []
    for words, of_groups in alike.items():
        figures = [values[0] if len(set(values)) == 1 else " / ".join(values) for values in zip(*of_groups.values(), strict=True)]
        sentence = "".join(chain.from_iterable(zip_longest(words, figures, fillvalue="")))
        which = "all" if len(of_groups) == len(sentences) else ", ".join(map(str, of_groups))
        out.append(sentence if len(sentences) == 1 else f"{which}: {sentence}")
    return out
