"""When does a student of reasoning traces have the skill: a bracket, not a smooth curve.

Task: ((a ± b) ± c) ± d modulo 100, two digits each, steps shown. A small transformer teacher is trained here on fresh
problems; students, smaller, are trained on N of its answers, with the full trace, a truncated one, or the answer only.

    python benchmarks/exposure_reasoning.py --out curves_reasoning.json
    python benchmarks/exposure_reasoning.py --out curves_reasoning.json --channels answer truncated --sizes 4000 16000 --seeds 2 2

The attacker keeps a twentieth of the harvest back and stops when the student writes it as the teacher did. Writes curves that
``stillwatch exposure --curves`` reads, after every student, and goes on from there; keeps the teacher beside them. One thread;
times are CPU seconds.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

PLUS, MINUS, EQUALS, END = 10, 11, 12, 13
VOCABULARY = 15
N_TEST = 1000
SHOWN = {"trace": 2, "truncated": 1, "answer": 0}
"""Steps shown before the answer."""


class Model(nn.Module):
    """A decoder with learnt positions."""

    def __init__(self, layers: int, width: int, heads: int = 4, length: int = 32) -> None:
        super().__init__()
        self.token, self.place = nn.Embedding(VOCABULARY, width), nn.Embedding(length, width)
        block = nn.TransformerEncoderLayer(
            width, heads, 4 * width, dropout=0.0, batch_first=True, norm_first=True, activation="gelu"
        )
        self.blocks = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, VOCABULARY)
        # torch starts embeddings at 1 and all layers as copies of one: such a student had 1 % right where these had 25 to 95 %.
        for name, part in self.named_parameters():
            if part.dim() > 1:
                nn.init.normal_(part, std=0.1)
            elif name.endswith("bias"):
                nn.init.zeros_(part)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        n = ids.shape[1]
        mask = torch.triu(torch.full((n, n), float("-inf")), 1)
        x = self.token(ids) + self.place(torch.arange(n))
        return self.head(self.norm(self.blocks(x, mask=mask, is_causal=True)))


def digits(values: np.ndarray) -> np.ndarray:
    """Two digits, ones first, so that a carry is known before it is needed."""
    return np.stack([values % 10, values // 10], axis=1)


def problems(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Problems (n, 12) and the three running results (n, 3)."""
    numbers, signs = rng.integers(0, 100, (n, 4)), rng.integers(0, 2, (n, 3))
    results, value = np.zeros((n, 3), np.int64), numbers[:, 0]
    parts = [digits(numbers[:, 0])]
    for i in range(3):
        value = (value + np.where(signs[:, i] == 0, 1, -1) * numbers[:, i + 1]) % 100
        results[:, i] = value
        parts += [np.where(signs[:, [i]] == 0, PLUS, MINUS), digits(numbers[:, i + 1])]
    parts.append(np.full((n, 1), EQUALS))
    return np.concatenate(parts, axis=1), results


def targets(results: np.ndarray, steps: int) -> np.ndarray:
    """What is to be written: so many steps, the answer, the end."""
    shown = [digits(results[:, i]) for i in range(min(steps, 2))] + [digits(results[:, 2])]
    return np.concatenate([*shown, np.full((len(results), 1), END)], axis=1)


def train(
    model: Model,
    batch: Callable[[int], np.ndarray],
    steps: int,
    rate: float,
    *,
    until: Callable[[], bool] | None = None,
    prompt: int = 12,
) -> int:
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.05, betas=(0.9, 0.98))
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 100) * (0.55 + 0.45 * np.cos(np.pi * step / steps))
        ids = torch.from_numpy(batch(step))
        logits = model(ids[:, :-1])[:, prompt - 1 :]
        loss = nn.functional.cross_entropy(logits.reshape(-1, VOCABULARY), ids[:, prompt:].reshape(-1))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if until is not None and step % 200 == 199 and until():
            return step + 1
    return steps


def batches(data: np.ndarray, seed: int) -> Callable[[int], np.ndarray]:
    """64 rows drawn at random for each step."""
    rng = np.random.default_rng(seed)
    return lambda step: data[rng.integers(0, len(data), 64)]


