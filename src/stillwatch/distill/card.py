"""The model card of a student: its data, its teacher and the teacher's terms, and how well it does."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stillwatch import __version__
from stillwatch.distill.measures import Row, show
from stillwatch.files import atomic_write
from stillwatch.terminal.counting import number_of


def write(
    folder: Path, *, route: str, teacher: Mapping[str, Any], store: Mapping[str, Any], n_exchanges: int, settings: Mapping[str, Any],
    rows: Sequence[Row], notes: Sequence[str] = (),
) -> Path:
    """Write README.md into the student's folder.

    Args:
        folder: of the student.
        route: a key of :data:`stillwatch.distill.train.ROUTES`.
        teacher: the public part of the manifest.
        store: what ``store.json`` says.
        n_exchanges: exchanges that the student was trained on.
        settings: of the training, by name.
        rows: the comparison on held-out data; none where it was not measured.
        notes: further limits, a line each.

    Returns:
        The path of the card.
    """
    teacher_table = "\n".join(f"| {name} | {value or 'none'} |" for name, value in teacher.items())
    setting_lines = "\n".join(f"- {name}: {value}" for name, value in settings.items())
    comparison = show(rows) if rows else "Not measured: no held-out data was given."
    text = f"""---
license: other
tags: [distillation, stillwatch]
---
# Student of {teacher.get("name")}

Route: {route}. Trained by Stillwatch {__version__} on {number_of(n_exchanges, 'exchange')} of one teacher, policy `{store.get("policy")}`.

## Teacher

| | |
|---|---|
{teacher_table}
| identity | `{store.get("identity")}` |

## Compared on held-out data

{comparison}

## Settings

{setting_lines}

## Limits

A student repeats its teacher's mistakes and is measured only on the data above.
{"".join(f"{chr(10)}{note}" for note in notes)}
"""
    path = folder / "README.md"
    with atomic_write(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return path
