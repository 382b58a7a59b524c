"""The page of a proof: one self-contained HTML file, no script, no network."""

from pathlib import Path
from typing import Any

from stillwatch.files import read_json, replacing
from stillwatch.prove.packet import seal
from stillwatch.prove.show import blind
from stillwatch.prove.statistics import show_p
from stillwatch.prove.verify import verify
from stillwatch.rows import read_rows
from stillwatch.terminal.counting import noun, number_of

TEMPLATES = Path(__file__).parent / "templates"
BEST_SHOWN = 400
"""Keys in the table; the record holds all."""


def write_page(folder: Path, key: Path | None = None) -> Path:
    """Render ``report.html`` of a packet, with the state of its verification, seal and sign it; returns the file."""
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
    keys = sorted(result["keys"], key=lambda one: one["log_p"] if one["log_p"] is not None else -1e300)
    text = environment.get_template("proof.html").render(
        record=record, result=result, checks=checks, keys=keys[:BEST_SHOWN], n_keys=len(keys), headline=headline(record),
        suspect=called(record["suspect"]), reference=called(record["reference"]), gap=(record["reference"] or {}).get("gap"),
        answers=read_rows(folder / "answers.jsonl"),
        bars=bars(keys), style=(TEMPLATES / "proof.css").read_text("utf-8"),
        digest=read_json(folder / "manifest.json")["files"]["record.json"],
    )
    path = folder / "report.html"
    with replacing(path) as partial:
        partial.write_text(text, "utf-8")
    seal(folder, key)
    return path


def called(who: dict[str, Any] | None) -> str:
    """Whom a record's suspect or reference is, in words."""
    if who is None:
        return ""
    kind = {"endpoint": "{model} at {url}", "folder": "model folder {path}"}.get(who.get("kind", ""), "a file of answers")
    try:
        told = kind.format_map(who)
    except KeyError:
        told = "not told"
    name = f"{who['name']}: " if who.get("name") else ""
    return f"{name}{told} (answers: SHA-256 {str(who.get('sha256'))[:16]}…)"


def headline(record: dict[str, Any]) -> str:
    """What was found, no more than that."""
    result = record["result"]
    together = result.get("together")
    tested = [*result["keys"], *([together] if together else [])]
    marked = [one for one in tested if one["verdict"] == "marked"]
    unsure = [one for one in tested if one["verdict"] == "unsure"]
    committed = record["commitment"] is not None
    if unsure and not marked:
        return "The p-value and the rank among decoys disagree: nothing can be claimed"
    if not marked:
        return blind(result) or "No mark was shown"
    best = min(marked, key=lambda one: one["log_p_holm"] if one["log_p_holm"] is not None else -1e300)
    told = show_p(best["log_p_holm"] if best["log_p_holm"] is not None else float("-inf"))
    single = [one for one in marked if one is not together]
    if single:
        which = f"{len(single):,} of {number_of(len(result['keys']), 'key')} {noun(len(single), 'is', 'are')}"
        what = f"{which} marked in the suspect's answers (p = {told} after Holm)"
    else:
        what = f"{len(result['together_of'])} keys together are marked in the suspect's answers, none alone (p = {told} after Holm)"
    return what if committed else what + "; the keys were not committed to in advance"


def bars(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The z of each key as a bar: left (per cent), width (per cent), for up to forty keys in the order of names."""
    shown = sorted(keys[:40], key=lambda one: str(one["tenant"]))
    most = max([abs(one["z"]) for one in shown] + [5.0])
    return [{"tenant": one["tenant"], "z": one["z"], "width": 100 * max(0.0, one["z"]) / most, "lit": one["verdict"] == "marked"}
            for one in shown]
