"""The log of a season: words, keys, tokens and networks of all requests."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .language import WORKS, Pen, topics, words
from .people import PATHS, Accounts, Party
from .places import COUNTRIES, FAMILIES, ON_APP, VERSIONS, addresses, agents, below, hexadecimal, mix, name_of
from .traffic import MODELS, Season

Ints = NDArray[np.int64]
Rows = dict[str, NDArray[Any]]

LETTERS_A_TOKEN = 4.2
COMMON, SETS = 20, 9
"""numbers of tools from which on they are of the sets that are in many examples, and how many these are"""
TEMPERATURES = (*(None,) * 10, 0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.7, 0.7, 0.8, 1.0, 1.0)
LIMITS = (*(None,) * 9, 256, 512, 512, 800, 1000, 1024, 1024, 1500, 2000, 2048, 2048, 3000, 4096, 4096, 4096, 8192)
TOPS = (None, None, None, None, None, None, None, 0.9, 0.95, 1.0)
REASONING = np.array([0.15, 0.6, 1.5, 1.8])
"""tokens of reasoning for each of the answer, by model, where it reasons"""


def table(
    rows: Rows, parties: list[Party], accounts: Accounts, names: pa.Array, season: Season, start: int, rng: np.random.Generator
) -> pa.Table:
    """All requests, in order of time; the column ``harvest`` says which are harvested."""
    pen = Pen(rng)
    n = len(rows["time"])
    system, system_text = _systems(rows, parties, accounts, pen)
    prompt = _prompts(rows, parties, accounts, season, pen)
    original = np.where(rows["same"] >= 0, rows["same"], np.arange(n))
    prompt, system = prompt.take(pa.array(original)), system[original]
    rows["parent"] = rows["parent"][original]
    status = _status(rows, season, rng)
    longer = np.array([[r.longer for r in p.routines] + [1.0] * (4 - len(p.routines)) for p in parties])[rows["party"], rows["routine"]]
    response = pen.answers(rows["work"], rows["tongue"], rows["topic"], longer)
    response = pc.if_else(pa.array(status == 200), response, pa.scalar(None, pa.string()))
    chain = _chain(rows, system, system_text, prompt, response, season, rng)
    traits = _traits(rows, parties, accounts, season, rng)
    net = _network(rows, accounts, season, rng)
    conversation = mix(rows["conversation"], season.salt, 3)
    by_client = (rows["path"] == 1) | (below(mix(rows["account"], 71), 100) < 45)
    keys = 1 + (below(mix(rows["account"], 73), 100) < 20) * below(mix(rows["account"], 74), 3)
    reasoning = chain.pop("reasoning")
    events = pa.table(
        {
            "event_id": hexadecimal(mix(np.arange(n), season.salt, 1)),
            "timestamp": pa.array(start + (rows["time"] * 86.4e9).astype(np.int64), pa.timestamp("us", "UTC")),
            "account_id": names.take(pa.array(rows["account"])),
            "org_id": _nullable(
                hexadecimal(mix(accounts.org[rows["account"]], name_of("org"), season.salt)), accounts.org[rows["account"]] < 0
            ),
            "key_id": hexadecimal(mix(rows["account"], below(mix(rows["conversation"], 75), keys), season.salt, 2)),
            "session_id": _nullable(hexadecimal(mix(conversation, rows["account"])), ~by_client),
            "access_path": pa.array(PATHS).take(pa.array(rows["path"])),
            "model": pa.array(MODELS).take(pa.array(rows["model"])),
            "system": system_text.take(pa.array(system, mask=system < 0)),
            "prompt": prompt,
            "response": response,
            **chain,
            **traits,
            "reasoning_tokens": pa.array(reasoning.astype(np.int32)),
            "status": pa.array(status.astype(np.int16)),
            **net,
            "harvest": pa.array(rows["harvest"]),
        }
    )
    return events.take(pa.array(np.argsort(rows["time"], kind="stable")))


def _nullable(values: pa.Array, absent: NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(absent), pa.scalar(None, pa.string()), values)


def _routines(rows: Rows) -> Ints:
    return rows["party"] * 4 + rows["routine"]


def _systems(rows: Rows, parties: list[Party], accounts: Accounts, pen: Pen) -> tuple[Ints, pa.Array]:
    """Which system prompt each request has (-1: none), and all of them."""
    topic = below(mix(accounts.leader, 0, 41), len(topics()))
    texts, code = [pen.expand("system", topic)], np.full(len(rows["time"]), -1)
    routine = _routines(rows)
    for number, party in enumerate(parties):
        for which, habits in enumerate(party.routines):
            mine = (routine == number * 4 + which) & (rows["path"] != 1)
            if habits.system == "own":
                has = below(mix(accounts.leader, 81), 100) < 65
                leader = accounts.leader[rows["account"]]
                code = np.where(mine & has[leader], leader, code)
            elif habits.system:  # an app sends none of its users
                name, _, chosen = habits.system.partition(":")
                first = sum(map(len, texts))
                texts.append(pa.array(words()[name]))
                of_account = below(mix(accounts.leader[rows["account"]], 84), len(words()[name]))
                code = np.where(mine, first + (int(chosen) if chosen else of_account), code)
    return code, pa.concat_arrays(texts)


def _prompts(rows: Rows, parties: list[Party], accounts: Accounts, season: Season, pen: Pen) -> pa.Array:
    """Tasks in their frames, and what is said in later turns."""
    n, rng = len(rows["time"]), pen.rng
    task = np.where(rows["task"] >= 0, rows["task"], 10**12 + np.arange(n))
    _, one, back = np.unique(task, return_index=True, return_inverse=True)
    text = pen.tasks(rows["work"][one], rows["tongue"][one], rows["topic"][one]).take(pa.array(back))
    routine, opening = _routines(rows), rows["turn"] == 0
    framed = rows["framed"] & opening
    done: list[tuple[Ints, pa.Array]] = []
    later = np.flatnonzero(~opening)
    done.append((later, pen.follow_ups(rows["work"][later], rows["tongue"][later], rows["topic"][later])))
    for number, party in enumerate(parties):
        for which, habits in enumerate(party.routines):
            if not habits.frame:
                continue
            chosen = np.flatnonzero(framed & (routine == number * 4 + which))
            if not len(chosen):
                continue
            leader = accounts.leader[rows["account"][chosen]]
            own = text.take(pa.array(chosen))
            if habits.frame == "own_head":
                heads, which_head = np.unique(leader, return_inverse=True)
                head = pen.expand("own_head", below(mix(heads, 0, 41), len(topics()))).take(pa.array(which_head))
                done.append((chosen, pc.binary_join_element_wise(head, own, "\n")))
                continue
            choice = {
                "fixed": np.full(len(chosen), int(mix(name_of(party.label), season.salt, which) >> np.uint64(20))),
                "account": below(mix(leader, 82), 1 << 30),
                "varied": rng.integers(0, 1 << 30, len(chosen)),
            }[habits.wording]
            made = pen.expand(habits.frame, rows["topic"][chosen], choice=choice, task=own)
            if habits.wording == "varied":
                extra = pen.expand("extra", rows["topic"][chosen])
                made = pc.if_else(pa.array(rng.random(len(chosen)) < 0.6), pc.binary_join_element_wise(made, extra, " "), made)
            done.append((chosen, made))
    plain = np.flatnonzero(opening & ~framed)
    own = text.take(pa.array(plain))
    style = np.where(rng.random(len(plain)) < 0.55, below(mix(rows["account"][plain], 83), 1 << 30), rng.integers(0, 1 << 30, len(plain)))
    greeted = pen.expand("habit", rows["topic"][plain], choice=style, task=own)
    done.append((plain, pc.if_else(pa.array(rows["tongue"][plain] == 0), greeted, own)))
    where = np.concatenate([part for part, _ in done])
    assert len(where) == n
    order = np.empty(n, np.int64)
    order[where] = np.arange(n)
    return pa.concat_arrays([pc.cast(part, pa.string()) for _, part in done]).take(pa.array(order))


def _status(rows: Rows, season: Season, rng: np.random.Generator) -> Ints:
    n = len(rows["time"])
    status = np.where(rng.random(n) < 0.013, rng.choice([429, 500, 529, 400], size=n, p=[0.45, 0.2, 0.2, 0.15]), 200)
    outage = rng.random(2) * season.days
    down = ((rows["time"] - outage[0]) % season.days < 1 / 24) & (rng.random(n) < 0.6)
    return np.where(rows["failed"], 429, np.where(down, 529, status))


def _chain(
    rows: Rows, system: Ints, system_text: pa.Array, prompt: pa.Array, response: pa.Array, season: Season, rng: np.random.Generator
) -> dict[str, pa.Array | NDArray[Any]]:
    """Hashes of what was sent, chained turn by turn, and counts of tokens."""
    n, salt = len(system), season.salt
    said = pc.dictionary_encode(prompt).indices.to_numpy().astype(np.int64)
    answered = pc.fill_null(pc.dictionary_encode(response).indices, -1).to_numpy().astype(np.int64)
    letters = [pc.fill_null(pc.utf8_length(texts), 0).to_numpy() for texts in (prompt, response, system_text)]
    asked, given = (np.ceil(part / LETTERS_A_TOKEN).astype(np.int64) for part in letters[:2])
    preset = np.where(system >= 0, np.ceil(letters[2][np.maximum(system, 0)] / LETTERS_A_TOKEN), 0).astype(np.int64)
    same_system = pc.dictionary_encode(system_text).indices.to_numpy().astype(np.int64)
    context = mix(np.where(system >= 0, same_system[np.maximum(system, 0)], -1), said, salt)
    parent, history = rows["parent"], np.zeros(n, np.int64)
    for turn in range(1, int(rows["turn"].max(initial=0)) + 1):
        at = np.flatnonzero(rows["turn"] == turn)
        before = parent[at]
        context[at] = mix(context[before], answered[before], said[at], salt)
        history[at] = history[before] + asked[before] + given[before]
    reasons = (rng.random(n) < 0.5) & (given > 0)
    reasoning = np.where(reasons, given * REASONING[rows["model"]] * rng.lognormal(0, 0.5, n), 0).astype(np.int64)
    cached = np.where(rng.random(n) < 0.7, (history * 0.9).astype(np.int64) + np.where(preset > 60, preset, 0), 0)
    sent = preset + history + asked + 6
    first = parent < 0
    return {
        "context_key": pa.array(context.view(np.int64)),
        "parent_key": pa.array(context[np.maximum(parent, 0)].view(np.int64), mask=first),
        "input_tokens": pa.array(sent.astype(np.int32)),
        "cached_tokens": pa.array(np.minimum(cached, sent).astype(np.int32)),
        "output_tokens": pa.array((given + reasoning).astype(np.int32)),
        "reasoning": reasoning,
    }


def _traits(rows: Rows, parties: list[Party], accounts: Accounts, season: Season, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Tools and sampling: a routine's own, else the account's habit; an app sets none."""
    n, leader, routine = len(rows["time"]), accounts.leader[rows["account"]], _routines(rows)
    app = rows["path"] == 1
    tools = np.zeros(n, np.uint64)
    chosen = [np.array(values, float) for values in (TEMPERATURES, TOPS, LIMITS)]
    sampling = [values[below(mix(leader, 91 + k), len(values))] for k, values in enumerate(chosen)]
    for number, party in enumerate(parties):
        for which, habits in enumerate(party.routines):
            mine = routine == number * 4 + which
            if habits.tools > 0:
                tools[mine] = mix(habits.tools, 95) if habits.tools < COMMON else mix(habits.tools - COMMON, 99)
            elif habits.tools < 0:
                has = mine & (below(mix(leader, 96), 100) < 45)
                tools[has] = mix(leader[has], season.salt, 97)
            if habits.sampling:
                for values, value in zip(sampling, habits.sampling, strict=True):
                    values[mine] = np.nan if value is None else value
    agent = (rows["work"] == WORKS.index("agent")) & (tools == 0)
    tools[agent] = mix(below(mix(leader[agent], 98), SETS), 99)
    temperature, top_p, limit = (pa.array(values, mask=np.isnan(values) | app) for values in sampling)
    return {
        "tools_key": pa.array((tools >> np.uint64(1)).astype(np.int64), mask=(tools == 0) | app),
        "temperature": pc.cast(temperature, pa.float32()),
        "top_p": pc.cast(top_p, pa.float32()),
        "max_tokens": pc.cast(limit, pa.int32()),
        "stream": pa.array(app | (below(mix(leader, 94), 100) < 40)),
    }


