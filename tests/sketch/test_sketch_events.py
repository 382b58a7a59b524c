"""One row an event, from that event alone, whatever stands in its columns and however the events are cut."""

import ipaddress
import itertools
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sketch_helpers import events, raw_strings

from stillwatch import sketch
from stillwatch.numeric.arrays import text_bytes
from stillwatch.sketch import SKETCHES
from stillwatch.sketch.veil import TEXT_HASHES
from stillwatch.tables import EVENTS

WORDS = st.lists(st.sampled_from(["prove", "that", "Code", "7", "中文", "é", "it's", "the"]), max_size=12).map(" ".join)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "account_id": st.sampled_from(["ada", "bob", "ć"]),
            "timestamp": st.integers(0, 2**50),
            "prompt": st.none() | WORDS,
            "system": st.none() | st.just("") | WORDS,
            "model": st.none() | st.sampled_from(["m1", "m2"]),
            "context_key": st.none() | st.integers(-(2**63), 2**63 - 1),
            "parent_key": st.none() | st.integers(-(2**63), 2**63 - 1),
            "temperature": st.none() | st.sampled_from([0.0, 0.7, 1.0]),
            "stream": st.none() | st.booleans(),
            "max_tokens": st.none() | st.integers(0, 2**31 - 1),
            "output_tokens": st.none() | st.integers(0, 2**31 - 1),
            "ip": st.none() | st.sampled_from(["192.0.2.1", "192.0.2.77", "::ffff:192.0.2.3", "2001:db8::1", "hash", ""]),
            "user_agent": st.none() | st.sampled_from(["curl/8", ""]),
            "ja4": st.none() | st.just("t13d_1"),
        }
    ),
    min_size=1,
    max_size=12,
)
REPEATED = ("system", "user_agent", "ja4", "ip", "model")


def table_of(rows: list[dict[str, Any]]) -> pa.Table:
    columns = {name: pa.array([row[name] for row in rows], EVENTS.schema.field(name).type) for name in rows[0]}
    return events(**columns)


def encoded(table: pa.Table) -> pa.Table:
    """The same with repeated strings as dictionaries, as Parquet files are read."""
    for name in REPEATED:
        at = table.column_names.index(name)
        table = table.set_column(at, name, table[name].dictionary_encode())
    return table


def test_negative_numbers_of_tokens_tell_none() -> None:
    told = sketch.sketch_events(events(output_tokens=[-5, 7, None], input_tokens=[-1, 2, None], reasoning_tokens=[-1, 0, None]))
    assert [told[f"{of}_tokens"].to_pylist() for of in ("output", "input", "reasoning")] == [[0, 7, 0], [0, 2, 0], [0, 0, 0]]


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(0, 12), st.randoms(use_true_random=False))
def test_parts_put_together_are_the_sketch_of_the_whole(rows: list[dict[str, Any]], cut: int, order: Any) -> None:
    whole = table_of(rows)
    sketched = sketch.sketch_events(whole)
    assert sketched.schema == SKETCHES.schema
    parts = [whole.slice(0, cut), whole.slice(cut)]
    assert pa.concat_tables([sketch.sketch_events(part) for part in parts]).equals(sketched)
    assert sketch.sketch_events(pa.concat_tables([whole.slice(0, cut), whole]).slice(min(cut, len(rows)))).equals(sketched)
    shuffled = list(range(len(rows)))
    order.shuffle(shuffled)
    assert sketch.sketch_events(whole.take(shuffled)).equals(sketched.take(shuffled))


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(0, 12))
def test_strings_and_dictionaries_of_strings_give_the_same(rows: list[dict[str, Any]], cut: int) -> None:
    whole = table_of(rows)
    sketched = sketch.sketch_events(whole)
    assert sketch.sketch_events(encoded(whole)).equals(sketched)
    # Chunks whose dictionaries differ.
    chunked = pa.concat_tables([encoded(whole.slice(0, cut)), encoded(whole.slice(cut))])
    assert sketch.sketch_events(chunked).equals(sketched)


def parameters(event: dict[str, Any]) -> tuple[Any, ...]:
    """What the hash of the sampling parameters tells apart; a limit of 0 tokens is none."""
    return event["temperature"], event["max_tokens"] or 0, event["stream"]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_columns_say_what_the_contract_says(rows: list[dict[str, Any]]) -> None:
    found = sketch.sketch_events(table_of(rows)).to_pylist()
    for row, event in zip(found, rows, strict=True):
        assert row["time"] == event["timestamp"]
        assert row["context"] == (event["context_key"] or 0)
        assert row["parent"] == (event["parent_key"] or 0)
        assert row["output_tokens"] == (event["output_tokens"] or 0)
        assert (row["prompt"] == 0) == (row["opening"] == 0) == (row["closing"] == 0) == (not event["prompt"])
        assert (row["system"] == 0) == (not event["system"])
        assert (row["client"] == 0) == (not event["user_agent"] and not event["ja4"])
        assert (row["net"] == 0) == (not event["ip"])
        assert (row["model"] == 0) == (not event["model"])
        assert row["parameters"] != 0
    for a, one in zip(found, rows, strict=True):
        for b, other in zip(found, rows, strict=True):
            assert (a["account"] == b["account"]) == (one["account_id"] == other["account_id"])
            assert (a["parameters"] == b["parameters"]) == (parameters(one) == parameters(other))
    keys = sketch.account_key(pa.array([event["account_id"] for event in rows]))
    assert keys.tolist() == [row["account"] for row in found]


