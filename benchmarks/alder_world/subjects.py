"""What people ask about: sections of the vocabulary, lengths of answers, system texts that fit."""

from typing import NamedTuple

import numpy as np

from .arrays import ObjArray, Rng
from .text import draw, draw_each


class Subject(NamedTuple):
    """A kind of task."""

    opening: str
    """section of first turns"""
    follow: str
    """section of later turns"""
    tokens: float
    """median of an answer"""
    spread: float
    """of the logarithm of an answer's tokens"""
    paste: float = 0
    """median of tokens pasted along, which are not logged"""


SUBJECTS = {
    "code": Subject("code_q", "code_f", 480, 0.7, 120), "math": Subject("math_q", "math_f", 420, 0.6),
    "hard": Subject("hard_q", "math_f", 900, 0.6), "science": Subject("science_q", "study_f", 430, 0.6),
    "essay": Subject("essay_q", "essay_f", 720, 0.5), "exam": Subject("exam_q", "study_f", 350, 0.6, 30),
    "chat": Subject("chat_q", "chat_f", 140, 0.8), "role": Subject("role_q", "role_f", 210, 0.6),
    "shop": Subject("shop_q", "shop_f", 230, 0.6), "marketing": Subject("marketing_q", "shop_f", 260, 0.6),
    "farm": Subject("farm_q", "farm_f", 280, 0.5), "health": Subject("health_q", "health_f", 330, 0.5),
    "letter": Subject("letter_q", "essay_f", 410, 0.5, 60), "law": Subject("law_q", "law_f", 460, 0.5, 100),
    "translate": Subject("translate_q", "translate_f", 90, 0.8, 20), "sheet": Subject("sheet_q", "code_f", 240, 0.6),
    "faith": Subject("faith_q", "essay_f", 560, 0.5), "article": Subject("article_q", "essay_f", 900, 0.4),
    "summary": Subject("summary_q", "summary_f", 220, 0.5, 900), "classify": Subject("classify_q", "classify_q", 6, 0.4),
    "extract": Subject("extract_q", "extract_q", 130, 0.4), "logic": Subject("logic_q", "math_f", 520, 0.6),
    "agent": Subject("agent_q", "agent_f", 260, 0.7), "sql": Subject("sql_q", "code_f", 210, 0.5, 150),
    "travel": Subject("travel_q", "chat_f", 380, 0.5), "knowledge": Subject("knowledge_q", "study_f", 520, 0.5),
    "poem": Subject("poem_q", "essay_f", 260, 0.5), "judge": Subject("judge_q", "judge_q", 180, 0.5, 300),
    "mcq": Subject("mcq_q", "mcq_q", 60, 1.0), "polished": Subject("polished_q", "polished_f", 780, 0.45),
    "deepen": Subject("deepen_q", "polished_f", 700, 0.5), "persona": Subject("persona_q", "polished_f", 640, 0.5)
}
BARE = ("hard", "shop", "translate", "summary", "classify", "extract", "logic", "sql", "judge", "mcq", "polished", "deepen")
"""subjects to which nobody adds a remark of their own"""
SYSTEMS = {
    "classify": "sys_classify", "extract": "sys_extract", "sql": "sys_sql", "article": "sys_editor", "marketing": "sys_editor",
    "summary": "sys_calls", "shop": "sys_bot", "translate": "sys_language", "law": "sys_office", "letter": "sys_office",
    "sheet": "sys_office", "math": "sys_tutor", "exam": "sys_tutor", "agent": "sys_agent"
}


def first_turns(rng: Rng, subjects: ObjArray, aside: float = 0.5) -> ObjArray:
    """Opening messages; a share carry a remark of the writer's own (who, how long, for whom, by when)."""
    out = draw_each(rng, np.array([SUBJECTS[s].opening for s in subjects], dtype=object))
    more = np.flatnonzero(~np.isin(subjects.astype(str), BARE) & (rng.random(len(out)) < aside))
    front = rng.random(len(more)) < 0.3
    before, after = more[front], more[~front]
    out[before] = draw(rng, "aside_front", len(before)) + " " + out[before]
    remarks = draw(rng, "aside_back", len(after))
    out[after] = np.array([_joined(text, remark) for text, remark in zip(out[after], remarks, strict=True)], dtype=object)
    return out


def _joined(text: str, remark: str) -> str:
    """A text followed by a remark, without doubled stops."""
    if remark[:1] in "(-":
        return text + " " + remark
    return text + (remark.lstrip(".,") if text[-1:] in ".?!" else remark)


def fitting_systems(rng: Rng, subjects: ObjArray) -> ObjArray:
    """A system text that fits each subject."""
    return draw_each(rng, np.array([SYSTEMS.get(s, "sys_expert") for s in subjects], dtype=object))


def later_turns(subjects: ObjArray) -> ObjArray:
    """The section that each subject's later turns come from."""
    return np.array([SUBJECTS[s].follow for s in subjects], dtype=object)
