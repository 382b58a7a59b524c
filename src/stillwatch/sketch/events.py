"""Computes one row of hashes and counts for each event."""

import ipaddress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch.numeric.arrays import text_bytes
from stillwatch.sketch import kernels, lexicon
from stillwatch.tables import Column, Table

SKETCHES = Table(
    "sketches",
    "one event, in the order of the events file",
    (
        Column("account", "i64", "hash of account_id", required=True),
        Column("time", "i64", "microseconds since 1970 UTC", required=True),
        Column("prompt", "i64", "hash of the words and numbers of the prompt; 0 = no text", required=True),
        Column("opening", "i64", "hash of the first words of the prompt; 0 = no text", required=True),
        Column("closing", "i64", "hash of the last words of the prompt; 0 = no text", required=True),
        Column("shingle_0", "i64", "smallest word-shingle hash of the prompt; 0 = too short", required=True),
        Column("shingle_1", "i64", "second smallest", required=True),
        Column("shingle_2", "i64", "third smallest", required=True),
        Column("system", "i64", "hash of the words of the system prompt; 0 = none", required=True),
        Column("system_opening", "i64", "hash of the first words of the system prompt; 0 = none", required=True),
        Column("system_closing", "i64", "hash of the last words of the system prompt; 0 = none", required=True),
        Column("system_shingle", "i64", "smallest word-shingle hash of the system prompt; 0 = none", required=True),
        Column("tools", "i64", "tools_key; 0 = none", required=True),
        Column("context", "i64", "context_key; 0 = absent", required=True),
        Column("parent", "i64", "parent_key; 0 = first turn or absent", required=True),
        Column("parameters", "i64", "hash of temperature, top_p, max_tokens and stream", required=True),
        Column("client", "i64", "hash of user agent and JA4, odd if the user agent is a plain browser's; 0 = both absent", required=True),
        Column("net", "i64", "hash of the /24 or /48 of the address; 0 = absent", required=True),
        Column("provider", "i32", "autonomous system of the address; 0 = absent", required=True),
        Column("model", "i64", "hash of the model name; 0 = absent", required=True),
        Column("path", "i64", "hash of the access path; 0 = absent", required=True),
        Column("capability", "u8", "index into CAPABILITIES", required=True),
        Column("elicitation", "u8", "words that ask to write the reasoning out, at most 255", required=True),
        Column("n_words", "i32", "words of the prompt", required=True),
        Column("output_tokens", "i32", "0 = absent", required=True),
        Column("reasoning_tokens", "i32", "0 = absent", required=True),
        Column("input_tokens", "i32", "0 = absent", required=True),
    ),
)


