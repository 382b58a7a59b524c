"""The page of a proof: one self-contained HTML file, no script, no network."""

from pathlib import Path
from typing import Any

from stillwatch.files import atomic_write, read_json
from stillwatch.prove.packet import seal
from stillwatch.prove.show import why_blind
from stillwatch.prove.statistics import show_p
from stillwatch.prove.verify import verify
from stillwatch.rows import read_rows
from stillwatch.terminal.counting import noun, number_of

TEMPLATES = Path(__file__).parent / "templates"
KEYS_SHOWN = 400
"""Keys in the page's table; the record holds all."""


def write_page(folder: Path, key: Path | None = None) -> Path:
    """Write ``report.html`` of a proof, with the result of its verification, then seal and sign the folder.

    Args:
        folder: of the proof.
        key: PEM file of the Ed25519 key to sign with; None does not sign.

    Returns:
        The page's path.

    Raises:
        InputError: the folder is not a proof.
    """
    import jinja2

    record = read_json(folder / "record.json")
    checks = verify(folder)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )
    environment.filters["p"] = lambda value: "0" if value is None else show_p(value)
    environment.filters["number_of"] = number_of
    result = record["result"]
    keys = sorted(result["keys"], key=lambda key_result: key_result["log_p"] if key_result["log_p"] is not None else -1e300)
    text = environment.get_template("proof.html").render(
        record=record, result=result, checks=checks, keys=keys[:KEYS_SHOWN], n_keys=len(keys), headline=headline(record),
        suspect=in_words(record["suspect"]), reference=in_words(record["reference"]), gap=(record["reference"] or {}).get("gap"),
        answers=read_rows(folder / "answers.jsonl"),
        bars=bars(keys), style=(TEMPLATES / "proof.css").read_text("utf-8"),
        digest=read_json(folder / "manifest.json")["files"]["record.json"],
    )
    path = folder / "report.html"
    with atomic_write(path) as partial:
        partial.write_text(text, "utf-8")
    seal(folder, key)
    return path


def in_words(described: dict[str, Any] | None) -> str:
    """A record's suspect or reference, in words."""
    if described is None:
        return ""
    form = {"endpoint": "{model} at {url}", "folder": "model folder {path}"}.get(described.get("kind", ""), "a file of answers")
    try:
        source = form.format_map(described)
    except KeyError:
        source = "not told"
    name = f"{described['name']}: " if described.get("name") else ""
    return f"{name}{source} (answers: SHA-256 {str(described.get('sha256'))[:16]}…)"


def headline(record: dict[str, Any]) -> str:
    """One line that states the result, and nothing beyond it."""
    result = record["result"]
    together = result.get("together")
    tested = [*result["keys"], *([together] if together else [])]
    marked = [key for key in tested if key["verdict"] == "marked"]
    unsure = [key for key in tested if key["verdict"] == "unsure"]
    committed = record["commitment"] is not None
    if unsure and not marked:
        return "The p-value and the rank among decoys disagree: nothing can be claimed"
    if not marked:
        return why_blind(result) or "No mark was shown"
    best = min(marked, key=lambda key: key["log_p_holm"] if key["log_p_holm"] is not None else -1e300)
    p_shown = show_p(best["log_p_holm"] if best["log_p_holm"] is not None else float("-inf"))
    single = [key for key in marked if key is not together]
    if single:
        which = f"{len(single):,} of {number_of(len(result['keys']), 'key')} {noun(len(single), 'is', 'are')}"
        what = f"{which} marked in the suspect's answers (p = {p_shown} after Holm)"
    else:
        what = f"{len(result['together_of'])} keys together are marked in the suspect's answers, none alone (p = {p_shown} after Holm)"
    return what if committed else what + "; the keys were not committed to in advance"


def bars(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A bar of the z-score of each of the first 40 keys: its width (per cent of the widest), and whether it is marked; sorted by name."""
    shown = sorted(keys[:40], key=lambda key: str(key["tenant"]))
    widest = max([abs(key["z"]) for key in shown] + [5.0])
    return [{"tenant": key["tenant"], "z": key["z"], "width": 100 * max(0.0, key["z"]) / widest, "lit": key["verdict"] == "marked"}
            for key in shown]
