"""What does a static or two-layer student keep of all-MiniLM-L6-v2, without labels, and how much faster is it?

    python benchmarks/distill_encoder.py static [--minutes 10]
    python benchmarks/distill_encoder.py layers [--minutes 10] [--width 1] [--seed 0]
    python benchmarks/distill_encoder.py speed       of teacher and two layers in both precisions; without training
    python benchmarks/distill_encoder.py recipe      model2vec's plain recipe: token vectors, PCA to 256, rarity; no texts

Probe accuracy on 20 Newsgroups (7,528 posts) and Rotten Tomatoes (3,000 sentences) is a linear probe on each model's own
vectors; neighbour overlap and rank agreement compare them with the teacher's. Speed is sentences per CPU-second on Rotten
Tomatoes, one thread, the teacher in float32.
"""

import argparse
import time

import numpy as np

import distill_data as data
import exposure_tasks as tasks
from cpu_time import cpu_seconds_per_call
from stillwatch.distill import manifest, measures, teachers
from stillwatch.distill.students import layers, loop, static

LAYERS = (0, 5)
TURNS = 3


def split(texts: data.Texts, name: str) -> tuple[np.ndarray, np.ndarray]:
    both = tasks.vectors(texts.train + texts.test, name)
    return both[: len(texts.train)], both[len(texts.train) :]


def report(
    name: str, encode, both: dict[str, data.Texts], reference: dict[str, np.ndarray], teacher: dict[str, float]
) -> dict[str, float]:
    found = {}
    for short, texts in both.items():
        train, test = encode(texts.train), encode(texts.test)
        accuracy = measures.probe_accuracy(train, texts.train_labels, test, texts.test_labels)
        overlap, rank = measures.neighbour_overlap(test, reference[short]), measures.rank_agreement(test, reference[short])
        found[short] = accuracy
        kept = accuracy / teacher[short] if teacher else 1.0
        print(f"{name}, {texts.name}: probe {accuracy:.4f} (kept {kept:.1%}), neighbour overlap {overlap:.3f}, rank {rank:.3f}", flush=True)
    return found


def speed(rt: data.Texts) -> None:
    """How fast a student reads does not depend on what it learnt."""
    sentences = rt.test[:512]
    for precision in ("float32", "bfloat16"):
        teacher = teachers.load(manifest.Manifest(**{**vars(tasks.encoder_manifest()), "precision": precision}))
        models = {"teacher": teacher}
        for width in (1.0, 0.875, 0.75):
            student = layers.cut(teacher, LAYERS)
            layers.narrow(student, width, rt.train[: layers.N_CALIBRATION])
            student.model.to(teacher.model.dtype)
            models[f"two layers, {width:.1%} of their inner neurons"] = student
        # In turns, so that what else the machine does weighs alike on all.
        took = [[cpu_seconds_per_call(lambda texts, model=model: model.embed(list(texts)), sentences, least_s=1)
                 for model in models.values()] for _ in range(TURNS)]
        slow = np.median(took, axis=0)
        for name, each, one in zip(models, slow, np.transpose(took), strict=True):
            times = np.array(took)[:, 0] / one
            print(f"{name} in {precision}: {1 / each:,.0f} sentences per CPU-second, {np.median(times):.2f} times the teacher "
                  f"({times.min():.2f} to {times.max():.2f} in {TURNS} turns)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("static", "layers", "recipe", "speed"))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--width", type=float, default=1.0, help="share of the inner neurons that two layers keep")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--relation", type=float, default=static.RELATION)
    args = parser.parse_args()
    ng, rt = data.newsgroups(), data.rotten_tomatoes()
    both = {"ng": ng, "rt": rt}
    if args.what == "speed":
        speed(rt)
        return
    (ng_train, ng_test), (rt_train, rt_test) = split(ng, "ng"), split(rt, "rt")
    reference = {"ng": ng_test, "rt": rt_test}
    teacher = {
        "ng": measures.probe_accuracy(ng_train, ng.train_labels, ng_test, ng.test_labels),
        "rt": measures.probe_accuracy(rt_train, rt.train_labels, rt_test, rt.test_labels),
    }
    print(f"teacher: probe {teacher['ng']:.4f} / {teacher['rt']:.4f}", flush=True)
    encoder = teachers.load(tasks.encoder_manifest())
    fp32 = teachers.load(manifest.Manifest(**{**vars(tasks.encoder_manifest()), "precision": "float32"}))
    slow = cpu_seconds_per_call(lambda t: fp32.embed(list(t)), rt.test[:512], least_s=2)
    print(f"teacher, float32: {1 / slow:.0f} sentences per CPU-second", flush=True)
    texts, vectors = ng.train + rt.train, np.concatenate([ng_train, rt_train])
    schedule = loop.Schedule(epochs=args.epochs, minutes=args.minutes, seed=args.seed)
    start, wall = time.process_time(), time.monotonic()

    def done(what: str) -> None:
        print(f"{what}: {time.process_time() - start:.0f} cpu-s, {time.monotonic() - wall:.0f} s wall, {len(texts):,} texts", flush=True)

    if args.what == "layers":
        made = layers.train(encoder, LAYERS, texts, vectors, schedule, width=args.width, quiet=True)
        done(f"two layers, {len(made.history.validation)} blocks of 2,000, cosine {max(made.history.validation):.3f}")
        report("two layers", made.encode, both, reference, teacher)
        fast = cpu_seconds_per_call(made.encode, rt.test[:512], least_s=2)
        print(f"two layers: {1 / fast:,.0f} sentences per CPU-second, {slow / fast:.2f} times the teacher")
        return
    plain = static.token_pass(encoder, texts)
    if args.what == "recipe":
        centred = plain.table - plain.table.mean(axis=0)
        turned = np.linalg.svd(centred[:: 3], full_matrices=False)[2][:256]
        small = static.StaticEncoder(plain.tokenizer, (centred @ turned.T).astype(np.float32), tasks.MAX_LENGTH)
        report("plain recipe, 256 dimensions", small.encode, both, reference, teacher)
        report("token vectors, 384 dimensions", plain.encode, both, reference, teacher)
        return
    made = static.train(plain, texts, vectors, schedule, relation=args.relation, quiet=True)
    done(f"static, best epoch {made.history.best_epoch}")
    report("static", made.model.encode, both, reference, teacher)
    report("static, int8", made.model.int8().encode, both, reference, teacher)
    sizes = [made.model.save(data.ROOT / "static", base="all-MiniLM-L6-v2"), made.model.save(data.ROOT / "static8", quantise=True)]
    print(f"size with tokenizer: {sizes[0] / 1e6:.1f} MB, int8 {sizes[1] / 1e6:.2f} MB")
    # The student remembers the tokens of words, so each test sentence is read once, after the training sentences.
    fresh = static.StaticEncoder.load(data.ROOT / "static")
    fresh.encode(rt.train)
    begin = time.process_time()
    fresh.encode(rt.test)
    fast = (time.process_time() - begin) / len(rt.test)
    print(f"static: {1 / fast:,.0f} sentences per CPU-second, {slow / fast:,.0f} times the teacher")


if __name__ == "__main__":
    main()
