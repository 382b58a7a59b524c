"""The model card of a student: what it was made of, by whose leave, how good it is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stillwatch import __version__
from stillwatch.distill.measures import Row, show
from stillwatch.files import replacing
from stillwatch.terminal.counting import number_of


def write(
    folder: Path, *, route: str, teacher: Mapping[str, Any], store: Mapping[str, Any], n_exchanges: int, settings: Mapping[str, Any],
    rows: Sequence[Row], notes: Sequence[str] = (),
) -> Path:
    """Write README.md into the student's folder."""
    told = "\n".join(f"| {name} | {value or 'none'} |" for name, value in teacher.items())
    chosen = "\n".join(f"- {name}: {value}" for name, value in settings.items())
    table = show(rows) if rows else "Not measured: no held-out data was given."
    text = f"""---
license: other
tags: [distillation, stillwatch]
---
# Student of {teacher.get("name")}

Route: {route}. Trained by Stillwatch {__version__} on {number_of(n_exchanges, 'exchange')} of one teacher, policy `{store.get("policy")}`.

## Teacher

| | |
|---|---|
{told}
| identity | `{store.get("identity")}` |

## Compared on held-out data

{table}

## Settings

{chosen}

## Limits

A student repeats its teacher's mistakes and is measured only on the data above.
{"".join(f"{chr(10)}{note}" for note in notes)}
"""
    path = folder / "README.md"
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return path
