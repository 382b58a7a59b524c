"""``stillwatch distill data``: prompts from seeds, logs or a task, answers from the teacher, filters, Parquet, a card.

Prompts are made by the teacher (self-instruct: Wang et al. 2023; evolved: Xu et al. 2023), so that asking for them is a
harvest like any other: resumable, counted, paid once. ``chat.parquet`` has ``messages`` and ``preference.parquet`` has
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
from stillwatch.files import replacing, write_json, write_parquet
from stillwatch.rows import PACKED, placed_rows
from stillwatch.terminal.counting import number_of

MARKS = ("chat.parquet", *(f"{part}/{name}" for part in ("prompts", "answers") for name in (store.ABOUT, store.ROWS, store.LOCK)))
"""By which a folder is known that this command wrote, or was killed in."""
EXAMPLES, LINES = 4, 5
LIST_TOKENS, EVOLVED_TOKENS = 400, 200
"""The teacher may write at most: for a list of prompts, for an evolved one."""
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
    """What to make; one of seeds, logs and task is given."""

    seeds: Path | None = None
    logs: Path | None = None
    task: str | None = None
    n: int = 200
    evolve: bool = False
    samples: int = 1
    temperature: float = 0.7
    max_tokens: int = 256
    top_k: int = 0
    min_agreement: float = 0.0
    contamination: tuple[Path, ...] = ()
    seed: int = 0


@dataclass
class Made:
    """Prompts on their way, with what was left out."""

    prompts: list[str]
    origin: dict[str, str] = field(default_factory=dict)
    out: list[Rejection] = field(default_factory=list)
    cost: float = 0.0
    """Of making the prompts, in the currency of the manifest's prices."""


def estimate(teacher: Teacher, told: Manifest, plan: Plan) -> harvest.Estimate:
    """What making the data takes at most, were nothing of it on disk yet and no prompt filtered out.

    Raises:
        InputError: the plan cannot be carried out.
    """
    _benchmark(teacher, plan)
    if plan.logs is not None:
        texts, calls, fresh = from_logs(plan.logs), 0, 0
        mine = sum(teacher.tokens(text) for text in texts)
    else:
        _must_write(teacher, told)
        seeds = _seeds(plan)
        texts, calls, fresh = [messages[-1][1] for messages in seeds], _calls(plan), plan.n
        mine = sum(teacher.tokens(" ".join(content for _, content in messages)) for messages in seeds)
    theirs = fresh * LIST_TOKENS // LINES
    n, tokens = len(texts) + fresh, mine + theirs
    shown = teacher.tokens(_instruction(plan, texts, np.random.default_rng(plan.seed))) if calls else 0
    exchanges, read, written = calls, calls * shown, calls * LIST_TOKENS
    if plan.evolve and calls:
        exchanges, read, written = exchanges + n, read + tokens + n * teacher.tokens(EVOLUTIONS[2]), written + n * EVOLVED_TOKENS
        n, tokens = 2 * n, tokens + n * EVOLVED_TOKENS
    answers = n * plan.samples
    written += answers * plan.max_tokens if teacher.writes else 0
    return harvest.price(told, exchanges + answers, read + tokens * plan.samples, written)


def run(teacher: Teacher, told: Manifest, plan: Plan, out: Path, *, quiet: bool = False) -> dict[str, Any]:
    """Make the data; returns the summary that the card shows.

    Raises:
        InputError: the teacher rejected every request of a step, or nothing is left after the filters; no table is written then.
    """
    benchmark = _benchmark(teacher, plan)
    known: dict[str, str] = {}
    whole: dict[str, Messages] = {}
    if plan.logs is not None:
        made = Made(from_logs(plan.logs))
        made.origin = dict.fromkeys(made.prompts, "logs")
        seeds = made.prompts
    else:
        conversations = _seeds(plan)
        seeds = [messages[-1][1] for messages in conversations]
        whole = {messages[-1][1]: messages for messages in reversed(conversations)}
        known = _known(plan.seeds) if plan.seeds else {}
        made = _generate(teacher, told, plan, seeds, out / "prompts", quiet=quiet)
    kept, rejected = filters.prompts(made.prompts, benchmark)
    made.out += rejected
    if not kept:
        raise InputError("no prompt is left after the filters", where=out, todo="Give more seeds, or another teacher")
    requests = _requests(teacher, plan, [whole.get(text, (("user", text),)) for text in kept])
    rows = _asked(teacher, told, requests, out / "answers", quiet=quiet)
    chat, preference, answers_out = select(rows, plan.min_agreement, known)
    made.out += answers_out
    if not chat:
        why = ", ".join(f"{n:,} {reason}" for reason, n in sorted(Counter(r.reason for r in made.out).items()))
        raise InputError(f"no conversation is left (left out: {why})", where=out, todo="Give more seeds, or another teacher")
    return _write(out, told, plan, made, seeds, kept, chat, preference, made.cost + sum(row.cost for row in rows))


