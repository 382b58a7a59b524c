"""Numbers of things in words, for people."""


def number_of(n: int, one: str, many: str = "") -> str:
    """``1 document``, ``1,234 documents``; ``many`` is for words that do more than take an s."""
    return f"{n:,} {noun(n, one, many)}"


def noun(n: float, one: str, many: str = "") -> str:
    """The word alone, for a number that is written otherwise, such as in a column."""
    return one if n == 1 else many or f"{one}s"
