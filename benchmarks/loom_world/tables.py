"""The log as tables."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from .. import worlds
from .text import Text
from .world import AGES, DAY, MODELS, Loom, hashed

FAILED = 0.008
"""share of requests that fail"""


def tables(w: Loom) -> worlds.World:
    """Log, registry and truth; registry and truth in the order of account ids."""
    time = np.array(w.log.time)
    order = np.argsort(time, kind="stable").tolist()
    failed = w.r.random(len(order)) < FAILED
    ids = [f"rq_{hashed(w.salt, row) & 0xFFFFFFFFFFFFFF:014x}" for row in range(len(order))]
    accounts = sorted(w.accounts, key=lambda account: account.id)
    harvest = [
        (id, w.accounts[w.log.account[row]].campaign)
        for id, row, lost in zip(ids, order, failed, strict=True) if w.log.harvested[row] and not lost
    ]
    return worlds.World(
        _table(worlds.EVENT_COLUMNS, _events(w, order, failed.tolist()) | {"event_id": ids}),
        _table(worlds.ACCOUNT_COLUMNS, {
            "account_id": [a.id for a in accounts],
            "created_at": [_moment(w, a.created) for a in accounts],
            "kind": [a.kind for a in accounts],
            "org_id": [a.org for a in accounts],
            "verified": [a.verified for a in accounts],
            "access_type": ["application"] * len(accounts),
            "email_domain": [a.email_domain for a in accounts],
            "email_hash": [a.email_hash for a in accounts],
            "payment_hash": [a.payment for a in accounts],
            "phone_hash": [a.phone for a in accounts],
            "signup_ip": [a.signup_ip for a in accounts],
            "country": [a.country for a in accounts],
            "banned_at": [None if a.banned is None else _moment(w, a.banned) for a in accounts],
            "plan": [a.plan for a in accounts],
        }),
        _strings(account_id=[a.id for a in accounts], campaign=[a.campaign for a in accounts], kind=[a.crowd for a in accounts]),
        _strings(event_id=[id for id, _ in harvest], campaign=[campaign for _, campaign in harvest]),
        [
            {"model": model, "released_at": datetime.fromtimestamp(w.start - age * DAY, UTC).isoformat()}
            for model, age in zip(MODELS, AGES, strict=True)
        ],
    )


def _events(w: Loom, order: Sequence[int], failed: Sequence[bool]) -> dict[str, Any]:
    log, draw = w.log, Text.share
    people = [w.accounts[log.account[row]] for row in order]
    programs = [log.program[row] for row in order]
    context, parent = [log.context[row] for row in order], [log.parent[row] for row in order]
    prompts, answers = [log.prompt[row] for row in order], [log.answer[row] for row in order]
    told = [0 if lost else len(answer) // 4 + 2 for answer, lost in zip(answers, failed, strict=True)]
    thought = [0 if lost else log.thought[row] for row, lost in zip(order, failed, strict=True)]
    before = [log.before[row] for row in order]
    again = [0 if key is None or draw(w.text) < 0.5 else sent for key, sent in zip(parent, before, strict=True)]
    return {
        "timestamp": [_moment(w, log.time[row]) for row in order],
        "account_id": [a.id for a in people],
        "org_id": [a.org for a in people],
        "key_id": [a.key if program.api else None for a, program in zip(people, programs, strict=True)],
        "session_id": [
            None if program.api else f"cv_{hashed(w.salt, 'talk', log.talk[row]) & 0xFFFFFFFFFF:010x}"
            for row, program in zip(order, programs, strict=True)
        ],
        "access_path": ["api" if program.api else "app" for program in programs],
        "model": [log.model[row] for row in order],
        "system": [log.system[row] for row in order],
        "prompt": prompts,
        "response": [None if lost else answer for answer, lost in zip(answers, failed, strict=True)],
        "context_key": context,
        "parent_key": parent,
        "tools_key": [program.tools for program in programs],
        "temperature": [program.temperature for program in programs],
        "top_p": [program.top_p for program in programs],
        "max_tokens": [program.max_tokens for program in programs],
        "stream": [program.stream for program in programs],
        "input_tokens": [sent + len(prompt) // 4 + 3 for sent, prompt in zip(before, prompts, strict=True)],
        "cached_tokens": again,
        "output_tokens": [said + more for said, more in zip(told, thought, strict=True)],
        "reasoning_tokens": thought,
        "status": [w.text.pick((429, 429, 500, 529)) if lost else 200 for lost in failed],
        "ip": [log.address[row][0] for row in order],
        "asn": [log.address[row][1] for row in order],
        "country": [a.country for a in people],
        "user_agent": [program.user_agent for program in programs],
        "ja4": [program.ja4 for program in programs],
    }


def _moment(w: Loom, seconds: float) -> int:
    """Microseconds since 1970."""
    return round((w.start + seconds) * 1e6)


def _table(types: dict[str, pa.DataType], columns: dict[str, Any]) -> pa.Table:
    return pa.table({name: pa.array(columns[name], of) for name, of in types.items()})


def _strings(**columns: Sequence[str | None]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
