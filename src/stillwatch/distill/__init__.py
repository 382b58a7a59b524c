"""Copy one's own model on purpose: ask a teacher, keep its answers, train a smaller student, and tell what was kept.

A teacher is declared in a manifest (:mod:`manifest`) and every answer of it is one row of an append-only store
(:mod:`store`), which training, exposure and test traffic read. Heavy libraries are the extra ``distill``.
"""
