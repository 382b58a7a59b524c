"""The log of requests: all streams' rows put together, with texts, settings, tokens, places and what went wrong."""

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from . import clients, grammar, network, registry
from .activity import Turns, turns
from .keys import F64, I64, U64, Bool, below, hexes, mix, of_strings, one, rng, unit
from .profiles import Stream, World
from .registry import DAY, Accounts
from .tasks import SECTIONS, Asked, asked

MODELS = ("silt-4", "sand-4", "stone-4", "stone-5")
_STONE, _NEW = 2, 3
CLOUDS = ("cloud-mirage", "cloud-zenith", "cloud-haze")
_CHARACTERS = 4.3
"""Characters of a token."""
_TEMPERATURES = np.array([np.nan, np.nan, np.nan, 0.0, 0.0, 0.2, 0.3, 0.5, 0.7, 0.7, 0.8, 1.0, 1.0])
_TOP_PS = np.array([np.nan, np.nan, np.nan, np.nan, 0.9, 0.95, 1.0])
_LIMITS = np.array([-1, -1, 512, 1024, 2048, 4096, 4096, 8192, 16384])
_ANSWERS = {
    "email": 220,
    "homework": 450,
    "travel": 420,
    "cooking": 380,
    "translate": 180,
    "summary": 160,
    "story": 650,
    "roleplay": 160,
    "codewrite": 620,
    "codefix": 480,
    "codereview": 520,
    "sql": 260,
    "data": 330,
    "extract": 110,
    "classify": 14,
    "product": 150,
    "support": 130,
    "math": 1_100,
    "science": 820,
    "logic": 780,
    "law": 560,
    "medicine": 480,
    "reason": 1_050,
    "judge": 180,
    "rewrite": 260,
    "maketask": 620,
    "mend": 700,
    "agent": 420,
    "tooluse": 150,
    "vision": 140,
    "persona": 60,
    "selfask": 700,
}
_THINKING = {"math", "science", "logic", "codefix", "codewrite", "agent", "reason", "selfask", "maketask", "data", "law", "mend"}


@dataclass(frozen=True)
class _Rows:
    """One row a request, of all streams: who, when, in which stream and conversation."""

    account: I64
    time: F64
    duty: I64
    conversation: U64


Record = TypeVar("Record", _Rows, Asked)


def _joined(parts: list[Record]) -> Record:
    kind = type(parts[0])
    return kind(**{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(kind)})


@dataclass(frozen=True)
class Log:
    """Events as written, and for each event the operator that harvested it (null: nobody)."""

    events: pa.Table
    harvest: pa.Array


def _collect(world: World, accounts: Accounts, weekday: int) -> tuple[_Rows, Asked, list[Stream], I64]:
    rows: list[_Rows] = []
    said: list[Asked] = []
    duties: list[Stream] = []
    groups: list[int] = []
    for number, group in enumerate(world.groups):
        members = accounts.of(number)
        for place, stream in enumerate(group.streams):
            key = one(group.key, "stream", place)
            found: Turns = turns(stream, accounts, members, round(group.events * stream.share), world.days, weekday, key, rng(key, "turns"))
            rows.append(
                _Rows(
                    found.account,
                    found.time,
                    np.full(len(found.time), len(duties)),
                    np.broadcast_to(mix(key, found.conversation), len(found.time)),
                )
            )
            said.append(asked(stream, group, place, accounts, found))
            duties.append(stream)
            groups.append(number)
    return _joined(rows), _joined(said), duties, np.array(groups)


def _prompts(rows: _Rows, said: Asked) -> Any:
    main = grammar.typed(grammar.write(said.section, SECTIONS, said.key, said.owner, said.language), said.habit)
    before = grammar.write(said.before, SECTIONS, said.before_key, said.owner, said.language)
    after = grammar.write(said.after, SECTIONS, said.after_key, said.owner, said.language)
    broad = pa.array(unit(said.before_key, said.after_key, "break") < 0.4)
    between = pc.if_else(broad, "\n\n", " ")
    front = pc.if_else(pc.equal(before, ""), "", pc.binary_join_element_wise(before, between, ""))
    back = pc.if_else(pc.equal(after, ""), "", pc.binary_join_element_wise(between, after, ""))
    return pc.binary_join_element_wise(front, main, back, "")


