"""Prompts from a file: one a line (.txt), or rows with ``prompt`` (and perhaps ``system``) or ``messages``.

Answers at the end of a conversation, as training data has them, are dropped: what is asked is the last turn before them.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stillwatch.distill.exchange import Messages, Request
from stillwatch.errors import InputError
from stillwatch.rows import COMPRESSED_SUFFIXES, open_decompressed, rows_with_place

KINDS = (".jsonl", ".ndjson", ".json", ".csv", ".parquet")
ROLES = ("system", "user", "assistant", "tool")


def read(path: Path) -> list[Messages]:
    """Conversations to be answered; raises InputError where the file has none, or a row that is no conversation."""
    conversations = list(_read(path))
    if not conversations:
        raise InputError("no prompts", where=path)
    return conversations


def _read(path: Path) -> Iterator[Messages]:
    if any(path.name.endswith(f".txt{packed}") for packed in ("", *COMPRESSED_SUFFIXES)):
        try:
            with open_decompressed(path) as handle:
                text = handle.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"not readable ({error})", where=path, todo="Save it as UTF-8, with one prompt a line") from error
        # Not splitlines: other separators, such as U+2028, occur within lines that people write.
        lines = re.split(r"\r\n|\r|\n", text)
        yield from ((("user", line.strip()),) for line in lines if line.strip())
        return
    if not any(path.name.endswith(kind + packed) for kind in KINDS for packed in ("", *COMPRESSED_SUFFIXES)):
        raise InputError("this file's name does not say of which kind it is", where=path, todo=f"Known endings: .txt, {', '.join(KINDS)}")
    for place, row in rows_with_place(path, strings=True):
        yield _messages(row, f"{path} {place}")


def _messages(row: Any, where: str) -> Messages:
    if isinstance(row, str) and row.strip():
        return (("user", row),)
    if isinstance(row, dict):
        turns = row.get("messages")
        if isinstance(turns, list) and turns:
            pairs = [(turn.get("role"), turn.get("content")) if isinstance(turn, dict) else (None, None) for turn in turns]
            if all(role in ROLES and isinstance(content, str) for role, content in pairs):
                while pairs and pairs[-1][0] == "assistant":
                    pairs.pop()
                if pairs:
                    return tuple((str(role), str(content)) for role, content in pairs)
        elif isinstance(row.get("prompt"), str) and row["prompt"].strip():
            system = row.get("system")
            if not isinstance(system, str | None):
                raise InputError("a system message that is no text", where=where, todo="Write it as text, or leave it out")
            return (*((("system", system),) if system else ()), ("user", row["prompt"]))
    raise InputError("neither prompt nor messages", where=where, todo="Give each row a prompt, or messages of role and content")


def requests(
    conversations: list[Messages], *, samples: int = 1, seed: int = 0, temperature: float = 0.0, max_tokens: int = 256,
    top_k: int = 0, writes: bool = True,
) -> list[Request]:
    """A request for each conversation and sample; the samples of one prompt follow each other.

    Args:
        conversations: to be answered.
        samples: answers to each.
        seed: of the teacher's sampling.
        temperature: of the teacher's sampling; 0 is greedy.
        max_tokens: of an answer.
        top_k: log-probabilities to keep for each token.
        writes: whether the teacher writes text. One that does not has no sampling, so the options keep their defaults.

    Raises:
        InputError: several samples would be the same answer.
    """
    if not writes and samples > 1:
        raise InputError("the teacher writes no text, so several samples are the same answer", todo="Leave out --samples")
    if not writes:
        return [Request(messages) for messages in conversations]
    if samples > 1 and temperature == 0:
        raise InputError("several samples at temperature 0 are the same answer", todo="Pass --temperature 0.7 or so")
    return [
        Request(messages, seed, sample, temperature, max_tokens, top_k)
        for messages in conversations
        for sample in range(samples)
    ]
