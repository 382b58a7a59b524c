"""The exposure report: numbers as JSON, one self-contained page, curves as PNG."""

import base64
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch.exposure import backtest, curves, laws
from stillwatch.exposure.closed import Check, Measured
from stillwatch.exposure.defences import ATTACKS, COUNTERMEASURES, Effect, strongest
from stillwatch.exposure.worth import CAP, DAYS, HARVEST_FACTOR, NEWS, PUBLIC, CampaignWorth, Skill, Worth, scores, sizes, worth
from stillwatch.files import atomic_write, make_private_folder, write_json
from stillwatch.run_details import interval_words
from stillwatch.terminal.plain import plain

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Report:
    """What the page shows."""

    skills: list[Skill]
    measured: list[Measured]
    checks: list[Check]
    effects: list[Effect]
    asked: list[list[Worth]]
    """For each skill, the worth of the exchanges that the user gave."""
    news: list[list[Worth]]
    """For each skill, the worth of :func:`stillwatch.exposure.worth.sizes`."""
    backtest: list[backtest.Table]
    widening: float
    campaigns: list[CampaignWorth]
    teachers: list[dict[str, Any]]
    settings: dict[str, Any]

    @property
    def reported_worths(self) -> list[list[Worth]]:
        """For each skill, ``asked`` and ``news`` together, by number of exchanges, each number once."""
        return [sorted({w.n: w for w in (*asked, *news)}.values(), key=lambda w: w.n)
                for asked, news in zip(self.asked, self.news, strict=True)]


def build(
    skills: list[Skill], measured: list[Measured], checks: list[Check], effects: list[Effect],
    campaigns: list[CampaignWorth], teachers: list[dict[str, Any]], settings: dict[str, Any], widening: float,
    exchanges: Sequence[float] = (),
) -> Report:
    """Make the report: compute the worth of ``exchanges`` and of the sizes in the news, and gather the back-tests of all skills."""
    tested = backtest.table([row for skill in skills for row in skill.tested])
    asked, news = ([[worth(skill, n, widen=widening) for n in at] for skill, at in zip(skills, of, strict=True)]
                   for of in ([exchanges] * len(skills), [sizes(skill) for skill in skills]))
    return Report(skills, measured, checks, effects, asked, news, tested, widening, campaigns, teachers, settings)


TABLES = ("exposure.json", "curves.json")
"""Written first; each marks the folder as a study's. The next ``detect`` into a run folder removes the first, which values that run."""


def write(report: Report, out: Path) -> list[Path]:
    """Write exposure.json, curves.json, one PNG a skill (where matplotlib is installed) and exposure.html, the page last."""
    make_private_folder(out)
    paths = [out / name for name in TABLES]
    write_json(_json(report), paths[0])
    curves.write(report.measured, paths[1])
    pictures: list[str] = []
    for number, skill in enumerate(report.skills, start=1):
        png = picture(skill, report.widening)
        if png is None:
            pictures.append("")
            continue
        paths.append(out / f"curve-{number}.png")
        with atomic_write(paths[-1]) as partial:
            partial.write_bytes(png)
        pictures.append("data:image/png;base64," + base64.b64encode(png).decode())
    paths.append(out / "exposure.html")
    with atomic_write(paths[-1]) as partial:
        partial.write_text(page(report, pictures), encoding="utf-8")
    return paths


