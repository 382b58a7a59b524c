"""The kernels give what plain Python gives, on any bytes."""

import hashlib
import hmac

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sketch_helpers import MASK, chained, fnv, mix, raw_strings, read, read_slowly, signed

from stillwatch.numeric.arrays import text_bytes
from stillwatch.sketch import kernels, lexicon, secret, veil

LEXICON = " ".join(" ".join(entries) for entries in lexicon.words().values()).replace("|", " ").split()
PIECES = st.one_of(
    st.sampled_from(LEXICON).map(str.encode),
    st.sampled_from([b"Don't", b"it's", b"'", b"THE", b"a", b"7", b"042", b"3.14", b"x86", "häßlich".encode(), "ñ".encode()]),
    st.sampled_from(["中文字", "日本", "한글", "😀", "\u3000", "עברית", "\x00"]).map(str.encode),
    st.binary(max_size=6),
)
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from([b" ", b"", b"\n", b", "])), max_size=30).map(
    lambda parts: b"".join(part for pair in parts for part in pair)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from([1, 3, 7]))
@example([b"a b c d a b c d a b c d"], 3)
@example([b"\xe3", b"\xe4\xb8", b"\xed\xa0\x80\xff", b"\xff\xfe ab", b""], 3)
def test_texts_are_read_as_plain_python_reads_them(texts: list[bytes], n_shingles: int) -> None:
    found = read(texts, n_shingles)
    for i, text in enumerate(texts):
        assert {name: values[i].tolist() for name, values in found.items()} == read_slowly(text, n_shingles), text


@pytest.mark.parametrize("n_words", [0, 1, 3, 4, 7, 8, 9, 16, 17, 100])
def test_texts_as_long_as_the_edges_of_the_ring(n_words: int) -> None:
    text = " ".join(f"w{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(n_words)).encode()
    found = read([text])
    assert {name: values[0].tolist() for name, values in found.items()} == read_slowly(text)
    assert found["n_words"][0] == n_words
    assert (found["shingles"][0] != 0).sum() == min(max(n_words - 3, 0), kernels.N_SHINGLES)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=20), min_size=1, max_size=5))
def test_string_hashes(values: list[bytes]) -> None:
    out = np.empty(len(values), np.int64)
    kernels.hash_strings(*text_bytes(raw_strings(values)), out)
    assert out.tolist() == [signed(mix(fnv(value))) if value else 0 for value in values]


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 3), min_size=1, max_size=5))
def test_combined_hashes(rows: list[tuple[int, int, int]]) -> None:
    out = np.empty(len(rows), np.int64)
    kernels.combine(np.array(rows, np.int64), out)
    assert out.tolist() == [signed(chained([value & MASK for value in row])) for row in rows]


def test_lexicon_table_finds_every_entry() -> None:
    """Each word and pair of the lists speaks for its class, in a sentence and at its beginning, and a word of none for nothing."""
    for column, entries in lexicon.words().items():
        for entry in entries:
            for text in (entry, entry.capitalize(), f"zebra {entry}, zebra"):
                assert read([text.replace("|", " ").encode()])["classes"][0, column] >= 1, text
    assert read([b"zebra quietly marmalade"])["classes"].sum() == 0


def siphash_slowly(k0: int, k1: int, message: bytes) -> int:
    """SipHash-2-4 of 8 bytes, from the paper's section 2."""
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def left(x: int, bits: int) -> int:
        return (x << bits | x >> 64 - bits) & MASK

    def sip_round() -> None:
        for a, b, by in ((0, 1, 13), (2, 3, 16)):
            v[a] = v[a] + v[b] & MASK
            v[b] = left(v[b], by) ^ v[a]
        v[0] = left(v[0], 32)
        for a, b, by in ((2, 1, 17), (0, 3, 21)):
            v[a] = v[a] + v[b] & MASK
            v[b] = left(v[b], by) ^ v[a]
        v[2] = left(v[2], 32)

    for word in (int.from_bytes(message, "little"), len(message) << 56):
        v[3] ^= word
        sip_round()
        sip_round()
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        sip_round()
    return v[0] ^ v[1] ^ v[2] ^ v[3]


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=40), st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5))
def test_keyed_hashes_are_siphash_under_a_key_of_the_tenant(key: bytes, values: list[int]) -> None:
    words = secret(key)
    derived = hmac.new(key, b"stillwatch sketch", hashlib.sha256).digest()
    assert words.tobytes() == derived[:16]
    out = np.empty(len(values), np.int64)
    veil.siphash(np.array(values, np.int64), words[0], words[1], out)
    k0, k1 = (int(word) for word in words)
    expected = [value and signed(siphash_slowly(k0, k1, value.to_bytes(8, "little", signed=True))) for value in values]
    assert out.tolist() == expected
