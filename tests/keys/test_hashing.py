"""Keyed hashes of identifiers, and the file that holds a tenant's key."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stillwatch.errors import InputError
from stillwatch.keys.hashing import KEY_BYTES, keyed, tenant_key


@pytest.mark.parametrize(
    ("key", "value", "digest"),
    [
        (b"\x0b" * 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b"),
        (b"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c7"),
    ],
)
def test_hashes_are_hmac_sha_256(key: bytes, value: str, digest: str) -> None:
    """Test cases 1 and 2 of RFC 4231, first 128 bits."""
    assert keyed(key, value) == digest


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=8), st.text(max_size=8))
@example("a\ud800", "a")
def test_only_equal_values_under_one_key_are_alike(one: str, other: str) -> None:
    """Lone surrogates, which logs do hold, are values like others."""
    assert (keyed(b"k" * 32, one) == keyed(b"k" * 32, other)) == (one == other)
    assert keyed(b"k" * 32, one) != keyed(b"q" * 32, one)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "stillwatch.key"
    umask = os.umask(0)
    try:
        key = tenant_key(path)
    finally:
        os.umask(umask)
    assert len(key) == KEY_BYTES
    assert path.stat().st_mode & 0o777 == 0o600
    assert tenant_key(path) == key
    assert tenant_key(tmp_path / "another.key") != key
    assert {entry.name for entry in tmp_path.iterdir()} == {"stillwatch.key", "another.key"}


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "has 0 bytes"), ("abcd", "has 2 bytes"), ("ab" * 31, "has 31 bytes"), ("x" * 64, "not a key file"), ("é", "not a key file")],
)
def test_what_is_no_key_is_one_line_and_is_left_alone(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    with pytest.raises(InputError, match=words) as error:
        tenant_key(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert path.read_text() == content


def test_a_longer_key_and_white_space_around_it_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("  " + "0f" * 40 + "\n\n")
    assert tenant_key(path) == b"\x0f" * 40


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a key file"):
        tenant_key(tmp_path)


def test_processes_that_make_a_key_at_once_read_the_same(tmp_path: Path) -> None:
    """Else what one of them hashed could never be joined again."""
    path = tmp_path / "stillwatch.key"
    gate = threading.Barrier(8)

    def made(_: int) -> bytes:
        gate.wait()
        return tenant_key(path)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(made, range(8)))
    assert keys == {tenant_key(path)}
    assert [entry.name for entry in tmp_path.iterdir()] == ["stillwatch.key"]
