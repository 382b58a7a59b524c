"""Traces of accounts, by SQL over the sketches of all partitions."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch.engine import Engine, NumpyTable
from stillwatch.numeric.arrays import string_codes

CONTENT_VIEWS: dict[str, tuple[str, ...]] = {
    "content.opening": ("opening",),
    "content.closing": ("closing",),
    "content.shingle": ("shingle_0", "shingle_1", "shingle_2"),
    "content.system": ("system", "system_opening", "system_closing", "system_shingle"),
    "content.tools": ("tools",),
}
"""Content view -> columns of a sketch whose values are its objects."""

MIN_HABIT = 2
"""How often an account must leave an object for it to be a habit: the smallest number above one."""


def carriers_sql(column: str, min_accounts: int) -> str:
    """SQL for the habitual carriers of each object of one column: object, account, n.

    An object that fewer than ``min_accounts`` accounts left habitually cannot make a group and is dropped.
    """
    return f"""
        WITH habits AS (
            SELECT {column} AS object, account, COUNT(*) AS n
            FROM sketches
            WHERE {column} <> 0
            GROUP BY {column}, account
            HAVING COUNT(*) >= {MIN_HABIT}
        ), shared AS (
            SELECT object FROM habits GROUP BY object HAVING COUNT(*) >= {min_accounts}
        )
        SELECT habits.object, habits.account, habits.n
        FROM habits JOIN shared ON habits.object = shared.object
        ORDER BY habits.object, habits.account
    """


def carriers(engine: Engine, min_accounts: int) -> dict[str, NumpyTable]:
    """The accounts that habitually leave each object of the content views.

    Args:
        engine: has the sketches.
        min_accounts: objects with fewer habitual carriers are dropped.

    Returns:
        Sketch column -> ``object``, ``account`` (i64 hashes) and ``n`` (requests), sorted by object and account.
    """
    columns = [column for view in CONTENT_VIEWS.values() for column in view]
    return {column: engine.arrays(carriers_sql(column, min_accounts)) for column in columns}


ONCE_COLUMNS = ("opening", "closing")
"""Sketch columns of which a single use counts when pairs of accounts are compared; each has one value a request."""
ONCE_FEWEST, ONCE_MOST = 3, 1_000
"""Fewest and most accounts of an object that links them; an object of more accounts says almost nothing about two of them."""


def left_once_sql(column: str) -> str:
    """SQL for the accounts that left each object of one column at least once: object, account."""
    return f"""
        WITH left_by AS (SELECT {column} AS object, account FROM sketches WHERE {column} <> 0 GROUP BY {column}, account),
        shared AS (SELECT object FROM left_by GROUP BY object HAVING COUNT(*) BETWEEN {ONCE_FEWEST} AND {ONCE_MOST})
        SELECT left_by.object, left_by.account
        FROM left_by JOIN shared ON left_by.object = shared.object
        ORDER BY left_by.object, left_by.account
    """


def left_once(engine: Engine) -> dict[str, NumpyTable]:
    """The accounts that left each object of ONCE_COLUMNS at least once: column -> ``object``, ``account`` (i64 hashes), distinct pairs."""
    return {column: engine.arrays(left_once_sql(column)) for column in ONCE_COLUMNS}


PROGRAM_FEWEST, PROGRAM_MOST, PROGRAM_SHARE = 8, 1_000, 0.05
"""Fewest accounts of a program that proposes them; and most, as a number, or as a share of all accounts if that is more. A program of more
accounts is a library with its defaults. Chosen, not calibrated: proposals need only be generous."""


def programs_sql(most: int) -> str:
    """SQL for the accounts of each program that at most ``most`` accounts have: program, account."""
    return f"""
        WITH used AS (
            SELECT account, client, parameters, COUNT(*) AS n FROM sketches WHERE client <> 0 GROUP BY account, client, parameters
        ), sent AS (
            SELECT account, COUNT(*) AS n FROM sketches GROUP BY account
        ), mostly AS (
            SELECT used.account, used.client, used.parameters
            FROM used JOIN sent ON used.account = sent.account
            WHERE used.n >= {MIN_HABIT} AND 2 * used.n > sent.n
        ), shared AS (
            SELECT client, parameters FROM mostly GROUP BY client, parameters HAVING COUNT(*) BETWEEN {PROGRAM_FEWEST} AND {most}
        )
        SELECT DENSE_RANK() OVER (ORDER BY mostly.client, mostly.parameters) AS program, mostly.account
        FROM mostly JOIN shared ON mostly.client = shared.client AND mostly.parameters = shared.parameters
        ORDER BY program, mostly.account
    """


def programs(engine: Engine, n_accounts: int) -> NumpyTable:
    """The accounts of each program: ``program`` (a number from 1) and ``account`` (i64 hash), each account at most once.

    A program is a client (user agent and JA4) with its parameters (temperature, top_p, max_tokens, stream). An account belongs to the
    program that sends more than half of its requests, and at least MIN_HABIT.

    Args:
        engine: has the sketches.
        n_accounts: number of accounts in the log.
    """
    return engine.arrays(programs_sql(max(PROGRAM_MOST, int(PROGRAM_SHARE * n_accounts))))


PROFILES_SQL = """
    SELECT account, COUNT(*) AS n, MIN(time) AS first_us, MAX(time) AS last_us
    FROM sketches GROUP BY account ORDER BY account
