"""Embedding on logits: marks as transformers logits processors. Needs the extra ``prove`` (torch, transformers).

    model.generate(**inputs, do_sample=True, logits_processor=[MarkProcessor(Kgw(), key, model.config.vocab_size)])

transformers runs a caller's processors before temperature, top-k and top-p (seen in 5.24), and its own marks after
them. Pass the temperature that is sampled with: green tokens then gain ``delta`` after it, and Gumbel noise meets the
tempered scores. ``Gumbel`` decides before top-k and top-p, which then have nothing left to cut.
"""

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np

from stillwatch.errors import MissingExtraError
from stillwatch.prove.schemes import Gumbel, Kgw, Numbers, Scheme, to_transformers

if TYPE_CHECKING:
    import torch
else:
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("marks on logits need torch", todo="pip install '.[prove]' in a checkout of Stillwatch") from error

CACHE_BYTES = 64 << 20
"""Green lists and noise of contexts that were met, at most this much."""


class MarkProcessor:
    """A logits processor that sets a :class:`Kgw` or :class:`Gumbel` mark.

    ``Kgw`` adds ``delta`` to green tokens. ``Gumbel`` leaves one token: the argmax of logits plus keyed noise; where the
    context stood in the same sequence before, scores stay as they are, so that text does not loop.
    """

    def __init__(self, mark: Scheme, key: Numbers, vocab_size: int, temperature: float = 1.0) -> None:
        """Take a scheme, its key, the width of the logits and the temperature that is applied afterwards."""
        if not isinstance(mark, Kgw | Gumbel):
            raise TypeError(f"{mark.name} is set by transformers itself: see transformers_config")
        self.mark, self.key, self.vocab_size, self.temperature = mark, key, vocab_size, temperature
        bytes_each = vocab_size * (1 if isinstance(mark, Kgw) else 4)
        self._room = max(8, CACHE_BYTES // bytes_each)
        self._rows: OrderedDict[tuple[int, ...], torch.Tensor] = OrderedDict()

    def __call__(self, input_ids: "torch.Tensor", scores: "torch.Tensor") -> "torch.Tensor":
        """Scores ``(batch, vocab_size)`` with the mark, given ``input_ids`` ``(batch, length)``."""
        width = self.mark.window
        if input_ids.shape[1] < width:
            return scores
        contexts = [tuple(row) for row in input_ids[:, -width:].tolist()]
        rows = torch.stack([self._row(context) for context in contexts]).to(scores.device)
        if isinstance(self.mark, Kgw):
            return scores + self.mark.delta * self.temperature * rows.to(scores.dtype)
        best = (scores.float() / self.temperature + rows).argmax(1, keepdim=True)
        only = torch.full_like(scores, -torch.inf).scatter(1, best, 0.0)
        return torch.where(self._met(input_ids, width)[:, None], scores, only)

    def _row(self, context: tuple[int, ...]) -> "torch.Tensor":
        found = self._rows.get(context)
        if found is None:
            ids = np.array(context, np.int64)
            if isinstance(self.mark, Kgw):
                found = torch.from_numpy(self.mark.green(ids, self.vocab_size, self.key))
            elif isinstance(self.mark, Gumbel):
                found = torch.from_numpy(self.mark.noise(ids, self.vocab_size, self.key).astype(np.float32))
            else:
                raise TypeError(self.mark.name)
            self._rows[context] = found
            if len(self._rows) > self._room:
                self._rows.popitem(last=False)
        else:
            self._rows.move_to_end(context)
        return found

    @staticmethod
    def _met(input_ids: "torch.Tensor", width: int) -> "torch.Tensor":
        """Whether the current context of each sequence ended earlier in it, ``(batch,)``."""
        if input_ids.shape[1] <= width:
            return torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)
        windows = input_ids.unfold(1, width, 1)
        return (windows[:, :-1] == windows[:, -1:]).all(2).any(1)


def transformers_config(mark: Scheme, key: Numbers) -> Any:
    """The ``watermarking_config`` for ``generate`` that sets a ``hf_kgw`` or ``synthid`` mark."""
    import transformers

    values = to_transformers(mark, key)
    kind = "SynthIDTextWatermarkingConfig" if "keys" in values else "WatermarkingConfig"
    return getattr(transformers, kind)(**values)
