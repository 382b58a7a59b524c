"""Question a suspect: an OpenAI-compatible endpoint or a transformers model folder.

Questioning is resumable (answers are stored as they come) and rate-limited, and its cost is estimated before it starts.
"""

import hashlib
import http.client
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

from stillwatch.errors import InputError, MissingExtraError
from stillwatch.prove.answers import Store, Tokenizer
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track
from stillwatch.throttling import deadline
from stillwatch.throttling.pacing import Pace, retry_after

RETRIES = 5
TIMEOUT_S = 120.0
"""Within which an answer must have arrived completely."""
MAX_BODY = 64 << 20
"""Bytes of a response, at most."""
WEIGHTS = (".safetensors", ".bin")
"""Files of a model folder that transformers loads as weights."""
CONTEXT_KEPT = 256
"""Reading mode for choice marks: tokens before a place that the model is shown."""


@dataclass(frozen=True)
class Sampling:
    """How answers are drawn."""

    max_tokens: int = 256
    temperature: float = 1.0
    top_p: float = 1.0


class Suspect(Protocol):
    """Something that answers questions, at most ``batch`` of them in one call."""

    batch: int

    def describe(self) -> dict[str, Any]:
        """What it is and where, for the record; without secrets."""

    def answer(self, questions: Sequence[tuple[str, int]], sampling: Sampling, pace: Pace) -> Sequence[str | None]:
        """One answer to each (prompt, sample), None where it gave none. The caller has waited for ``pace``; only retries wait again."""


@dataclass(frozen=True)
class Cost:
    """Estimated cost of questioning; ``seconds`` without a rate limit and ``money`` without prices are None."""

    questions: int
    input_tokens: int
    output_tokens: int
    seconds: float | None
    money: float | None

    def __str__(self) -> str:
        """One line."""
        parts = [number_of(self.questions, "question"), f"about {self.input_tokens:,} tokens in",
                 f"at most {self.output_tokens:,} out"]
        if self.seconds is not None:
            parts.append(f"at least {number_of(round(self.seconds / 60), 'minute')} at this rate")
        if self.money is not None:
            parts.append(f"at most {self.money:.2f} in the currency of the prices")
        return ", ".join(parts)