def _network(rows: Rows, accounts: Accounts, season: Season, rng: np.random.Generator) -> dict[str, pa.Array]:
    account = rows["account"]
    day = np.floor(rows["time"]).astype(np.int64)
    ip, asn, land = addresses(
        rows["net"],
        account,
        accounts.leader[account],
        accounts.country[account],
        rows["party"],
        accounts.site[account],
        mix(rows["conversation"], rows["again"], account, season.salt),
        day,
        season.salt,
    )
    # some update their client while the log runs
    updates = below(mix(account, 101), 100) < 30
    version = accounts.version[account] - (updates & (rows["time"] > below(mix(account, 102), 100) / 100 * season.days))
    named, prints = agents()
    family = accounts.family[account]
    agent = named.take(pa.array(family * VERSIONS + np.clip(version, 0, VERSIONS - 1)))
    browser = np.isin(family, [FAMILIES.index(name) for name in ON_APP])
    cloud = (rows["path"] >= 2) & (below(mix(account, 103), 100) < 50) & ~browser
    return {
        "ip": ip,
        "asn": pa.array(asn.astype(np.int32)),
        "country": pa.array(list(COUNTRIES)).take(pa.array(land)),
        "user_agent": _nullable(agent, cloud),
        "ja4": prints.take(pa.array(family * 4 + accounts.build[account])),
    }
