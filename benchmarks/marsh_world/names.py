"""Words that are made rather than listed: names of nobody, places, firms, identifiers, numbers."""

from functools import cache

import numpy as np

from .arrays import ObjArray, Words, objects, pick, unit

ONSETS = ("b", "br", "d", "dr", "f", "g", "gr", "h", "k", "kl", "l", "m", "n", "p", "r", "s", "st", "t", "v", "w", "z", "j", "sch", "th")
VOWELS = ("a", "e", "i", "o", "u", "ee", "oe", "ie", "aa", "ou", "ei")
CODAS = ("n", "r", "l", "s", "k", "m", "nd", "rt", "lf", "ck", "", "", "x")
PLACE_ENDS = (
    "wijk", "mere", "fen", "holm", "sluis", "ey", "drove", "bank", "port", "ham", "lode", "dam", "hithe", "ness", "oord", "stade"
)
FIRM_ENDS = (
    " Works", " & Daughters", " Cooperative", " Nets", " Foundation", " Logistics", " Seeds", " Press", " Services", " Labs", "",
    " Trust", " Union", " Group"
)
VERBS = (
    "get", "set", "load", "parse", "merge", "sync", "fetch", "plot", "check", "split", "build", "read", "write", "clean", "rank",
    "index", "push", "scan", "cast", "bind"
)
NOUNS = (
    "tide", "ledger", "node", "gate", "order", "user", "page", "cache", "tile", "route", "stock", "batch", "token", "frame",
    "event", "label", "depth", "invoice", "boat", "grid"
)
SUFFIXES = ("s", "_id", "_map", "Count", "2", "_old", "List", "_cfg")


@cache
def made() -> dict[str, ObjArray]:
    """Persons (P), places (T), firms (C), identifiers (w), small and large numbers (n, m), years (y)."""
    rng = np.random.default_rng(20417)

    def word(syllables: int) -> str:
        text = ""
        for i in range(syllables):
            text += rng.choice(ONSETS) + rng.choice(VOWELS) + (rng.choice(CODAS) if i == syllables - 1 else "")
        return text.capitalize()

    first = [word(int(k)) for k in rng.choice([1, 2, 2, 3], 700)]
    last = [word(int(k)) for k in rng.choice([2, 2, 3], 900)]
    places = [word(int(rng.choice([1, 2]))) + rng.choice(PLACE_ENDS) for _ in range(1200)]
    firms = [word(2) + rng.choice(FIRM_ENDS) for _ in range(900)]
    words = [f"{verb}_{noun}" for verb in VERBS for noun in NOUNS] + [noun + suffix for noun in NOUNS for suffix in SUFFIXES]
    pairs = zip(rng.integers(0, 700, 4000), rng.integers(0, 900, 4000), rng.random(4000), strict=True)
    persons = [f"{first[i]} {last[j]}" if r < 0.55 else first[i] for i, j, r in pairs]
    return {
        "P": objects(persons), "T": objects(places), "C": objects(firms), "w": objects(words),
        "n": objects([str(i) for i in range(2, 100)]), "m": objects([str(i) for i in range(101, 9999)]),
        "y": objects([str(i) for i in range(1640, 2030)])
    }


def named(kind: str, key: Words) -> ObjArray:
    """Words of a kind by key; small numbers and late years are more usual than others."""
    values = made()[kind]
    n = len(values)
    if kind in "nm":
        return values[(unit(key) ** 1.8 * n).astype(np.int64)]
    if kind == "y":
        return values[n - 1 - (unit(key) ** 2 * n).astype(np.int64)]
    return values[pick(n, key)]