def cost(
    questions: Sequence[tuple[str, int]], sampling: Sampling, rate_per_min: float | None,
    price_in: float | None = None, price_out: float | None = None,
) -> Cost:
    """Estimate the cost of questions, with four characters a token for input and ``max_tokens`` for output.

    Args:
        questions: (prompt, sample) pairs.
        sampling: how answers are drawn.
        rate_per_min: questions a minute, at most; None for no limit.
        price_in: of a million input tokens.
        price_out: of a million output tokens.
    """
    tokens_in = sum(len(prompt) // 4 + 8 for prompt, _ in questions)
    tokens_out = len(questions) * sampling.max_tokens
    money = None
    if price_in is not None and price_out is not None:
        money = (tokens_in * price_in + tokens_out * price_out) / 1e6
    seconds = None if not rate_per_min else 60 * len(questions) / rate_per_min
    return Cost(len(questions), tokens_in, tokens_out, seconds, money)


def ask_missing(
    suspect: Suspect, questions: Sequence[tuple[str, int]], store: Store, sampling: Sampling, *,
    rate_per_min: float | None = None, stop: Callable[[], bool] | None = None, quiet: bool = False,
    sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic,
) -> int:
    """Ask the questions that the store has no answer to; returns how many were asked. Questions without an answer are not stored.

    Args:
        suspect: to ask.
        questions: (prompt, sample) pairs.
        store: where answers go as they come.
        sampling: how to draw.
        rate_per_min: questions a minute, at most.
        stop: called before the first batch and after each; True ends the questioning (a sequential test has seen enough).
        quiet: no progress bar.
        sleep: waits for a number of seconds.
        clock: a monotonic time in seconds.

    Raises:
        InputError: the suspect does not answer; what it answered before is stored.
    """
    missing, asked, pace = store.missing(questions), 0, Pace(rate_per_min or 0.0, sleep=sleep, clock=clock)
    if stop is not None and stop():
        return 0
    for batch in track(_batches(missing, suspect.batch), "asking", -(-len(missing) // suspect.batch), quiet=quiet):
        pace.wait(requests=len(batch))
        asked_at = datetime.now(UTC).isoformat(timespec="milliseconds")  # taken before asking: a later commitment then counts as later
        outputs = suspect.answer(batch, sampling, pace)
        for (prompt, sample), output in zip(batch, outputs, strict=True):
            if output is not None and output.strip():
                store.put({"prompt": prompt, "sample": sample, "output": output, "asked_at": asked_at})
        asked += len(batch)
        if stop is not None and stop():
            break
    return asked


def _batches(items: Sequence[tuple[str, int]], size: int) -> Iterator[list[tuple[str, int]]]:
    for begin in range(0, len(items), size):
        yield list(items[begin : begin + size])


def shown(url: str) -> str:
    """A URL that is safe to show: without user, password, fragment and the values of its query, any of which may be secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "[not a URL]"
    fields = [field.partition("=") for field in parts.query.split("&") if field]
    query = "&".join((name + sign if sign else "") + LEFT_OUT for name, sign, _ in fields)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query, fragment="").geturl()


LEFT_OUT = "[left out]"
_SURROGATES = re.compile("[\ud800-\udfff]")


class Endpoint:
    """An OpenAI-compatible server: ``POST {url}/chat/completions`` (or ``/completions`` where ``chat`` is False)."""

    batch = 1

    def __init__(self, url: str, model: str, *, key_variable: str | None = None, chat: bool = True) -> None:
        """Take the base URL (…/v1), the model's name and the environment variable that holds the API key."""
        self._parts = _parse_url(url)
        self.url, self.model, self.chat = shown(self._parts.geturl()), model, chat
        self._headers = {"Content-Type": "application/json", "User-Agent": "stillwatch-prove"}
        self._key = ""
        if key_variable:
            self._key = os.environ.get(key_variable, "").strip()
            if not self._key:
                raise InputError("the environment variable is not set", where=key_variable)
            if not (self._key.isascii() and self._key.isprintable()):  # http.client would show it
                raise InputError("the environment variable holds something else than a key", where=key_variable)
            self._headers["Authorization"] = f"Bearer {self._key}"

    def describe(self) -> dict[str, Any]:
        """Kind, URL without its secrets, model, and whether chat completions are asked for."""
        return {"kind": "endpoint", "url": self.url, "model": self.model, "chat": self.chat}

    def answer(self, questions: Sequence[tuple[str, int]], sampling: Sampling, pace: Pace) -> list[str | None]:
        """One request a question; None where a completion has no text (the provider refused, or the reasoning was cut off)."""
        out = []
        for prompt, _ in questions:
            body: dict[str, Any] = {"model": self.model, "max_tokens": sampling.max_tokens,
                                    "temperature": sampling.temperature, "top_p": sampling.top_p}
            if self.chat:
                made = self._post("/chat/completions", {**body, "messages": [{"role": "user", "content": prompt}]}, pace)
                text = self._field(made, lambda got: _content_text(got["choices"][0]["message"]["content"]))
            else:
                made = self._post("/completions", {**body, "prompt": prompt}, pace)
                text = self._field(made, lambda got: _content_text(got["choices"][0]["text"]))
            out.append(None if text is None else _encodable(text))
        return out

    def top_tokens(self, text: str, pace: Pace) -> list[tuple[str, str | None]]:
        """(token, most likely token there) for every token of a text: ``/completions`` with ``echo`` and ``logprobs``.

        The caller has waited for ``pace``, as in :meth:`answer`.

        Raises:
            InputError: the server gives no log-probabilities of the prompt, as most hosted ones; ask it for answers instead.
        """
        made = self._post("/completions", {"model": self.model, "prompt": text, "max_tokens": 1, "echo": True,
                                           "logprobs": 1, "temperature": 0}, pace)
        part = self._field(made, lambda got: got["choices"][0]["logprobs"])
        try:
            tops = [max(top, key=top.get) if top else None for top in part["top_logprobs"]]
            return list(zip(map(_encodable, part["tokens"]), [top and _encodable(top) for top in tops], strict=True))[:-1]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError("the server gives no log-probabilities of the prompt", where=self.url,
                             todo="Use answers (prove ask), or a server with echo and logprobs") from error

    def _field(self, made: Any, take: Callable[[Any], Any]) -> Any:
        try:
            return take(made)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise self._no_completion(str(made).encode("utf-8", "replace")) from error

    def _no_completion(self, payload: bytes) -> InputError:
        return InputError(f"it answered, and not with a completion: {self._excerpt(payload)}", where=self.url,
                          todo="Is the path right? Most are like http://localhost:8000/v1, and --completions asks for another kind")

    def _excerpt(self, payload: bytes) -> str:
        """The start of a body in one line. The key and the query that were sent are left out, since some servers repeat them."""
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            return f"{number_of(len(payload), 'byte')} that are no text"
        for secret in filter(None, (self._key, self._parts.query)):
            text = text.replace(secret, LEFT_OUT)
        return " ".join(text.split())[:200] or "nothing"

    def _refusal(self, response: http.client.HTTPResponse, payload: bytes) -> InputError:
        """The error for a response that a retry would not change."""
        if 300 <= response.status < 400:
            elsewhere = response.headers.get("Location")
            return InputError(f"the suspect says HTTP {response.status}, elsewhere ({shown(elsewhere) if elsewhere else 'not where'})",
                              where=self.url, todo="Pass the base of the address that answers as --url")
        mended = "the key of --api-key-env" if response.status in (401, 403) else "what it names (--url, --model, the sampling)"
        return InputError(f"the suspect does not answer (HTTP {response.status}: {self._excerpt(payload)})", where=self.url,
                          todo=f"Asked again it says the same: mend {mended}. What was answered is stored")

    def _post(self, path: str, body: dict[str, Any], pace: Pace) -> Any:
        kind = deadline.HttpsConnection if self._parts.scheme == "https" else deadline.HttpConnection
        target = self._parts.path + path + (f"?{self._parts.query}" if self._parts.query else "")
        last = ""
        for turn in range(RETRIES):
            connection = kind(self._parts.netloc, timeout=TIMEOUT_S)
            try:
                connection.request("POST", target, json.dumps(body), self._headers)
                response = connection.getresponse()
                payload, status = response.read(MAX_BODY + 1), response.status
                if len(payload) > MAX_BODY:
                    last = f"an answer of more than {MAX_BODY >> 20} MB"
                    break
                if status == 200:
                    return self._read(payload)
                if status not in (408, 409, 425, 429) and status < 500:
                    raise self._refusal(response, payload)
                last = f"HTTP {status}: {self._excerpt(payload)}"
                wait = retry_after(response.headers.get("Retry-After"))
            except (OSError, http.client.HTTPException, ValueError) as error:
                last, wait = f"{type(error).__name__}: {error}", None
            finally:
                connection.close()
            if turn < RETRIES - 1 and not pace.again(wait, float(2**turn)):
                last += f"; it asks to wait {wait:,.0f} s"
                break
        raise InputError(f"the suspect does not answer ({last})", where=self.url,
                         todo="What was answered is stored; run again to go on")

    def _read(self, payload: bytes) -> Any:
        """The JSON of a response.

        Raises:
            ValueError: it may be JSON that was cut off, so a retry may help.
            InputError: it is something else, so a retry would not.
        """
        try:
            return json.loads(payload)
        except RecursionError as error:
            raise self._no_completion(payload) from error
        except ValueError as error:
            if not payload.strip() or payload.lstrip().startswith(b"{"):
                raise
            raise self._no_completion(payload) from error


def _parse_url(url: str) -> SplitResult:
    """Split an endpoint's URL; its path loses a slash at the end.

    Raises:
        InputError: it is not an http(s) URL, or contains a user name or password.
    """
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if not fits or not url.isascii() or any(letter <= " " for letter in url):
        raise InputError("not a URL", where=shown(url), todo="Write it like http://localhost:8000/v1")
    if "@" in parts.netloc:
        raise InputError("the URL holds a user name or password", where=shown(url),
                         todo="Put the key into an environment variable and pass --api-key-env NAME")
    return parts._replace(path=parts.path.rstrip("/"), fragment="")


def _content_text(content: Any) -> str | None:
    """The text of a message, whose content may be a list of parts; None if it has no text.

    Raises:
        TypeError: it is something else.
    """
    if content is None or isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise TypeError("no text")
    texts = [part if isinstance(part, str) else part["text"] for part in content if isinstance(part, str) or part.get("type") == "text"]
    return "".join(texts) if texts else None


def _encodable(text: str) -> str:
    """A text with U+FFFD in place of lone surrogates, which UTF-8 cannot encode."""
    return _SURROGATES.sub("\ufffd", text)


class Folder:
    """A transformers causal language model on disk. Needs the extra ``prove``.

    A prompt that leaves no room for the answer is cut to its end; ``cut`` counts such prompts.
    """

    batch = 16

    def __init__(self, path: Path, *, chat: bool | None = None, seed: int = 1) -> None:
        """Load the model and its tokenizer.

        Args:
            path: of the model folder.
            chat: whether to use the chat template; by default if there is one.
            seed: of the sampling.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            InputError: the folder is not a model that can be loaded.
        """
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise MissingExtraError("a model folder needs transformers and torch",
                                    todo="pip install '.[prove]' in a checkout of Stillwatch") from error
        if not (path / "config.json").is_file():
            raise InputError("not a transformers model folder (no config.json)", where=path)
        self.path, self._torch = path, torch
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(path, padding_side="left")
            self.model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
        except Exception as error:  # transformers and its libraries of files raise errors of many types; safetensors raises bare Exceptions
            what = " ".join(str(error).split())[:200].rstrip(". ") or type(error).__name__
            raise InputError(f"not a transformers model folder that can be loaded ({what})", where=path,
                             todo="Download or save the model anew") from error
        if self.tokenizer.pad_token_id is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token
        self.chat = bool(self.tokenizer.chat_template) if chat is None else chat
        self.seed, self.cut = seed, 0
        self.window = int(getattr(self.model.config, "max_position_embeddings", 0) or sys.maxsize)

    def describe(self) -> dict[str, Any]:
        """Folder, and digests of its configuration and its weights: two trainings of one base differ only in the weights."""
        from stillwatch.files import digest

        weights = sorted(file for file in self.path.iterdir() if file.suffix in WEIGHTS)
        return {"kind": "folder", "path": self.path.name, "config_sha256": digest(self.path / "config.json"),
                "weights_sha256": {file.name: digest(file) for file in weights}, "chat": self.chat, "seed": self.seed}

    def _apply_chat_template(self, prompt: str) -> str:
        """The prompt in the chat template, if that is used."""
        if not self.chat:
            return prompt
        turns = [{"role": "user", "content": prompt}]
        return str(self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))

    def answer(self, questions: Sequence[tuple[str, int]], sampling: Sampling, pace: Pace) -> list[str]:
        """Sampled continuations. They depend on the seed and these questions alone, so that a resumed run draws the same ones.

        Raises:
            InputError: ``max_tokens`` leaves no room for a prompt.
        """
        room = self.window - sampling.max_tokens
        if room <= 0:
            raise InputError(f"--max-tokens {sampling.max_tokens} leaves no room for a prompt: the model holds {self.window:,} tokens",
                             where=self.path, todo="Lower --max-tokens")
        texts = [self._apply_chat_template(prompt) for prompt, _ in questions]
        whole = self.tokenizer(texts, add_special_tokens=not self.chat, verbose=False)["input_ids"]
        self.cut += sum(len(row) > room for row in whole)
        inputs = self.tokenizer.pad({"input_ids": [row[-room:] for row in whole]}, return_tensors="pt", padding_side="left")
        sampled = sampling.temperature > 0
        options = {"temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0} if sampled else {}
        seed = hashlib.sha256(json.dumps([self.seed, *questions]).encode()).digest()
        self._torch.manual_seed(int.from_bytes(seed[:7]))
        with self._torch.no_grad():
            made = self.model.generate(**inputs, do_sample=sampled, max_new_tokens=sampling.max_tokens,
                                       pad_token_id=self.tokenizer.pad_token_id, **options)
        answers: list[str] = self.tokenizer.batch_decode(made[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        return answers

    def predictions(self, prompt: str, answer: str, marked: Tokenizer) -> list[int]:
        """The suspect's most likely next token at each token of the marked model's tokenizer, as an id there.

        The suspect may have another vocabulary. Its guess counts where both tokenizers cut the text at the same
        character and the guessed piece of text is one token of the marked model; elsewhere it is -1.

        Args:
            prompt: of the answer.
            answer: to read.
            marked: the marked model's tokenizer.

        Returns:
            (n_tokens of the answer,) ids.
        """
        theirs = self.tokenizer(self._apply_chat_template(prompt), add_special_tokens=not self.chat)["input_ids"]
        made = self.tokenizer(answer, add_special_tokens=False, return_offsets_mapping=True)
        coded, ends = made["input_ids"], [int(end) for _, end in made["offset_mapping"]]
        ours = [int(i) for i in marked.ids([answer])[0]]
        if not coded or not ours:
            return [-1] * len(ours)
        with self._torch.no_grad():
            logits = self.model(input_ids=self._torch.tensor([theirs + coded])).logits[0]
        best = logits.argmax(1).tolist()[max(0, len(theirs) - 1) : len(theirs) + len(coded) - 1]
        pieces = [self.tokenizer.decode([int(token)]) for token in best]
        if not theirs:
            pieces = ["", *pieces]
        guess_at = dict(zip([0, *ends], pieces, strict=False))
        predicted = []
        for cut in marked.cuts(answer):
            piece = guess_at.get(cut)
            ids = marked.ids([piece or ""])[0]
            predicted.append(int(ids[0]) if len(ids) == 1 else -1)
        return predicted

    def log_odds(self, prompt: str, variants: Sequence[tuple[str, str]]) -> list[float]:
        """Log-odds (nats) of the second text of each pair against the first, as answers to a prompt ``(n_pairs,)``."""
        prompt_ids = self.tokenizer(self._apply_chat_template(prompt), add_special_tokens=not self.chat)["input_ids"] or [0]
        odds = []
        for pair in variants:
            rows = [prompt_ids + self.tokenizer(text, add_special_tokens=False)["input_ids"] for text in pair]
            common = next((i for i, (a, b) in enumerate(zip(*rows, strict=False)) if a != b), min(map(len, rows)))
            rows = [row[max(0, common - CONTEXT_KEPT) :] for row in rows]
            begin, longest = max(1, min(common, CONTEXT_KEPT)), max(map(len, rows))
            ids = self._torch.tensor([row + [0] * (longest - len(row)) for row in rows])
            mask = self._torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
            with self._torch.no_grad():
                logits = self.model(input_ids=ids, attention_mask=mask).logits[:, begin - 1 : -1].float()
            log_ps = logits.log_softmax(2).gather(2, ids[:, begin:, None])[:, :, 0]
            first, second = (float(values[: len(row) - begin].sum()) for values, row in zip(log_ps, rows, strict=True))
            odds.append(second - first)
        return odds

    def weights(self, reference: "Folder", prompt: str, answer: str, marked: Tokenizer) -> list[list[list[float]]]:
        """How the suspect departs from the reference at each token of an answer: see :func:`weighted.token_departures`.

        Raises:
            InputError: suspect, reference and marked model do not share one vocabulary.
        """
        from stillwatch.prove.weighted import token_departures

        ours = [int(i) for i in marked.ids([answer])[0]]
        chances = []
        for folder in (self, reference):
            prompt_ids = folder.tokenizer(folder._apply_chat_template(prompt), add_special_tokens=not folder.chat)["input_ids"]
            coded = folder.tokenizer(answer, add_special_tokens=False)["input_ids"]
            if coded != ours:
                raise InputError("the suspect, the reference and the marked model need one vocabulary for weights",
                                 where=folder.path, todo="Leave --reference-folder out")
            with self._torch.no_grad():
                logits = folder.model(input_ids=self._torch.tensor([(prompt_ids or [0]) + coded])).logits[0]
            chances.append(logits[len(prompt_ids or [0]) - 1 : -1].softmax(1).numpy())
        return token_departures(*chances)
