"""When people and machines work: weights of the local hours of a day and of the days of a week, Monday first."""

import numpy as np


def _hours(weights):
    found = np.array([float(x) for x in weights.split()])
    return found / found.sum()


HOURS = {
    "office": _hours(".2 .1 .1 .1 .1 .2 .8 2 6 9 10 9 6 8 10 10 9 7 4 2 1.5 1 .7 .4"),
    "evening": _hours("2 1 .6 .3 .3 .4 .8 1.5 2 2 2 2 3 3 3 4 4 5 6 8 10 10 8 5"),
    "student": _hours("4 3 2 1 .3 .2 .3 1 3 5 6 6 5 6 7 7 6 5 5 7 8 9 8 6"),
    "always": _hours("1 " * 24),
    "consumer": _hours("2 1.2 .8 .5 .5 .8 1.5 3 4 5 5 5 6 5 5 5 5 6 7 8 9 8 6 4"),
    "night": _hours("9 10 10 8 6 3 .5 .1 .1 .1 .1 .1 .1 .1 .1 .1 .1 .1 .1 .2 .5 2 5 8"),
}
WEEK = {
    "office": [1, 1.05, 1.05, 1, 0.85, 0.12, 0.08],
    "evening": [1, 1, 1, 1, 1, 1.2, 1.2],
    "student": [1, 1, 1, 0.9, 0.6, 0.5, 1],
    "always": [1] * 7,
    "consumer": [1, 1, 1, 1, 1, 1.1, 1.1],
    "night": [1, 1, 1, 1, 1, 0.7, 0.7],
    "sunday": [0.2, 0.2, 0.4, 0.5, 1, 2.5, 5],
    "weekend": [0.1, 0.1, 0.1, 0.1, 1, 4, 4],
}
