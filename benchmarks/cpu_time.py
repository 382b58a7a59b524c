"""How much processor time a model takes for a text."""

import time
from collections.abc import Callable, Sequence
from typing import Any


def cpu_seconds_per_call(work: Callable[[Sequence[str]], Any], texts: Sequence[str], *, least_s: float = 0.5) -> float:
    """CPU seconds of this process for one text, batches as the model likes them, after a first call that is not counted."""
    work(texts[: min(len(texts), 64)])
    calls, start = 0, time.process_time()
    while (spent := time.process_time() - start) < least_s:
        work(texts)
        calls += len(texts)
    return spent / calls