def _requests(teacher: Teacher, plan: Plan, conversations: list[Messages]) -> list[Request]:
    return prompts.requests(
        conversations, samples=plan.samples, seed=plan.seed, temperature=plan.temperature, max_tokens=plan.max_tokens, top_k=plan.top_k,
        writes=teacher.writes,
    )


def _benchmark(teacher: Teacher, plan: Plan) -> list[str]:
    """Prompts that must not be in the data; raises InputError where they, or samples that differ, are not to be had."""
    _requests(teacher, plan, [])
    return [messages[-1][1] for path in plan.contamination for messages in prompts.read(path)]


def from_logs(folder: Path) -> list[str]:
    """Prompts of one's own logs, addresses and numbers masked; raises InputError where the log keeps no text."""
    import pyarrow.parquet as pq

    from stillwatch.files import data_files

    files = [path for path in data_files(folder) if "events" in path.parts or folder.is_file() or path.parent == folder]
    found: list[Any] = []
    for path in files:
        try:
            if path.suffix == ".parquet":
                if "prompt" in pq.read_schema(path).names:
                    found += pq.read_table(path, columns=["prompt"])["prompt"].to_pylist()
            else:
                rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
                found += [row.get("prompt") for row in rows if isinstance(row, dict)]
        except (OSError, ValueError) as error:
            raise InputError(f"not readable as a log ({error})", where=path, todo="Pass what stillwatch ingest wrote") from error
    texts = [text for text in found if isinstance(text, str) and text]
    if not texts:
        todo = "Only logs ingested with --privacy text can be learnt from; the other modes keep no prompts, on purpose"
        raise InputError("these logs hold no prompts", where=folder, todo=todo)
    for pattern, mask in MASKS:
        texts = [pattern.sub(mask, text) for text in texts]
    return list(dict.fromkeys(texts))


def _must_write(teacher: Teacher, told: Manifest) -> None:
    if not teacher.writes:
        raise InputError(f"{told.name} writes no text, so it cannot make prompts", todo="Pass finished prompts as --logs")


def _seeds(plan: Plan) -> list[Messages]:
    return prompts.read(plan.seeds) if plan.seeds else []


