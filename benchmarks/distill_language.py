"""A language model of a third of its teacher's parameters, with and without the teacher, on the same tokens.

Teacher: SmolLM2-135M-Instruct. Student: four of its thirty layers and its embeddings (42 M parameters). Every student sees the
same human answers to the same problems for the same number of steps; one learns from their tokens alone, one also from what
the teacher thought at each place (top 20 and the tail). Held out: other problems; measured are the loss on their human answers
and two tasks, the share of next tokens that are right and the share that are the teacher's.

    python benchmarks/distill_language.py train [--n 200] [--seeds 0 1 2] [--minutes 5]
    python benchmarks/distill_language.py on-policy [--minutes 8]     TRL's GKD after one such student
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch

import distill_data as data
from stillwatch.distill import manifest, teachers
from stillwatch.distill.exchange import TopK
from stillwatch.distill.students import language, loop, trl_adapter

LAYERS = (0, 1, 15, 29)
N_HELD, TOP, MAX_LENGTH = 40, 20, 192


def teacher_manifest() -> manifest.Manifest:
    folder = data.ROOT / "smollm2"
    if not (folder / "model.safetensors").is_file():  # de-quantised once, because that takes longer than reading
        from stillwatch.distill.teachers.language import load

        tokenizer, model = load(data.smollm())
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return manifest.parse({
        "name": "SmolLM2-135M-Instruct", "kind": "transformers", "location": str(folder), "owner": "Hugging Face", "ownership": "licensed",
        "licence": "Apache-2.0", "terms": "Apache License 2.0, section 2", "distillation": "allowed", "precision": data.precision(),
    })  # fmt: skip


def problems(n: int) -> list[tuple[str, str]]:
    """Problems and human answers from the public benchmark data (GSM8K)."""
    import pyarrow.parquet as pq

    folder = Path(os.environ.get("STILLWATCH_BENCHMARKS") or Path(__file__).parents[2] / "shared" / "benchmarks")
    rows = pq.read_table(folder / "real_prompts.parquet", columns=["source", "prompt", "answer"]).to_pylist()
    kept = [(r["prompt"], r["answer"]) for r in rows if r["source"] == "gsm8k_train" and r["answer"] and len(r["prompt"]) < 260]
    return [kept[i] for i in np.random.default_rng(0).permutation(len(kept))[:n]]


def scored(teacher, asked: list[tuple[str, str]]) -> list[language.Tokens]:
    """Problems with their human answers as tokens, and what the teacher thought at each place of the answer."""
    found = []
    for prompt, answer in asked:
        before = teacher.ids((("user", prompt),))
        ids = [*before, *teacher.tokenizer(answer, add_special_tokens=False)["input_ids"]][:MAX_LENGTH]
        top, start = teacher.score([ids], TOP)[0], len(before)
        found.append(language.Tokens(ids, start, TopK(top.ids[start - 1 :], top.logprobs[start - 1 :], top.tail[start - 1 :])))
    return found


@torch.inference_mode()
def tasks(student, held: list[language.Tokens]) -> tuple[float, float]:
    """Shares of the answers' tokens where the likeliest token is the right one, and where it is the teacher's."""
    student.eval()
    right = same = n = 0
    for one in held:
        best = student(torch.tensor([one.ids])).logits[0, one.start - 1 : -1].argmax(-1)
        right += int((best == torch.tensor(one.ids[one.start :])).sum())
        same += int((best.numpy() == one.top.ids[:, 0]).sum())
        n += len(one.ids) - one.start
    return right / n, same / n


def tell(name: str, student, held: list[language.Tokens], token: int, spent: float) -> None:
    right, same = tasks(student, held)
    size, loss = language.parameters(student) / 1e6, language.held_loss(student, held, pad_token=token)
    print(f"{name}: {size:.0f} M, held-out loss {loss:.3f}, next token right {right:.3f}, the teacher's {same:.3f}, {spent:.0f} cpu-s",
          flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("train", "on-policy"))
    parser.add_argument("--n", type=int, default=200, help="problems; 40 of them are held out")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    teacher = teachers.load(teacher_manifest())
    asked = problems(args.n)
    begin = time.process_time()
    both = scored(teacher, asked)
    held, kept = both[:N_HELD], both[N_HELD:]
    token = teacher.tokenizer.pad_token_id
    tokens = sum(len(one.ids) - one.start for one in kept)
    print(f"{len(kept)} problems, {tokens:,} answer tokens, scored in {time.process_time() - begin:.0f} cpu-s", flush=True)
    tell("teacher", teacher.model, held, token, 0)
    tell("student, untrained", language.cut(teacher.model, LAYERS), held, token, 0)
    for seed in args.seeds[:1] if args.what == "on-policy" else args.seeds:
        schedule = loop.Schedule(epochs=args.epochs, minutes=args.minutes, seed=seed, patience=99)
        for name, mix in (("without teacher", 0.0), ("with teacher", 0.8)):
            if args.what == "on-policy" and not mix:
                continue
            student = language.cut(teacher.model, LAYERS)
            begin = time.process_time()
            language.train(student, kept, held, schedule, pad_token=token, mix=mix, precision=data.precision(), quiet=True)
            tell(f"seed {seed}, {name}", student, held, token, time.process_time() - begin)
    if args.what == "on-policy":
        turns = [[{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}] for prompt, answer in asked[N_HELD:]]
        begin = time.process_time()
        done = trl_adapter.on_policy(
            student, teacher.model.float(), teacher.tokenizer, turns, data.ROOT / "gkd", loop.Schedule(epochs=1, minutes=args.minutes),
            new_tokens=24,
        )  # fmt: skip
        tell(f"after GKD ({done['steps']:.0f} steps)", student, held, token, time.process_time() - begin)


if __name__ == "__main__":
    main()
