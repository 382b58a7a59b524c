"""Are the answers of an instruction set written by people or by models? Families and prompts that were not trained on.

    python benchmarks/audit_instructions.py [--draws 3] [--first 0] [--only "length-matched, with line breaks and questions"]

Human answers to 252 prompts (self-instruct) against answers of 195 models to the same prompts (AlpacaEval). Trained on
four fifths of the prompts with 12 models a prompt of half the families, tested on the last fifth with the other families;
answers of 15 words or more. The detector is the audit's. Length-matched: of a model's answer no more words are read than
the human one has, and no text keeps the punctuation at its end, since what was cut has none. *Cut as it falls* keeps it, so
that the cut itself tells who wrote a text. *Of like length*: nothing is cut, only model answers within a quarter of the
human one's length are taken.
"""

import argparse
import re

import numpy as np
import pyarrow.parquet as pq

from real_data import folder
from stillwatch.audit.check import auroc
from stillwatch.audit.detector import train

MIN_WORDS = 15
PER_PROMPT = 12
FOLDS = 5


def family(model: str) -> str:
    """Family of a model: the first word of its name, some joined."""
    name = re.split(r"[-_.\d]", model.lower())[0]
    joined = {"meta": "llama", "gpt35": "gpt", "gpt4": "gpt", "text": "gpt", "mixtral": "mistral", "bedrock": "claude",
              "xwinlm": "xwin", "openpipe": "gpt"}
    return joined.get(name, name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--draws", type=int, default=3, help="draws of training models and folds")
    parser.add_argument("--first", type=int, default=0, help="seed of the first draw")
    parser.add_argument("--only", default="", help="only settings whose name holds this")
    args = parser.parse_args()
    data = folder(None)
    prompts = {r["instruction"]: r["prompt_id"] for r in pq.read_table(data / "alpaca_eval_prompts.parquet").to_pylist()}
    human = {}
    for row in pq.read_table(data / "human_answers.parquet").to_pylist():
        for asked in (row["instruction"] + "\n\n" + row["input"], row["instruction"]):
            if asked.strip() in prompts:
                human[prompts[asked.strip()]] = row["answer"]
                break
    rows = pq.read_table(data / "alpaca_eval_outputs.parquet").to_pylist()
    rows = [r for r in rows if r["prompt_id"] in human and r["model"] != "NullModel"]

    def words(text: str | None) -> int:
        return len((text or "").split())

    used = [p for p in human if words(human[p]) >= MIN_WORDS]
    rows = [r for r in rows if r["prompt_id"] in set(used) and words(r["output"]) >= MIN_WORDS]
    texts = [human[p] for p in used] + [r["output"] for r in rows]
    generated = np.arange(len(texts)) >= len(used)
    prompt = np.array(used + [r["prompt_id"] for r in rows])
    families = np.array([""] * len(used) + [family(r["model"]) for r in rows])
    asked = {r["prompt_id"]: r["instruction"] for r in pq.read_table(data / "alpaca_eval_prompts.parquet").to_pylist()}
    questions = [asked[p] for p in prompt.tolist()]
    print(f"{len(used)} prompts with human answers of {MIN_WORDS} words or more, {len(rows):,} model answers, "
          f"{len(set(families)) - 1} families")
    limit = limits(texts, prompt, len(used))
    cut = [first_words(t, n) for t, n in zip(texts, limit, strict=True)]
    fallen = [first_words(t, n, marks="") for t, n in zip(texts, limit, strict=True)]
    like = ~generated | (np.abs(np.log([words(t) / n for t, n in zip(texts, limit, strict=True)])) < np.log(1.25))
    everything = np.ones(len(texts), bool)
    for name, some, use in (("all lengths", texts, everything), ("length-matched", cut, everything),
                            ("cut as it falls", fallen, everything), ("of like length", texts, like)):
        for kind, layout, count in (("plain", False, False), ("with line breaks", True, False),
                                    ("with line breaks and questions", True, True)):
            if args.only not in f"{name}, {kind}":
                continue
            draws = range(args.first, args.first + args.draws)
            at = np.flatnonzero(use)
            these, asked_ = [some[i][:1600] for i in at], [questions[i] for i in at]
            report(f"{name}, {kind}", runs(these, generated[at], prompt[at], families[at], draws, layout, asked_, count))


def first_words(text: str, n: int, marks: str = ".!?:;,") -> str:
    """The first words with the white space between them, without marks at the end: a cut text has none there."""
    ends = [m.end() for m in re.finditer(r"\S+", text)]
    return text[: ends[min(n, len(ends)) - 1]].rstrip(" \n" + marks) or text


def limits(texts: list[str], prompt: np.ndarray, n_human: int) -> list[int]:
    """Words to keep of each text: a model's answer no more than the human answer to its prompt has."""
    of = {p: len(texts[i].split()) for i, p in enumerate(prompt[:n_human])}
    return [of[p] for p in prompt]


def runs(
    texts: list[str], generated: np.ndarray, prompt: np.ndarray, families: np.ndarray, draws: range, layout: bool,
    questions: list[str], count: bool,
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Human scores, model scores, pooled over prompts and families that were not trained on, of each draw; and the shares of
    people's and of models' texts that lie above all but 1 % of each detector's held-out human references."""
    names, used, out = sorted(set(families) - {""}), np.unique(prompt), []
    for draw in draws:
        rng = np.random.default_rng(draw)
        fold = dict(zip(used.tolist(), rng.permutation(len(used)) % FOLDS, strict=True))
        part = np.array([fold[p] for p in prompt.tolist()])
        first = np.isin(families, rng.choice(names, len(names) // 2, replace=False))
        human, model, called = [], [], []
        for k in range(FOLDS):
            for of in (first, ~first):
                pool = np.flatnonzero(generated & (part != k) & of)
                picked = np.concatenate([
                    rng.choice(m, min(PER_PROMPT, len(m)), replace=False)
                    for p in np.unique(prompt[pool]) if len(m := pool[prompt[pool] == p])
                ])
                train_on = np.concatenate([np.flatnonzero(~generated & (part != k)), picked])
                test = np.flatnonzero((part == k) & (~generated | ~of))
                human_rows, model_rows = train_on[~generated[train_on]], train_on[generated[train_on]]
                asked = ([questions[i] for i in human_rows], [questions[i] for i in model_rows])
                detector = train([texts[i] for i in human_rows], [texts[i] for i in model_rows], rng, layout=layout, asked=asked,
                                 questions_count=count)
                s = detector.score([texts[i] for i in test], [questions[i] for i in test]).score
                above = s > np.quantile(detector.held_out[~detector.generated], 0.99, method="higher")
                called.append([above[~generated[test]].mean(), above[generated[test]].mean()])
                human.append(s[~generated[test]])
                model.append(s[generated[test]])
        out.append((np.concatenate(human), np.concatenate(model), np.mean(called, axis=0)))
    return out


def report(name: str, found: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    rows = []
    for human, model, called in found:
        rates = [float((model > np.quantile(human, 1 - f, method="higher")).mean()) for f in (0.01, 0.05)]
        rows.append((auroc(human, model), *rates, *called))
    mean, spread = np.mean(rows, axis=0), np.std(rows, axis=0)
    print(f"{name:46} AUROC {mean[0]:.3f} ± {spread[0]:.3f}  TPR at 1 % FPR {mean[1]:.2f} ± {spread[1]:.2f}  "
          f"at 5 % {mean[2]:.2f} ± {spread[2]:.2f}; above 99 % of its human references: people {mean[3]:.3f}, models {mean[4]:.2f}  "
          f"({len(rows)} draws)", flush=True)


if __name__ == "__main__":
    main()
