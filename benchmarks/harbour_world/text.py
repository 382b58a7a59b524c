"""A small grammar: ``speak(rng, "chat", n)`` gives n texts.

A <slot> expands to a phrase of its section, <#a-b> is a number, and obj, actor, issue and metric come from a trade.
"""

import hashlib
import random
import re
from functools import cache

import numpy as np

from .vocabulary import phrases, sections, trades

SLOT = re.compile(r"<(#\d+-\d+|[A-Za-z0-9_]+)>")
OF_TRADE = ("obj", "actor", "issue", "metric")
TRADES = trades()


@cache
def _pattern(text):
    """A format string and its slots; a tag that no section knows stays as it is."""
    bits = SLOT.split(text)
    pattern, slots = bits[0].replace("%", "%%"), []
    for slot, literal in zip(bits[1::2], bits[2::2], strict=True):
        literal = literal.replace("%", "%%")
        if slot[0] == "#" or slot in OF_TRADE or f"text.{slot}" in sections():
            slots.append(slot)
            pattern += "%s" + literal
        else:
            pattern += f"<{slot}>{literal}"
    return pattern, slots


@cache
def _node(symbol, trade):
    """(words, number, None) of a word list, else (None, number, productions); a number slot is (low, high + 1)."""
    options = phrases(f"trade.{trade}.{symbol}" if symbol in OF_TRADE else f"text.{symbol}")
    if not any(_pattern(option)[1] for option in options):
        return options, len(options), None
    productions = []
    for option in options:
        pattern, slots = _pattern(option)
        productions.append((pattern, [_number(slot) if slot[0] == "#" else _node(slot, trade) for slot in slots]))
    return None, len(options), productions


def _number(slot):
    low, high = slot[1:].split("-")
    return int(low), int(high) + 1


def _say(node, uniform):
    words, n, productions = node
    if words is not None:
        return words[int(uniform() * n)]
    pattern, parts = productions[int(uniform() * n)]
    return pattern % tuple(part[0] + int(uniform() * (part[1] - part[0])) if len(part) == 2 else _say(part, uniform) for part in parts)


def speak(rng, symbol, n, trade=None):
    """n texts of a symbol; trade: None for any, a list of names to draw from, or an array of trade numbers, one for each text."""
    if trade is None:
        trade = rng.integers(0, len(TRADES), n)
    elif not isinstance(trade, np.ndarray):
        trade = np.array([TRADES.index(name) for name in trade])[rng.integers(0, len(trade), n)]
    uniform = random.Random(int(rng.integers(1 << 62))).random
    texts = np.empty(n, object)
    for i, t in enumerate(trade.tolist()):
        texts[i] = _say(_node(symbol, TRADES[t]), uniform)
    return texts


def mix(rng, weights, n, trade=None):
    """n texts of several symbols, by weight."""
    symbols = list(weights)
    share = np.array(list(weights.values()), float)
    which = rng.choice(len(symbols), n, p=share / share.sum())
    texts = np.empty(n, object)
    for k, symbol in enumerate(symbols):
        at = np.flatnonzero(which == k)
        if len(at):
            texts[at] = speak(rng, symbol, len(at), trade[at] if isinstance(trade, np.ndarray) else trade)
    return texts


def key64(text):
    """A key of a text, as the logs hold them."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)


def tokens_of(rng, n, head=""):
    """n random identifiers."""
    return np.array([f"{head}{x:016x}" for x in rng.integers(0, 1 << 62, n).tolist()], object)
