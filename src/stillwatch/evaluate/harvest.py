"""Harvested requests against the truth: counted in DuckDB, because there may be tens of millions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.evaluate.intervals import ratio
from stillwatch.files import sql_file_list

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Contingency:
    """Requests by (reported campaign, true campaign); None stands for not reported, or not harvested.

    ``has_truth`` is False where nobody told which requests were harvested: then only reported counts mean anything.
    ``repeated`` is how many rows had an event_id that another of the run's harvest, or of the truth, has: a request counts once.
    """

    counts: Mapping[tuple[str | None, str | None], int]
    has_truth: bool
    repeated: int = 0

    def of(self, true: str, reported: Iterable[str]) -> dict[str, Any]:
        """Counts for one true campaign that was reported as ``reported``."""
        ids = set(reported)
        estimated = sum(n for (r, _), n in self.counts.items() if r in ids)
        if not self.has_truth:
            return {"estimated": estimated, "true": None, "event_precision": None, "event_recall": None}
        actual = sum(n for (_, t), n in self.counts.items() if t == true)
        hit = sum(n for (r, t), n in self.counts.items() if r in ids and t == true)
        return {
            "estimated": estimated,
            "true": actual,
            "event_precision": ratio(hit, estimated),
            "event_recall": ratio(hit, actual),
        }

    def overall(self) -> dict[str, Any]:
        """Counts over all requests: reported as harvested by anybody, harvested by anybody."""
        reported = sum(n for (r, _), n in self.counts.items() if r is not None)
        actual = sum(n for (_, t), n in self.counts.items() if t is not None)
        hit = sum(n for (r, t), n in self.counts.items() if r is not None and t is not None)
        return {
            "estimated": reported,
            "true": actual,
            "error": reported / actual - 1 if actual else None,
            "repeated": self.repeated,
            "event_precision": ratio(hit, reported),
            "event_recall": ratio(hit, actual),
        }


def contingency(
    harvest: "pa.Table | Path", truth_events: "pa.Table | Path | None", flagged_ids: Sequence[str]
) -> Contingency:
    """Count requests by reported and true campaign, each once: of several rows of one event_id that of the first campaign by name.

    Args:
        harvest: HARVEST, as a table or a Parquet file.
        truth_events: ``event_id``, ``campaign`` (null or empty = not harvested), likewise; None where not told.
        flagged_ids: campaigns that count as reported; requests of others (review) count as not reported.

    Raises:
        InputError: a file is not readable.
    """
    import pyarrow as pa

    with _open_engine(harvest, truth_events) as engine:
        engine.register("flagged", pa.table({"campaign_id": pa.array(flagged_ids, pa.string())}))
        engine.execute(
            "CREATE TEMP VIEW reported AS SELECT event_id, min(campaign_id) AS campaign_id, count(*) AS n"
            f" FROM {_source(engine, 'harvest', harvest)} SEMI JOIN flagged USING (campaign_id) GROUP BY event_id"
        )
        if truth_events is None:
            rows = engine.execute("SELECT campaign_id, NULL, count(*), sum(n - 1) FROM reported GROUP BY 1").fetchall()
        else:
            source = _source(engine, "truth_events", truth_events)
            rows = engine.execute(
                "SELECT campaign_id, campaign, count(*), coalesce(sum(n - 1), 0) + coalesce(sum(m - 1), 0) FROM reported FULL JOIN"
                f" (SELECT event_id, min(campaign) AS campaign, count(*) AS m FROM {source} WHERE trim(campaign) <> '' GROUP BY event_id)"
                " USING (event_id) GROUP BY ALL"
            ).fetchall()
    repeated = sum(int(again) for *_, again in rows)
    return Contingency({(reported, true): n for reported, true, n, _ in rows}, truth_events is not None, repeated)


def any_event_in_common(harvest: Path, truth_events: Path) -> bool:
    """Whether any request of HARVEST, a Parquet file, is in another file with ``event_id``, harvested or not."""
    with _open_engine(harvest, truth_events) as engine:
        both = f"{_source(engine, 'harvest', harvest)} SEMI JOIN {_source(engine, 'truth_events', truth_events)} USING (event_id)"
        return engine.execute(f"SELECT 1 FROM {both} LIMIT 1").fetchone() is not None


@contextmanager
def _open_engine(*sources: object) -> Iterator[Any]:
    """An engine over tables and files, which spills beside the run's file."""
    from stillwatch.engine import engine_over

    files = [source for source in sources if isinstance(source, Path)]
    todo = "Make the damaged one again: the run's with stillwatch detect"
    with engine_over(files, files[0].parent if files else None, todo=todo) as engine:
        yield engine


def _source(engine: Any, name: str, data: "pa.Table | Path") -> str:
    """What to select from; identifiers of requests are text, since a truth may have numbers for those that the log has as text."""
    source = f"read_parquet({sql_file_list([data])})" if isinstance(data, Path) else f"{name}_table"
    if not isinstance(data, Path):
        engine.register(source, data)
    return f"(SELECT * REPLACE (CAST(event_id AS VARCHAR) AS event_id) FROM {source})"
