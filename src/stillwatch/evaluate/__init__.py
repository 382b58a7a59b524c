"""Compare a run with the truth: fake accounts found, innocent accounts accused, harvested requests counted.

:func:`run` reads a run folder and writes ``evaluation.json``; :func:`measures` and :func:`ranking` are the pure
functions behind it, for benchmarks.
"""

from stillwatch.evaluate.measure import measures
from stillwatch.evaluate.ranking import ranking
from stillwatch.evaluate.runner import TRUTH_EVENTS, find_truth, read_truth, read_truth_events, run

__all__ = ["TRUTH_EVENTS", "find_truth", "measures", "ranking", "read_truth", "read_truth_events", "run"]
