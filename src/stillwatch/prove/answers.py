"""Prompts and answers as files, tokenizers, and the append-only store that makes questioning resumable."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from stillwatch.errors import InputError, MissingExtraError
from stillwatch.files import make_private_folder
from stillwatch.prove.tuples import Ids
from stillwatch.rows import rows_with_place


@dataclass(frozen=True)
class Answer:
    """One question and what came back.

    Reading mode: ``predicted`` are the most likely tokens, ``weights`` for each place pairs (token, weight against a
    reference), ``shifts`` the log-odds of the forms at each place of choice marks, beyond a reference; else None. ``asked_at`` is as
    of :func:`question_time`.
    """

    prompt: str
    output: str
    predicted: tuple[int, ...] | None = None
    sample: int = 0
    weights: tuple[tuple[tuple[float, float], ...], ...] | None = None
    shifts: tuple[float, ...] | None = None
    asked_at: str | None = None

    @property
    def key(self) -> str:
        """Names the question: the same prompt asked again has another ``sample``."""
        return question_key(self.prompt, self.sample)


def question_key(prompt: str, sample: int) -> str:
    """SHA-256 of a prompt and the number of its sample."""
    return hashlib.sha256(f"{sample}\n{prompt}".encode()).hexdigest()[:32]


def question_time(row: Mapping[str, Any]) -> str | None:
    """When a question was asked, as ISO text with its zone, or None: a time without a zone is none."""
    value = row.get("asked_at")
    try:
        known = isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return None
    return str(value) if known else None


def text_of(row: Mapping[str, Any], column: str, place: str, path: Path, option: str | None) -> str:
    """The text that a row must have in a column.

    Args:
        row: the row.
        column: name of the column.
        place: of the row, as :func:`rows_with_place` tells it.
        path: the file.
        option: that names another column, or None.

    Raises:
        InputError: it has none.
    """
    value = row.get(column)
    if isinstance(value, str):
        return value
    if column in row:
        raise InputError(f"{place}: {column} is {'null' if value is None else 'no text'}", where=path, todo="Leave the row out, or mend it")
    todo = f"It has {', '.join(map(str, row)) or 'nothing'}"
    raise InputError(f"{place} has no {column!r}", where=path, todo=todo if option is None else f"{todo}; pass {option}")


def read_answers(path: Path, prompt: str = "prompt", output: str = "output", *, repeats: bool = False) -> list[Answer]:
    """Read prompts and outputs; a missing prompt column is an empty prompt.

    A row whose ``sample`` says that it is a sample of the prompt that was there before counts no second time, unless ``repeats``:
    two runs that wrote into one file have asked the same.

    Raises:
        InputError: no output column, or nothing in it.
    """
    out: list[Answer] = []
    numbered: set[str] = set()
    for place, row in rows_with_place(path):
        text = text_of(row, output, place, path, "--output-column")
        predicted, weights, shifts = row.get("predicted"), row.get("weights"), row.get("shifts")
        try:
            one = Answer(_prompt_of(row, prompt, place, path), text, None if predicted is None else tuple(map(int, predicted)),
                         int(row.get("sample") or 0), None if weights is None else _pairs(weights),
                         None if shifts is None else tuple(map(_finite, shifts)), question_time(row))
        except (TypeError, ValueError, OverflowError) as error:
            raise InputError(f"{place}: sample, predicted, weights or shifts are not numbers ({error})", where=path,
                             todo="They are of stillwatch prove ask or read: make the file anew") from error
        if row.get("sample") is not None and not repeats:
            if one.key in numbered:
                continue
            numbered.add(one.key)
        out.append(one)
    if not out:
        raise InputError("no answers", where=path)
    return out


def _prompt_of(row: Mapping[str, Any], column: str, place: str, path: Path) -> str:
    value = row.get(column)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{place}: {column} is no text", where=path, todo="Write all that was shown as one text; turns one after another")
    return value or ""


def _pairs(weights: Any) -> tuple[tuple[tuple[float, float], ...], ...]:
    return tuple(tuple((_finite(token), _finite(weight)) for token, weight in place) for place in weights)


def _finite(value: Any) -> float:
    if not isfinite(number := float(value)):
        raise ValueError(f"{number} is not finite")
    return number


def read_prompts(path: Path, column: str = "prompt") -> list[str]:
    """Prompts of a column of a file of :mod:`stillwatch.rows`, or the lines of a text file; one that stands there again counts once."""
    if path.suffix == ".txt":
        try:
            lines = [line for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
        except FileNotFoundError as error:
            raise InputError("no such file", where=path) from error
        except UnicodeDecodeError as error:
            raise InputError("not UTF-8 text", where=path) from error
        if not lines:
            raise InputError("no prompts", where=path, todo="Write one a line")
        return list(dict.fromkeys(lines))
    out = [text_of(row, column, place, path, "--prompt-column") for place, row in rows_with_place(path)]
    if not out:
        raise InputError("no prompts", where=path)
    return list(dict.fromkeys(out))


class Tokenizer(Protocol):
    """Text to ids; ``name`` goes into records."""

    name: str

    def ids(self, texts: Sequence[str]) -> list[Ids]:
        """Ids of each text, without special tokens."""

    def cuts(self, text: str) -> list[int]:
        """The character before each token: where the token before it ended, 0 for the first."""


class ByteTokenizer:
    """UTF-8 bytes: needs nothing installed."""

    name = "bytes"

    def ids(self, texts: Sequence[str]) -> list[Ids]:
        """One id a byte."""
        return [np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8).astype(np.int64) for text in texts]

    def cuts(self, text: str) -> list[int]:
        """A character of several bytes ends with its last one."""
        sizes = [len(letter.encode("utf-8", "surrogatepass")) for letter in text]
        return [place for place, size in enumerate(sizes) for _ in range(size)]


class FileTokenizer:
    """A ``tokenizer.json`` (Hugging Face tokenizers), the one that the *marked* model writes with."""

    def __init__(self, path: Path) -> None:
        """Take the file, or a model folder with one in it."""
        file = path / "tokenizer.json" if path.is_dir() else path
        if not file.is_file():
            raise InputError("no tokenizer.json", where=path, todo="Pass the file, or 'bytes'")
        try:
            import tokenizers
        except ImportError as error:
            raise MissingExtraError("token marks need tokenizers", todo="pip install '.[prove]' in a checkout of Stillwatch") from error
        try:
            self._made = tokenizers.Tokenizer.from_file(str(file))
        except Exception as error:
            raise InputError(f"not a tokenizer ({error})", where=file) from error
        self.name = "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
        self.path = file

    def ids(self, texts: Sequence[str]) -> list[Ids]:
        """Ids without special tokens."""
        coded = self._made.encode_batch(list(texts), add_special_tokens=False)
        return [np.array(one.ids, np.int64) for one in coded]

    def cuts(self, text: str) -> list[int]:
        """From the tokenizer's offsets; ends, because some tokenizers give a leading space to no token."""
        ends = [int(end) for _, end in self._made.encode(text, add_special_tokens=False).offsets]
        return [0, *ends[:-1]]


