"""``stillwatch distill data``: prompts from seeds, logs or a task, answers from the teacher, filters, Parquet, a card.

The teacher makes the prompts (self-instruct: Wang et al. 2023; evolved: Xu et al. 2023), so asking for them is a harvest like
any other: resumable, counted, paid once. ``chat.parquet`` has ``messages`` and ``preference.parquet`` has
``prompt``, ``chosen`` and ``rejected``, as TRL's trainers read them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from scipy import sparse

from stillwatch.distill import filters, harvest, prompts, store
from stillwatch.distill.exchange import Exchange, Messages, Request, ask
from stillwatch.distill.filters import Rejection
from stillwatch.distill.manifest import Manifest
from stillwatch.distill.teachers import Teacher
from stillwatch.errors import InputError
from stillwatch.files import atomic_write, write_json, write_parquet
from stillwatch.rows import COMPRESSED_SUFFIXES, rows_with_place
from stillwatch.terminal.counting import number_of

MARKS = ("chat.parquet", *(f"{part}/{name}" for part in ("prompts", "answers") for name in (store.ABOUT, store.ROWS, store.LOCK)))
"""Files that mark a folder as written by this command, even where it was killed."""
EXAMPLES, LINES = 4, 5
"""Seeds shown to the teacher for a list of prompts, and prompts asked for in a list."""
LIST_TOKENS, EVOLVED_TOKENS = 400, 200
"""Most tokens that the teacher may write for a list of prompts, and for an evolved prompt."""
ITEM = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+(.+?)\s*$")
EVOLUTIONS = (
    "Rewrite this request with one more constraint.",
    "Rewrite this request so that it needs several steps of reasoning.",
    "Rewrite this request with concrete names, numbers or data in place of general words.",
    "Rewrite this request so that it goes deeper into one part of it.",
    "Write a new request of the same field, but rarer.",
)
MASKS = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "[mail]"),
    (re.compile(r"\b(?:\d[ -]?){12,18}\d\b"), "[number]"),
    (re.compile(r"\+?\d{1,3}[ -]?\(?\d{2,4}\)?[ -]?\d{3,4}[ -]?\d{3,4}\b"), "[phone]"),
)


@dataclass(frozen=True)
class Plan:
    """What data to make. Exactly one of ``seeds``, ``logs`` and ``task`` is set; the options are those of the command."""

    seeds: Path | None = None
    logs: Path | None = None
    task: str | None = None
    n: int = 200
    """Prompts to make from seeds or a task."""
    evolve: bool = False
    samples: int = 1
    """Answers to each prompt."""
    temperature: float = 0.7
    max_tokens: int = 256
    top_k: int = 0
    min_agreement: float = 0.0
    """Share of samples that must agree on the answer, 0 to 1."""
    contamination: tuple[Path, ...] = ()
    """Files of benchmark prompts that the data must not contain."""
    seed: int = 0


@dataclass
class Prompts:
    """Prompts made so far, and what was left out."""

    prompts: list[str]
    origin: dict[str, str] = field(default_factory=dict)
    """Of each prompt: seed, logs, self-instruct, task or evolved."""
    rejected: list[Rejection] = field(default_factory=list)
    cost: float = 0.0
    """Cost of making the prompts, in the currency of the manifest's prices."""


def estimate(teacher: Teacher, manifest: Manifest, plan: Plan) -> harvest.Estimate:
    """Upper bound of what making the data takes: nothing is on disk yet and no prompt is filtered out.

    Args:
        teacher: the model to ask.
        manifest: of the teacher.
        plan: what to make.

    Raises:
        InputError: the plan cannot be carried out.
    """
    _benchmark_prompts(teacher, plan)
    if plan.logs is not None:
        texts, calls, n_new = from_logs(plan.logs), 0, 0
        seed_tokens = sum(teacher.tokens(text) for text in texts)
    else:
        _demand_text(teacher, manifest)
        seeds = _seeds(plan)
        texts, calls, n_new = [messages[-1][1] for messages in seeds], _n_calls(plan), plan.n
        seed_tokens = sum(teacher.tokens(" ".join(content for _, content in messages)) for messages in seeds)
    new_tokens = n_new * LIST_TOKENS // LINES
    n, tokens = len(texts) + n_new, seed_tokens + new_tokens
    instruction_tokens = teacher.tokens(_instruction(plan, texts, np.random.default_rng(plan.seed))) if calls else 0
    exchanges, tokens_in, tokens_out = calls, calls * instruction_tokens, calls * LIST_TOKENS
    if plan.evolve and calls:
        exchanges += n
        tokens_in += tokens + n * teacher.tokens(EVOLUTIONS[2])
        tokens_out += n * EVOLVED_TOKENS
        n, tokens = 2 * n, tokens + n * EVOLVED_TOKENS
    answers = n * plan.samples
    tokens_out += answers * plan.max_tokens if teacher.writes else 0
    return harvest.price(manifest, exchanges + answers, tokens_in + tokens * plan.samples, tokens_out)


