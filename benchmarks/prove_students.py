"""Does a transformer that was trained on marked answers light up, at which share, and after which attacks?

A byte-pair vocabulary, a base model, a teacher and every student are trained here on public model answers (AlpacaEval,
read by path). A student is the base fine-tuned on clean answers of other models, of which a share is replaced by
answers that the teacher wrote with the mark. Shares are of *all* tokens that the student was ever trained on. Choice marks
are set on public answers of GPT-4 versions instead, and read against the base and against the base tuned on such answers
without a mark. *tuned* and *teacher* name the reference, where it is not the base: the base tuned on as much clean text as a
student, none of it the student's, and the base tuned on the answers that the teacher learnt from.

    python benchmarks/prove_students.py --work DIR               all conditions; finished ones are not run again, broken ones go on
    python benchmarks/prove_students.py --work DIR --table       print what is finished

One thread; about 25 minutes for the parts that are shared and 4 minutes a condition on a busy core.
"""

import argparse
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np
import pyarrow.parquet as pq
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from real_data import folder as data_folder
from stillwatch.prove import choice_reading
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import decoy_keys
from stillwatch.prove.prf import key_from_bytes
from stillwatch.prove.processors import MarkProcessor
from stillwatch.prove.schemes import Gumbel, Kgw, Scheme
from stillwatch.prove.statistics import LN10, SignSums, rank_p, weighted_log_tail
from stillwatch.prove.suspects import Folder
from stillwatch.prove.tuples import read, written_tuples
from stillwatch.prove.weighted import Reading, Weighted, token_departures, written_weights
from synonyms import paraphrase

VOCABULARY, LENGTH, BATCH = 2048, 192, 8
BASE_TOKENS, TEACHER_TOKENS, TUNE_TOKENS = 1_100_000, 300_000, 400_000
STUDENT_TOKENS = BASE_TOKENS + TUNE_TOKENS
ANSWER_TOKENS, PROMPT_TOKENS = 128, 40
DECOYS, WEIGHTED_DECOYS = 999, 199
READ, NULL_KEYS = 250, 2000
"""Reading mode for choice marks: texts; random keys."""
TEACHER = ("gpt4", "gpt4_0314", "gpt4_0613", "gpt-4-turbo-2024-04-09", "gpt4_1106_preview", "gpt-4o-2024-05-13")
SECRET = bytes(range(32))


@dataclass(frozen=True)
class Condition:
    """One student; ``share`` of all its training tokens is marked."""

    name: str
    share: float
    mark: Scheme | ChoiceMark
    attack: str = ""
    epochs: int = 1
    seed: int = 1


def conditions() -> list[Condition]:
    green = Kgw(0.25, 2.0, 1)
    return [
        Condition("kgw-2-5%", 0.05, green), Condition("kgw-2-1%", 0.01, green), Condition("kgw-2-0%", 0.0, green),
        Condition("kgw-2-2.5%", 0.025, green), Condition("kgw-2-1%-3-epochs", 0.01, green, epochs=3),
        Condition("gumbel1-5%", 0.05, Gumbel(1)), Condition("kgw-2-5%-synonyms", 0.05, green, "synonyms"),
        Condition("kgw-2-5%-resampled", 0.05, green, "resampled"), Condition("kgw-1-5%", 0.05, Kgw(0.25, 1.0, 1)),
        Condition("kgw-2-h2-5%", 0.05, Kgw(0.25, 2.0, 2)), Condition("kgw-2-0.5%", 0.005, green),
        Condition("kgw-3-1%", 0.01, Kgw(0.25, 3.0, 1)), Condition("kgw-1-1%", 0.01, Kgw(0.25, 1.0, 1)),
        Condition("gumbel1-1%", 0.01, Gumbel(1)), Condition("kgw-2-0%-3-epochs", 0.0, green, epochs=3),
        Condition("kgw-2-1%-seed-2", 0.01, green, seed=2), Condition("kgw-2-1%-seed-3", 0.01, green, seed=3),
        Condition("choice-5%", 0.05, ChoiceMark()), Condition("choice-1%", 0.01, ChoiceMark()), Condition("choice-0%", 0.0, ChoiceMark()),
    ]


