"""A map from 64-bit hashes to integers that takes about 16 bytes an entry."""

from typing import Any

import numpy as np

RECENT = 1 << 20
"""Entries that a Python dict collects before they are merged into the sorted arrays."""


class Index:
    """Add and look up one entry at a time; a later value replaces an earlier one."""

    def __init__(self, dtype: Any = np.int64) -> None:
        """Hold values of ``dtype`` (int8 where only membership matters)."""
        self._recent: dict[int, int] = {}
        self._keys = np.empty(0, np.int64)
        self._values = np.empty(0, dtype)

    def get(self, key: int) -> int | None:
        """The value of a key, or None."""
        value = self._recent.get(key)
        if value is not None or not len(self._keys):
            return value
        at = int(np.searchsorted(self._keys, np.int64(key)))
        return int(self._values[at]) if at < len(self._keys) and self._keys[at] == key else None

    def put(self, key: int, value: int = 0) -> None:
        """Set the value of a key (a signed 64-bit integer)."""
        self._recent[key] = value
        if len(self._recent) >= RECENT:
            self._merge()

    def _merge(self) -> None:
        keys = np.concatenate([self._keys, np.fromiter(self._recent, np.int64, len(self._recent))])
        recent = np.fromiter(self._recent.values(), self._values.dtype, len(self._recent))
        values = np.concatenate([self._values, recent])
        order = np.argsort(keys, kind="stable")
        keys, values = keys[order], values[order]
        last = np.append(keys[1:] != keys[:-1], True)
        self._keys, self._values, self._recent = keys[last], values[last], {}
