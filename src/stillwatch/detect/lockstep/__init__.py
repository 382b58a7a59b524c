"""Coordination in any (account, view, object, hour) data: groups that share beyond chance, and a score an account.

For each view, accounts are linked by what they share, grouped (Leiden), and each group is compared with the null of
:mod:`stillwatch.numeric.nulls`. A view of times and amounts (``timing.…`` with numbers as objects) gives crowds instead: others
near in time and amount at once. Views are standardised and added. Harvest behaviour is not known here, so that a group
that is flagged is for review.

Blind spots: a group that shares one object only, and crowds in a single view of times, raise scores but flag nobody.
"""

from stillwatch.detect.lockstep.run import detect_traces

__all__ = ["detect_traces"]
