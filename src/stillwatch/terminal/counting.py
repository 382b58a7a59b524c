"""Counted nouns, for people."""


def number_of(n: int, one: str, many: str = "") -> str:
    """``1 document``, ``1,234 documents``; ``many`` is the plural if it is not ``one`` with an s."""
    return f"{n:,} {noun(n, one, many)}"


def noun(n: float, one: str, many: str = "") -> str:
    """The noun alone, for a number that is formatted by the caller, as in a column."""
    return one if n == 1 else many or f"{one}s"
