"""Libraries of the extra ``distill``: imported where they are used, and named in one line where they are absent."""

import importlib
from types import ModuleType

from stillwatch.errors import MissingExtraError

PACKAGES = {"sklearn": "scikit-learn", "trl": "'trl>=1.16,<1.17'"}
"""What pip installs, where it has another name or only some versions will do."""
INSTALL = "pip install '.[distill]' in a checkout of Stillwatch"


def need(name: str, *, what: str) -> ModuleType:
    """Import a library of the extra, or say what to install.

    Args:
        name: module to import, such as ``torch``.
        what: what it is needed for, in words for the user.

    Raises:
        MissingExtraError: the library is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        top = name.partition(".")[0]
        package = PACKAGES.get(top, top)
        todo = f"pip install {package}, or the whole extra: {INSTALL}"
        raise MissingExtraError(f"{what} needs {top}, which is not installed", todo=todo) from error


def quiet_transformers(what: str) -> ModuleType:
    """Transformers without its own progress bars, which would run over ours."""
    found = need("transformers", what=what)
    found.utils.logging.disable_progress_bar()
    found.utils.logging.set_verbosity_error()
    return found
