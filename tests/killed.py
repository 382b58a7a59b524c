"""Commands of Stillwatch in processes of their own, which a test kills (SIGKILL) or gives a full disk. Only tests use it.

They are forked off a server that has imported what commands need, which takes a new interpreter longer than a small command.
"""

import importlib
import multiprocessing
import os
import resource
import signal
import tempfile
import threading
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from stillwatch.cli import main

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    ["networkit", "stillwatch.detect.pipeline", "stillwatch.erasure.folders", "stillwatch.respond.importing", "killed"]
)


@dataclass
class Ended:
    """How a process ended (a signal: negative) and what it said."""

    returncode: int
    stderr: str


def start(*arguments: object, moment: str = "", file_bytes: int | None = None, log: str = os.devnull) -> ForkServerProcess:
    """``stillwatch ARGUMENTS`` in the environment and the folder of this process. ``moment``: see :func:`_arm`."""
    given = ([*map(str, arguments)], moment, file_bytes, log, dict(os.environ), str(Path.cwd()))
    process = _SERVER.Process(target=_command, args=given)
    process.start()
    return process


def run(*arguments: object, moment: str = "", file_bytes: int | None = None) -> Ended:
    """The same to its end. ``file_bytes``: it cannot write files beyond this size."""
    with tempfile.NamedTemporaryFile(mode="r") as log:
        process = start(*arguments, moment=moment, file_bytes=file_bytes, log=log.name)
        process.join()
        assert process.exitcode is not None
        return Ended(process.exitcode, log.read())


def at(moment: str, *arguments: object) -> None:
    """The same, killed at that moment."""
    ended = run(*arguments, moment=moment)
    assert ended.returncode == -signal.SIGKILL, ended


def _command(arguments: list[str], moment: str, file_bytes: int | None, log: str, environment: dict[str, str], folder: str) -> None:
    os.dup2(os.open(log, os.O_WRONLY), 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    if file_bytes is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if moment:
        _arm(*moment.split(":"))
    raise SystemExit(main(arguments))


def _arm(module: str, function: str, nth: str) -> None:
    """Make the nth call of a function the last thing that this process does."""
    place = importlib.import_module(module)
    original, lock = getattr(place, function), threading.Lock()
    calls = 0

    def counted(*args: Any, **options: Any) -> Any:
        nonlocal calls
        with lock:
            calls += 1
            if calls == int(nth):
                os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **options)

    setattr(place, function, counted)
