"""What is built for others holds every file of the package, and nothing else."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BUILD = "from setuptools.build_meta import build_sdist, build_wheel\nbuild_sdist('out')\nbuild_wheel('out')"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a build reads, with an ``out`` folder of what it made."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    left_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("src", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_docs.py").touch()
    subprocess.run([sys.executable, "-c", BUILD], cwd=folder, check=True, capture_output=True)
    return folder


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and "egg-info" not in path.parent.name}


def test_the_wheel_holds_the_package(built: Path) -> None:
    [wheel] = (built / "out").glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == _files(built / "src")
    assert {"stillwatch/py.typed", "stillwatch/sketch/words.txt"} <= names


def test_the_source_archive_holds_package_and_pages_and_no_half_of_the_tests(built: Path) -> None:
    [archive] = (built / "out").glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {one.name.partition("/")[2] for one in opened.getmembers() if one.isfile()}
    assert {f"src/{name}" for name in _files(built / "src")} | {f"docs/{name}" for name in _files(built / "docs")} <= names
    assert {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"} <= names
    assert not [name for name in names if name.startswith("tests/")]
