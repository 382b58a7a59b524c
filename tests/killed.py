"""Run a command of Stillwatch that is killed (SIGKILL) when it reaches a given call.

    python killed.py MODULE:FUNCTION:NTH ARGUMENT…

Only tests use it.
"""

import importlib
import os
import signal
import sys
import threading
from typing import Any

from stillwatch.cli import main


def arm(module: str, function: str, nth: int) -> None:
    """Make the nth call of a function the last thing that this process does."""
    place = importlib.import_module(module)
    original, lock = getattr(place, function), threading.Lock()
    calls = 0

    def counted(*args: Any, **options: Any) -> Any:
        nonlocal calls
        with lock:
            calls += 1
            if calls == nth:
                os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **options)

    setattr(place, function, counted)


if __name__ == "__main__":
    module, function, nth = sys.argv[1].split(":")
    arm(module, function, int(nth))
    raise SystemExit(main(sys.argv[2:]))