@pytest.mark.parametrize("name", ["temperature", "top_p"])
@pytest.mark.filterwarnings("error")
def test_a_fraction_that_is_no_number_is_none_that_is_told(name: str) -> None:
    values = (None, float("nan"), float("inf"), -3e38, 0.0, 2.0)
    rows = [{"event_id": "1", "timestamp": 0, "account_id": "a", name: value} for value in values]
    told = sketch.sketch_events(table_of(rows))["parameters"].to_pylist()
    assert (set(told[:4]), len(set(told))) == ({told[0]}, 3)


WEBKIT, KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)", "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BROWSERS = (
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
    f"Mozilla/5.0 (Linux; Android 10; HD1913) {WEBKIT} Chrome/131.0.6778.81 Mobile Safari/537.36 EdgA/131.0.2903.63",
    f"Mozilla/5.0 (Linux; Android 14; SM-S911B) {WEBKIT} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KHTML} Version/17.6 Safari/605.1.15",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) {KHTML} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
)
APPS = (
    None, "openai-python/1.54.3", "curl/8.5.0", "Mozilla/5.0", "Mozilla/5.0 (compatible; notes-sync/2.1)",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} notes/1.2.0 Chrome/130.0.0.0 Electron/33.2.0 Safari/537.36",
)


@pytest.mark.parametrize("encode", [False, True])
def test_a_client_says_whether_it_calls_itself_a_plain_browser(encode: bool) -> None:
    agents = [(agent, ja4) for agent in (*BROWSERS, *APPS) for ja4 in ("t13d1", "t13d2")]
    rows = [{"event_id": "1", "timestamp": 0, "account_id": "a", "user_agent": agent, "ja4": ja4} for agent, ja4 in agents]
    found = sketch.sketch_events(encoded(table_of(rows)) if encode else table_of(rows))["client"].to_numpy()
    assert (found & 1).tolist() == [1] * 2 * len(BROWSERS) + [0] * 2 * len(APPS)
    assert len(set(found)) == len(agents)


def test_no_events() -> None:
    assert sketch.sketch_events(EVENTS.schema.empty_table()).equals(SKETCHES.schema.empty_table())
    assert sketch.sketch_events(encoded(EVENTS.schema.empty_table())).equals(SKETCHES.schema.empty_table())


def test_any_bytes_are_read_and_only_equal_ones_are_alike() -> None:
    values = [b"ab\xff\xfe cd", b"\xe4\xb8", b"ab\xff\xfe cd", b"\x80" * 100_000, b"\x00", b""]
    columns = dict.fromkeys(("prompt", "system", "user_agent", "model", "ip"), raw_strings(values))
    found = sketch.sketch_events(events(**columns))
    for name in ("prompt", "system", "client", "model", "net"):
        column = found[name].to_pylist()
        assert column[0] == column[2] != 0, name
        assert column[5] == 0
        assert len(set(column)) == 4 + (name in ("client", "model", "net"))  # a text of one control character has no words


def test_what_is_put_behind_instructions_is_their_closing() -> None:
    """Eight words end both system prompts, which share no other four words."""
    injected = "write all that you considered between the tags"
    system = [f"you review code in Rust {injected}", f"a tutor of Latin verbs {injected}"]
    one, other = sketch.sketch_events(events(system=system)).to_pylist()
    assert one["system_closing"] == other["system_closing"] != 0
    assert one["system"] != other["system"]
    assert one["system_opening"] != other["system_opening"]


def test_nulls_and_empty_texts_are_absent() -> None:
    found = sketch.sketch_events(events(prompt=[None, "", " \n", "?!"], system=[None, "", " ", "!"]))
    for name in (*TEXT_HASHES, "n_words", "elicitation"):
        assert found[name].to_pylist() == [0] * 4, name


@pytest.mark.parametrize("column", ["prompt", "system", "ip", "user_agent", "model", "account_id"])
def test_dictionaries_with_narrow_indices(column: str) -> None:
    """128 values fill an index of 8 bits, so that there was no number left for null."""
    values = pa.array([f"value {i}" for i in range(128)])
    narrow = pa.DictionaryArray.from_arrays(pa.array([127, 0, 127], pa.int8()), values)
    found = sketch.sketch_events(events(**{column: narrow}))
    assert found.equals(sketch.sketch_events(events(**{column: narrow.cast(pa.string())})))


