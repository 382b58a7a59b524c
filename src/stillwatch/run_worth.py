"""What ``stillwatch exposure --run`` said of a run's campaigns, for the report and for cases, which do not import exposure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import read_json

PAGE = Path("exposure") / "exposure.html"
"""Within the run folder."""
_NUMBERS = ("gap", "low", "high")


def read(run: Path) -> dict[str, dict[str, Any]]:
    """What to add to the details of each campaign that was valued: ``worth``, a row a skill.

    A row has ``task``, ``capability``, ``n``, ``note``, ``gap`` (null where there is no point estimate), ``low``, ``high``,
    and ``waiting``: ``days`` and the gap that so many more days would close.

    Raises:
        InputError: exposure.json is not what exposure writes.
    """
    path = run / PAGE.with_suffix(".json")
    if not path.is_file():
        return {}
    told = read_json(path)
    try:
        return {str(c["campaign_id"]): {"worth": [_row(w) for w in c["now"]]} for c in told["campaigns"]}
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"not what stillwatch exposure writes ({error!r})", where=path, todo="Run exposure again, or remove it") from error


def _row(told: Mapping[str, Any]) -> Mapping[str, Any]:
    waiting = [{"days": float(w["days"]), **_bounds(w)} for w in told["waiting"]]
    return {"task": str(told["task"]), "capability": str(told["capability"]), "n": float(told["n"]), "note": str(told["note"]),
            "waiting": waiting, **_bounds(told)}  # fmt: skip


def _bounds(told: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: None if told[name] is None else float(told[name]) for name in _NUMBERS}
