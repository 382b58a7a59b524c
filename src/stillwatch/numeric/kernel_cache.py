"""Where compiled kernels are kept: beside the code, else in the user's cache, else for this process alone.

Numba fails where it can write to neither: a package that root installed, run by a user without a home, as services and containers are.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def ensure_writable_cache(package: Path) -> None:
    """Give numba a folder of this process's own where it could write to none; whatever NUMBA_CACHE_DIR says stands.

    A cache is code that is run, so it lies in no place that others know beforehand. Kernels are then compiled at every start.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return
    # Of a user whom nobody knows this is a folder named ~ wherever the process stands, which others may have made.
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    if any(place.is_absolute() and _is_writable(place) for place in (package / "__pycache__", cache / "numba")):
        return
    try:
        folder = tempfile.mkdtemp(prefix="stillwatch-kernels-")
    except OSError:  # nothing at all can be written: what needs no kernel works still
        return
    os.environ["NUMBA_CACHE_DIR"] = folder
    os.environ.setdefault("MPLCONFIGDIR", folder)  # networkit imports matplotlib, which would complain in two lines
    atexit.register(_remove, folder, os.getpid())


def _is_writable(folder: Path) -> bool:
    """Whether a folder can be written to, or made."""
    existing = next((place for place in (folder, *folder.parents) if place.exists()), None)
    return existing is not None and existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # not at the end of a process that was forked
        shutil.rmtree(folder, ignore_errors=True)
