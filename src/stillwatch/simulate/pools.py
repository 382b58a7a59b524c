"""Real prompts and real client rates, read from files that the user names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import InputError
from stillwatch.files import reading_parquet
from stillwatch.simulate.roster import Array
from stillwatch.simulate.world import CAPABILITIES
from stillwatch.tables import it_has
from stillwatch.terminal.counting import number_of

MAX_CHARACTERS = 8000
STORE = "exchanges.jsonl"
"""Of a harvest store."""
WINDOW_S = 600
WINDOWS = 144
MAX_START_S, MAX_RATE_PER_S = 7_258_118_400.0, 1e9
"""Starts of windows are before the year 2200, rates no higher than this."""


@dataclass(frozen=True)
class FilePools:
    """Texts by pool, and which pools serve chat, code, bench and each capability."""

    texts: dict[str, list[str]]
    uses: dict[str, list[str]]


@dataclass(frozen=True)
class Rates:
    """Shapes of clients: share of a mean day's requests in each of 144 windows of 600 s, by client and day."""

    shapes: Array


def _read_table(path: Path, required: tuple[str, ...]) -> pa.Table:
    path = Path(path)
    with reading_parquet(path):
        table = pq.read_table(path)
    for name in required:
        if name not in table.column_names:
            raise InputError(f"lacks the column {name}", where=path, todo=it_has(table.column_names))
    return table


def _store_prompts(folder: Path) -> pa.Table:
    """What a harvest store (docs/distill.md) asked its teacher, as prompts of the role harvest."""
    path, texts = folder / STORE, []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            turns = orjson.loads(line)["messages"]
            texts.append(turns[-1][1] if turns else None)
            if not isinstance(texts[-1], str | None):
                raise TypeError("content is no text")
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise InputError("not an exchange", where=f"{path} line {number}") from error
    if not any(texts):
        raise InputError("the store keeps no prompts", where=folder, todo="Harvest without --no-text")
    return pa.table({"prompt": pa.array(texts, pa.string()), "role": ["harvest"] * len(texts)})


def read_prompts(path: Path) -> FilePools:
    """Prompts as task pools, one a source (else a role, else one): distinct texts in the order of the file or harvest store.

    Where roles are told, benchmarks are swept by evaluators, operators prefer what is marked as harvest, and people
    draw from everything but benchmarks, so that no pool belongs to attackers alone.
    """
    table = _store_prompts(Path(path)) if (Path(path) / STORE).is_file() else _read_table(path, ("prompt",))
    n = len(table)

    def column(name: str, default: str) -> list[str]:
        values: list[Any] = table[name].to_pylist() if name in table.column_names else [default] * n
        return [str(value) if value else default for value in values]

    texts: dict[str, dict[str, None]] = {}
    role_of: dict[str, str] = {}
    roles = column("role", "any")
    for text, source, role in zip(table["prompt"].to_pylist(), column("source", ""), roles, strict=True):
        if isinstance(text, str) and text.strip():
            name = f"file.{source or role}"
            texts.setdefault(name, {})[text[:MAX_CHARACTERS]] = None
            role_of.setdefault(name, role)
    if not texts:
        raise InputError("has no prompts", where=path)

    def having(*wanted: str) -> list[str]:
        return [name for name in texts if role_of[name] in wanted] or list(texts)

    everyone = [name for name in texts if role_of[name] != "benchmark"] or list(texts)
    harvest = having("harvest")
    uses = {"chat": everyone, "code": [n for n in everyone if "code" in n] or everyone, "bench": having("benchmark")}
    for capability in CAPABILITIES:
        uses[capability] = [name for name in harvest if capability in name] or harvest
    return FilePools({name: list(found) for name, found in texts.items()}, uses)


def read_rates(path: Path, world_days: int) -> Rates:
    """Client rates as shapes; over the world's days a client's mean rate is one, so that volumes stay those of the world.

    A file of fewer days is gone through again; clients that are silent in all of them are left out.
    """
    table = _read_table(path, ("client", "window_start_s", "rate_per_s"))
    names = [name for name in ("model_class", "client") if name in table.column_names]  # client numbers repeat over model classes
    if any(pa.types.is_nested(table[name].type) for name in names):
        raise InputError("client and model_class must be text or numbers", where=path)
    client = list(zip(*(table[name].to_pylist() for name in names), strict=True))
    number = {name: i for i, name in enumerate(dict.fromkeys(client))}
    who = np.array([number[name] for name in client])
    try:
        start = np.asarray(table["window_start_s"].cast(pa.float64()))
        rate = np.asarray(table["rate_per_s"].cast(pa.float64()).fill_null(0.0))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError("window_start_s and rate_per_s must be numbers", where=path) from error
    if not len(start):
        raise InputError("has no rates", where=path)
    # An infinity in one window would leave nothing of all the others; written so that NaN fails, too.
    if not ((start >= 0) & (start < MAX_START_S)).all() or not ((rate >= 0) & (rate <= MAX_RATE_PER_S)).all():
        raise InputError(f"has a window_start_s before 0 or after the year 2200, or a rate_per_s that is not from 0 to {MAX_RATE_PER_S:g}",
                         where=path, todo="Correct or remove these rows")
    window = (start // WINDOW_S).astype(np.int64)
    days = int(min(window.max() // WINDOWS + 1, world_days, 62))
    grid = np.zeros((len(number), days, WINDOWS))
    inside = window < days * WINDOWS
    np.add.at(grid, (who[inside], window[inside] // WINDOWS, window[inside] % WINDOWS), np.maximum(rate[inside], 0))
    grid = grid[grid.any(axis=(1, 2))]
    if not len(grid):
        raise InputError(f"no rate above 0 in the first {number_of(days, 'day')}", where=path,
                         todo="Pass window_start_s in seconds after the world's start")
    grid /= (grid.sum(axis=2) @ np.bincount(np.arange(world_days) % days) / world_days)[:, None, None]
    return Rates(grid)