def knows(student: Model, held: np.ndarray) -> Callable[[], bool]:
    """Whether the student writes 99.5 % of these rows as the teacher did."""
    return lambda: bool((write(student, held[:, :12], held.shape[1] - 12) == held[:, 12:]).all(axis=1).mean() >= 0.995)


@torch.inference_mode()
def write(model: Model, asked: np.ndarray, n_tokens: int) -> np.ndarray:
    model.eval()
    ids = torch.from_numpy(asked)
    for _ in range(n_tokens):
        ids = torch.cat([ids, model(ids)[:, -1:].argmax(-1)], dim=1)
    model.train()
    return ids[:, asked.shape[1] :].numpy()


def exact(written: np.ndarray, results: np.ndarray) -> float:
    """Share of problems whose last two digits before the end are right."""
    return float((written[:, -3:-1] == digits(results[:, 2])).all(axis=1).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 2000, 4000])
    parser.add_argument("--seeds", type=int, nargs="*", default=[3, 3, 5], help="of each size")
    parser.add_argument("--channels", nargs="*", choices=tuple(SHOWN), default=["trace"])
    parser.add_argument("--student-steps", type=int, default=4000, help="at most")
    parser.add_argument("--teacher-steps", type=int, default=4000)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    asked, results = problems(N_TEST, np.random.default_rng(10_001))
    start = time.process_time()
    saved = args.out.with_suffix(".teacher.pt")
    teacher = Model(3, 96)
    if saved.is_file():
        teacher.load_state_dict(torch.load(saved, weights_only=True))
    else:

        def fresh(step: int) -> np.ndarray:
            p, r = problems(64, rng)
            return np.concatenate([p, targets(r, 2)], axis=1)

        def able() -> bool:
            return all(exact(write(teacher, asked[:n], 7), results[:n]) >= 0.999 for n in (100, N_TEST))

        steps = train(teacher, fresh, args.teacher_steps, 2e-3, until=able)
        torch.save(teacher.state_dict(), saved)
        print(f"teacher: {steps} steps, {time.process_time() - start:.0f} cpu-s", flush=True)
    quality = exact(write(teacher, asked, 7), results)
    print(f"teacher: {sum(p.numel() for p in teacher.parameters()):,} parameters, {quality:.1%} exact", flush=True)
    curves = {c["channel"]: c for c in (json.loads(args.out.read_text()) if args.out.is_file() else [])}
    for channel in args.channels:
        curve = curves.setdefault(channel, {
            "task": f"sums in three steps ({channel})", "capability": "reasoning", "student": "transformer, 2 layers", "channel": channel,
            "n": [], "scores": [], "zero": 0.01, "n_test": N_TEST, "teacher_accuracy": quality,
        })
        scores = dict(zip(curve["n"], curve["scores"], strict=True))
        for n, seeds in zip(args.sizes, args.seeds, strict=True):
            for seed in range(len(scores.get(n, [])), seeds):
                begin = time.process_time()
                score, steps = student_of(teacher, channel, n, seed, args.student_steps, asked, results)
                print(f"{channel}, N {n}, seed {seed}: {score:.1%} exact, {steps} steps, {time.process_time() - begin:.0f} cpu-s",
                      flush=True)
                scores.setdefault(n, []).append(score)
                curve["n"], curve["scores"] = sorted(scores), [scores[size] for size in sorted(scores)]
                args.out.write_text(json.dumps(list(curves.values()), indent=1) + "\n")


def student_of(
    teacher: Model, channel: str, n: int, seed: int, most_steps: int, asked: np.ndarray, results: np.ndarray
) -> tuple[float, int]:
    """Share of held-out problems that a student of N answers gets right, and its training steps."""
    torch.manual_seed(seed)
    harvest, _ = problems(n, np.random.default_rng(100 + seed))
    answers = write(teacher, harvest, 7)[:, {"trace": slice(None), "truncated": [0, 1, 4, 5, 6], "answer": slice(4, None)}[channel]]
    data, student = np.concatenate([harvest, answers], axis=1), Model(2, 64)
    held, kept = data[: n // 20], data[n // 20 :]
    steps = train(student, batches(kept, seed), most_steps, 2e-3, until=knows(student, held))
    return exact(write(student, asked, answers.shape[1]), results), steps


if __name__ == "__main__":
    main()
