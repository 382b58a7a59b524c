"""Students of synthetic prompts only: how far behind a student of real prompts?

Nobody's prompts are used: SmolLM2-135M-Instruct writes them from a description of the task (the names of its classes, or
kinds of film and opinion), the teacher (all-MiniLM-L6-v2 with a head on private labels) answers them, and a linear student
is trained on that, without and with the vectors of words. Beside it stand the same student of as many real prompts, of all real
prompts, and of both together.

    python benchmarks/distill_synthetic.py write [rt clinc …] [--n 2000]     goes on from what is written
    python benchmarks/distill_synthetic.py compare [rt clinc …]
"""

import argparse
import json
import re
import time

import numpy as np
import torch

import distill_data as data
import exposure_tasks as tasks
from stillwatch.distill import filters, teachers
from stillwatch.distill.students import linear
from stillwatch.distill.teachers.language import load

BATCH, NEW_TOKENS = 64, 32
GENRES = ("comedy", "drama", "thriller", "horror film", "documentary", "romance", "western", "war film", "musical", "cartoon",
          "crime story", "science fiction film", "family film", "biography", "sequel", "action film")  # fmt: skip
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


def write(exposed: tasks.Exposed, name: str, n: int) -> None:
    path = data.ROOT / f"synthetic-{name}.json"
    tokenizer, model = load(data.smollm())
    tokenizer.padding_side = "left"
    model = model.to(getattr(torch, data.precision())).eval()
    made = json.loads(path.read_text()) if path.is_file() else []
    start, tokens = time.process_time(), 0
    for begin in range(len(made), n, BATCH):
        turns = [[{"role": "user", "content": one}] for one in instructions(name, exposed.classes, begin)]
        texts = [tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True) for turn in turns]
        read = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        torch.manual_seed(begin)
        with torch.inference_mode():
            out = model.generate(**read, max_new_tokens=NEW_TOKENS, do_sample=True, temperature=1.0, top_p=0.95, top_k=0)
        new = out[:, read["input_ids"].shape[1] :]
        tokens += int((new != tokenizer.pad_token_id).sum())
        made += [cleaned(text) for text in tokenizer.batch_decode(new, skip_special_tokens=True)]
        tasks.write_json(path, made)
        print(f"{len(made)} of {n}, {tokens / (time.process_time() - start):.0f} tokens a CPU-second: {made[-1]!r}", flush=True)


def compare(exposed: tasks.Exposed, name: str) -> None:
    made = json.loads((data.ROOT / f"synthetic-{name}.json").read_text())
    kept, _ = filters.prompts(made, exposed.test)
    task = exposed.task
    assert task.truth is not None
    teacher = float((task.test.argmax(1) == task.truth).mean())
    encoder = teachers.load(tasks.encoder_manifest())
    given = exposed.head.predict_proba(encoder.embed(kept)[0].astype(np.float32) * 4).astype(np.float32)
    print(f"{task.name}: teacher {teacher:.4f}; {len(made)} prompts written, {len(kept)} left by the filters")
    few = np.random.default_rng(0).permutation(len(exposed.pool))[: len(kept)]
    some = [exposed.pool[i] for i in few]
    for student, vectors in (("words and characters", None), ("words, characters and token vectors", tasks.token_vectors())):
        for what, texts, answers in (
            (f"{len(kept)} synthetic prompts", kept, given),
            (f"{len(some)} real prompts", some, task.pool[few]),
            (f"all {len(exposed.pool)} real prompts", exposed.pool, task.pool),
            ("real and synthetic prompts", [*exposed.pool, *kept], np.concatenate([task.pool, given])),
        ):
            found = linear.train(texts, exposed.classes, probabilities=answers, encoder=vectors).model.logits(exposed.test).argmax(1)
            accuracy = float((found == task.truth).mean())
            same = (found == task.test.argmax(1)).mean()
            print(f"  {student}, {what}: accuracy {accuracy:.4f} (kept {accuracy / teacher:.1%}), agreement {same:.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("write", "compare"))
    parser.add_argument("tasks", nargs="*", default=["rt", "clinc"])
    parser.add_argument("--n", type=int, default=2000)
    args = parser.parse_args()
    torch.set_num_threads(1)
    for name in args.tasks or ["rt", "clinc"]:
        exposed = tasks.all_tasks([name])[0]
        if args.what == "write":
            write(exposed, name, args.n)
        else:
            compare(exposed, name)


if __name__ == "__main__":
    main()
