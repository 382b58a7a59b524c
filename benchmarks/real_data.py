"""The public data of the benchmarks as traces (account, view, object, hour), with what is known about the accounts."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Ints = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]

HOUR_S = 3600
VALUE_STEP = 0.02
"""Width of a class of amounts, log10."""


@dataclass(frozen=True)
class Labelled:
    """Accounts of known origin: ``labels`` and ``clusters`` are ``(n,)``; a benign account is a cluster of its own."""

    accounts: list[str]
    labels: Bools
    clusters: Ints | None = None
    subsets: dict[str, Bools] = field(default_factory=dict)


@dataclass(frozen=True)
class Benchmark:
    """One data set: its traces, and its labels where there are any."""

    name: str
    traces: pa.Table
    labelled: Labelled | None = None


def folder(given: Path | None) -> Path:
    """The folder of the data: given, or from STILLWATCH_BENCHMARKS, or beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"
    found = given or Path(os.environ.get("STILLWATCH_BENCHMARKS") or beside)
    if not found.is_dir():
        raise SystemExit(f"no benchmark data in {found}: pass --data or set STILLWATCH_BENCHMARKS")
    return found


def read(path: Path) -> pa.Table:
    """A Parquet file with plain strings."""
    table = pq.read_table(path)
    large = [field.with_type(pa.string()) if pa.types.is_large_string(field.type) else field for field in table.schema]
    return table.cast(pa.schema(large))


def traces(account: pa.Array, view: str, object_: pa.Array, hour: Ints | None = None) -> pa.Table:
    """Distinct traces of one view; rows without an object are left out."""
    columns: dict[str, Any] = {"account_id": account, "object": pc.cast(object_, pa.string())}
    if hour is not None:
        columns["hour"] = pa.array(hour, pa.int32())
    table = pa.table(columns)
    table = table.filter(pc.is_valid(table["object"]))
    table = table.group_by(table.column_names).aggregate([([], "count_all")]).rename_columns([*table.column_names, "n"])
    if hour is None:
        table = table.append_column("hour", pa.nulls(len(table), pa.int32()))
    return table.append_column("view", pa.array([view] * len(table))).select(
        ["account_id", "view", "object", "hour", "n"]
    )


def amazoncn(data: Path, *, with_rating: bool = True) -> Benchmark:
    """Collusive reviewers (Xu et al., CIKM 2013, as packed by SDLib): object = item with its rating, no time."""
    events = read(data / "amazoncn_events.parquet")
    item = events["object"]
    if with_rating:
        item = pc.binary_join_element_wise(item, pc.cast(pc.cast(events["rating"], pa.int32()), pa.string()), ":")
    name = "content.item_rating" if with_rating else "content.item"
    known = read(data / "amazoncn_labels.parquet")
    known = known.filter(pc.is_in(known["account"], pc.unique(events["account"])))  # the others reviewed nothing
    labels = known["label"].to_numpy() == 1
    return Benchmark("amazoncn", traces(events["account"], name, item), Labelled(known["account"].to_pylist(), labels))


def hop(data: Path, *, with_hubs: bool = False) -> Benchmark:
    """Airdrop sybils (Hop): counterparties of transfers, and time of first use by amount.

    Hubs (exchanges and contracts, as listed by Hop) are left out of the counterparties unless ``with_hubs``. The
    ``report-only`` subset are the sybils that people reported and the transfer graph did not find, against the benign.
    """
    known = read(data / "hop_accounts.parquet")
    transfers = read(data / "hop_transfers.parquet")
    ends = [(transfers["src"], transfers["dst"]), (transfers["dst"], transfers["src"])]
    account = pa.chunked_array([chunk for one, _ in ends for chunk in one.chunks])
    other = pa.chunked_array([chunk for _, two in ends for chunk in two.chunks])
    keep = pc.is_in(account, known["account"])
    if not with_hubs:
        hubs = read(data / "hop_hub_blacklist.parquet")["address"]
        keep = pc.and_(keep, pc.invert(pc.is_in(other, hubs)))
    between = traces(account.filter(keep), "infra.counterparty", other.filter(keep))
    amount = np.round(np.log10(known["volume_usd"].to_numpy()) / VALUE_STEP).astype(np.int64)
    hour = known["first_use_ts"].to_numpy() // HOUR_S
    first = traces(known["account"], "timing.first_use", pa.array(amount), hour)
    names = known["cluster"].to_numpy(zero_copy_only=False)
    _, cluster = np.unique([name or f"alone{i}" for i, name in enumerate(names)], return_inverse=True)
    labels = known["label"].to_numpy() == 1
    reported = np.array([str(name).startswith("report") for name in names])
    labelled = Labelled(known["account"].to_pylist(), labels, cluster, {"report-only": reported | ~labels})
    return Benchmark("hop", pa.concat_tables([between, first]), labelled)


