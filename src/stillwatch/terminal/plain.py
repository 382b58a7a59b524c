"""Words of others on a terminal, which would obey what controls it."""

import unicodedata


def plain(text: str) -> str:
    """One line that is safe to print: control, formatting and broken characters become question marks, spaces of all kinds stay."""
    return "".join("?" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in text)