def _models(rows: _Rows, said: Asked, accounts: Accounts, duties: list[Stream], release: float) -> I64:
    steps = np.cumsum(np.array([stream.models for stream in duties]), axis=1)
    steps = (steps / steps[:, -1:])[rows.duty]
    key = accounts.key[rows.account]
    other = unit(rows.conversation, "other model") < 0.15
    draw = np.where(other, unit(rows.conversation, "model"), unit(key, "model", rows.duty))
    model = (draw[:, None] > steps).sum(axis=1).clip(max=2)
    share, delay = (np.array([stream.adopt[i] for stream in duties])[rows.duty] for i in (0, 1))
    since = release + 1_800 - delay * DAY * np.log1p(-unit(key, "delay", rows.duty))
    over = (
        (unit(key, "adopts", rows.duty) < share) & (rows.time > since) & ((model == _STONE) | ((model == 1) & (unit(key, "tries") < 0.3)))
    )
    # A conversation goes on with the model that it began with.
    chosen = np.where(over, _NEW, model)
    return np.where(said.turn > 0, chosen[np.maximum.accumulate(np.where(said.turn == 0, np.arange(len(chosen)), 0))], chosen)


def _settings(rows: _Rows, said: Asked, accounts: Accounts, duties: list[Stream], groups: U64) -> tuple[F64, F64, I64]:
    policy = np.array([stream.params if stream.access != "app" else "default" for stream in duties])[rows.duty]
    key = np.where(policy == "group", mix(groups[rows.duty], rows.duty), mix(accounts.key[rows.account], rows.duty))
    # A tool sends what its authors chose.
    by_tool = said.client >= clients.tool(0)
    key = np.where(by_tool, mix("tool settings", said.client, said.release // 6), key)
    free = (policy == "default") & ~by_tool
    temperature = np.where(free, np.nan, _TEMPERATURES[below(len(_TEMPERATURES), key, "temperature")])
    top_p = np.where(free, np.nan, _TOP_PS[below(len(_TOP_PS), key, "top_p")])
    limit = np.where(free, -1, _LIMITS[below(len(_LIMITS), key, "limit")])
    return temperature, top_p, limit


def _statuses(rows: _Rows, duties: list[Stream], accounts: Accounts, days: int, seed: int) -> I64:
    draw = rng(seed, "status")
    n = len(rows.time)
    fast = np.array([stream.gap < 20 for stream in duties])[rows.duty]
    point = draw.random(n)
    status = np.select([point < np.where(fast, 0.018, 0.004), point > 0.996, point > 0.993], [429, 400, 500], 200)
    for _ in range(2):
        begin, length = draw.random() * days * DAY, 1_200 + 4_800 * draw.random()
        hit = (rows.time >= begin) & (rows.time < begin + length) & (draw.random(n) < 0.25)
        status = np.where(hit, 529, status)
    return np.where(rows.time > accounts.end[rows.account], 403, status)


def _answer_tokens(said: Asked, model: I64, limit: I64, status: I64, duties: list[Stream], rows: _Rows, seed: int) -> tuple[I64, I64]:
    draw = rng(seed, "tokens")
    means = np.array([_ANSWERS.get(name.split(".")[1], 260) for name in SECTIONS])[said.section]
    long = np.array([stream.long for stream in duties])[rows.duty]
    text = np.maximum(1, means * long * draw.lognormal(-0.2, 0.65, len(means))).astype(np.int64)
    thinks = np.array([name.split(".")[1] in _THINKING for name in SECTIONS])[said.section] & (model >= _STONE)
    thought = np.where(thinks, text * draw.gamma(2.0, 0.8, len(means)), 0).astype(np.int64)
    total = np.where(limit > 0, np.minimum(text + thought, limit), text + thought)
    good = status == 200
    return np.where(good, total, 0), np.where(good, np.minimum(thought, total), 0)


def _input_tokens(said: Asked, rows: _Rows, prompts: Any, systems: Any, answer: I64, duties: list[Stream], seed: int) -> tuple[I64, I64]:
    draw = rng(seed, "input")
    n = len(rows.time)
    first = said.turn == 0
    attached = np.array([stream.attached for stream in duties])[rows.duty]
    files = np.where(first, attached * draw.gamma(0.9, 1.1, n), 0)
    words = pc.utf8_length(prompts).to_numpy(zero_copy_only=False) / _CHARACTERS + 5
    helper = pc.fill_null(pc.utf8_length(systems), 0).to_numpy(zero_copy_only=False) / _CHARACTERS
    tools = np.where(said.tools > 0, 250 + below(2_600, said.tools, "definitions"), 0)
    new = words + files
    # All that was said before in the conversation is sent again.
    total = np.cumsum(new + answer)
    start = np.maximum.accumulate(np.where(first, np.arange(n), 0))
    before = np.where(first, 0, np.roll(total, 1) - (total - new - answer)[start])
    sent = (helper + tools + new + before).astype(np.int64)
    quick = (np.diff(rows.time, prepend=0) < 300) & (np.diff(rows.account, prepend=-1) == 0)
    kept = np.where(
        ~first & quick, (helper + tools + before) * 0.93, np.where((helper + tools > 900) & (draw.random(n) < 0.5), helper + tools, 0)
    )
    return sent, np.where(kept >= 256, kept // 64 * 64, 0).astype(np.int64)


def _contexts(said: Asked, rows: _Rows, prompts: Any, systems: Any, accounts: Accounts, duties: list[Stream]) -> tuple[U64, Any]:
    """Hashes of the messages sent, and of those of the turn before."""
    context = mix(of_strings(pc.fill_null(systems, "")), of_strings(prompts))
    own_files = np.array([stream.attached > 0 and stream.source == "own" for stream in duties])[rows.duty]
    alone = own_files | (said.turn > 0)
    context = np.where(alone, mix(context, rows.conversation, said.turn), context)
    cloud = np.array([stream.access == "cloud" for stream in duties])[rows.duty]
    told = (said.turn > 0) & (unit(accounts.key[rows.account], "tells parent") < np.where(cloud, 0.6, 0.95))
    parent = pc.if_else(pa.array(told), pa.array(np.roll(context, 1).view(np.int64)), pa.scalar(None, pa.int64()))
    return context, parent


def _places(rows: _Rows, accounts: Accounts, duties: list[Stream], groups: U64) -> tuple[Any, Any, Any]:
    key = accounts.key[rows.account]
    kind = np.zeros(len(key), dtype=np.int64)
    for number, stream in enumerate(duties):
        mine = np.flatnonzero(rows.duty == number)
        lines = (("cloud", 1.0),) if stream.access == "cloud" else stream.lines
        steps = np.cumsum([weight for _, weight in lines])
        usual = unit(rows.conversation[mine], "elsewhere") < 0.8
        draw = np.where(usual, unit(key[mine], "line kind"), unit(rows.conversation[mine], "line kind"))
        kind[mine] = np.array([network.KINDS.index(name) for name, _ in lines])[
            np.searchsorted(steps / steps[-1], draw).clip(max=len(lines) - 1)
        ]
    day = (rows.time // DAY).astype(np.int64)
    hour = (rows.time // 3_600).astype(np.int64)
    own = np.array([stream.own_site for stream in duties])[rows.duty]
    site = np.where(own, mix(key, "site"), mix(groups[rows.duty], "site"))
    roams = np.isin(kind, [network.KINDS.index(name) for name in ("vpn", "proxy", "sticky")])
    abroad = roams & (unit(key, day, "abroad") < np.where(kind == network.KINDS.index("vpn"), 0.5, 0.12))
    country = np.where(abroad, network.market(unit(key, day, "exit")), accounts.country[rows.account])
    # A rented machine or an office stands in one place, wherever its users signed up.
    placed = np.isin(kind, [network.KINDS.index(name) for name in ("site", "campus", "server")]) & ~own
    country = np.where(placed, network.market(unit(site, "placed")), country)
    return network.addresses(kind, country, mix(key, "line"), site, rows.conversation, day, hour)


def _null_where(values: npt.NDArray[Any], hidden: Bool, kind: pa.DataType) -> Any:
    return pa.array(values, type=kind, mask=hidden, from_pandas=True)


def build(world: World, accounts: Accounts, stamp: int, weekday: int) -> Log:
    """All requests of the world, in the order of time."""
    rows, said, duties, group_of = _collect(world, accounts, weekday)
    groups = np.array([world.groups[number].key for number in group_of], dtype=np.uint64)
    key = accounts.key[rows.account]
    prompts, systems = _prompts(rows, said), grammar.systems(said.system, said.theme, said.rules)
    model = _models(rows, said, accounts, duties, world.release * world.days * DAY)
    temperature, top_p, limit = _settings(rows, said, accounts, duties, groups)
    status = _statuses(rows, duties, accounts, world.days, world.seed)
    answer, thought = _answer_tokens(said, model, limit, status, duties, rows, world.seed)
    sent, cached = _input_tokens(said, rows, prompts, systems, answer, duties, world.seed)
    context, parent = _contexts(said, rows, prompts, systems, accounts, duties)
    ip, asn, country = _places(rows, accounts, duties, groups)
    which, agents, prints = clients.names(said.client, said.release)

    access = np.array([stream.access for stream in duties])[rows.duty]
    cloud, app = access == "cloud", access == "app"
    path = np.where(cloud, np.array(CLOUDS)[below(len(CLOUDS), key, "cloud")], access)
    no_session = ~(app | clients.tells_session(said.client, key)) | cloud
    session = hexes(mix(rows.conversation, key, "session"), "conv_", 14)
    keys = hexes(mix(key, "key", below(1 + below(3, key, "keys"), rows.conversation, "key")), "", 16)
    nothing = pa.scalar(None, pa.string())
    org = registry.organisations(world, accounts)[rows.account]
    told_client = ~cloud & (unit(key, "tells client") < 0.99)
    columns = {
        "account_id": registry.identifiers(accounts).take(pa.array(rows.account)),
        "org_id": pc.if_else(pa.array(org > 0), hexes(org, "", 12), nothing),
        "key_id": pc.if_else(pa.array(app | (unit(key, "key told") < 0.02)), nothing, keys),
        "session_id": pc.if_else(pa.array(no_session), nothing, session),
        "access_path": pa.array(path.tolist()),
        "model": pa.array(MODELS).take(pa.array(model)),
        "system": systems,
        "prompt": prompts,
        "response": pa.nulls(len(key), pa.string()),
        "context_key": pa.array(context.view(np.int64)),
        "parent_key": parent,
        "tools_key": _null_where(said.tools.view(np.int64), said.tools == 0, pa.int64()),
        "temperature": _null_where(temperature.astype(np.float32), np.isnan(temperature), pa.float32()),
        "top_p": _null_where(top_p.astype(np.float32), np.isnan(top_p), pa.float32()),
        "max_tokens": _null_where(limit.astype(np.int32), limit < 0, pa.int32()),
        "stream": pa.array(clients.streamed(said.client, key)),
        "input_tokens": pa.array(sent.astype(np.int32)),
        "cached_tokens": pa.array(np.minimum(cached, sent).astype(np.int32)),
        "output_tokens": pa.array(answer.astype(np.int32)),
        "reasoning_tokens": pa.array(thought.astype(np.int32)),
        "status": pa.array(status.astype(np.int16)),
        "ip": ip,
        "asn": asn,
        "country": country,
        "user_agent": pc.if_else(pa.array(told_client), pa.array(agents).take(pa.array(which)), nothing),
        "ja4": pc.if_else(pa.array(~cloud), pa.array(prints).take(pa.array(which)), nothing),
    }
    operators = [world.groups[number].campaign if stream.harvest else None for number, stream in zip(group_of, duties, strict=True)]
    harvest = pa.array(operators, pa.string()).take(pa.array(rows.duty))
    return _in_order(
        pa.table(columns), harvest, rows.time, np.minimum(accounts.end[rows.account], world.days * DAY), answer, status, ~app, world, stamp
    )


def _in_order(
    table: pa.Table, harvest: pa.Array, time: F64, until: F64, answer: I64, status: I64, program: Bool, world: World, stamp: int
) -> Log:
    """Add what programs try again after an error, then identifiers, in the order of time."""
    draw = rng(world.seed, "again")
    failed = np.flatnonzero(np.isin(status, (429, 500, 529)) & program & (draw.random(len(time)) < 0.7))
    later = time[failed] + 0.7 + draw.gamma(1.5, 6.0, len(failed))
    able = later < until[failed]
    failed, later = failed[able], later[able]
    rows = np.concatenate([np.arange(len(time)), failed])
    micro = ((np.concatenate([time, later])) * 1e6).astype(np.int64)
    result = table.take(pa.array(rows))
    # The second try is answered; its length is drawn from the answers of all.
    good = answer[answer > 0]
    retry = np.arange(len(rows)) >= len(time)
    output = np.where(retry, good[below(len(good), rows, "again")] if len(good) else 0, answer[rows])
    output = np.minimum(output, pc.fill_null(result["max_tokens"], 2**30).to_numpy())
    result = result.set_column(result.schema.get_field_index("output_tokens"), "output_tokens", pa.array(output.astype(np.int32)))
    result = result.set_column(
        result.schema.get_field_index("status"), "status", pa.array(np.where(retry, 200, status[rows]).astype(np.int16))
    )
    names = mix(world.seed, world.name, "event", np.arange(len(rows)))
    order = np.lexsort((names, micro))
    result = result.take(pa.array(order))
    result = result.add_column(0, "event_id", hexes(names[order], "req_", 16))
    result = result.add_column(1, "timestamp", pa.array(stamp + micro[order]).cast(pa.timestamp("us", "UTC")))
    return Log(result, harvest.take(pa.array(rows[order])))
