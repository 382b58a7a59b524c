"""What ``stillwatch exposure --run`` said of a run's campaigns, for the report and for cases, which do not import exposure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import read_json

PAGE = Path("exposure") / "exposure.html"
"""Within the run folder."""


def read(run: Path) -> dict[str, dict[str, Any]]:
    """What to add to the details of each campaign that was valued: ``worth``, a row a skill, and ``unvalued``.

    A row has ``task``, ``capability``, ``n`` between ``n_low`` and ``n_high``, ``note``, ``gap`` (null where there is no point
    estimate), ``low``, ``high``, and ``waiting``: ``days`` and the further gap that so many more days would close.
    ``unvalued`` has ``name`` and ``share`` of each capability of the harvest that no curve was measured for.

    Raises:
        InputError: exposure.json is not what exposure writes.
    """
    path = run / PAGE.with_suffix(".json")
    if not path.is_file():
        return {}
    exposure = read_json(path)
    try:
        return {str(c["campaign_id"]): _campaign(c) for c in exposure["campaigns"]}
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"not what stillwatch exposure writes ({error!r})", where=path, todo="Run exposure again, or remove it") from error


def _campaign(campaign: Mapping[str, Any]) -> dict[str, Any]:
    waiting = [(str(g["task"]), {"days": float(g["days"]), **_numbers(g, "gap", "low", "high")}) for g in campaign["waiting"]]
    rows = [
        {"task": str(w["task"]), "capability": str(w["capability"]), "note": str(w["note"]),
         "waiting": [gain for task, gain in waiting if task == w["task"]], **_numbers(w, "n", "n_low", "n_high", "gap", "low", "high")}
        for w in campaign["now"]
    ]
    return {"worth": rows, "unvalued": [{"name": str(name), "share": float(share)} for name, share in campaign["unmeasured"]]}


def _numbers(row: Mapping[str, Any], *names: str) -> dict[str, float | None]:
    return {name: None if row[name] is None else float(row[name]) for name in names}
