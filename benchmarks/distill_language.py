"""A language model of a third of its teacher's parameters, with and without the teacher, on the same tokens.

Teacher: SmolLM2-135M-Instruct. Student: four of its thirty layers and its embeddings (42 M parameters). Both students see the same
conversations for the same number of steps: one learns from human answers (without the teacher), one from the teacher's
answers and cached top-k log-probabilities to the same prompts. Held out: other prompts of the same source; measured are the
loss on the teacher's answers and, as a task, how often the student's next token is the teacher's.

    python benchmarks/distill_language.py harvest [--n 300]     asks the teacher (about 100 tokens a CPU-second)
    python benchmarks/distill_language.py train [--seeds 3] [--minutes 5]
    python benchmarks/distill_language.py on-policy [--minutes 8]
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch

import distill_data as data
from stillwatch.distill import harvest, manifest, store, teachers
from stillwatch.distill.exchange import Exchange, Reply, ask
from stillwatch.distill.students import language, loop, trl_adapter

LAYERS = (0, 1, 15, 29)
N_HELD = 40


def teacher_manifest() -> manifest.Manifest:
    folder = data.ROOT / "smollm2"
    if not (folder / "model.safetensors").is_file():  # de-quantised once, because that takes longer than reading
        from stillwatch.distill.teachers.language import load

        tokenizer, model = load(data.smollm())
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return manifest.parse({
        "name": "SmolLM2-135M-Instruct", "kind": "transformers", "location": str(folder), "owner": "Hugging Face", "ownership": "licensed",
        "licence": "Apache-2.0", "terms": "Apache License 2.0, section 2", "distillation": "allowed",
    })  # fmt: skip


def prompts(n: int) -> list[tuple[str, str]]:
    """Prompts and human or public answers: instruction following from the public benchmark data."""
    import pyarrow.parquet as pq

    folder = Path(os.environ.get("STILLWATCH_BENCHMARKS") or Path(__file__).parents[2] / "shared" / "benchmarks")
    rows = pq.read_table(folder / "real_prompts.parquet", columns=["source", "prompt", "answer"]).to_pylist()
    kept = [
        (r["prompt"], r["answer"])
        for r in rows
        if r["source"] == "gsm8k_train" and r["answer"] and len(r["prompt"]) < 260
    ]
    order = np.random.default_rng(0).permutation(len(kept))[:n]
    return [kept[i] for i in order]


@torch.inference_mode()
def agreement(student, held: list[language.Tokens]) -> float:
    """Share of the teacher's answer tokens that are the student's likeliest."""
    student.eval()
    right = n = 0
    for one in held:
        best = student(torch.tensor([one.ids])).logits[0, one.start - 1 : -1].argmax(-1)
        right += int((best == torch.tensor(one.ids[one.start :])).sum())
        n += len(one.ids) - one.start
    return right / n


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("harvest", "train", "on-policy"))
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--new-tokens", type=int, default=64)
    args = parser.parse_args()
    torch.set_num_threads(1)
    told = teacher_manifest()
    teacher = teachers.load(told)
    asked = prompts(args.n)
    requests = [ask(prompt, max_tokens=args.new_tokens, top_k=20) for prompt, _ in asked]
    folder = data.ROOT / "store-smollm2"
    start = time.process_time()
    with harvest.open_store(folder, teacher, told) as opened:
        if args.what == "harvest":
            print(harvest.run(opened, teacher, told, requests, quiet=True), f"{time.process_time() - start:.0f} cpu-s")
            return
    rows = [row for row in store.read(folder) if row.reply.answer]
    taught = language.sequences(teacher, rows)
    human = dict(asked)
    plain = language.sequences(teacher, [
        Exchange(r.key, r.prompt_hash, r.messages, Reply(human[str(r.prompt)]), 0, "none", 0, 0) for r in rows if str(r.prompt) in human
    ])  # fmt: skip
    # The same number of tokens: human answers are cut to the length of the teacher's.
    plain = [language.Tokens(p.ids[: len(t.ids)], p.start, None) for p, t in zip(plain, taught, strict=True)]
    held, kept, without = taught[:N_HELD], taught[N_HELD:], plain[N_HELD:]
    token = teacher.tokenizer.pad_token_id
    cached = sum(one.top is not None for one in kept)
    print(
        f"{len(kept)} conversations, {sum(len(o.ids) - o.start for o in kept):,} answer tokens, {cached} with cached distributions",
        flush=True,
    )
    print(
        f"teacher: {language.parameters(teacher.model) / 1e6:.0f} M, held-out loss "
        f"{language.held_loss(teacher.model, held, pad_token=token):.3f}, agreement {agreement(teacher.model, held):.3f}",
        flush=True,
    )
    if args.what == "on-policy":
        student = language.cut(teacher.model, LAYERS)
        language.train(
            student, kept, held, loop.Schedule(epochs=args.epochs, minutes=args.minutes), pad_token=token, quiet=True
        )
        print(
            f"before: loss {language.held_loss(student, held, pad_token=token):.3f}, agreement {agreement(student, held):.3f}",
            flush=True,
        )
        turns = [
            [{"role": "user", "content": str(r.prompt)}, {"role": "assistant", "content": str(r.reply.answer)}]
            for r in rows[N_HELD:]
        ]
        schedule = loop.Schedule(epochs=1, minutes=args.minutes)
        print(
            trl_adapter.on_policy(
                student, teacher.model, teacher.tokenizer, turns, data.ROOT / "gkd", schedule, new_tokens=24
            )
        )
        print(
            f"after GKD: loss {language.held_loss(student, held, pad_token=token):.3f}, agreement {agreement(student, held):.3f}",
            flush=True,
        )
        return
    for seed in range(args.seeds):
        schedule = loop.Schedule(epochs=args.epochs, minutes=args.minutes, seed=seed, patience=99)
        for name, given, mix in (
            ("without teacher", without, 0.0),
            ("teacher's sequences", kept, 0.0),
            ("sequences and top-20", kept, 0.7),
        ):
            student = language.cut(teacher.model, LAYERS)
            begin = time.process_time()
            history = language.train(student, given, held, schedule, pad_token=token, mix=mix, quiet=True)
            print(
                f"seed {seed}, {name}: {language.parameters(student) / 1e6:.0f} M, {len(history.validation)} epochs, held-out loss "
                f"{-max(history.validation):.3f}, agreement {agreement(student, held):.3f}, {time.process_time() - begin:.0f} cpu-s",
                flush=True,
            )


if __name__ == "__main__":
    main()
