"""The report of a run: one self-contained page that an analyst can read, print and sign; and exports for other tools.

The page needs no network and no script: style, pictures and numbers are in the file. Everything from logs (identifiers, prompts) is
hostile input: it is escaped, and characters that could hide or reverse text are made visible.
"""

from pathlib import Path

__all__ = ["export", "run"]


def run(run: Path, *, out: Path | None = None) -> Path:
    """Write the report of a run.

    Args:
        run: run folder that ``stillwatch detect`` wrote.
        out: file to write; by default RUN/report.html.

    Returns:
        The file written.

    Raises:
        InputError: the folder or a table is absent or unreadable, a table differs from its digest in the run's summary, details are not
            as detect writes them, or the file cannot be written.
    """
    import os
    from urllib.parse import quote

    from stillwatch.files import atomic_write
    from stillwatch.report.load import load
    from stillwatch.report.page import page
    from stillwatch.run_details import demand_harvest

    path = run / "report.html" if out is None else out
    loaded = load(run)
    demand_harvest(run, sum(campaign.row["n_harvested"] for campaign in (*loaded.campaigns, *loaded.reviews)))
    exposure_address = None if loaded.exposure is None else quote(Path(os.path.relpath(loaded.exposure, path.parent)).as_posix())
    text = page(loaded, exposure=exposure_address)
    with atomic_write(path) as partial:
        partial.write_text(text, encoding="utf-8", errors="replace")
    return path


def export(run: Path, format: str, *, out: Path | None = None) -> list[Path]:
    """Write campaigns, accounts and harvested requests for other tools.

    Args:
        run: run folder.
        format: ``csv`` (campaigns.csv, accounts.csv, harvest.csv; cells that a spreadsheet would run as a formula get a leading
            apostrophe, and the campaigns' ``details``, too long for a cell, are left out) or ``json`` (campaigns.json; accounts.jsonl
            and harvest.jsonl, one object a line, values unchanged).
        out: folder to write to; by default RUN/export.

    Returns:
        The files written.

    Raises:
        InputError: the format is unknown, a table is absent, unreadable or differs from its digest in the run's summary, or a file
            cannot be written.
    """
    from stillwatch.report.exports import write

    return write(run, format, run / "export" if out is None else out)
