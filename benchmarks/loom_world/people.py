"""Everybody else: people who have nothing in common, and developers behind the host's own libraries."""

import numpy as np

from .crowd import Crowd, Members
from .text import FRAMES
from .world import Loom, Program

DEVELOPERS = 0.3
"""share of the others who ask through a library"""
LIBRARY = (0.34, 0.15, 0.1, 0.12, 0.08, 0.06, 0.1, 0.05)
"""share of each of the host's libraries"""
WORKS = ("agent", "flow", "support", "translate", "blurb", "sql", "judge", "synth", "page", "caption", "tutor", "case", "drill")
"""what a developer's own program may do; few do one or two things that operators do as well"""
ASIDES = ("tutor", "tax", "letters", "tale", "puzzle", "case")
"""what people ask now and then that crowds and operators ask as well"""


def people(w: Loom, number: int, load: float) -> None:
    """So many, with a mean number of conversations."""
    r, pick, text = w.r, w.text.pick, w.text
    crowd = Crowd(
        name="individual", work="everyday", size=number, load=load, spread=1.2, turns=1.8, signup="steady", systems="none",
        nets=(("home", 0.72), ("mobile", 0.18), ("tunnel", 0.05), ("office", 0.05)),
    )
    first = len(w.accounts)
    members = Members(w, crowd, number)
    for account in w.accounts[first:]:
        if r.random() > DEVELOPERS:
            account.program = Program(*pick(w.browsers), api=False)
            continue
        agent, hello = w.sdks[int(r.choice(len(w.sdks), p=LIBRARY))]
        account.crowd = "developer"
        account.program = Program(
            agent, hello, pick([None, None, 0.0, 0.2, 0.5, 0.7, 1.0]), pick([None, None, 0.9, 0.95]), pick([None, 512, 1024, 2048, 4096]),
            bool(r.random() < 0.5),
        )
        if r.random() < 0.5:
            account.addresses = [w.places.hired()]
    couples = r.integers(first, len(w.accounts), (max(1, number // 50), 2)).tolist()
    for one, other in couples:
        w.accounts[other].payment = w.accounts[one].payment
    for place in r.choice(np.arange(first, len(w.accounts)), max(1, number // 250), replace=False).tolist():
        w.accounts[place].banned = float(r.uniform(0.2, 1) * w.span)
    members.asides = ASIDES
    for place in range(first, len(w.accounts)):
        if w.accounts[place].crowd == "developer":
            work = pick(WORKS)
            members.jobs[place] = work, 0.4 + 0.6 * text.share()
            if f"{work}.system" in FRAMES and r.random() < 0.8:
                w.accounts[place].system = text.work(work, "system", {"Program": text.coined().capitalize()})
    members.ask()
