"""Compiled kernels where neither the package nor the user's cache can be written, as of a service without a home."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.numeric import kernel_cache

SRC = Path(__file__).parents[2] / "src"


def test_kernels_are_kept_for_one_process_where_they_can_be_kept_nowhere_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept: list[tuple[object, ...]] = []
    monkeypatch.setattr(kernel_cache.atexit, "register", lambda *call: kept.append(call))
    monkeypatch.setenv("MPLCONFIGDIR", "mine")
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    kernel_cache.ensure_writable_cache(tmp_path)
    assert "NUMBA_CACHE_DIR" not in os.environ, "the package can be written"
    monkeypatch.setattr(kernel_cache, "_is_writable", lambda folder: False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "mine")
    kernel_cache.ensure_writable_cache(tmp_path)
    assert (os.environ["NUMBA_CACHE_DIR"], kept) == ("mine", [])
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    kernel_cache.ensure_writable_cache(tmp_path)
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    assert (os.environ["MPLCONFIGDIR"], stat.S_IMODE(folder.stat().st_mode)) == ("mine", 0o700)
    ((remove, *arguments),) = kept
    remove(folder, -1)  # type: ignore[operator]
    assert folder.exists(), "another process made it"
    remove(*arguments)  # type: ignore[operator]
    assert not folder.exists()


def test_a_user_whom_nobody_knows_is_helped_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kernel_cache.atexit, "register", lambda *call: None)
    monkeypatch.setattr(kernel_cache.tempfile, "mkdtemp", lambda prefix: "fresh")
    monkeypatch.setitem(sys.modules, "pwd", None)
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HOME", "USERPROFILE", "HOMEPATH", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, "put back afterwards")
        monkeypatch.delenv(name)
    kernel_cache.ensure_writable_cache(tmp_path)
    assert "NUMBA_CACHE_DIR" not in os.environ, "the package can be written"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "package").touch()
    kernel_cache.ensure_writable_cache(tmp_path / "package")
    assert os.environ["NUMBA_CACHE_DIR"] == "fresh", "not a folder ~ of where the process stands"


def open_to_all(path: Path) -> bool:
    """Whether any user may reach it: an environment's interpreter is a link, and what it names may lie in a home of root."""
    return all(folder.stat().st_mode & stat.S_IXOTH for way in (path, path.resolve()) for folder in way.parents)


@pytest.mark.skipif(not (open_to_all(SRC) and open_to_all(Path(sys.executable))), reason="others may not enter where it lies")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may become somebody without a home")
def test_a_user_without_a_home_runs_what_root_installed() -> None:
    settings = {"PYTHONPATH": str(SRC), "PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    code = "from stillwatch.numeric import arrays; import os; print(os.environ['NUMBA_CACHE_DIR'])"
    done = subprocess.run([sys.executable, "-B", "-c", code], env=settings, cwd="/", capture_output=True, text=True,
                          user=65534, group=65534, extra_groups=[])
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).exists()
