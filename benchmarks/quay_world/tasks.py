"""What is asked: prompts and system prompts out of the keys of a log's requests."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .activity import FOLLOWS, TOPICS, Stream
from .clients import AGENTS
from .grammar import LANGUAGES, put, render, sentences, translate, typed
from .hashing import I64, U64, mix, pick, uniform
from .profiles import Work


def prompts(works: Sequence[Work], places: U64, work: I64, log: Stream, account: U64) -> pa.Array:
    """The last user turn of each request; ``places`` are the keys of the works' groups."""

    def told(attribute: str) -> Any:
        return np.array([getattr(item, attribute) for item in works])[work]

    queued = told("queue") != "own"
    by_hand = told("by_hand")
    owner = np.where(queued, log.task, log.person)
    event = mix(np.where(queued, log.task, log.session), log.turn)
    wording = told("wording")
    known = told("known")
    common = np.where(known > 0, mix("wording", known), mix(places[work], "wording", work))
    template = mix(
        common,
        np.select(
            [wording == "several", wording == "personal", wording == "varied"],
            [pick(12, log.task, "wording").astype(np.uint64), np.where(told("people") > 0, log.person, account), log.task],
            np.uint64(0),
        ),
    )
    texts = _bodies(works, work, log, event, owner, template)
    speaker = np.where(queued, log.task, log.person)
    foreign = uniform(speaker, "foreign") < told("foreign")
    texts = translate(texts, np.where(foreign, 1 + pick(len(LANGUAGES) - 1, speaker, "language"), 0))
    greeted = np.flatnonzero(by_hand & (uniform(log.person, "greets") < 0.3) & (uniform(event, "greets") < 0.5) & (log.turn == 0))
    texts = put(
        texts, greeted, pc.binary_join_element_wise(render("lead", event[greeted], log.person[greeted]), texts.take(pa.array(greeted)), "")
    )
    texts = _templates(works, work, log, texts, template)
    return typed(texts, log.person, event, by_hand & ((told("template") == "") | (wording == "personal")))


def _bodies(works: Sequence[Work], work: I64, log: Stream, event: U64, owner: U64, template: U64) -> pa.Array:
    """The task of each first turn, the answer to a tool or a follow-up of each later one."""
    texts = pa.array([""] * len(work), pa.string())
    first = log.turn == 0
    for number, topic in enumerate(TOPICS):
        rows = np.flatnonzero(first & (log.topic == number))
        texts = put(texts, rows, render("topic." + topic, log.task[rows], owner[rows]))
    context = np.array([item.context for item in works])[work]
    # Few paste much: the number of pasted sentences has a long tail.
    pasted = np.floor(-context * np.log1p(-uniform(log.task, "context")) * np.exp(uniform(log.task, "tail"))).astype(np.int64)
    rows = np.flatnonzero(first & (pasted > 0))
    more = sentences("sentence", mix(log.task[rows], "context"), owner[rows], np.minimum(pasted[rows], 14))
    texts = put(texts, rows, pc.binary_join_element_wise(texts.take(pa.array(rows)), more, "\n\n"))

    tooled = np.array([item.tools for item in works])[work] & (uniform(event, "tool") < 0.75)
    rows = np.flatnonzero(~first & tooled)
    texts = put(texts, rows, render("tool.result", event[rows], log.person[rows]))
    names = np.array([item.follow for item in works], object)[work]
    usual = np.array(["follow." + FOLLOWS.get(topic, "text") for topic in TOPICS], object)[log.topic]
    section = np.where(names == "", usual, names).astype(str)
    scripted = (
        ~np.array([item.by_hand for item in works])[work] & (names != "") & (np.array([item.wording for item in works])[work] == "fixed")
    )
    said = np.where(scripted, mix(template, log.turn), event)
    for name in np.unique(section):
        rows = np.flatnonzero(~first & ~tooled & (section == name))
        texts = put(texts, rows, render(str(name), said[rows], owner[rows]))
    return texts


def _templates(works: Sequence[Work], work: I64, log: Stream, texts: pa.Array, template: U64) -> pa.Array:
    """The texts with what people, programs and operators add to each."""
    sections = np.array([item.template for item in works])[work]
    by_hand = np.array([item.by_hand for item in works])[work]
    tools = np.array([item.tools for item in works])[work]
    used = (sections != "") & ((log.turn == 0) | ~(by_hand | tools))
    for name in np.unique(sections[used]):
        rows = np.flatnonzero(used & (sections == name))
        # Long ones have a second sentence out of the same section or a demand of form.
        keys, back = np.unique(template[rows], return_inverse=True)
        words = render(str(name), keys, keys)
        longer = np.flatnonzero(uniform(keys, "longer") < 0.55)
        second = np.where(uniform(keys[longer], "form") < 0.4, "template.format", str(name))
        for section in np.unique(second):
            some = longer[second == section]
            tail = render(str(section), mix(keys[some], "second"), keys[some])
            head = words.take(pa.array(some))
            words = put(words, some, pc.if_else(pc.equal(head, tail), head, pc.binary_join_element_wise(head, tail, " ")))
        words = words.take(pa.array(back))
        body = texts.take(pa.array(rows))
        gap = pa.array(["\n\n", "\n", " "]).take(pa.array(pick(3, template[rows], "gap")))
        ahead = uniform(template[rows], "ahead") < 0.5
        left = pc.if_else(pa.array(ahead), words, body)
        right = pc.if_else(pa.array(ahead), body, words)
        texts = put(texts, rows, pc.binary_join_element_wise(left, gap, right, ""))
    return texts


def systems(works: Sequence[Work], places: U64, work: I64, log: Stream, account: U64) -> tuple[pa.Array, U64]:
    """System prompt of each request (null: none), and a key of the program behind it."""
    kind = np.array([item.system for item in works])[work]
    scope = np.array([item.system_scope for item in works])[work]
    which = np.array([item.setup.which for item in works])[work]
    key = np.select(
        [scope == "world", scope == "group", scope == "people"],
        [mix("agent", which), places[work], log.person],
        account,
    )
    key = mix(key, "system")
    none = (kind == "") | ((kind == "person") & (uniform(key, "none") < 0.55))
    texts = pa.nulls(len(work), pa.string())
    lengths = {"person": (1, 3), "house": (3, 8), "agent": (9, 16)}
    for name, (least, more) in lengths.items():
        rows = np.flatnonzero((kind == name) & ~none)
        if not len(rows):
            continue
        keys, back = np.unique(key[rows], return_inverse=True)
        section = {"person": "person", "house": "houserule", "agent": "agentrule"}[name]
        made = sentences(section, keys, keys, least + pick(more, keys, "length"))
        text = made.take(pa.array(back))
        # Some programs tell the model where they run, which makes each user's text differ.
        here = (name == "agent") & (uniform(key[rows], "environment") < 0.3)
        where = sentences("coin", account[rows], account[rows], here.astype(np.int64))
        text = pc.if_else(pa.array(here), pc.binary_join_element_wise(text, where, "\nWorkspace: "), text)
        texts = put(texts, rows, text)
    return texts, np.where(scope == "world", mix("tools", which % AGENTS), mix(key, "tools"))
