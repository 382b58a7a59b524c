"""A language model of a third of its teacher's parameters, with and without the teacher, on the same tokens.

Teacher: SmolLM2-135M-Instruct. Student: four of its thirty layers and its embeddings (42 M parameters). Every student sees the
same human answers to the same problems for the same number of steps; one learns from their tokens alone, one also from what
the teacher thought at each place (top 20 and the tail). Held out: other problems; measured are the loss on their human answers
and two tasks, the share of next tokens that are right and the share that are the teacher's.

    python benchmarks/distill_language.py train [--n 200] [--seeds 0 1 2] [--minutes 5]   goes on from finished epochs
    python benchmarks/distill_language.py on-policy [--seeds 0] [--minutes 5]     TRL's GKD after one such student
"""

import argparse
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

import distill_data as data
from stillwatch.distill import manifest, teachers
from stillwatch.distill.exchange import TopK
from stillwatch.distill.students import language, loop, trl_adapter
from stillwatch.distill.teachers.language import load

LAYERS = (0, 10, 19, 29)
MIX = 0.8
"""Share of what the teacher thought in the loss, beside the human tokens."""
N_HELD, N_WATCHED, N_SPOKEN, TOP, MAX_LENGTH = 40, 16, 20, 20, 192
"""Problems held out, problems that choose the epoch, held-out problems that students answer in words of their own; of the cache."""


def teacher_manifest() -> manifest.Manifest:
    folder = data.ROOT / "smollm2"
    if not (folder / "model.safetensors").is_file():  # de-quantised once, because that takes longer than reading
        tokenizer, model = load(data.smollm())
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return manifest.parse({
        "name": "SmolLM2-135M-Instruct", "kind": "transformers", "location": str(folder), "owner": "Hugging Face", "ownership": "licensed",
        "licence": "Apache-2.0", "terms": "Apache License 2.0, section 2", "distillation": "allowed", "precision": data.precision(),
    })


def problems(n: int) -> list[tuple[str, str]]:
    """Problems and human answers from the public benchmark data (GSM8K)."""
    import pyarrow.parquet as pq

    folder = Path(os.environ.get("STILLWATCH_BENCHMARKS") or Path(__file__).parents[2] / "shared" / "benchmarks")
    rows = pq.read_table(folder / "real_prompts.parquet", columns=["source", "prompt", "answer"]).to_pylist()
    kept = [(r["prompt"], r["answer"]) for r in rows if r["source"] == "gsm8k_train" and r["answer"] and len(r["prompt"]) < 260]
    return [kept[i] for i in np.random.default_rng(0).permutation(len(kept))[:n]]


def scored(teacher, asked: list[tuple[str, str]]) -> list[language.Tokens]:
    """Problems with their human answers as tokens, and what the teacher thought at each place of the answer; kept beside the models."""
    path, found = data.ROOT / f"language-scored-{len(asked)}-{data.precision()}.npz", []
    if path.is_file():
        with np.load(path) as rows:
            for i in range(len(asked)):
                top = TopK(*(rows[f"{name}{i}"] for name in ("top", "logprobs", "tail")))
                found.append(language.Tokens(rows[f"ids{i}"].tolist(), int(rows[f"start{i}"]), top))
        return found
    for prompt, answer in asked:
        before = teacher.ids((("user", prompt),))
        ids = [*before, *teacher.tokenizer(answer, add_special_tokens=False)["input_ids"]][:MAX_LENGTH]
        top, start = teacher.score([ids], TOP)[0], len(before)
        found.append(language.Tokens(ids, start, TopK(top.ids[start - 1 :], top.logprobs[start - 1 :], top.tail[start - 1 :])))
    arrays: dict[str, np.ndarray] = {}
    for i, one in enumerate(found):
        arrays |= {f"ids{i}": np.array(one.ids), f"start{i}": np.array(one.start)}
        arrays |= {f"top{i}": one.top.ids, f"logprobs{i}": one.top.logprobs, f"tail{i}": one.top.tail}
    np.savez(path, **arrays)
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


@torch.inference_mode()
def apart(student, teacher, asked: list[tuple[str, str]], *, new_tokens: int = 24) -> float:
    """Divergence of the student from the teacher along what the student itself writes, nats a token."""
    student.eval()
    total = n = 0.0
    for i, (prompt, _) in enumerate(asked):
        read = torch.tensor([teacher.ids((("user", prompt),))])
        torch.manual_seed(i)
        said = student.generate(
            input_ids=read, attention_mask=torch.ones_like(read), max_new_tokens=new_tokens, do_sample=True, temperature=1.0, top_k=0,
            top_p=1.0, pad_token_id=teacher.tokenizer.pad_token_id,
        )
        start = read.shape[1] - 1
        mine, theirs = (model(said).logits[0, start:-1].float().log_softmax(-1) for model in (student, teacher.model))
        total += float((mine.exp() * (mine - theirs)).sum())
        n += len(mine)
    return total / n