"""


def profiles(engine: Engine) -> NumpyTable:
    """One row an account: ``account`` (i64 hash), ``n`` (requests), ``first_us`` and ``last_us`` (times of its first and last request)."""
    return engine.arrays(PROFILES_SQL)


OPTIONAL_COLUMNS = ("client", "model", "path", "output_tokens")
"""Columns of a sketch that a log may lack (all 0), which no view of identities or content shows."""


def present_columns(engine: Engine) -> frozenset[str]:
    """The columns of OPTIONAL_COLUMNS that any request has."""
    columns = ", ".join(f"EXISTS (SELECT 1 FROM sketches WHERE {name} <> 0) AS {name}" for name in OPTIONAL_COLUMNS)
    return frozenset(name for name, exists in engine.arrays(f"SELECT {columns}").items() if exists[0])


MOST_TAKERS = 2
"""Most other accounts that continue one turn of a handoff; a conversation that is shared by link is continued by any reader."""

USED = ("net", "client", "parameters")
"""Sketch columns of which :func:`most_used` finds each account's most used value."""


def most_used_sql(column: str) -> str:
    """SQL for each account's most used value of one column, and its number of values: account, value, n_values."""
    return f"""
        WITH used AS (SELECT account, {column} AS value, COUNT(*) AS n FROM sketches WHERE {column} <> 0 GROUP BY account, {column}),
        most AS (SELECT account, MAX(n) AS n, COUNT(*) AS n_values FROM used GROUP BY account)
        SELECT used.account, MIN(used.value) AS value, MIN(most.n_values) AS n_values
        FROM used JOIN most ON used.account = most.account AND used.n = most.n
        GROUP BY used.account
    """


def most_used(engine: Engine) -> dict[str, NumpyTable]:
    """Each account's most used value of each column of USED: column -> ``account``, ``value`` (i64 hashes), ``n_values``.

    ``n_values`` counts the different values of the account; accounts without any are left out.
    """
    return {column: engine.arrays(most_used_sql(column)) for column in USED}


HOPPED_PROVIDERS, HOPS, HOP_US = 8, 4, 6 * 3_600_000_000
"""An account hops if it uses at least HOPPED_PROVIDERS providers, and changes provider at least HOPS times from one request to the next
within HOP_US microseconds. People have a home, a telephone and an office, and their VPN a server or two a day (docs/experiments.md)."""

HOPPING_SQL = f"""
    WITH places AS (
        SELECT account, provider, COUNT(*) AS n FROM sketches WHERE provider <> 0 GROUP BY account, provider
    ), used AS (
        SELECT account, COUNT(*) AS providers FROM places GROUP BY account HAVING SUM(n) >= {HOPPED_PROVIDERS}
    ), many AS (
        SELECT account FROM used WHERE providers >= {HOPPED_PROVIDERS}
    ), moves AS (
        SELECT sketches.account, provider, LAG(provider) OVER (PARTITION BY sketches.account ORDER BY time, provider) AS before,
               time - LAG(time) OVER (PARTITION BY sketches.account ORDER BY time, provider) AS since_us
        FROM sketches JOIN many ON sketches.account = many.account WHERE provider <> 0
    ), hops AS (
        SELECT account, COUNT(*) AS n FROM moves WHERE provider <> before AND since_us < {HOP_US} GROUP BY account
    )
    SELECT used.account, used.providers, CASE WHEN COALESCE(hops.n, 0) >= {HOPS} THEN 1 ELSE 0 END AS hops
    FROM used LEFT JOIN hops ON used.account = hops.account
    ORDER BY used.account
"""


