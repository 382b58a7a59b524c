"""Libraries of the extra ``distill``: imported only where they are used; one that is missing is named in one line."""

import importlib
from types import ModuleType

from stillwatch.errors import MissingExtraError

PACKAGES = {"sklearn": "scikit-learn", "trl": "'trl>=1.16,<1.17'"}
"""Names for pip, where they differ from the module's or only some versions work."""
INSTALL = "pip install '.[distill]' in a checkout of Stillwatch"


def need(name: str, *, what: str) -> ModuleType:
    """Import a library of the extra.

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
    transformers = need("transformers", what=what)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    return transformers