def tell(name: str, student, held: list[language.Tokens], token: int) -> None:
    right, same = tasks(student, held)
    size, loss = language.parameters(student) / 1e6, language.held_loss(student, held, pad_token=token)
    print(f"{name}: {size:.0f} M, held-out loss {loss:.3f}, next token right {right:.3f}, the teacher's {same:.3f}", flush=True)


def taught(args: argparse.Namespace, teacher, watched, kept, seed: int, mix: float) -> Path:
    """Folder of a student of the human answers, and with a share of ``mix`` of what the teacher thought.

    Kept beside the models; after an interruption its training goes on from the last epoch.
    """
    folder = data.ROOT / f"language-student-{len(kept)}-{args.epochs}-{seed}-{mix}"
    if not (folder / "model.safetensors").is_file():
        begin, student = time.process_time(), language.cut(teacher.model, LAYERS)
        schedule = loop.Schedule(epochs=args.epochs, minutes=args.minutes, seed=seed, patience=99)
        token = teacher.tokenizer.pad_token_id
        language.train(
            student, kept, watched, schedule, pad_token=token, mix=mix, precision=data.precision(), folder=folder, quiet=True
        )
        student.save_pretrained(folder)
        teacher.tokenizer.save_pretrained(folder)
        print(f"  {folder.name}: trained in {time.process_time() - begin:.0f} cpu-s", flush=True)
    return folder


def train(args: argparse.Namespace, teacher, held, watched, kept) -> None:
    token = teacher.tokenizer.pad_token_id
    tell("teacher", teacher.model, held, token)
    tell("student, untrained", language.cut(teacher.model, LAYERS), held, token)
    for seed in args.seeds:
        for name, mix in (("without teacher", 0.0), ("with teacher", MIX)):
            tell(f"seed {seed}, {name}", load(taught(args, teacher, watched, kept, seed, mix), train=True)[1], held, token)


def on_policy(args: argparse.Namespace, teacher, held, watched, kept, asked: list[tuple[str, str]]) -> None:
    """TRL's GKD after such a student, and beside it as many steps of the same loss on the human answers."""
    token, seed = teacher.tokenizer.pad_token_id, args.seeds[0]
    start = taught(args, teacher, watched, kept, seed, MIX)
    schedule = loop.Schedule(epochs=1, minutes=args.minutes, seed=seed)
    turns = [[{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
             for prompt, answer in asked[N_HELD + N_WATCHED :]]
    scorer = teacher.model.float()
    for name, share in (("before", None), ("after GKD", 1.0), ("after as many steps on the human answers", 0.0)):
        student = load(start, train=True)[1]
        begin = time.process_time()
        with TemporaryDirectory() as folder:
            if share is not None:
                done = trl_adapter.on_policy(
                    student, scorer, teacher.tokenizer, turns[: args.gkd], Path(folder), schedule, share=share, new_tokens=24
                )
                name = f"{name} ({done['steps']:.0f} steps)"
        spent = time.process_time() - begin
        tell(f"{name}, {spent:.0f} cpu-s", student, held, token)
        print(f"  on its own words {apart(student, teacher, asked[:N_SPOKEN]):.3f} nats a token from the teacher", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("train", "on-policy"))
    parser.add_argument("--n", type=int, default=200, help="problems; 40 of them are held out, 16 choose the epoch")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=5, help="of each training")
    parser.add_argument("--gkd", type=int, default=64, help="problems of GKD")
    args = parser.parse_args()
    torch.set_num_threads(1)
    teacher = teachers.load(teacher_manifest())
    asked = problems(args.n)
    begin = time.process_time()
    both = scored(teacher, asked)
    held, watched, kept = both[:N_HELD], both[N_HELD : N_HELD + N_WATCHED], both[N_HELD + N_WATCHED :]
    tokens = sum(len(one.ids) - one.start for one in kept)
    print(f"{len(kept)} problems, {tokens:,} answer tokens, scored in {time.process_time() - begin:.0f} cpu-s", flush=True)
    if args.what == "train":
        train(args, teacher, held, watched, kept)
    else:
        on_policy(args, teacher, held, watched, kept, asked)


if __name__ == "__main__":
    main()
