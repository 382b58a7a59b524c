"""How many words a second and core does the audit read, and does memory grow with the corpus?

    python benchmarks/audit_throughput.py [--gigabytes 0.1 1] [--shape plain|crawl] [--folder DIR]

Writes JSON lines of real texts (ai_text_pairs, repeated in random order) and audits them in a process of its own, with
detector, canaries and an index of near-duplicates; the resident peak of that process is printed. *plain*: one file of 20
sources, read in parts of 64 MB. *crawl*: one gzipped file, which is one part, every document of a host of its own.
"""

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from audit_data import pairs


def write(folder: Path, gigabytes: float, crawl: bool) -> int:
    """Write a corpus of so many bytes (before gzip); returns its words."""
    data, rng = pairs(), np.random.default_rng(0)
    use = data.text[data.domain == "xsum"]
    texts = [json.dumps(t)[1:] for t in use]  # after a number of its own, since the texts are the references as well
    words = [len(t.split()) for t in use]
    total = size = n = 0
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with gzip.open(folder / "corpus.jsonl.gz", "wb", 1) if crawl else open(folder / "corpus.jsonl", "wb") as out:
        while size < gigabytes * 1e9:
            for i in rng.permutation(len(texts)).tolist():
                source = f"https://www.host{n}.example/{i}" if crawl else f"s{i % 20}"
                line = f'{{"text": "{n}. {texts[i]}, "source": "{source}", "date": "2024-{1 + i % 12:02d}-01"}}\n'.encode()
                out.write(line)
                size += len(line)
                total += words[i]
                n += 1
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gigabytes", type=float, nargs="+", default=[0.1, 1.0])
    parser.add_argument("--shape", choices=("plain", "crawl"), default="plain")
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    data = pairs()
    base = Path(tempfile.mkdtemp(dir=args.folder))
    mine = data.domain == "xsum"
    for name, some in (("human", mine & ~data.generated), ("model", mine & data.generated)):
        (base / f"{name}.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in data.text[some]))
    tool = [sys.executable, "-m", "stillwatch"]
    subprocess.run([*tool, "audit-index", f"set={base / 'model.jsonl'}", "--out", str(base / "i.npz"), "-q"], check=True)
    print("GB     words (M)  seconds  CPU s  words / CPU s  peak RSS, MB")
    for gigabytes in args.gigabytes:
        words = write(base / "c", gigabytes, args.shape == "crawl")
        command = [*tool, "audit", str(base / "c"), "--reference", str(base / "human.jsonl"), "--generated",
                   str(base / "model.jsonl"), "--known", str(base / "i.npz"), "--out", str(base / f"r{gigabytes}"), "-q",
                   "--processes", "1"]
        start = time.perf_counter()
        pid = os.posix_spawn(sys.executable, command, os.environ)
        _, status, used = os.wait4(pid, 0)
        assert status == 0, status
        cpu = used.ru_utime + used.ru_stime
        print(f"{gigabytes:<6} {words / 1e6:9.1f} {time.perf_counter() - start:8.1f} {cpu:6.1f} {words / cpu:14,.0f} "
              f"{used.ru_maxrss / 1024:13.0f}", flush=True)
    shutil.rmtree(base)


if __name__ == "__main__":
    main()