def _calls(plan: Plan) -> int:
    return -(-plan.n // LINES) * 2  # about half of the lines survive parsing and filters


def _known(path: Path) -> dict[str, str]:
    """Answers that seeds bring along, by prompt; an empty one is none."""
    if path.name.endswith((".txt", *(f".txt{packed}" for packed in PACKED))):
        return {}
    rows = [row for _, row in placed_rows(path, strings=True) if isinstance(row, dict) and isinstance(row.get("prompt"), str)]
    return {row["prompt"]: str(row["answer"]) for row in rows if row.get("answer") not in (None, "")}


def _generate(teacher: Teacher, told: Manifest, plan: Plan, seeds: list[str], folder: Path, *, quiet: bool) -> Made:
    """Prompts by the teacher: several for each call, from a few seeds at random or from the task; then perhaps evolved."""
    _must_write(teacher, told)
    rng = np.random.default_rng(plan.seed)
    first = plan.seed * 1_000_003 % 2**62  # so that no list of one seed is one of the next; the store holds 64 bits
    wanted = [ask(_instruction(plan, seeds, rng), seed=first + i, temperature=max(plan.temperature, 0.7), max_tokens=LIST_TOKENS)
              for i in range(_calls(plan))]
    rows = _asked(teacher, told, wanted, folder, quiet=quiet)
    made = Made(list(seeds), dict.fromkeys(seeds, "seed"), cost=sum(row.cost for row in rows))
    for row in rows:
        lines = [match.group(1) for line in (row.reply.answer or "").splitlines() if (match := ITEM.match(line))]
        if not lines:
            made.out.append(Rejection(row.prompt or "", row.reply.answer, "no list", "the teacher wrote no list of prompts"))
        for line in lines:
            made.prompts.append(line)
            made.origin.setdefault(line, "self-instruct" if seeds else "task")
    fresh = [text for text in made.prompts if made.origin[text] != "seed"][: plan.n]
    made.prompts = [*seeds, *fresh]
    if plan.evolve:
        options: dict[str, Any] = {"seed": plan.seed, "temperature": max(plan.temperature, 0.7), "max_tokens": EVOLVED_TOKENS}
        texts = enumerate([*seeds, *fresh])
        asked = [ask(f"{EVOLUTIONS[i % len(EVOLUTIONS)]} Answer with the request only.\n\n{text}", **options) for i, text in texts]
        for row in _asked(teacher, told, asked, folder, quiet=quiet):
            made.cost += row.cost
            text = (row.reply.answer or "").strip().strip('"')
            if text:
                made.prompts.append(text)
                made.origin.setdefault(text, "evolved")
    return made


def _instruction(plan: Plan, seeds: Sequence[str], rng: np.random.Generator) -> str:
    if not seeds:
        return f"Write {LINES} different requests that a user might make.\nTask: {plan.task}\nWrite a numbered list, one request a line."
    shown = rng.choice(len(seeds), min(EXAMPLES, len(seeds)), replace=False)
    examples = "\n".join(f"{i}. {' '.join(seeds[j].split())[:300]}" for i, j in enumerate(shown, start=1))
    return f"Here are requests of users:\n{examples}\n\nWrite {LINES} new and different ones as a numbered list, one request a line."


def _asked(teacher: Teacher, told: Manifest, wanted: Sequence[Request], folder: Path, *, quiet: bool) -> list[Exchange]:
    with harvest.open_store(folder, teacher, told) as opened:
        done = harvest.run(opened, teacher, told, wanted, quiet=quiet)
    if done.stored and done.rejected == done.stored:
        why = teacher.rejection or "when they were asked before"
        todo = "Mend the manifest or the options and pass another folder: this one keeps them"
        raise InputError(f"{number_of(done.rejected, 'request was', 'requests were all')} rejected ({why})", where=folder, todo=todo)
    keys = {request.key(teacher.identity, "none") for request in wanted}
    return [row for row in store.read(folder) if row.key in keys]


Message = dict[str, str]


def select(
    rows: Sequence[Exchange], least: float, known: dict[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Rejection]]:
    """Answers to learn from, pairs of a better and a worse one, and what was left out.

    Of several samples the better is one that comes to the commonest conclusion, the worse one that does not. Where several are
    equally common, none is better, unless the known answer is one of them; the first is learnt from.
    """
    by_prompt: dict[str, list[Exchange]] = {}
    for row in rows:
        by_prompt.setdefault(str(row.prompt), []).append(row)
    chat: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    out: list[Rejection] = []
    for prompt, mine in by_prompt.items():
        good: list[Exchange] = []
        for row in mine:
            found = filters.answer(prompt, row.reply.answer, row.reply.finish)
            if found is None:
                good.append(row)
            else:
                out.append(found)
        if not good:
            continue
        best, share = filters.consistency([str(row.reply.answer) for row in good])
        if prompt in known:
            best = [found for found in best if found == filters.conclusion(known[prompt])]
        if not best:
            out.append(Rejection(prompt, good[0].reply.answer, "disagreement", f"known answer: {known[prompt][:80]}"))
            continue
        if share < least:
            out.append(Rejection(prompt, good[0].reply.answer, "self-consistency", f"{share:.0%} of {len(good)} samples agree"))
            continue
        chosen = next(row for row in good if filters.conclusion(str(row.reply.answer)) in best)
        user = [{"role": role, "content": content} for role, content in chosen.messages or ()]
        chat.append({"messages": [*user, _said(chosen)], "trace": chosen.reply.trace, "agreement": share, "key": chosen.key})
        worse = next((row for row in good if filters.conclusion(str(row.reply.answer)) not in best), None)
        if worse is not None and len(best) == 1:
            pairs.append({"prompt": user, "chosen": [_said(chosen)], "rejected": [_said(worse)]})
    return chat, pairs, out


def _said(row: Exchange) -> Message:
    trace = f"<think>\n{row.reply.trace}\n</think>\n\n" if row.reply.trace else ""
    return {"role": "assistant", "content": f"{trace}{row.reply.answer}"}


def diversity(texts: Sequence[str], seeds: Sequence[str]) -> dict[str, float]:
    """How varied prompts are, and how much of the seeds they cover.

    ``distinct_2``: different word pairs over all. ``nearest``: mean similarity (Jaccard of words) to the nearest other
    prompt, of at most 1,000. ``covered``: share of seeds with a made prompt at
    0.2 or nearer; left out where there are no seeds or only them.
    """
    texts, known = list(texts)[:1000], set(seeds)
    split = [filters.words(text) for text in texts]
    pairs = [pair for words in split for pair in pairwise(words)]
    alike = _alike(split, split)
    np.fill_diagonal(alike, 0)
    found = {"distinct_2": len(set(pairs)) / max(len(pairs), 1), "nearest": float(alike.max(axis=1).mean()) if len(texts) > 1 else 0.0}
    made = [words for words, text in zip(split, texts, strict=True) if text not in known]
    if not (made and seeds):
        return found
    covered = _alike([filters.words(seed) for seed in list(seeds)[:1000]], made).max(axis=1) >= 0.2
    return found | {"covered": float(covered.mean())}


def _alike(texts: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Jaccard similarity ``(n_texts, n_others)`` of the words of texts; 0 where neither has any."""
    number: dict[str, int] = {}
    parts = [[[number.setdefault(word, len(number)) for word in dict.fromkeys(words)] for words in part] for part in (texts, others)]
    mine, theirs = (_incidence(ids, len(number)) for ids in parts)
    common = (mine @ theirs.T).toarray()
    either = np.diff(mine.indptr)[:, None] + np.diff(theirs.indptr)[None] - common
    found: NDArray[np.float64] = common / np.maximum(either, 1)
    return found


def _incidence(ids: Sequence[Sequence[int]], n: int) -> Any:
    """1 where a text has a word ``(n_texts, n_words)``, sparse."""
    ends = np.cumsum([0, *map(len, ids)])
    flat = np.fromiter(chain.from_iterable(ids), np.int64, int(ends[-1]))
    return sparse.csr_array((np.ones(len(flat)), flat, ends), shape=(len(ids), max(n, 1)))


def _write(
    out: Path, told: Manifest, plan: Plan, made: Made, seeds: Sequence[str], kept: Sequence[str], chat: list[dict[str, Any]],
    preference: list[dict[str, Any]], cost: float,
) -> dict[str, Any]:
    import pyarrow as pa

    message = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    for row in chat:
        row |= {"origin": made.origin.get(row["messages"][-2]["content"], "seed"), "teacher": told.name}
    schema = pa.schema([("messages", message), ("trace", pa.string()), ("agreement", pa.float64()), ("key", pa.string()),
                        ("origin", pa.string()), ("teacher", pa.string())])
    write_parquet(pa.Table.from_pylist(chat, schema=schema), out / "chat.parquet")
    pairs = pa.schema([("prompt", message), ("chosen", message), ("rejected", message)])
    if plan.samples > 1:
        write_parquet(pa.Table.from_pylist(preference, schema=pairs), out / "preference.parquet")
    else:
        (out / "preference.parquet").unlink(missing_ok=True)  # of an earlier run
    reasons = pa.schema([("prompt", pa.string()), ("answer", pa.string()), ("reason", pa.string()), ("detail", pa.string())])
    write_parquet(pa.Table.from_pylist([asdict(r) for r in made.out], schema=reasons), out / "rejected.parquet")
    summary: dict[str, Any] = {
        "teacher": told.public(), "chat": len(chat), "preference": len(preference), "prompts": len(kept), "cost": cost,
        "origin": dict(Counter(row["origin"] for row in chat)), "rejected": dict(Counter(r.reason for r in made.out)),
        "diversity": diversity(kept, seeds) if len(kept) else {}, "seed_diversity": diversity(seeds, ()) if seeds else {},
        "plan": {name: ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
                 for name, value in asdict(plan).items() if value not in (None, ())},
    }
    write_json(summary, out / "summary.json")
    with replacing(out / "README.md") as partial:
        partial.write_text(_card(summary), encoding="utf-8")
    return summary


def _card(summary: dict[str, Any]) -> str:
    def table(rows: dict[str, Any]) -> str:
        return "\n".join(f"| {name} | {value if value != '' else 'none'} |" for name, value in rows.items()) or "| none | |"

    return f"""# Data card

{_made(summary, " and ")}. Every answer came from the teacher below; `key` in
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


def _made(summary: dict[str, Any], between: str) -> str:
    return number_of(summary["chat"], "conversation") + between + number_of(summary["preference"], "preference pair")


def show(summary: dict[str, Any]) -> str:
    """The summary in a few lines."""
    left = ", ".join(f"{n:,} {reason}" for reason, n in sorted(summary["rejected"].items())) or "nothing"
    spread = ", ".join(f"{name} {value:.2f}" for name, value in summary["diversity"].items())
    return f"  {_made(summary, ', ')}\n  left out: {left}\n  diversity: {spread}"
