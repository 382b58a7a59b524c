"""Judge: is a group a campaign, what did it harvest, and which innocent explanation fits it?"""

from stillwatch.judge.evidence import EVIDENCE, Finding, Handoffs, Scene
from stillwatch.judge.measure import HOUR_US, Matcher, Measured, account_codes, lookup, measure
from stillwatch.judge.people import People, people
from stillwatch.judge.sample import Sample, sample

__all__ = [
    "EVIDENCE",
    "HOUR_US",
    "Finding",
    "Handoffs",
    "Matcher",
    "Measured",
    "People",
    "Sample",
    "Scene",
    "account_codes",
    "lookup",
    "measure",
    "people",
    "sample",
]
