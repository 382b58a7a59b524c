"""Compiled loops over events: text from the grammar, keys of conversations, hexadecimal names, addresses.

Everything is a function of seeds: the same task seed gives the same text whoever asks, which is what makes a shared
task pool, a benchmark or a repeated template.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from stillwatch.numeric.fast_hashes import FNV_OFFSET_BASIS, FNV_PRIME, GOLDEN_GAMMA, splitmix64
from stillwatch.simulate.grammar import CAPITAL, I32, I64, NUMBER, PERSONAL, RESTORE, SYMBOL, U8, Grammar

U64 = npt.NDArray[np.uint64]
LONGEST_PROMPT = 2000
LONGEST_SYSTEM = 6000
_S32 = np.uint64(32)
_NOBODY = np.uint64(0)
_ONE, _THREE, _TEN = np.uint64(1), np.uint64(3), np.uint64(10)
_POSITIVE = np.uint64(0x7FFFFFFFFFFFFFFF)


class HabitColumns(NamedTuple):
    """What a kind of request is made of, one entry a habit; symbols are -1 where there is no such part."""

    inject: I32
    inject_key: U64
    inject_n: I64
    frame: I32
    frame_key: U64
    frame_n: I64
    after: I32
    after_key: U64
    after_n: I64
    follow: I32
    system_key: U64
    system_n: I64


class EventColumns(NamedTuple):
    """One entry an event: conversation, turn in it, seed of its task, topic, and whose words it uses."""

    habit: I32
    session: U64
    turn: I32
    replay: I32
    task: U64
    topic: I32
    persona: U64


@njit(cache=True, nogil=True)
def next_random(z: Any) -> Any:
    """What splitmix64 draws from a state (Steele, Lea and Flood, OOPSLA 2014): a bijection of 64-bit values."""
    return splitmix64(np.uint64(z) + GOLDEN_GAMMA)


@njit(cache=True, nogil=True)
def below(z: Any, n: Any) -> Any:
    """A number below n from 64 random bits (multiply-shift)."""
    return ((np.uint64(z) >> _S32) * np.uint64(n)) >> _S32


@njit(cache=True, nogil=True)
def expand(g: Grammar, symbol: int, seed: Any, persona: Any, out: U8, pos: int, stop: int, stack: I32) -> int:
    """Write what a symbol expands to under a seed at ``out[pos:]``; returns the end. Stops expanding at ``stop``."""
    rng = next_random(seed + next_random(np.uint64(symbol)))
    saved = rng
    personal = False
    capital = False
    top = 0
    stack[0] = symbol
    while top >= 0 and pos < stop:
        item = stack[top]
        top -= 1
        if item < 0:
            begin, end = g.term_first[-1 - item], g.term_first[-item]
            for i in range(begin, end):
                byte = g.terms[i]
                if capital:
                    if 97 <= byte <= 122:
                        byte -= 32
                    capital = False
                out[pos] = byte
                pos += 1
            continue
        if item == RESTORE:
            rng = saved
            personal = False
            continue
        rng += GOLDEN_GAMMA
        draw = next_random(rng)
        if item & NUMBER:
            digits = 1 + below(draw, item & 7)
            draw = next_random(draw)
            for digit in range(digits):
                value = draw % _TEN
                draw = draw // _TEN
                if digit == 0 and value == 0:
                    value = _ONE
                out[pos] = 48 + value
                pos += 1
            continue
        s = item & SYMBOL
        if item & CAPITAL:
            capital = True
        if item & PERSONAL and not personal and persona != 0:
            saved = rng
            rng = next_random(persona ^ next_random(np.uint64(s))) + below(draw, _THREE)
            draw = next_random(rng)
            personal = True
            top += 1
            stack[top] = RESTORE
        n = g.first[s + 1] - g.first[s]
        pick = np.int64(seed % np.uint64(n)) if g.indexed[s] else np.int64(below(draw, n))
        alternative = g.alternatives[g.first[s] + pick]
        for i in range(g.item_first[alternative + 1] - 1, g.item_first[alternative] - 1, -1):
            if top + 1 < stack.size:
                top += 1
                stack[top] = g.items[i]
    return pos


@njit(cache=True, nogil=True)
def variant(key: Any, n: int, draw: Any) -> Any:
    """The seed of one of n wordings, the first ones more often; any wording at all where n is 0."""
    if n == 1:
        return key
    if n == 0:
        return draw
    u = np.float64(draw >> np.uint64(11)) / 9007199254740992.0
    return key + np.uint64(np.int64(n * u**1.5))


@njit(cache=True, nogil=True)
def first_turn(
    g: Grammar,
    h: HabitColumns,
    variation: int,
    k: int,
    session: Any,
    task: Any,
    topic: int,
    persona: Any,
    out: U8,
    pos: int,
    stack: I32,
) -> int:
    """Write the first user turn of a conversation."""
    start = pos
    draw = next_random(session)
    if h.inject[k] >= 0:
        pos = expand(
            g, h.inject[k], variant(h.inject_key[k], h.inject_n[k], next_random(draw)), _NOBODY, out, pos, pos + 1500, stack
        )
    if h.frame[k] >= 0:
        seed = variant(h.frame_key[k], h.frame_n[k], next_random(draw + _ONE))
        pos = expand(g, h.frame[k], seed, persona, out, pos, pos + 1500, stack)
        if pos > start and out[pos - 1] > 32:
            out[pos] = 32
            pos += 1
    pos = expand(g, topic, task, persona, out, pos, pos + LONGEST_PROMPT, stack)
    if g.indexed[topic] and task >= np.uint64(g.first[topic + 1] - g.first[topic]):
        pos = expand(g, variation, task, _NOBODY, out, pos, pos + 600, stack)
    if h.after[k] >= 0:
        pos = expand(
            g,
            h.after[k],
            variant(h.after_key[k], h.after_n[k], next_random(draw + _THREE)),
            persona,
            out,
            pos,
            pos + 1500,
            stack,
        )
    if pos == start:
        out[pos] = 63
        pos += 1
    return pos


@njit(cache=True, nogil=True)
def digest(out: U8, begin: int, end: int, key: Any) -> Any:
    """FNV-1a over bytes from a start that ``key`` changes, spread by :func:`next_random`: the hash of messages that a gateway computes."""
    value = FNV_OFFSET_BASIS ^ key
    for i in range(begin, end):
        value = (value ^ np.uint64(out[i])) * FNV_PRIME
    return next_random(value)


@njit(cache=True, nogil=True)
def write_prompts(
    g: Grammar, h: HabitColumns, e: EventColumns, variation: int, reserve: int, begin: int, end: int
) -> tuple[U8, I32, I64, I64, U64]:
    """Texts of the events begin to end: bytes, offsets, keys of the messages and of the turn before, system seeds.

    The key of a first turn is a hash of the text itself, so equal first turns of strangers collide as they do in real
    logs; later turns contain an answer and are unique to the conversation. A key of 0 before means a first turn.
    """
    n = end - begin
    out = np.empty(n * 320 + reserve, np.uint8)
    scratch = np.empty(reserve, np.uint8)
    offsets = np.zeros(n + 1, np.int32)
    context, parent = np.empty(n, np.int64), np.zeros(n, np.int64)
    system = np.empty(n, np.uint64)
    stack = np.empty(512, np.int32)
    pos = 0
    for i in range(n):
        j = begin + i
        k, turn, session = e.habit[j], e.turn[j], e.session[j]
        if pos + reserve > out.size:
            grown = np.empty(out.size + out.size // 2 + reserve, np.uint8)
            grown[:pos] = out[:pos]
            out = grown
        start = pos
        system[i] = variant(h.system_key[k], h.system_n[k], next_random(session + np.uint64(7)))
        if turn == 0:
            pos = first_turn(g, h, variation, k, session, e.task[j], e.topic[j], e.persona[j], out, pos, stack)
            key = digest(out, start, pos, system[i])
        else:
            here = next_random(session + np.uint64(turn))
            if h.inject[k] >= 0:
                seed = variant(h.inject_key[k], h.inject_n[k], here)
                pos = expand(g, h.inject[k], seed, _NOBODY, out, pos, pos + 1500, stack)
            seed = next_random(here + np.uint64(e.replay[j]))
            pos = expand(g, h.follow[k], seed, e.persona[j], out, pos, pos + LONGEST_PROMPT, stack)
            key = next_random(here) + np.uint64(e.replay[j])
            if turn == 1:
                stop = first_turn(g, h, variation, k, session, e.task[j], e.topic[j], e.persona[j], scratch, 0, stack)
                before = digest(scratch, 0, stop, system[i])
            else:
                before = next_random(next_random(session + np.uint64(turn - 1)))
            parent[i] = np.int64(before & _POSITIVE)
        context[i] = np.int64(key & _POSITIVE)
        offsets[i + 1] = pos
    return out[:pos].copy(), offsets, context, parent, system


@njit(cache=True, nogil=True)
def write_texts(g: Grammar, symbols: I32, seeds: U64, reserve: int, longest: int) -> tuple[U8, I32]:
    """Texts of symbols under seeds: bytes and offsets."""
    out = np.empty(symbols.size * 800 + reserve, np.uint8)
    offsets = np.zeros(symbols.size + 1, np.int32)
    stack = np.empty(512, np.int32)
    pos = 0
    for i in range(symbols.size):
        if pos + reserve > out.size:
            grown = np.empty(out.size * 2 + reserve, np.uint8)
            grown[:pos] = out[:pos]
            out = grown
        pos = expand(g, symbols[i], seeds[i], _NOBODY, out, pos, pos + longest, stack)
        offsets[i + 1] = pos
    return out[:pos].copy(), offsets


@njit(cache=True, nogil=True)
def hexadecimal(values: U64, prefix: U8, digits: int) -> U8:
    """A prefix and the first digits of each value in hexadecimal, all of one width."""
    width = prefix.size + digits
    out = np.empty(values.size * width, np.uint8)
    for i in range(values.size):
        base = i * width
        for j in range(prefix.size):
            out[base + j] = prefix[j]
        value = values[i]
        for j in range(digits):
            if j == 16:
                value = next_random(values[i])
            nibble = np.int64((value >> np.uint64(60 - 4 * (j & 15))) & np.uint64(15))
            out[base + prefix.size + j] = nibble + 48 if nibble < 10 else nibble + 87
    return out


@njit(cache=True, nogil=True)
def dotted(addresses: npt.NDArray[np.uint32]) -> tuple[U8, I32]:
    """IPv4 addresses as text: bytes and offsets."""
    out = np.empty(addresses.size * 15, np.uint8)
    offsets = np.zeros(addresses.size + 1, np.int32)
    pos = 0
    for i in range(addresses.size):
        for part in range(4):
            value = (np.int64(addresses[i]) >> (24 - 8 * part)) & 255
            if value >= 100:
                out[pos] = 48 + value // 100
                pos += 1
            if value >= 10:
                out[pos] = 48 + value // 10 % 10
                pos += 1
            out[pos] = 48 + value % 10
            pos += 1
            if part < 3:
                out[pos] = 46
                pos += 1
        offsets[i + 1] = pos
    return out, offsets