def _hash(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Hash of each string, 0 for null; distinct values are hashed once."""
    if not pa.types.is_dictionary(column.type):
        out = np.empty(len(column), np.int64)
        kernels.hash_strings(*text_bytes(column), out)
        return out
    array = column.combine_chunks()
    values = np.empty(len(array.dictionary) + 1, np.int64)
    values[-1] = 0
    kernels.hash_strings(*text_bytes(array.dictionary), values[:-1])
    return values[_places(array, len(values) - 1)]


def _places(array: pa.DictionaryArray, absent: int) -> NDArray[np.int64]:
    """Index of each value in the dictionary, ``absent`` for null; cast first, because indices may be of any width."""
    places: NDArray[np.int64] = pc.fill_null(array.indices.cast(pa.int64()), absent).to_numpy(zero_copy_only=False)
    return places


def account_key(account_id: pa.ChunkedArray | pa.Array) -> NDArray[np.int64]:
    """(n,) hash of each account identifier, as in the column ``account`` of sketches."""
    return _hash(pa.chunked_array([account_id]) if isinstance(account_id, pa.Array) else account_id)


def _integers(column: pa.ChunkedArray, dtype: type[np.generic]) -> NDArray[np.generic]:
    filled = pc.fill_null(column, 0) if column.null_count else column
    return np.ascontiguousarray(filled.to_numpy()).astype(dtype, copy=False)


def _token_counts(column: pa.ChunkedArray) -> NDArray[np.int32]:
    """Numbers of tokens, 0 for null; negative numbers, which some logs write for null, also become 0."""
    return np.asarray(_integers(column, np.int32)).clip(0).astype(np.int32, copy=False)


def network(ip: pa.Array) -> pa.Array:
    """The /24 of an IPv4 address, the /48 of an IPv6 address in any notation; anything else (a keyed hash) is returned unchanged.

    An IPv4 address that a dual-stack server logs as ``::ffff:192.0.2.1`` (RFC 4291, section 2.5.5.2) gives its /24. Ports are dropped:
    some gateways log ``192.0.2.1:51234`` and ``[2001:db8::1]:51234``, and each connection would otherwise be a network.
    """
    short = pc.replace_substring_regex(ip, r"^(\d+\.\d+\.\d+)\.\d+(?::\d+)?$", r"\1")
    ipv6_rows = _rows(pc.match_substring(short, ":"))
    if not len(ipv6_rows):
        return short
    ipv6 = pc.ascii_lower(short.take(ipv6_rows))
    for pattern, replacement in _FIRST_GROUPS:
        ipv6 = pc.replace_substring_regex(ipv6, pattern, replacement)
    # Addresses that begin with zeros are rare (loopback, mapped addresses in hexadecimal), so they are parsed one by one.
    zero_rows = _rows(pc.match_substring_regex(ipv6, "^(?:::|0:)"))
    ipv6 = _replaced(ipv6, zero_rows, pa.array([_network_of(text) for text in ipv6.take(zero_rows).to_pylist()], ipv6.type))
    return _replaced(short, ipv6_rows, ipv6)


def _rows(flags: pa.Array) -> pa.Array:
    return pa.array(np.flatnonzero(pc.fill_null(flags, False).to_numpy(zero_copy_only=False)))


def _replaced(array: pa.Array, rows: pa.Array, values: pa.Array) -> pa.Array:
    place = np.arange(len(array))
    place[rows.to_numpy()] = len(array) + np.arange(len(rows))
    return pa.concat_arrays([array, values]).take(pa.array(place))


_GROUP = "([0-9a-f]+)"
_FIRST_GROUPS = (
    (r"^\[(.*)\](?::\d+)?$", r"\1"),
    (r"^(?:::|(?:0+:){5})ffff:(\d+\.\d+\.\d+)\.\d+$", r"\1"),
    (r"(^|:)0+([0-9a-f])", r"\1\2"),
    (r"^([1-9a-f][0-9a-f]*)::([0-9a-f]+(?::[0-9a-f]+){5})$", r"\1:0:\2"),  # "::" for the second group alone
    (r"^([1-9a-f][0-9a-f]*)::.*$", r"\1:0:0"),
    (rf"^([1-9a-f][0-9a-f]*):{_GROUP}::.*$", r"\1:\2:0"),
    (rf"^([1-9a-f][0-9a-f]*):{_GROUP}:{_GROUP}:.*$", r"\1:\2:\3"),
)
"""In order: drop brackets and port; reduce a mapped IPv4 address to its /24; drop leading zeros; keep the first three groups, with ``::``
expanded."""


def _network_of(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text.partition("%")[0])
    except ValueError:
        return text
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped).rpartition(".")[0]
    return ":".join(f"{int(group, 16):x}" for group in address.exploded.split(":")[:3])


def _texts(column: pa.ChunkedArray, n_shingles: int) -> dict[str, NDArray[Any]]:
    n = len(column)
    keys, values = lexicon.table()
    out: dict[str, NDArray[Any]] = {
        "whole": np.zeros(n, np.int64),
        "opening": np.zeros(n, np.int64),
        "closing": np.zeros(n, np.int64),
        "shingles": np.zeros((n, n_shingles), np.int64),
        "n_words": np.zeros(n, np.int32),
        "classes": np.zeros((n, lexicon.ELICITATION + 1), np.uint16),
    }
    kernels.read_texts(*text_bytes(column), keys, values, *out.values())
    return out


def sketch_events(events: pa.Table) -> pa.Table:
    """Sketch a table of :data:`~stillwatch.tables.EVENTS`; the result has one row of :data:`SKETCHES` an event, in order.

    Args:
        events: events, columns as EVENTS; ``system``, ``ip``, ``user_agent`` and other repeated strings may be dictionary-encoded.
    """
    prompt = _texts(events["prompt"], kernels.N_SHINGLES)
    columns = {
        "account": account_key(events["account_id"]),
        "time": events["timestamp"].cast(pa.int64()).to_numpy(),
        "prompt": prompt["whole"],
        "opening": prompt["opening"],
        "closing": prompt["closing"],
        **{f"shingle_{j}": np.ascontiguousarray(prompt["shingles"][:, j]) for j in range(kernels.N_SHINGLES)},
        **_systems(events["system"]),
        "tools": _integers(events["tools_key"], np.int64),
        "context": _integers(events["context_key"], np.int64),
        "parent": _integers(events["parent_key"], np.int64),
        "parameters": _parameters(events),
        "client": _clients(events),
        "net": _networks(events["ip"]),
        "provider": _integers(events["asn"], np.int32),
        "model": _hash(events["model"]),
        "path": _hash(events["access_path"]),
        "capability": lexicon.capability(prompt["classes"]),
        "elicitation": np.minimum(prompt["classes"][:, lexicon.ELICITATION], 255).astype(np.uint8),
        "n_words": prompt["n_words"],
        **{f"{of}_tokens": _token_counts(events[f"{of}_tokens"]) for of in ("output", "reasoning", "input")},
    }
    return pa.table(columns, schema=SKETCHES.schema)


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """The column (not empty) as one dictionary-encoded array."""
    column = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return column.unify_dictionaries().combine_chunks()


def _systems(system: pa.ChunkedArray) -> dict[str, NDArray[np.int64]]:
    """The columns of the system prompt, 0 for null; each distinct prompt is read once."""
    names = ("system", "system_opening", "system_closing", "system_shingle")
    if not len(system):
        return {name: np.zeros(0, np.int64) for name in names}
    encoded = _encoded(system)
    texts = _texts(pa.chunked_array([encoded.dictionary]), 1)
    index = _places(encoded, len(encoded.dictionary))
    values = (texts["whole"], texts["opening"], texts["closing"], texts["shingles"][:, 0])
    return {name: np.append(hashes, np.int64(0))[index] for name, hashes in zip(names, values, strict=True)}


def _parameters(events: pa.Table) -> NDArray[np.int64]:
    """Hash of each request's sampling parameters, rounded to thousandths; NaN and values of 1000 or more count as null."""
    fractions = (pc.fill_null(events[name], -1).to_numpy() for name in ("temperature", "top_p"))
    columns = [np.round(np.where(np.abs(values) < 1000, values, -1) * 1000).astype(np.int64) for values in fractions]
    stream = pc.fill_null(events["stream"].cast(pa.int8()), 2).to_numpy().astype(np.int64)
    return _combined([*columns, _integers(events["max_tokens"], np.int64), stream])


PLAIN_BROWSER = (
    r"^Mozilla/5\.0 \([^)]*\)"
    r"(?: \(KHTML, like Gecko\)| (?:AppleWebKit|Gecko|(?:Headless)?Chrome|CriOS|Safari|Version|Mobile|Firefox|FxiOS"
    r"|Edg(?:e|A|iOS)?|OPR|OPiOS|SamsungBrowser)(?:/[\w.+]+)?)+$"
)
"""User agents of plain browsers; one with any other product (RFC 9110, section 10.1.5) is an app that displays pages."""


def _clients(events: pa.Table) -> NDArray[np.int64]:
    """Hash of each request's user agent and JA4, odd if the user agent is a plain browser's; 0 if both are null."""
    if not len(events):
        return np.zeros(0, np.int64)
    agents = _encoded(events["user_agent"])
    agent, ja4 = _hash(pa.chunked_array([agents])), _hash(events["ja4"])
    plain = pc.match_substring_regex(agents.dictionary, PLAIN_BROWSER).to_numpy(zero_copy_only=False)
    browser = np.append(plain, False).astype(np.int64)[_places(agents, len(plain))]
    return np.where((agent == 0) & (ja4 == 0), 0, (_combined([agent, ja4]) & ~1) | browser)


def _combined(columns: list[NDArray[Any]]) -> NDArray[np.int64]:
    """(n,) one hash of each row of the columns."""
    out = np.empty(len(columns[0]), np.int64)
    kernels.combine(np.stack(columns, axis=1), out)
    return out


def _networks(ip: pa.ChunkedArray) -> NDArray[np.int64]:
    """Hash of the network of each address, 0 for null; each distinct address is parsed once."""
    if not len(ip):
        return np.zeros(0, np.int64)
    array = _encoded(ip)
    values = np.append(_hash(pa.chunked_array([network(array.dictionary)])), np.int64(0))
    return values[_places(array, len(values) - 1)]