def hopping(engine: Engine) -> NumpyTable:
    """Whether accounts hop between network providers, as behind rotating proxies.

    ``account`` (i64 hash), ``providers`` (number of its autonomous systems) and ``hops``, 1 or 0.

    Accounts with fewer than HOPPED_PROVIDERS requests that have an autonomous system are left out.
    """
    return engine.arrays(HOPPING_SQL)


HANDOFFS_SQL = f"""
    WITH turns AS (
        SELECT account, parent AS turn, time AS asked_us, CAST(NULL AS BIGINT) AS sent_us FROM sketches WHERE parent <> 0
        UNION ALL
        SELECT account, context AS turn, CAST(NULL AS BIGINT) AS asked_us, time AS sent_us FROM sketches WHERE context <> 0
    ), of_account AS (
        SELECT account, turn, COUNT(asked_us) AS n, MIN(asked_us) AS asked_us, MIN(sent_us) AS sent_us FROM turns GROUP BY account, turn
    ), foreign_parents AS (
        SELECT account, turn, n, asked_us FROM of_account WHERE sent_us IS NULL
    ), few_takers AS (
        SELECT turn FROM foreign_parents GROUP BY turn HAVING COUNT(*) <= {MOST_TAKERS}
    ), senders AS (
        SELECT turn, MIN(account) AS account, COUNT(*) AS accounts, MIN(sent_us) AS sent_us
        FROM of_account WHERE sent_us IS NOT NULL AND turn IN (SELECT turn FROM few_takers) GROUP BY turn
    )
    SELECT foreign_parents.account AS taker, senders.account AS giver, SUM(foreign_parents.n) AS n
    FROM foreign_parents JOIN senders ON foreign_parents.turn = senders.turn
    WHERE senders.accounts = 1 AND senders.sent_us <= foreign_parents.asked_us
    GROUP BY foreign_parents.account, senders.account
    ORDER BY taker, giver
"""


def handoffs(engine: Engine) -> NumpyTable:
    """Conversations that another account continues: ``taker``, ``giver`` (i64 hashes), ``n`` (requests).

    A request counts if its parent is a context that exactly one account sent, not later, and that is not the taker's own. A context that
    several accounts sent (a greeting, a benchmark question) is left out, and so is one that more than MOST_TAKERS others continue (a
    conversation that is shared by link).
    """
    return engine.arrays(HANDOFFS_SQL)


LIVES: dict[str, tuple[str, int]] = {
    "hours": ("CAST(time // 10800000000 AS BIGINT)", 8),
    "work": ("CAST(capability AS BIGINT)", 8),
    "length": ("CAST(FLOOR(LOG2(GREATEST(n_words, 4))) AS BIGINT)", 16),
    "answer": ("CAST(FLOOR(LOG2(GREATEST(output_tokens, 4))) AS BIGINT)", 16),
    "turns": ("CASE WHEN parent = 0 THEN 0 ELSE 1 END", 2),
}
"""Habit of a batch of accounts -> (SQL expression on a request, number of its values)."""
MACHINES = {name: (f"ABS({name} % {n})", n) for name, n in (("client", 61), ("parameters", 31), ("model", 13), ("path", 7))}
"""The same for its programs and their settings; hashes are reduced to few values, so that some collide by chance."""


def lives_sql() -> str:
    """SQL for the requests of each batch of the table ``batched`` by habit and machine: view, batch, value, n."""
    views = LIVES | MACHINES
    values = ", ".join(f"{expression} % {n} AS {name}" for name, (expression, n) in views.items())
    parts = [f"SELECT {i} AS view, batch, {name} AS value, COUNT(*) AS n FROM lived GROUP BY batch, {name}" for i, name in enumerate(views)]
    return f"""
        WITH lived AS MATERIALIZED (
            SELECT batch, {values} FROM sketches JOIN batched ON sketches.account = batched.account
        )
        {" UNION ALL ".join(parts)}
    """


