"""A teacher with scikit-learn's interface of classifiers: ``predict_proba(texts)`` and ``classes_``.

``location`` is ``module:attribute`` (an object, or a function without arguments that returns one), which runs code of
one's own, or the folder of a classifier that Stillwatch trained. Pickled files are not loaded, since they can run anybody's code.
"""

import hashlib
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch.distill.exchange import Reply, Request, TopK
from stillwatch.distill.manifest import Manifest
from stillwatch.errors import InputError

MAX_CLASSES = 4096
TODO = "Write module:attribute of an object with predict_proba and classes_, or a folder that stillwatch trained"


class Classifier:
    """Answers with the likeliest class; ``top`` has all classes (ids are positions in ``classes``)."""

    batch = 256
    remote = False
    writes = False
    max_length = cut = 0
    rejection = ""

    def __init__(self, manifest: Manifest) -> None:
        """Load the object; raises InputError where it lacks ``predict_proba`` or ``classes_``."""
        self._model = _load(manifest)
        missing = [name for name in ("predict_proba", "classes_") if not hasattr(self._model, name)]
        if missing:
            raise InputError(f"the classifier has no {missing[0]}", where=manifest.location, todo=TODO)
        self.classes = [str(name) for name in self._model.classes_]
        identity = getattr(self._model, "identity", None) or f"{manifest.name}\n{manifest.location}\n{self.classes}"
        self.identity = hashlib.sha256(str(identity).encode()).hexdigest()[:32]

    def tokens(self, text: str) -> int:
        """Number of words."""
        return text.count(" ") + 1

    def ask(self, requests: Sequence[Request], *, keys: Sequence[str] = ()) -> list[Reply]:
        """Classify the last turn of each request; ``keys`` are ignored."""
        texts = [request.prompt for request in requests]
        probabilities = np.asarray(self._model.predict_proba(texts), dtype=np.float64)
        if probabilities.shape != (len(texts), len(self.classes)) or not np.isfinite(probabilities).all():
            raise InputError(f"predict_proba gave {probabilities.shape}, not finite ({len(texts)}, {len(self.classes)})")
        top = TopK.of(np.log(np.clip(probabilities, 1e-7, 1.0)), min(len(self.classes), MAX_CLASSES))
        best = probabilities.argmax(axis=1)
        return [
            Reply(
                self.classes[best[i]], top=TopK(top.ids[i : i + 1], top.logprobs[i : i + 1], top.tail[i : i + 1]),
                input_tokens=self.tokens(text), output_tokens=1,
            )
            for i, text in enumerate(texts)
        ]


def _load(manifest: Manifest) -> Any:
    module, _, attribute = manifest.location.partition(":")
    if not attribute:
        from stillwatch.distill.students.linear import LinearClassifier

        return LinearClassifier.load(Path(manifest.location))
    if (folder := os.getcwd()) not in sys.path:
        sys.path.insert(0, folder)
    try:
        loaded: Any = importlib.import_module(module)
        for name in attribute.split("."):
            loaded = getattr(loaded, name)
    except (ImportError, AttributeError) as error:
        todo = f"{TODO}; modules are looked for in {folder}, where the command runs"
        raise InputError(f"cannot import the classifier ({error})", where=manifest.location, todo=todo) from error
    is_factory = isinstance(loaded, type) or (callable(loaded) and not hasattr(loaded, "predict_proba"))
    try:
        return loaded() if is_factory else loaded
    except TypeError as error:
        raise InputError(f"cannot make the classifier ({error})", where=manifest.location, todo=TODO) from error