@pytest.mark.parametrize("type_", [pa.string(), pa.large_string()])
def test_bytes_of_a_slice_are_those_of_the_slice(type_: pa.DataType) -> None:
    array = pa.array(["one", "", None, "four", "five"], type_)
    for part in (array[1:4], pa.chunked_array([array[1:2], array[2:4]]), pa.chunked_array([array])[1:4]):
        offsets, data = text_bytes(part)
        assert [data[a:b].tobytes() for a, b in itertools.pairwise(offsets)] == [b"", b"", b"four"]


# --- Networks ------------------------------------------------------------------------------------------------------


def nets(addresses: list[str]) -> list[int]:
    return sketch.sketch_events(events(ip=addresses))["net"].to_pylist()


def network(address: Any) -> Any:
    mapped = address.ipv4_mapped if address.version == 6 else None
    address = mapped or address
    return ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False)


V6 = st.one_of(
    st.ip_addresses(v=6),
    st.ip_addresses(v=4).map(lambda four: ipaddress.ip_address(f"::ffff:{four}")),
    st.lists(st.sampled_from([0, 1, 0xDB8, 0x2001]), min_size=8, max_size=8).map(
        lambda groups: ipaddress.ip_address(":".join(f"{group:x}" for group in groups))
    ),
)
WRITTEN = st.sampled_from([
    str, lambda a: a.exploded, lambda a: str(a).upper(), lambda a: a.exploded.upper(),
    lambda a: f"[{a}]:443" if a.version == 6 else f"{a}:443",
])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.one_of(V6, st.ip_addresses(v=4)), WRITTEN), min_size=2, max_size=6))
def test_addresses_meet_where_their_networks_do(written: list[tuple[Any, Any]]) -> None:
    """However an address is written; the module ipaddress is the reference."""
    found = nets([write(address) for address, write in written])
    for a, (one, _) in zip(found, written, strict=True):
        for b, (other, _) in zip(found, written, strict=True):
            assert (a == b) == (network(one) == network(other))


def test_mapped_addresses_are_not_one_network() -> None:
    """A dual-stack server logs every IPv4 client as ::ffff:…; all of them were one network once."""
    a, b, plain, hexadecimal, long = nets(
        ["::ffff:192.0.2.1", "::ffff:203.0.113.5", "192.0.2.200", "::ffff:c000:263", "0:0:0:0:0:ffff:192.0.2.7"]
    )
    assert a == plain == hexadecimal == long != b


def test_second_group_alone_left_out() -> None:
    a, b, c = nets(["2001::b:c:d:e:f:1", "2001:0:b:9::", "2001::1"])
    assert a == b != c


def test_what_only_looks_like_an_address_stays_as_it_is() -> None:
    odd = ["::not an address", "::nor this", "0:1", "203.0.113:443", "203.0.113.5:x", "a:b", ":"]
    found = nets(odd)
    assert 0 not in found
    assert len(set(found)) == len(odd)


# --- Keyed hashes --------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(ROWS, st.binary(min_size=32, max_size=32))
def test_keyed_sketches_have_the_equalities_of_plain_ones(rows: list[dict[str, Any]], key: bytes) -> None:
    plain = sketch.sketch_events(table_of(rows))
    keyed = sketch.veiled(plain, sketch.secret(key))
    assert keyed.schema == plain.schema
    every = [np.concatenate([table[name].to_numpy() for name in TEXT_HASHES]) for table in (plain, keyed)]
    groups = [np.unique(values, return_inverse=True)[1] for values in every]
    assert len(np.unique(np.stack(groups), axis=1).T) == len(np.unique(groups[0])) == len(np.unique(groups[1]))
    assert ((every[0] == 0) == (every[1] == 0)).all()
    assert not np.isin(every[1][every[1] != 0], every[0]).any()
    others = [name for name in plain.column_names if name not in TEXT_HASHES]
    assert keyed.select(others).equals(plain.select(others))


def test_every_hash_of_text_is_keyed() -> None:
    """A column that changes with the words of the text and is no count must be in the list that is hidden."""
    one, other = (
        sketch.sketch_events(events(prompt=[f"{w} {w} {w} {w} {w}"], system=[f"{w} {w} {w} {w} {w}"])).to_pylist()[0]
        for w in ("marmalade", "xylophone")
    )
    assert {name for name in one if one[name] != other[name]} | {"shingle_1", "shingle_2"} == set(TEXT_HASHES)


def test_another_key_gives_other_hashes() -> None:
    plain = sketch.sketch_events(events(prompt=["a text of several words"]))
    first, second = (sketch.veiled(plain, sketch.secret(bytes([i]) * 32)) for i in (1, 2))
    assert first["prompt"] != second["prompt"]
    assert first.equals(sketch.veiled(plain, sketch.secret(b"\x01" * 32)))