def lives(engine: Engine, batched: dict[str, NDArray[Any]], n_batches: int) -> dict[str, NDArray[np.float64]]:
    """Requests of each batch by value of each of LIVES and MACHINES: name -> table (n_batches, n_values).

    Args:
        engine: has the sketches.
        batched: ``account`` (i64 hash) and its ``batch``.
        n_batches: number of batches.
    """
    engine.put("batched", batched)
    counts = engine.arrays(lives_sql())
    out = {name: np.zeros((n_batches, n)) for name, (_, n) in (LIVES | MACHINES).items()}
    for view, table in enumerate(out.values()):
        rows = counts["view"] == view
        table[counts["batch"][rows], counts["value"][rows].astype(np.int64)] = counts["n"][rows]
    return out


IDENTITIES = {"identity.payment": "payment_hash", "identity.phone": "phone_hash", "identity.email": "email_hash"}
"""View of identities -> its column of the registry."""


def identities(accounts: pa.Table) -> dict[str, NDArray[np.int64]]:
    """View of identities -> (n_accounts,) integer code of each account's value, -1 if it has none.

    Args:
        accounts: rows of the registry, columns as ACCOUNTS, one an account.
    """
    return {view: string_codes(accounts[column]) for view, column in IDENTITIES.items()}


def hits(engine: Engine, column_of: dict[int, str], marks: dict[str, NDArray[Any]]) -> NumpyTable:
    """How often each account left the marks of each campaign: ``campaign``, ``account`` (i64 hash), ``n``.

    Args:
        engine: has the sketches.
        column_of: number of a sketch column -> its name.
        marks: ``campaign``, ``place`` (number of the sketch column) and ``object``, one row a mark.
    """
    engine.put("marks", marks)
    parts = [
        f"""SELECT marks.campaign, sketches.account, COUNT(*) AS n
            FROM sketches JOIN marks ON sketches.{name} = marks.object
            WHERE marks.place = {number}
            GROUP BY marks.campaign, sketches.account"""
        for number, name in column_of.items()
        if (marks["place"] == number).any()
    ]
    if not parts:
        return {name: np.zeros(0, np.int64) for name in ("campaign", "account", "n")}
    # A request may have several marks of a campaign. The column with the most such requests is counted, so that each counts once.
    every = " UNION ALL ".join(parts)
    return engine.arrays(
        f"SELECT campaign, account, MAX(n) AS n FROM ({every}) GROUP BY campaign, account ORDER BY 1, 2"
    )