def run(teacher: Teacher, manifest: Manifest, plan: Plan, out: Path, *, quiet: bool = False) -> dict[str, Any]:
    """Make the data.

    Args:
        teacher: the model to ask.
        manifest: of the teacher.
        plan: what to make.
        out: folder of the data.
        quiet: no progress bars.

    Returns:
        The summary, which the data card shows.

    Raises:
        InputError: the teacher rejected every request of a step, or nothing is left after the filters; no table is written then.
    """
    benchmark = _benchmark_prompts(teacher, plan)
    known_answers: dict[str, str] = {}
    conversation_of: dict[str, Messages] = {}
    if plan.logs is not None:
        made = Prompts(from_logs(plan.logs))
        made.origin = dict.fromkeys(made.prompts, "logs")
        seeds = made.prompts
    else:
        conversations = _seeds(plan)
        seeds = [messages[-1][1] for messages in conversations]
        conversation_of = {messages[-1][1]: messages for messages in reversed(conversations)}
        known_answers = _known_answers(plan.seeds) if plan.seeds else {}
        made = _generate(teacher, manifest, plan, seeds, out / "prompts", quiet=quiet)
    kept, rejected = filters.prompts(made.prompts, benchmark)
    made.rejected += rejected
    if not kept:
        raise InputError("no prompt is left after the filters", where=out, todo="Give more seeds, or another teacher")
    requests = _requests(teacher, plan, [conversation_of.get(text, (("user", text),)) for text in kept])
    rows = _harvest(teacher, manifest, requests, out / "answers", quiet=quiet)
    chat, preference, rejected_answers = select(rows, plan.min_agreement, known_answers)
    made.rejected += rejected_answers
    if not chat:
        why = ", ".join(f"{n:,} {reason}" for reason, n in sorted(Counter(r.reason for r in made.rejected).items()))
        raise InputError(f"no conversation is left (left out: {why})", where=out, todo="Give more seeds, or another teacher")
    return _write(out, manifest, plan, made, seeds, kept, chat, preference, made.cost + sum(row.cost for row in rows))


def _requests(teacher: Teacher, plan: Plan, conversations: list[Messages]) -> list[Request]:
    return prompts.requests(
        conversations, samples=plan.samples, seed=plan.seed, temperature=plan.temperature, max_tokens=plan.max_tokens, top_k=plan.top_k,
        writes=teacher.writes,
    )


def _benchmark_prompts(teacher: Teacher, plan: Plan) -> list[str]:
    """Prompts that must not be in the data; raises InputError where they cannot be read or the plan's samples would all be the same."""
    _requests(teacher, plan, [])
    return [messages[-1][1] for path in plan.contamination for messages in prompts.read(path)]


def from_logs(folder: Path) -> list[str]:
    """The different prompts in a folder of logs, with mail addresses and numbers masked; raises InputError where it keeps no text."""
    import pyarrow.parquet as pq

    from stillwatch.files import data_files

    files = [path for path in data_files(folder) if "events" in path.parts or folder.is_file() or path.parent == folder]
    values: list[Any] = []
    for path in files:
        try:
            if path.suffix == ".parquet":
                if "prompt" in pq.read_schema(path).names:
                    values += pq.read_table(path, columns=["prompt"])["prompt"].to_pylist()
            else:
                rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
                values += [row.get("prompt") for row in rows if isinstance(row, dict)]
        except (OSError, ValueError) as error:
            raise InputError(f"not readable as a log ({error})", where=path, todo="Pass what stillwatch ingest wrote") from error
    texts = [text for text in values if isinstance(text, str) and text]
    if not texts:
        todo = "Only logs ingested with --privacy text can be learnt from; the other modes keep no prompts, on purpose"
        raise InputError("these logs hold no prompts", where=folder, todo=todo)
    for pattern, mask in MASKS:
        texts = [pattern.sub(mask, text) for text in texts]
    return list(dict.fromkeys(texts))


