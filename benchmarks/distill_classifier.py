"""A classifier from a teacher's answers: how much of its accuracy is kept, and how much faster is it?

The teacher is all-MiniLM-L6-v2 with a logistic head on labels that the student does not see; the student is a linear
classifier on hashed words and characters, without vectors of words, with the untrained token vectors of the teacher's encoder,
and with those of a static student that learnt the encoder's vectors of the same texts, trained on the teacher's answers to the
other training texts. Speed is of the test texts, each read once after the training texts, on one
thread, the teacher in float32.

    python benchmarks/distill_classifier.py [clinc 20ng …] [--only vectors …] [--answers probabilities]
"""

import argparse
import time

import numpy as np

import exposure_tasks as tasks
from cpu_time import cpu_seconds_per_call
from stillwatch.distill import manifest, teachers
from stillwatch.distill.students import linear, loop, static

STUDENTS = ("words", "characters", "vectors", "trained")


def main() -> None:
    fp32 = teachers.load(manifest.Manifest(**{**vars(tasks.encoder_manifest()), "precision": "float32"}))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", default=["clinc", "20ng"])
    parser.add_argument("--only", nargs="*", choices=STUDENTS, default=STUDENTS)
    parser.add_argument("--answers", nargs="*", choices=("own", "labels", "probabilities"), default=("own", "labels", "probabilities"))
    args = parser.parse_args()
    for exposed in tasks.all_tasks(args.tasks):
        task = exposed.task
        truth = task.truth
        assert truth is not None
        teacher = float((task.test.argmax(1) == truth).mean())
        slow = cpu_seconds_per_call(lambda texts: fp32.embed(list(texts)), exposed.test[:256], least_s=3)
        print(f"{task.name}: teacher accuracy {teacher:.4f}, {1 / slow:.0f} texts per CPU-second", flush=True)
        labels = task.pool.argmax(1)
        place = {name: i for i, name in enumerate(exposed.classes)}
        students = {
            "words": ("words", linear.Features(characters=None), None),
            "characters": ("words and characters", linear.Features(), None),
        }
        if "vectors" in args.only:
            students["vectors"] = ("words, characters and token vectors", linear.Features(), tasks.token_vectors())
        if "trained" in args.only:
            schedule = loop.Schedule(epochs=10, minutes=60)
            taught = static.train(tasks.token_vectors(), exposed.pool, exposed.pool_vectors, schedule, quiet=True)
            students["trained"] = ("words, characters and trained vectors", linear.Features(), taught.model)
        for which in args.only:
            name, features, encoder = students[which]
            rows = []
            if which != "trained" and "own" in args.answers:  # trained vectors are the teacher's
                places = np.array([place[y] for y in exposed.private_labels])
                own = linear.train(exposed.private, exposed.classes, labels=places, features=features, encoder=encoder)
                rows.append(("without teacher, its own labels", own))
            for answers, given in (("labels", {"labels": labels}), ("probabilities", {"probabilities": task.pool})):
                if answers in args.answers:
                    fit = linear.train(exposed.pool, exposed.classes, features=features, encoder=encoder, **given)
                    rows.append((f"from teacher's {answers}", fit))
            for what, fit in rows:
                predicted = fit.model.logits(exposed.test).argmax(1)
                fit.model.predict(exposed.pool)
                begin = time.process_time()
                fit.model.predict(exposed.test)
                fast = (time.process_time() - begin) / len(exposed.test)
                accuracy = float((predicted == truth).mean())
                agreement, size = (predicted == task.test.argmax(1)).mean(), fit.model.size_bytes() / 1e6
                print(f"  {name}, {what}: accuracy {accuracy:.4f} (kept {accuracy / teacher:.1%}), agreement {agreement:.4f}, "
                      f"{slow / fast:,.0f} times faster, {size:.0f} MB, floor {fit.floor}", flush=True)


if __name__ == "__main__":
    main()