def coortweet(data: Path, *, permuted: int | None = None) -> Benchmark:
    """Posts on a German election (CooRTweet): shared URLs, hashtags, domains and images, by hour; no labels.

    With ``permuted`` (a seed) the accounts of each day are permuted over its posts: what is still found is false.
    """
    posts = coortweet_posts(data, permuted)
    hour = (posts["timestamp"].to_numpy() // HOUR_S).astype(np.int64)
    views = [
        traces(posts["account_id"], f"content.{view}", pc.cast(posts[f"{view}_id"], pa.int64()), hour)
        for view in ("url", "hashtag", "domain", "phash")
    ]
    return Benchmark("coortweet", pa.concat_tables(views))


def coortweet_posts(data: Path, permuted: int | None = None) -> pa.Table:
    """The rows of the file; with ``permuted``, posts keep their content and time and swap accounts.

    They swap within a day and within posts that share the same kinds of object, so that who posts URLs still posts as
    many. A post has a row for each object that it shares; all rows of a post keep one account.
    """
    posts = read(data / "coortweet_german_elections.parquet")
    if permuted is None:
        return posts
    _, first, of_row = np.unique(posts["post_id"].to_numpy(), return_index=True, return_inverse=True)
    kinds = np.zeros(len(first), np.int64)
    for bit, name in enumerate(("url_id", "hashtag_id", "domain_id", "phash_id")):
        kinds |= (np.bincount(of_row, pc.is_valid(posts[name]).to_numpy()) > 0).astype(np.int64) << bit
    stratum = posts["timestamp"].to_numpy()[first].astype(np.int64) // 86_400 * 16 + kinds
    account = posts["account_id"].to_numpy(zero_copy_only=False)[first]
    rng = np.random.default_rng(permuted)
    order, shuffled = np.lexsort((np.arange(len(first)), stratum)), np.lexsort((rng.random(len(first)), stratum))
    swapped = np.empty_like(account)
    swapped[order] = account[shuffled]
    column = posts.column_names.index("account_id")
    return posts.set_column(column, "account_id", pa.array(swapped[of_row], pa.string()))


def yelpchi(data: Path) -> Benchmark:
    """Reviews of 201 restaurants and hotels (YelpChi): a negative control, nobody acts in lockstep here."""
    events = read(data / "yelpchi_events.parquet")
    return Benchmark("yelpchi", traces(events["account"], "content.item", events["object"]))


def permuted(benchmark: Benchmark, seed: int = 0) -> Benchmark:
    """The same objects and volumes, with accounts permuted over the traces of each view: nothing is left to find."""
    rng = np.random.default_rng(seed)
    parts = []
    for view in pc.unique(benchmark.traces["view"]).to_pylist():
        part = benchmark.traces.filter(pc.equal(benchmark.traces["view"], view))
        part = part.set_column(0, "account_id", part["account_id"].take(pa.array(rng.permutation(len(part)))))
        parts.append(part.group_by(part.column_names[:4]).aggregate([("n", "sum")]).rename_columns(part.column_names))
    return Benchmark(f"{benchmark.name}, permuted", pa.concat_tables(parts))


def codes(table: pa.Table, view: str, accounts: list[str]) -> tuple[Ints, Ints, int]:
    """Account and object codes of one view's distinct pairs, accounts numbered as given; and the number of objects."""
    part = table.filter(pc.equal(table["view"], view))
    account = pc.index_in(part["account_id"], pa.array(accounts)).to_numpy().astype(np.int64)
    object_ = part["object"].combine_chunks().dictionary_encode()
    n_objects = len(object_.dictionary)
    pairs = np.unique(account * n_objects + object_.indices.to_numpy())
    return pairs // n_objects, pairs % n_objects, n_objects
