"""Makes text of others safe to print: a terminal would obey control characters in it."""

import unicodedata


def plain(text: str) -> str:
    """One line that is safe to print: control, formatting and broken characters become question marks; spaces of all kinds stay."""
    return "".join("?" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in text)


def print_plain(*texts: object, flush: bool = False) -> None:
    """Print texts of one or more lines, each line of them :func:`plain`."""
    print(*("\n".join(map(plain, str(text).split("\n"))) for text in texts), sep="\n", flush=flush)