def tokenizer(where: str) -> Tokenizer:
    """``bytes``, or a path."""
    return ByteTokenizer() if where == "bytes" else FileTokenizer(Path(where))


@contextmanager
def lock_answers(path: Path) -> Iterator[None]:
    """Hold a file of answers for one process at a time; one that was absent is made, and not left empty.

    Raises:
        InputError: another process holds it, or it cannot be written.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such hold
        yield
        return
    try:
        make_private_folder(path.parent)
        made = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise InputError(f"cannot write ({error.strerror or error})", where=path, todo="Free space or pass another --out") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError("another command asks for the answers of this file", where=path,
                             todo="Wait until it is done, or pass another --out") from error
        try:
            yield
        finally:
            if made and not os.fstat(handle).st_size:
                path.unlink(missing_ok=True)
    finally:
        os.close(handle)


class Store:
    """Answers on disk, one JSON line each, written as they come; a half-written last line is dropped on reading."""

    def __init__(self, path: Path) -> None:
        """Open, reading what is there.

        Raises:
            InputError: another kind of file stands there, which would be overwritten.
        """
        self.path = path
        self.rows: dict[str, dict[str, Any]] = {}
        if path.exists():
            whole = path.read_bytes()
            lines = whole.split(b"\n")
            for number, line in enumerate(lines, 1):
                row = self._row(line)
                if row is not None:
                    self.rows[question_key(row["prompt"], int(row.get("sample") or 0))] = row
                elif line.strip() and (number < len(lines) or not line.startswith(b"{")):  # not a last line that is half-written
                    raise InputError("the file to write holds something else than answers", where=path, todo="Pass another --out")
            if lines[-1]:  # mended in place: another file of this name would be nobody's hold
                with path.open("r+b") as handle:
                    if self._row(lines[-1]) is None:
                        handle.truncate(len(whole) - len(lines[-1]))
                    else:
                        handle.seek(0, os.SEEK_END)
                        handle.write(b"\n")

    @staticmethod
    def _row(line: bytes) -> dict[str, Any] | None:
        try:
            row = json.loads(line)
            question_key(row["prompt"], int(row.get("sample") or 0))
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError, OverflowError):
            return None
        return row if isinstance(row["prompt"], str) and isinstance(row.get("output"), str) else None

    def missing(self, questions: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Questions without an answer yet, in order."""
        return [(prompt, sample) for prompt, sample in questions if question_key(prompt, sample) not in self.rows]

    def put(self, row: Mapping[str, Any]) -> None:
        """Append one answer (prompt, sample, output, …) and flush it."""
        kept = dict(row)
        self.rows[question_key(str(kept["prompt"]), int(kept.get("sample") or 0))] = kept
        try:
            make_private_folder(self.path.parent)
            with self.path.open("a", encoding="utf-8") as handle:
                handle.write(json.dumps(kept, ensure_ascii=False) + "\n")
        except OSError as error:
            raise InputError(f"cannot write ({error.strerror})", where=self.path,
                             todo="What was answered before is stored: free space, and run again to go on") from error
