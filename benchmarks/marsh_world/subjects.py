"""Kinds of tasks: how long their answers are, how often they take reasoning, who asks for which."""

import numpy as np

from .arrays import Mix

SUBJECTS = {
    "explain": (420, 0.3), "math": (330, 1), "proof": (600, 1), "science": (420, 0.9), "logic": (300, 1), "write_code": (800, 0.7),
    "fix_code": (620, 0.7), "agent": (350, 0.8), "data": (450, 0.6), "transcribe": (230, 0.2), "catalog": (160, 0.1), "classify": (25, 0.1),
    "letter": (280, 0.1), "summary": (190, 0.1), "translate": (260, 0.1), "rewrite": (230, 0.1), "quiz": (480, 0.4), "grade": (210, 0.5),
    "prefer": (160, 0.5), "legal": (380, 0.4), "health": (330, 0.2), "plan": (420, 0.4), "quote": (240, 0.2), "story": (330, 0.1),
    "interview": (380, 0.4), "chat": (90, 0.02), "safety": (260, 0.3), "grid": (750, 0.3)
}
"""tokens of an answer, and the share of answers with reasoning, of the models that can"""
SUBJECT = {name: i for i, name in enumerate(SUBJECTS)}
ANSWER = np.array([tokens for tokens, _ in SUBJECTS.values()], dtype=float)
REASONED = np.array([share for _, share in SUBJECTS.values()], dtype=float)

EVERYDAY: Mix = {
    "explain": 3, "chat": 3, "letter": 2, "summary": 1.5, "translate": 1.5, "rewrite": 1.5, "legal": 0.8, "health": 1, "plan": 1.5,
    "story": 0.8, "quiz": 0.3, "math": 0.5, "data": 0.3, "fix_code": 0.3, "interview": 0.3, "classify": 0.2, "grade": 0.15, "science": 0.3,
    "logic": 0.3, "safety": 0.15, "catalog": 0.1, "transcribe": 0.15, "prefer": 0.1, "proof": 0.1
}
CODE: Mix = {"write_code": 3, "fix_code": 4, "agent": 1.5, "data": 1, "explain": 1}
HARD: Mix = {"math": 3, "proof": 1.4, "science": 2, "logic": 1.6}
OFFICE: Mix = {
    "letter": 3, "summary": 2, "rewrite": 2, "translate": 1, "data": 1, "legal": 0.7, "plan": 0.6, "classify": 0.3, "explain": 0.5
}
HARVEST: Mix = {**HARD, "write_code": 2, "explain": 1, "quiz": 0.6}
"""what most operators want"""
