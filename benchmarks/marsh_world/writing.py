"""What requests say: prompts and system texts."""

import numpy as np

from .arrays import BoolArray, ObjArray, choose, pick, unit
from .profiles import Instructions
from .requests import Requests
from .subjects import SUBJECT
from .text import Keys, spoken, spoken_alone, typed

STYLES = [5, 2, 2, 1.2, 1]
"""how many type in each way of :func:`.text.typed`"""


def prompts(r: Requests) -> ObjArray:
    """The last turn of each request, with the instructions around a first one."""
    opens = r.opens
    human = unit(r["actor"], "human") < r.profile(lambda p: p.human)
    own, task = (Keys(r[name], r["writer"], r["writer_group"], r["second"], r["tongue"]) for name in ("key", "core"))
    prompt = np.empty(r.n, dtype=object)
    for subject, i in SUBJECT.items():
        rows = np.flatnonzero(opens & (r["subject"] == i))
        prompt[rows] = spoken("t." + subject, task.at(rows))
    follow = r.names(lambda p: p.follow)
    for kind in sorted(set(follow)):
        rows = np.flatnonzero(~opens & (follow == kind))
        prompt[rows] = spoken("fu." + kind, own.at(rows))
    manner = unit(r["talk"], "greets")
    rows = np.flatnonzero(human & opens & (manner < 0.16))
    prompt[rows] = spoken("greet", own.at(rows)) + prompt[rows]
    rows = np.flatnonzero(human & opens & (manner > 0.88))
    prompt[rows] = prompt[rows] + spoken("close", own.at(rows))
    prompt = typed(prompt, np.where(human, choose(STYLES, r["actor"], "style"), 0), r["key"])
    translated = r.profile(lambda p: _translated(p.wrap))
    for section in sorted(set(r["wrap"]) - {""}):
        rows = np.flatnonzero((r["wrap"] == section) & opens)
        text = _instructions(r, section, "wrap_key", rows, translated)
        place, task_text = pick(4, r["wrap_key"][rows], "place"), prompt[rows]
        around = np.where(place == 1, task_text + "\n" + text, text + "\n\n" + task_text)
        prompt[rows] = np.where(place == 0, text + " " + task_text, around)
    return prompt


def systems(r: Requests) -> ObjArray:
    """System texts, none where there is none."""
    system = np.full(r.n, None, dtype=object)
    translated = r.profile(lambda p: _translated(p.system))
    for section in sorted(set(r["system"]) - {""}):
        rows = np.flatnonzero(r["system"] == section)
        system[rows] = _instructions(r, section, "system_key", rows, translated)
    return system


def _translated(texts: Instructions | None) -> bool:
    return texts is not None and texts.translated


def _instructions(r: Requests, section: str, key: str, rows: np.ndarray, translated: BoolArray) -> ObjArray:
    """Instructions of some rows."""
    return spoken_alone(section, r[key][rows], np.where(translated[rows], r["tongue"][rows], 0))