def mark_counts(
    engine: Engine, column_of: dict[int, str], marks: dict[str, NDArray[Any]], members: dict[str, NDArray[Any]]
) -> tuple[NumpyTable, NumpyTable]:
    """The accounts that leave each mark, in its column and in any column of its view.

    An object is the same in every column of a view: a shingle may be the smallest of one prompt and the second of another.

    Args:
        engine, column_of, marks: as of :func:`hits`.
        members: ``campaign`` and ``account`` (i64 hash).

    Returns:
        Two tables of ``campaign``, ``place``, ``object``, ``accounts``, ``inside`` and ``events``, by campaign, most ``inside`` first. In
        the first, ``inside`` counts the campaign's accounts among ``accounts``, and ``events`` the requests of all of these. In the
        second, ``place`` is the number of the view (in CONTENT_VIEWS), one row an object and view, and ``events`` counts each request of
        the campaign's accounts once.
    """
    engine.put("marks", marks)
    engine.put("members", members)
    names = ("campaign", "place", "object", "accounts", "inside", "events")
    present = set(marks["place"].tolist())
    left, views = [], []
    for view, columns in enumerate(CONTENT_VIEWS.values()):
        places = [place for place, name in column_of.items() if name in columns]
        if not present & set(places):
            continue
        place_list = ", ".join(map(str, places))
        views.append(f"SELECT DISTINCT campaign, {view} AS view, object FROM marks WHERE place IN ({place_list})")
        for i, place in enumerate(places):
            name, before = column_of[place], [column_of[other] for other in places[:i]]
            is_new = f"CASE WHEN {name} IN ({', '.join(before)}) THEN 0 ELSE 1 END" if before else "1"
            left.append(f"""
                SELECT {view} AS view, {place} AS place, {name} AS object, account, COUNT(*) AS n, SUM({is_new}) AS n_new
                FROM sketches WHERE {name} IN (SELECT object FROM marks WHERE place IN ({place_list})) GROUP BY {name}, account""")
    if not left:
        empty = {name: np.zeros(0, np.int64) for name in names}
        return empty, empty
    counts = engine.arrays(f"""
        WITH left_by AS MATERIALIZED ({" UNION ALL ".join(left)}),
        of_view AS ({" UNION ALL ".join(views)}),
        once AS (SELECT view, object, account, SUM(n_new) AS n FROM left_by GROUP BY view, object, account)
        SELECT 0 AS whole, marks.campaign, marks.place, marks.object, COUNT(*) AS accounts, COUNT(members.account) AS inside,
               CAST(SUM(left_by.n) AS BIGINT) AS events
        FROM left_by
        JOIN marks ON left_by.place = marks.place AND left_by.object = marks.object
        LEFT JOIN members ON members.campaign = marks.campaign AND members.account = left_by.account
        GROUP BY marks.campaign, marks.place, marks.object
        UNION ALL
        SELECT 1 AS whole, of_view.campaign, of_view.view AS place, of_view.object, COUNT(*) AS accounts, COUNT(members.account) AS inside,
               CAST(SUM(CASE WHEN members.account IS NULL THEN 0 ELSE once.n END) AS BIGINT) AS events
        FROM once
        JOIN of_view ON once.view = of_view.view AND once.object = of_view.object
        LEFT JOIN members ON members.campaign = of_view.campaign AND members.account = once.account
        GROUP BY of_view.campaign, of_view.view, of_view.object
        ORDER BY whole, campaign, inside DESC, events DESC, place, object
    """)
    whole = counts["whole"] == 1
    return {name: counts[name][~whole] for name in names}, {name: counts[name][whole] for name in names}


def wordings(engine: Engine, column_of: dict[int, str], members: NDArray[Any], sampled: dict[str, NDArray[Any]], least: int) -> NumpyTable:
    """Objects that accounts of a campaign share: ``campaign``, ``place``, ``object``, ``accounts``, ``inside``, ``outside``.

    ``inside`` counts requests of the campaign's sampled accounts, ``outside`` those of accounts outside of all campaigns.

    Args:
        engine, column_of: as of :func:`hits`.
        members: accounts of campaigns (i64 hashes).
        sampled: ``campaign`` and ``account`` (i64 hash): a sample of each campaign's accounts.
        least: how many accounts of the sample must leave an object.
    """
    engine.put("members", {"account": members})
    engine.put("sampled", sampled)
    here = [
        f"""here_{number} AS MATERIALIZED (
            SELECT campaign, object, COUNT(*) AS accounts, CAST(SUM(n) AS BIGINT) AS n
            FROM (SELECT sampled.campaign, {name} AS object, sketches.account, COUNT(*) AS n
                  FROM sketches JOIN sampled ON sketches.account = sampled.account WHERE {name} <> 0
                  GROUP BY sampled.campaign, {name}, sketches.account) AS left_by
            GROUP BY campaign, object HAVING COUNT(*) >= {least})"""
        for number, name in column_of.items()
    ]
    parts = [
        f"""SELECT here.campaign, {number} AS place, here.object, here.accounts, here.n AS inside, COALESCE(there.n, 0) AS outside
            FROM here_{number} AS here
            LEFT JOIN (SELECT {name} AS object, COUNT(*) AS n FROM sketches
                       WHERE {name} IN (SELECT object FROM here_{number}) AND account NOT IN (SELECT account FROM members)
                       GROUP BY {name}) AS there
            ON here.object = there.object"""
        for number, name in column_of.items()
    ]
    return engine.arrays(f"WITH {', '.join(here)} {' UNION ALL '.join(parts)} ORDER BY campaign, place, object")