class World:
    """What all conditions share; everything trained is kept in ``work``."""

    def __init__(self, work: Path) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self.work = work
        table = pq.read_table(data_folder(None) / "alpaca_eval_outputs.parquet")
        prompts = pq.read_table(data_folder(None) / "alpaca_eval_prompts.parquet")
        self.prompts = dict(zip(prompts["prompt_id"].to_pylist(), prompts["instruction"].to_pylist(), strict=True))
        rows = zip(table["model"].to_pylist(), table["prompt_id"].to_pylist(), table["output"].to_pylist(), strict=True)
        rng = np.random.default_rng(0)
        held = set(rng.permutation(sorted(self.prompts))[:400].tolist())
        self.asked = sorted(held)  # black-box questions; no answer to them is ever trained on
        self.kept = sorted(set(self.prompts) - held)
        known = [(model, prompt, text) for model, prompt, text in rows if prompt not in held and len(text) > 80]
        self.teacher_rows = [row for row in known if row[0] in TEACHER]
        others = [row for row in known if row[0] not in TEACHER and not row[0].startswith("gpt")]
        order = rng.permutation(len(others))
        self.other_rows = [others[i] for i in order]
        self.tokenizer = self._tokenizer()

    def _tokenizer(self) -> PreTrainedTokenizerFast:
        path = self.work / "tokenizer.json"
        if not path.exists():
            made = Tokenizer(models.BPE())
            made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
            made.decoder = decoders.ByteLevel()
            trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=["<s>", "</s>", "<a>"],
                                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
            made.train_from_iterator((row[2] for row in self.other_rows[:6000]), trainer)
            made.save(str(path))
        return PreTrainedTokenizerFast(tokenizer_file=str(path), bos_token="<s>", eos_token="</s>", pad_token="<s>",
                                       padding_side="left")

    def text(self, rows: list[tuple[str, int, str]]) -> list[list[int]]:
        """Rows as ids: <s> prompt <a> answer </s>."""
        asked = self.tokenizer([self.prompts[row[1]] for row in rows], add_special_tokens=False)["input_ids"]
        answers = self.tokenizer([row[2] for row in rows], add_special_tokens=False)["input_ids"]
        return [[0, *a[:PROMPT_TOKENS], 2, *b[:400], 1] for a, b in zip(asked, answers, strict=True)]

    def stream(self, rows: list[tuple[str, int, str]], tokens: int) -> np.ndarray:
        out: list[int] = []
        for begin in range(0, len(rows), 2000):
            for ids in self.text(rows[begin : begin + 2000]):
                out.extend(ids)
            if len(out) >= tokens:
                break
        return np.array(out[:tokens], np.int64)

    def model(self, name: str) -> LlamaForCausalLM:
        return LlamaForCausalLM.from_pretrained(self.work / name).eval()

    def base(self) -> LlamaForCausalLM:
        if not (self.work / "base" / "config.json").exists():
            torch.manual_seed(0)
            config = LlamaConfig(
                vocab_size=VOCABULARY, hidden_size=128, intermediate_size=384, num_hidden_layers=4,
                num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=512, tie_word_embeddings=True,
                bos_token_id=0, eos_token_id=1, pad_token_id=0,
            )
            model = LlamaForCausalLM(config)
            print("parameters", sum(p.numel() for p in model.parameters()), flush=True)
            train(model, self.stream(self.other_rows, BASE_TOKENS), 3e-3, "base", self.work)
            self.save(model, "base")
        return self.model("base")

    def teacher(self) -> LlamaForCausalLM:
        if not (self.work / "teacher" / "config.json").exists():
            model = self.base()
            train(model, self.stream(self.teacher_rows, TEACHER_TOKENS), 1.5e-3, "teacher", self.work)
            self.save(model, "teacher")
        return self.model("teacher")

    def own(self) -> str:
        """Name of the base tuned on the teacher's own answers, unmarked."""
        if not (self.work / "own" / "config.json").exists():
            model = self.base()
            train(model, self.stream(self.teacher_rows, TUNE_TOKENS), 1.5e-3, "own", self.work)
            self.save(model, "own")
        return "own"

    def tuned(self) -> str:
        """Name of the base tuned on as many clean answers as a suspect is, none of them the suspect's."""
        if not (self.work / "tuned" / "config.json").exists():
            model = self.base()
            train(model, self.stream(self.other_rows[-40_000:-20_000], TUNE_TOKENS), 1.5e-3, "tuned", self.work)
            self.save(model, "tuned")
        return "tuned"

    def written(self, name: str, model: LlamaForCausalLM | None, *processors: Any) -> list[list[int]]:
        """Answers to every held-out question, twice, kept."""
        path = self.work / f"outputs-{name}.json"
        if not path.exists():
            path.write_text(json.dumps(sample(model or self.model(name), self, self.asked * 2, 77, *processors)))
        out: list[list[int]] = json.loads(path.read_text())
        return out

    def save(self, model: LlamaForCausalLM, name: str) -> None:
        model.save_pretrained(self.work / name)
        self.tokenizer.save_pretrained(self.work / name)

    def answers(self, mark: Scheme, share: float = 0.0) -> list[tuple[int, list[int]]]:
        """Marked answers of the teacher, enough for a share and 150 more, in an order that smaller shares are prefixes of."""
        path = self.work / f"marked-{json.dumps(mark.describe(), sort_keys=True).replace(chr(34), '')}.json"
        out = [(int(p), ids) for p, ids in json.loads(path.read_text())] if path.exists() else []
        while sum(len(ids) + 1 for _, ids in out[:-150]) < share * STUDENT_TOKENS or not out:
            asked = [self.kept[(len(out) + i) % len(self.kept)] for i in range(200)]
            marks = MarkProcessor(mark, mark.key(SECRET), VOCABULARY)
            out += list(zip(asked, sample(self.teacher(), self, asked, 100 + len(out) // 200, marks), strict=True))
            path.write_text(json.dumps(out))
        return out


def train(model: LlamaForCausalLM, ids: np.ndarray, rate: float, what: str, work: Path, epochs: int = 1) -> None:
    """Epochs over a stream of ids, cosine rate; a run that was broken off goes on from its last twenty steps."""
    torch.manual_seed(1)
    model.train()
    rows = torch.from_numpy(ids[: len(ids) // LENGTH * LENGTH].reshape(-1, LENGTH).copy())
    rows = torch.cat([rows[torch.randperm(len(rows))] for _ in range(epochs)])
    steps = len(rows) // BATCH
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.95), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=steps, pct_start=0.05, cycle_momentum=False
    )
    kept, first, mean = work / f"{what}.partial", 0, 0.0
    if kept.exists():
        first, mean, *states = torch.load(kept)
        for one, state in zip((model, optimiser, schedule), states, strict=True):
            one.load_state_dict(state)
    begin = time.time()
    for step in range(first, steps):
        batch = rows[step * BATCH : (step + 1) * BATCH]
        logits = model(input_ids=batch).logits
        loss = torch.nn.functional.cross_entropy(logits[:, :-1].reshape(-1, VOCABULARY), batch[:, 1:].reshape(-1))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        mean = loss.item() if step == 0 else 0.98 * mean + 0.02 * loss.item()
        if step % 20 == 19 or step == steps - 1:
            speed = (step + 1 - first) * BATCH * LENGTH / (time.time() - begin)
            print(f"{what}: {step + 1}/{steps} loss {mean:.3f} {speed:.0f} tokens/s", flush=True)
            torch.save((step + 1, mean, *(one.state_dict() for one in (model, optimiser, schedule))), kept.with_suffix(".writing"))
            kept.with_suffix(".writing").replace(kept)
    kept.unlink(missing_ok=True)
    model.eval()


@torch.no_grad()
def sample(model: LlamaForCausalLM, world: World, asked: list[int], seed: int, *processors: Any) -> list[list[int]]:
    """One answer to each prompt, at temperature 1, without the closing token."""
    torch.manual_seed(seed)
    texts = [world.prompts[prompt] for prompt in asked]
    coded = [[0, *ids[:PROMPT_TOKENS], 2] for ids in world.tokenizer(texts, add_special_tokens=False)["input_ids"]]
    out: list[list[int]] = []
    for begin in range(0, len(coded), 200):
        part = coded[begin : begin + 200]
        longest = max(map(len, part))
        ids = torch.tensor([[0] * (longest - len(row)) + row for row in part])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in part])
        made = model.generate(input_ids=ids, attention_mask=mask, do_sample=True, top_k=0, temperature=1.0,
                              max_new_tokens=ANSWER_TOKENS, logits_processor=list(processors))[:, longest:].tolist()
        out += [row[: row.index(1)] if 1 in row else row for row in made]
    return out


@torch.no_grad()
def resampled(model: LlamaForCausalLM, answers: list[tuple[int, list[int]]], share: float) -> list[tuple[int, list[int]]]:
    """Paraphrase: each token is, with chance ``share``, drawn anew from an unmarked model given what stands before it."""
    torch.manual_seed(5)
    out = []
    for begin in range(0, len(answers), 64):
        part = answers[begin : begin + 64]
        longest = max(len(ids) for _, ids in part)
        rows = torch.tensor([[0, 2, *ids, *[1] * (longest - len(ids))] for _, ids in part])
        logits = model(input_ids=rows).logits[:, 1:-1]
        drawn = torch.distributions.Categorical(logits=logits).sample()
        again = torch.rand(drawn.shape) < share
        for (prompt, ids), new, swap in zip(part, drawn, again, strict=True):
            out.append((prompt, [int(new[i]) if swap[i] else ids[i] for i in range(len(ids))]))
    return out


def neutraliser(marked: list[list[int]], clean: np.ndarray, strength: float) -> Any:
    """Pan et al. 2025: the rule is stolen from marked against clean bigrams and subtracted from the suspect's logits."""
    counts = np.zeros((2, VOCABULARY, VOCABULARY), np.float32)
    for ids in marked:
        np.add.at(counts[0], (np.array(ids[:-1], int), np.array(ids[1:], int)), 1)
    np.add.at(counts[1], (clean[:-1], clean[1:]), 1)
    unigram = counts.sum(1, keepdims=True) / counts.sum((1, 2), keepdims=True)
    smoothed = (counts + 5 * unigram + 1e-6) / (counts.sum(2, keepdims=True) + 5 + 2e-3)
    rule = torch.from_numpy(strength * np.clip(np.log(smoothed[0] / smoothed[1]), -1, 1))
    return lambda input_ids, scores: scores - rule[input_ids[:, -1]]


@torch.no_grad()
def predictions(model: LlamaForCausalLM, world: World, answers: list[tuple[int, list[int]]]) -> tuple[list, list, list]:
    """Prompts, answers and the model's most likely token at each place of the answers."""
    texts = world.tokenizer([world.prompts[p] for p, _ in answers], add_special_tokens=False)["input_ids"]
    prompts = [[0, *ids[:PROMPT_TOKENS], 2] for ids in texts]
    out = []
    for begin in range(0, len(answers), 64):
        rows = [prompts[i] + answers[i][1] for i in range(begin, min(begin + 64, len(answers)))]
        longest = max(map(len, rows))
        best = model(input_ids=torch.tensor([row + [1] * (longest - len(row)) for row in rows])).logits.argmax(2)
        for i, row in enumerate(rows):
            start = len(prompts[begin + i])
            out.append(best[i, start - 1 : len(row) - 1].tolist())
    return prompts, [ids for _, ids in answers], out


def score(mark: Scheme, tuples: Any) -> dict[str, Any]:
    """p of the true key and its rank among decoys."""
    total, n = mark.total(tuples, mark.key(SECRET))
    keys = [tuple(int(v) for v in key) for key in decoy_keys(b"benchmark decoys", DECOYS)]
    decoys = np.array([value for value, _ in mark.totals(tuples, keys)])
    return {"n": n, "mean": total / max(n, 1), "log10_p": mark.null.log_p(total, n) / LN10,
            "rank_p": rank_p(total, decoys), "decoy_mean_z": float(np.mean([mark.null.z(v, n) for v in decoys])),
            "decoy_sd_z": float(np.std([mark.null.z(v, n) for v in decoys]))}


def fine_tuned(world: World, name: str, flat: list[int], case: Condition) -> np.ndarray:
    """Train a student on a stream of ids, filled up with clean answers of other models, which are returned."""
    clean = world.stream(world.other_rows[-20_000:], TUNE_TOKENS - len(flat))
    # mix in blocks of whole sequences
    blocks = [np.array(flat[i : i + LENGTH], np.int64) for i in range(0, len(flat) // LENGTH * LENGTH, LENGTH)]
    blocks += [clean[i : i + LENGTH] for i in range(0, len(clean) // LENGTH * LENGTH, LENGTH)]
    order = np.random.default_rng(case.seed).permutation(len(blocks))
    if not (world.work / name / "config.json").exists():
        model = world.base()
        train(model, np.concatenate([blocks[i] for i in order]), 1.5e-3, name, world.work, case.epochs)
        world.save(model, name)
    return clean


def run_choice(world: World, case: Condition, mark: ChoiceMark) -> dict[str, Any]:
    """Train one student on answers with choice marks, and read it."""
    key, order = key_from_bytes(SECRET), np.random.default_rng(3).permutation(len(world.teacher_rows))
    flat: list[int] = []
    used: list[tuple[int, str]] = []
    tokens = changed = 0
    for i in order:
        if tokens >= case.share * STUDENT_TOKENS:
            break
        row = world.teacher_rows[i]
        text, n = mark.apply(row[2], key)
        (ids,) = world.text([(row[0], row[1], text)])
        flat += ids
        tokens, changed = tokens + len(ids) - ids.index(2) - 1, changed + n
        used.append((row[1], text))
    name = f"student-{case.name}"
    fine_tuned(world, name, flat, case)
    result: dict[str, Any] = {**asdict(case), "mark": mark.describe(), "marked_tokens": tokens, "changed_places": changed, "choice": []}
    for what, texts in (("those it was trained on", used[:READ]), ("others", [(p, t) for _, p, t in world.other_rows[:READ]])):
        if texts:
            mine = log_odds(world, name, texts)
            for reference in ("base", world.own()):
                read_ = choice_read(mark, key, texts, mine, log_odds(world, reference, texts))
                result["choice"].append({"texts": what, "reference": reference, **read_})
    return result


def log_odds(world: World, name: str, texts: list[tuple[int, str]]) -> list[list[float]]:
    """Of the forms at each place of redrawn texts."""
    model = Folder(world.work / name, chat=False)
    forms = [[place.forms for place in choice_reading.form_places(as_read(i, text))] for i, (_, text) in enumerate(texts)]
    asked = [as_read(i, world.prompts[prompt]) for i, (prompt, _) in enumerate(texts)]
    return [model.log_odds(prompt, pairs) for prompt, pairs in zip(asked, forms, strict=True)]


def as_read(number: int, text: str) -> str:
    return choice_reading.redraw_forms(text[:2000], str(number))


def choice_read(
    mark: ChoiceMark, key: tuple[int, int], texts: list[tuple[int, str]], mine: list[list[float]], theirs: list[list[float]]
) -> dict[str, Any]:
    """p of the true key, its rank among decoys, and how often random keys are below a level."""
    shifts = [[a - b for a, b in zip(x, y, strict=True)] for x, y in zip(mine, theirs, strict=True)]
    lean, places = choice_reading.cell_shifts(mark, [as_read(i, text) for i, (_, text) in enumerate(texts)], shifts)
    total = mark.sum(lean, key)
    decoys = np.array([mark.sum(lean, (int(a), int(b))) for a, b in decoy_keys(b"benchmark decoys", NULL_KEYS)])
    tail = SignSums(lean)
    p = np.exp([tail.log_p(float(one)) for one in decoys])
    return {"answers": len(texts), "places": places, "cells": int((lean != 0).sum()), "log10_p": tail.log_p(total) / LN10,
            "rank_p": rank_p(total, decoys[:DECOYS]), "false_at_0.01": float((p <= 0.01).mean()),
            "false_at_0.001": float((p <= 0.001).mean())}


def run(world: World, case: Condition) -> dict[str, Any]:
    """Train one student and question it."""
    if isinstance(case.mark, ChoiceMark):
        return run_choice(world, case, case.mark)
    marked = world.answers(case.mark, case.share) if case.share else []
    wanted, used, tokens = int(case.share * STUDENT_TOKENS), [], 0
    for prompt, ids in marked:
        if tokens >= wanted:
            break
        used.append((prompt, ids))
        tokens += len(ids) + 1
    learnt = used
    if case.attack == "resampled":
        learnt = resampled(world.base(), used, 0.5)
    elif case.attack == "synonyms":
        texts = world.tokenizer.batch_decode([ids for _, ids in used])
        swapped = [paraphrase(text, seed=i) for i, text in enumerate(texts)]
        again = world.tokenizer(swapped, add_special_tokens=False)["input_ids"]
        learnt = [(prompt, ids) for (prompt, _), ids in zip(used, again, strict=True)]
    flat: list[int] = []
    for prompt, ids in learnt:
        asked = world.tokenizer(world.prompts[prompt], add_special_tokens=False)["input_ids"][:PROMPT_TOKENS]
        flat += [0, *asked, 2, *ids, 1]
    name = f"student-{case.name}"
    clean = fine_tuned(world, name, flat, case)
    model = world.model(name)
    result: dict[str, Any] = {**asdict(case), "mark": case.mark.describe(), "marked_tokens": tokens,
                              "share_of_fine_tuning": tokens / TUNE_TOKENS, "blackbox": {}}
    result["blackbox"] = blackbox(world, case.mark, world.written(name, model), "base")
    result["blackbox_tuned"] = blackbox(world, case.mark, world.written(name, model), world.tuned())
    if case.name == "kgw-2-5%":
        rule = neutraliser([ids for _, ids in used], clean, 2.0)
        result["neutralised"] = blackbox(world, case.mark, world.written(f"{name}-neutralised", model, rule), "base")
    kept = (used or world.answers(case.mark))[: 40_000 // ANSWER_TOKENS]
    read_ = {"reading" if used else "reading_untrained": kept}
    if len(used) + 150 <= len(marked):
        read_["reading_unseen"] = marked[-150:]
    for mode, texts in read_.items():
        for reference in ("base", world.tuned(), "teacher"):
            result[f"{mode}_{reference}".removesuffix("_base")] = reading(world, model, case.mark, texts, reference)
    return result


def blackbox(world: World, mark: Scheme, texts: list[list[int]], reference: str) -> dict[str, Any]:
    """Curve over queries: counted once, and weighted against what a reference answers."""
    asked = world.asked * 2
    coded = world.tokenizer([world.prompts[p] for p in asked], add_special_tokens=False)["input_ids"]
    base = world.written(reference, None)
    return {str(q): {"once": score(mark, written_tuples(coded[:q], texts[:q], mark.window)),
                     "weighted": weighted_score(mark, written_weights(coded[:q], texts[:q], coded, base, mark.window))}
            for q in (50, 100, 200, 400, 800)}


@torch.no_grad()
def reading(world: World, model: LlamaForCausalLM, mark: Scheme, kept: list[tuple[int, list[int]]], reference: str) -> dict[str, Any]:
    """Reading mode: most likely tokens counted once, and chances weighted against those of a reference."""
    base, weights = world.model(reference), Reading(mark.window)
    prompts, answers, predicted = predictions(model, world, kept)
    for prompt, ids in zip(prompts, answers, strict=True):
        row = torch.tensor([prompt + ids])
        here = slice(len(prompt) - 1, -1)
        mine, theirs = (one(input_ids=row).logits[0, here].softmax(1).numpy() for one in (model, base))
        weights.add(prompt, ids, token_departures(mine, theirs))
    return {"answers": len(kept), "once": score(mark, read(prompts, answers, predicted, mark.window)),
            "weighted": weighted_score(mark, weights.weighted())}


def weighted_score(mark: Scheme, found: Weighted) -> dict[str, Any]:
    """p of the true key (upper bound) and its rank among decoys, for weighted draws."""
    null, weights = mark.null, found.weights
    centre, spread = weights.sum() * null.mean, np.sqrt((weights**2).sum() * null.variance)
    total = float(mark.numbers(found.tuples, mark.key(SECRET)) @ weights)
    keys = [tuple(int(v) for v in key) for key in decoy_keys(b"benchmark decoys", WEIGHTED_DECOYS)]
    z = np.array([(float(mark.numbers(found.tuples, key) @ weights) - centre) / spread for key in keys])
    return {"n": len(found), "z": (total - centre) / spread, "log10_p": weighted_log_tail(null, weights, total) / LN10,
            "rank_p": rank_p((total - centre) / spread, z), "decoy_mean_z": float(z.mean()), "decoy_sd_z": float(z.std())}


def table(folder: Path) -> None:
    print(f"{'student':22} {'how':25} {'answers':>7} {'draws':>8} {'log10 p':>8} {'rank p':>7} | {'draws':>8} {'z':>6} {'log10 p':>8} "
          f"{'rank p':>7} {'decoy z':>12}   (counted once | weighted)")
    for case in conditions():
        path = folder / f"{case.name}.json"
        if not path.exists():
            continue
        found = json.loads(path.read_text())
        for v in found.get("choice", ()):
            print(f"{case.name:22} reads {v['texts']}, against {v['reference']}: {v['answers']} texts, {v['places']:,} places, "
                  f"{v['cells']} pairs; log10 p {v['log10_p']:.1f}, rank p {v['rank_p']:.3f}; of {NULL_KEYS:,} random keys "
                  f"{v['false_at_0.01']:.4f} at .01, {v['false_at_0.001']:.4f} at .001")
        rows = [(mode, q, v) for mode in ("blackbox", "blackbox_tuned", "neutralised") for q, v in found.get(mode, {}).items()]
        modes = [f"{mode}{of}" for mode in ("reading", "reading_unseen", "reading_untrained") for of in ("", "_tuned", "_teacher")]
        rows += [(mode, found[mode]["answers"], found[mode]) for mode in modes if mode in found]
        for mode, q, v in rows:
            a, b = v["once"], v["weighted"]
            print(f"{case.name:22} {mode:25} {q:>7} {a['n']:>8,} {a['log10_p']:8.1f} {a['rank_p']:7.3f} | {b['n']:>8,} {b['z']:6.1f} "
                  f"{b['log10_p']:8.1f} {b['rank_p']:7.3f} {b['decoy_mean_z']:+6.2f}±{b['decoy_sd_z']:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", nargs="*", help="names of conditions")
    parser.add_argument("--table", action="store_true")
    args = parser.parse_args()
    results = args.work / "results"
    if args.table:
        table(results)
        return
    torch.set_num_threads(1)
    results.mkdir(parents=True, exist_ok=True)
    world = World(args.work)
    for case in conditions():
        path = results / f"{case.name}.json"
        if path.exists() or (args.only and case.name not in args.only):
            continue
        begin = time.time()
        path.write_text(json.dumps(run(world, case), default=str))
        print(f"{case.name} in {time.time() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