def _demand_text(teacher: Teacher, manifest: Manifest) -> None:
    if not teacher.writes:
        raise InputError(f"{manifest.name} writes no text, so it cannot make prompts", todo="Pass finished prompts as --logs")


def _seeds(plan: Plan) -> list[Messages]:
    return prompts.read(plan.seeds) if plan.seeds else []


def _n_calls(plan: Plan) -> int:
    return -(-plan.n // LINES) * 2  # about half of the lines survive parsing and filters


def _known_answers(path: Path) -> dict[str, str]:
    """The answers in a file of seeds, by prompt; empty ones are left out."""
    if path.name.endswith((".txt", *(f".txt{packed}" for packed in COMPRESSED_SUFFIXES))):
        return {}
    rows = [row for _, row in rows_with_place(path, strings=True) if isinstance(row, dict) and isinstance(row.get("prompt"), str)]
    return {row["prompt"]: str(row["answer"]) for row in rows if row.get("answer") not in (None, "")}


def _generate(teacher: Teacher, manifest: Manifest, plan: Plan, seeds: list[str], folder: Path, *, quiet: bool) -> Prompts:
    """Let the teacher write prompts, several per call, from random seeds or from the task; then evolve them if the plan says so."""
    _demand_text(teacher, manifest)
    rng = np.random.default_rng(plan.seed)
    first_seed = plan.seed * 1_000_003 % 2**62  # so that seeds share no list; the store holds 64 bits
    requests = [ask(_instruction(plan, seeds, rng), seed=first_seed + i, temperature=max(plan.temperature, 0.7), max_tokens=LIST_TOKENS)
              for i in range(_n_calls(plan))]
    rows = _harvest(teacher, manifest, requests, folder, quiet=quiet)
    made = Prompts(list(seeds), dict.fromkeys(seeds, "seed"), cost=sum(row.cost for row in rows))
    for row in rows:
        lines = [match.group(1) for line in (row.reply.answer or "").splitlines() if (match := ITEM.match(line))]
        if not lines:
            made.rejected.append(Rejection(row.prompt or "", row.reply.answer, "no list", "the teacher wrote no list of prompts"))
        for line in lines:
            made.prompts.append(line)
            made.origin.setdefault(line, "self-instruct" if seeds else "task")
    new = [text for text in made.prompts if made.origin[text] != "seed"][: plan.n]
    made.prompts = [*seeds, *new]
    if plan.evolve:
        options: dict[str, Any] = {"seed": plan.seed, "temperature": max(plan.temperature, 0.7), "max_tokens": EVOLVED_TOKENS}
        texts = enumerate([*seeds, *new])
        evolutions = [ask(f"{EVOLUTIONS[i % len(EVOLUTIONS)]} Answer with the request only.\n\n{text}", **options) for i, text in texts]
        for row in _harvest(teacher, manifest, evolutions, folder, quiet=quiet):
            made.cost += row.cost
            text = (row.reply.answer or "").strip().strip('"')
            if text:
                made.prompts.append(text)
                made.origin.setdefault(text, "evolved")
    return made


def _instruction(plan: Plan, seeds: Sequence[str], rng: np.random.Generator) -> str:
    if not seeds:
        return f"Write {LINES} different requests that a user might make.\nTask: {plan.task}\nWrite a numbered list, one request a line."
    drawn = rng.choice(len(seeds), min(EXAMPLES, len(seeds)), replace=False)
    examples = "\n".join(f"{i}. {' '.join(seeds[j].split())[:300]}" for i, j in enumerate(drawn, start=1))
    return f"Here are requests of users:\n{examples}\n\nWrite {LINES} new and different ones as a numbered list, one request a line."


def _harvest(teacher: Teacher, manifest: Manifest, requests: Sequence[Request], folder: Path, *, quiet: bool) -> list[Exchange]:
    with harvest.open_store(folder, teacher, manifest) as opened:
        done = harvest.run(opened, teacher, manifest, requests, quiet=quiet)
    if done.stored and done.rejected == done.stored:
        why = teacher.rejection or "when they were asked before"
        todo = "Mend the manifest or the options and pass another folder: this one keeps them"
        raise InputError(f"{number_of(done.rejected, 'request was', 'requests were all')} rejected ({why})", where=folder, todo=todo)
    keys = {request.key(teacher.identity, "none") for request in requests}
    return [row for row in store.read(folder) if row.key in keys]


Message = dict[str, str]


def select(
    rows: Sequence[Exchange], least: float, known: dict[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Rejection]]:
    """Select answers to learn from and pairs of a better and a worse answer.

    Of several samples those with the commonest conclusion are better than the others. Where several conclusions are equally common
    the first is kept and there is no pair, unless one of them is the known answer.

    Args:
        rows: exchanges, all samples of all prompts.
        least: share of samples that must agree, 0 to 1.
        known: answers known beforehand, by prompt.

    Returns:
        Rows of ``chat.parquet``, rows of ``preference.parquet``, and the rejections.
    """
    by_prompt: dict[str, list[Exchange]] = {}
    for row in rows:
        by_prompt.setdefault(str(row.prompt), []).append(row)
    chat: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    rejected: list[Rejection] = []
    for prompt, samples in by_prompt.items():
        good: list[Exchange] = []
        for row in samples:
            rejection = filters.answer(prompt, row.reply.answer, row.reply.finish)
            if rejection is None:
                good.append(row)
            else:
                rejected.append(rejection)
        if not good:
            continue
        best, share = filters.consistency([str(row.reply.answer) for row in good])
        if prompt in known:
            best = [conclusion for conclusion in best if conclusion == filters.conclusion(known[prompt])]
        if not best:
            rejected.append(Rejection(prompt, good[0].reply.answer, "disagreement", f"known answer: {known[prompt][:80]}"))
            continue
        if share < least:
            rejected.append(Rejection(prompt, good[0].reply.answer, "self-consistency", f"{share:.0%} of {len(good)} samples agree"))
            continue
        chosen = next(row for row in good if filters.conclusion(str(row.reply.answer)) in best)
        user = [{"role": role, "content": content} for role, content in chosen.messages or ()]
        chat.append({"messages": [*user, _assistant_turn(chosen)], "trace": chosen.reply.trace, "agreement": share, "key": chosen.key})
        worse = next((row for row in good if filters.conclusion(str(row.reply.answer)) not in best), None)
        if worse is not None and len(best) == 1:
            pairs.append({"prompt": user, "chosen": [_assistant_turn(chosen)], "rejected": [_assistant_turn(worse)]})
    return chat, pairs, rejected


def _assistant_turn(row: Exchange) -> Message:
    trace = f"<think>\n{row.reply.trace}\n</think>\n\n" if row.reply.trace else ""
    return {"role": "assistant", "content": f"{trace}{row.reply.answer}"}


def diversity(texts: Sequence[str], seeds: Sequence[str]) -> dict[str, float]:
    """How varied prompts are, and how many seeds they cover; of prompts and of seeds the first 1,000 count.

    Returns:
        ``distinct_2``: share of word pairs that are different. ``nearest``: mean similarity (Jaccard of words) to the most similar
        other prompt. ``covered``: share of seeds with a new prompt of similarity 0.2 or more; absent without seeds or new prompts.
    """
    texts, seed_texts = list(texts)[:1000], set(seeds)
    words_of_text = [filters.words(text) for text in texts]
    pairs = [pair for words in words_of_text for pair in pairwise(words)]
    similarity = _jaccard(words_of_text, words_of_text)
    np.fill_diagonal(similarity, 0)
    nearest = float(similarity.max(axis=1).mean()) if len(texts) > 1 else 0.0
    measures = {"distinct_2": len(set(pairs)) / max(len(pairs), 1), "nearest": nearest}
    new = [words for words, text in zip(words_of_text, texts, strict=True) if text not in seed_texts]
    if not (new and seeds):
        return measures
    covered = _jaccard([filters.words(seed) for seed in list(seeds)[:1000]], new).max(axis=1) >= 0.2
    return measures | {"covered": float(covered.mean())}


def _jaccard(texts: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Jaccard similarity (n_texts, n_others) of the words of texts; 0 where neither has any."""
    word_index: dict[str, int] = {}
    ids = [[[word_index.setdefault(word, len(word_index)) for word in dict.fromkeys(words)] for words in side] for side in (texts, others)]
    left, right = (_incidence(side, len(word_index)) for side in ids)
    common = (left @ right.T).toarray()
    union = np.diff(left.indptr)[:, None] + np.diff(right.indptr)[None] - common
    similarity: NDArray[np.float64] = common / np.maximum(union, 1)
    return similarity


def _incidence(ids: Sequence[Sequence[int]], n: int) -> Any:
    """Sparse matrix (n_texts, n_words), 1 where a text has a word."""
    ends = np.cumsum([0, *map(len, ids)])
    flat = np.fromiter(chain.from_iterable(ids), np.int64, int(ends[-1]))
    return sparse.csr_array((np.ones(len(flat)), flat, ends), shape=(len(ids), max(n, 1)))


def _write(
    out: Path, manifest: Manifest, plan: Plan, made: Prompts, seeds: Sequence[str], kept: Sequence[str], chat: list[dict[str, Any]],
    preference: list[dict[str, Any]], cost: float,
) -> dict[str, Any]:
    import pyarrow as pa

    message = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    for row in chat:
        row |= {"origin": made.origin.get(row["messages"][-2]["content"], "seed"), "teacher": manifest.name}
    schema = pa.schema([("messages", message), ("trace", pa.string()), ("agreement", pa.float64()), ("key", pa.string()),
                        ("origin", pa.string()), ("teacher", pa.string())])
    write_parquet(pa.Table.from_pylist(chat, schema=schema), out / "chat.parquet")
    pairs = pa.schema([("prompt", message), ("chosen", message), ("rejected", message)])
    if plan.samples > 1:
        write_parquet(pa.Table.from_pylist(preference, schema=pairs), out / "preference.parquet")
    else:
        (out / "preference.parquet").unlink(missing_ok=True)  # of an earlier run with samples
    reasons = pa.schema([("prompt", pa.string()), ("answer", pa.string()), ("reason", pa.string()), ("detail", pa.string())])
    write_parquet(pa.Table.from_pylist([asdict(r) for r in made.rejected], schema=reasons), out / "rejected.parquet")
    summary: dict[str, Any] = {
        "teacher": manifest.public(), "chat": len(chat), "preference": len(preference), "prompts": len(kept), "cost": cost,
        "origin": dict(Counter(row["origin"] for row in chat)), "rejected": dict(Counter(r.reason for r in made.rejected)),
        "diversity": diversity(kept, seeds) if len(kept) else {}, "seed_diversity": diversity(seeds, ()) if seeds else {},
        "plan": {name: ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
                 for name, value in asdict(plan).items() if value not in (None, ())},
    }
    write_json(summary, out / "summary.json")
    with atomic_write(out / "README.md") as partial:
        partial.write_text(_card(summary), encoding="utf-8")
    return summary


def _card(summary: dict[str, Any]) -> str:
    def table(rows: dict[str, Any]) -> str:
        return "\n".join(f"| {name} | {value if value != '' else 'none'} |" for name, value in rows.items()) or "| none | |"

    return f"""# Data card

{_counts_in_words(summary, " and ")}. Every answer came from the teacher below; `key` in
`chat.parquet` is its row in `answers/`, `origin` says where the prompt came from.

## Teacher

| | |
|---|---|
{table(summary["teacher"])}

## Where the prompts came from

| | conversations |
|---|---|
{table(summary["origin"])}

## Left out, and why (`rejected.parquet` keeps each)

| | |
|---|---|
{table(summary["rejected"])}

## Diversity

| | prompts |
|---|---|
{table({k: f"{v:.3f}" for k, v in summary["diversity"].items()})}

## Made with

| | |
|---|---|
{table(summary["plan"])}
"""


def _counts_in_words(summary: dict[str, Any], between: str) -> str:
    return number_of(summary["chat"], "conversation") + between + number_of(summary["preference"], "preference pair")


def show(summary: dict[str, Any]) -> str:
    """The summary in a few lines."""
    left = ", ".join(f"{n:,} {reason}" for reason, n in sorted(summary["rejected"].items())) or "nothing"
    spread = ", ".join(f"{name} {value:.2f}" for name, value in summary["diversity"].items())
    return f"  {_counts_in_words(summary, ', ')}\n  left out: {left}\n  diversity: {spread}"
