"""Students of synthetic prompts only: how far behind a student of real prompts?

SmolLM2-135M-Instruct writes them from a description of the task (the names of its classes, or kinds of film and opinion) or,
with ``--seeds``, from a few real prompts; the teacher (all-MiniLM-L6-v2 with a head on private labels) answers them, and a
linear student is trained on that, without and with the vectors of words. Beside each set that is written stand the same
student of as many real prompts, and of all real prompts.

    python benchmarks/distill_synthetic.py write [rt clinc …] [--n 2000] [--seeds 48]     goes on from what is written
    python benchmarks/distill_synthetic.py compare [rt clinc …]
"""

import argparse
import json
import re
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch

import distill_data as data
import exposure_tasks as tasks
from stillwatch.distill import data as prompts_data
from stillwatch.distill import filters, teachers
from stillwatch.distill.students import linear
from stillwatch.distill.teachers.language import load

BATCH, NEW_TOKENS = 64, 32
EXAMPLES, LIST_TOKENS = 3, 128
GENRES = ("comedy", "drama", "thriller", "horror film", "documentary", "romance", "western", "war film", "musical", "cartoon",
          "crime story", "science fiction film", "family film", "biography", "sequel", "action film")
PARTS = ("plot", "acting", "dialogue", "jokes", "ending", "direction", "music", "characters", "pace", "camera work", "emotions", "idea")
OPINIONS = ("loved it", "hated it", "was bored", "was moved", "was disappointed", "was surprised how good it is")


def instructions(name: str, classes: list[str], begin: int) -> list[str]:
    """What the writer is told in the batch that starts at ``begin``."""
    rng = np.random.default_rng((0, begin))
    if name == "rt":
        drawn = zip(rng.choice(GENRES, BATCH), rng.choice(PARTS, BATCH), rng.choice(OPINIONS, BATCH), strict=True)
        return [f"Write one sentence about the {part} of a {genre}, by a film critic who {opinion}." for genre, part, opinion in drawn]
    topics = [classes[i % len(classes)].replace("_", " ") for i in range(begin, begin + BATCH)]
    return [f'Write one short thing that a user says to a voice assistant. It is about "{topic}".' for topic in topics]


def cleaned(text: str) -> str:
    """The first line without quotes, numbering and an unfinished end."""
    line = next((part for part in text.splitlines() if part.strip()), "").strip()
    line = re.sub(r"^(?:\d+[.)]|[-*])\s*", "", line).strip(" \"'“”*")
    return re.split(r"(?<=[.!?])\s", line)[0]


def continued(seeds: list[str], begin: int) -> list[str]:
    """The beginnings of lists that the writer goes on with, each of a few of the seeds."""
    rng = np.random.default_rng((1, begin))
    shown = [rng.choice(len(seeds), EXAMPLES, replace=False) for _ in range(BATCH // 2)]
    return ["\n".join([*(f"- {seeds[i].strip()}" for i in rows), "-"]) for rows in shown]


def whole_lines(text: str) -> list[str]:
    """The lines of a list that was gone on with, without the last, which is unfinished."""
    lines = [re.sub(r"^[-*\s]+", "", line).strip() for line in text.split("\n")[:-1]]
    return [line for line in lines if line]


def path_of(name: str, n_seeds: int) -> Path:
    return data.ROOT / (f"synthetic-{name}-{n_seeds}-seeds.json" if n_seeds else f"synthetic-{name}.json")


def write(exposed: tasks.Exposed, name: str, n: int, n_seeds: int) -> None:
    path = path_of(name, n_seeds)
    seeds = [exposed.pool[i] for i in np.random.default_rng(2).permutation(len(exposed.pool))[:n_seeds]]
    tokenizer, model = load(data.smollm())
    tokenizer.padding_side = "left"
    model = model.to(getattr(torch, data.precision())).eval()
    made = json.loads(path.read_text()) if path.is_file() else []
    start, tokens = time.process_time(), 0
    while len(made) < n:
        begin = len(made)
        if seeds:
            texts = continued(seeds, begin)
        else:
            turns = [[{"role": "user", "content": one}] for one in instructions(name, exposed.classes, begin)]
            texts = [tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True) for turn in turns]
        read = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        torch.manual_seed(begin)
        with torch.inference_mode():
            out = model.generate(
                **read, max_new_tokens=LIST_TOKENS if seeds else NEW_TOKENS, do_sample=True, temperature=1.0, top_p=0.95, top_k=0
            )
        new = out[:, read["input_ids"].shape[1] :]
        tokens += int((new != tokenizer.pad_token_id).sum())
        said = tokenizer.batch_decode(new, skip_special_tokens=True)
        made += [line for text in said for line in whole_lines(text)] if seeds else [cleaned(text) for text in said]
        tasks.write_json(path, made)
        print(f"{len(made)} of {n}, {tokens / (time.process_time() - start):.0f} tokens a CPU-second: {made[-1]!r}", flush=True)


def compare(exposed: tasks.Exposed, name: str) -> None:
    task = exposed.task
    assert task.truth is not None
    teacher = float((task.test.argmax(1) == task.truth).mean())
    encoder = teachers.load(tasks.encoder_manifest())
    order = np.random.default_rng(0).permutation(len(exposed.pool))

    def answers(texts: list[str]) -> np.ndarray:
        return exposed.head.predict_proba(encoder.embed(texts)[0].astype(np.float32) * 4).astype(np.float32)

    print(f"{task.name}: teacher {teacher:.4f}")
    sets: dict[str, tuple[list[str], np.ndarray]] = {}
    for path in sorted(data.ROOT.glob(f"synthetic-{name}*.json")):
        made = json.loads(path.read_text())
        kept, out = filters.prompts(made, exposed.test)
        why = ", ".join(f"{n} {reason}" for reason, n in sorted(Counter(one.reason for one in out).items()))
        print(f"{path.stem}: {len(made)} written, left out: {why}; varied {prompts_data.diversity(kept, ())}")
        sets[f"{len(kept)} prompts of {path.stem}"] = kept, answers(kept)
        few = order[: len(kept)]
        sets[f"{len(kept)} real prompts"] = [exposed.pool[i] for i in few], task.pool[few]
    sets[f"all {len(exposed.pool)} real prompts"] = exposed.pool, task.pool
    for student, vectors in (("words and characters", None), ("words, characters and token vectors", tasks.token_vectors())):
        for what, (texts, given) in sets.items():
            found = linear.train(texts, exposed.classes, probabilities=given, encoder=vectors).model.logits(exposed.test).argmax(1)
            accuracy = float((found == task.truth).mean())
            same = (found == task.test.argmax(1)).mean()
            print(f"  {student}, {what}: accuracy {accuracy:.4f} (kept {accuracy / teacher:.1%}), agreement {same:.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("write", "compare"))
    parser.add_argument("tasks", nargs="*", default=["rt", "clinc"])
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=0, help="real prompts that the writer is shown; 0: a description alone")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for name in args.tasks or ["rt", "clinc"]:
        exposed = tasks.all_tasks([name])[0]
        if args.what == "write":
            write(exposed, name, args.n, args.seeds)
        else:
            compare(exposed, name)


if __name__ == "__main__":
    main()