def _json(report: Report) -> dict[str, Any]:
    return {
        "settings": report.settings, "teachers": report.teachers, "widening": report.widening,
        "backtest": [asdict(t) | {"misses": t.misses} for t in report.backtest],
        "checks": [asdict(c) | {"passed": c.passed} for c in report.checks],
        "exchanges": [asdict(w) for row in report.asked for w in row],
        "news": [asdict(w) for row in report.news for w in row],
        "countermeasures": [asdict(e) | {"multiplier": _finite(e.multiplier)} for e in report.effects],
        "strongest": [asdict(e) | {"multiplier": _finite(e.multiplier)} for e in strongest(report.effects)],
        "skills": [
            {"task": s.task, "capability": s.capability, "channels": s.channels, "students": s.students, "gap": s.gap,
             "n_max": float(s.curve.n[-1]), "left_out": s.left_out, "threshold": asdict(s.threshold) if s.threshold else None,
             "laws": [{"law": law.name} | law.parameters() for law in laws.fit(s.leader, s.others)] if s.fitted else []}
            for s in report.skills
        ],
        "campaigns": [asdict(c) for c in report.campaigns],
    }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def picture(skill: Skill, widening: float) -> bytes | None:
    """A curve with its law and interval up to the skill's reach, as PNG; None where matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    curve = skill.curve
    figure = Figure(figsize=(7.2, 3.6), dpi=110, layout="constrained")
    axes = figure.subplots()
    for seed in curve.scores.T:
        axes.plot(curve.n, seed, ".", color="#9aa1a9", markersize=4)
    axes.plot(curve.n, curve.envelope, color="#b04a1f", linewidth=1.8, label="best of seeds and recipes")
    if skill.fitted and skill.reach > 1:
        far = np.geomspace(curve.n[-1] * 1.001, curve.n[-1] * skill.reach, 12)
        guess = scores(skill, far.tolist(), widen=widening)
        axes.fill_between(far, [g.low for g in guess], [g.high for g in guess], color="#2f6690", alpha=0.2, label="90 % interval")
        axes.plot(far, [g.score if g.score is not None else np.nan for g in guess], color="#2f6690", linestyle="--", label="law")
    axes.axhline(curve.zero, color="#565e67", linewidth=0.8, linestyle=":")
    axes.text(curve.n[0], curve.zero, " no exchanges", fontsize=8, color="#565e67", va="bottom")
    axes.set(xscale="log", xlabel="exchanges harvested", ylabel="agreement with the teacher", ylim=(0, 1.02))
    axes.set_title(plain(f"{skill.task} ({skill.capability})"), fontsize=10, loc="left", parse_math=False)
    axes.legend(fontsize=8, frameon=False, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def page(report: Report, pictures: Sequence[str]) -> str:
    """The page as HTML; nothing is loaded from anywhere."""
    import jinja2

    engine = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters |= {"share": _share, "count": _count, "times": _times, "exchanges": _exchanges, "left_out": left_out_in_words}
    least = strongest(report.effects)
    shown = {effect.countermeasure for effect in least}
    return engine.get_template("exposure.html").render(
        report=report, pictures=pictures, strongest=least, days=DAYS, news=NEWS, public=PUBLIC,
        countermeasures={measure.name: measure.what for measure in COUNTERMEASURES if measure.name in shown},
        attacks=ATTACKS, max_factor=laws.MAX_FACTOR, within=HARVEST_FACTOR, cap=CAP,
    )


def _share(value: float | None) -> str:
    return "no estimate" if value is None else f"{value:.0%}" if value >= 0.095 or value == 0 else f"{value:.1%}"


def _count(value: float) -> str:
    return "less than 1" if 0 < value < 1 else f"{value:,.0f}"


def _exchanges(w: Worth) -> str:
    """N, with its bounds where it is an estimate."""
    return _count(w.n) if w.n_low is None or w.n_high is None else f"{_count(w.n)} ({_count(w.n_low)} to {_count(w.n_high)})"


def _times(value: float) -> str:
    return f"{value:.1f}×" if np.isfinite(value) else "all"


def left_out_in_words(skill: Skill) -> str:
    """The sizes left out of a skill's curve, in words."""
    sizes_ = ", ".join(_count(n) for n in skill.left_out)
    return f"not counted: scores at {sizes_} exchanges, where another recipe's own sizes interpolate to a higher score"


def console(report: Report) -> str:
    """The report as a few lines for the terminal."""
    lines = []
    several = len({effect.task for effect in report.effects}) > 1
    for skill, worths in zip(report.skills, report.reported_worths, strict=True):
        reached = f"{skill.gap:.0%} of the gap closed" if skill.gap >= 0 else "no gap closed, and less agreement than without any exchange,"
        reached += f" at {skill.curve.n[-1]:,.0f} exchanges"
        lines.append(f"{skill.task} ({skill.capability}; {', '.join(skill.channels)}; {', '.join(skill.students)}): {reached}")
        if skill.left_out:
            lines.append(f"  {left_out_in_words(skill)}")
        if skill.threshold is not None:
            lines.append(f"  a threshold, {skill.threshold}")
        for w in worths:
            point = "no point estimate" if w.gap is None else f"{w.gap:.0%}"
            lines.append(f"  {w.n:>12,.0f} exchanges: {point}, {w.low:.0%} to {w.high:.0%} ({w.note})")
    for table in report.backtest:
        lines.append(f"  back-test {table.factor:g} times beyond: median error {table.median:.3f}, largest {table.largest:.3f}, "
                     f"{table.covered:.0%} of {table.n_curves} curves within the interval"
                     + (f": misses its aims ({table.misses})" if table.misses else ""))
    for effect in (least := strongest(report.effects)):
        bounds = f"[{effect.low:,.0f}, {effect.high:,.0f}]"
        name = f"{effect.task}, {effect.countermeasure}" if several else effect.countermeasure
        lines.append(f"  {name}: worth {effect.n_eff:,.0f} {bounds} of {effect.n:,.0f} exchanges to an attacker who adapts "
                     f"({effect.attacker}); honest users lose {effect.cost:.1%} of answers")
    if least:
        descriptions = "; ".join(f"({name}) {ATTACKS[name]}" for name in dict.fromkeys(effect.attacker for effect in least))
        lines.append("  worth: so many exchanges teach as much without the countermeasure [90 % interval]; an attacker who adapts does "
                     f"with the answers what serves best: {descriptions}")
    for check in report.checks:
        lines.append(f"  {check}")
    for campaign in report.campaigns:
        interval = interval_words(vars(campaign))
        lines.append(f"{campaign.campaign_id} ({campaign.n_harvested:,} exchanges{f', {interval}' if interval else ''})")
        for w in campaign.now:
            point = "no point estimate" if w.gap is None else f"{w.gap:.0%}"
            lines.append(f"  {w.task}, {_exchanges(w)} exchanges: {point}, {w.low:.0%} to {w.high:.0%} ({w.note})")
            later = [g for g in campaign.waiting if g.task == w.task]
            if later:
                adds = ", ".join(f"{_share(g.gap)} ({_share(g.low)} to {_share(g.high)}) in {g.days:.0f} days" for g in later)
                lines.append(f"    waiting adds {adds}")
        if campaign.unmeasured:
            left = ", ".join(f"{name} {part:.0%}" for name, part in campaign.unmeasured)
            lines.append(f"  not valued, since no curve was measured: {left}")
    return "\n".join(map(plain, lines))
