"""What crowds and operators have in common."""

import numpy as np

HELP = "You are a helpful assistant."
LIFE = {
    "life": 3, "write": 3, "learn": 2, "translate": 1.5, "dialog": 2, "shop": 0.7, "math": 0.5, "code": 0.4, "game": 0.4,
    "faith": 0.3,
}
"""What people talk about in private: families of tasks with weights."""
SHOP_MODE = "Mode: shop helper. Answer in the customer's language, keep it under 120 words, prices in local currency."


def teams(n, least, most, rng):
    """n people in teams of least to most: team number of each."""
    found, team = [], 0
    while len(found) < n:
        found += [team] * int(rng.integers(least, most + 1))
        team += 1
    return np.array(found[:n], int)


def queue(world, kinds, n, book=()):
    """At least n tasks to be dealt out, each once, partly lifted from a public book."""
    text, found = world.text, list(book)
    while len(found) < n:
        found.append(text.ask(text.random.choice(kinds)))
    found = list(dict.fromkeys(found))
    text.random.shuffle(found)
    return found
