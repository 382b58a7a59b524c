"""Main text of HTML pages and of the pages in WARC files (extra ``audit``: trafilatura, warcio)."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from stillwatch.errors import MissingExtraError

MAX_PAGE_BYTES = 8 << 20


def page(data: bytes) -> str | None:
    """Main text of a page, or None where there is none.

    Raises:
        MissingExtraError: trafilatura is not installed.
    """
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtraError("HTML needs trafilatura", todo="pip install 'stillwatch[audit]'") from error
    if len(data) > MAX_PAGE_BYTES:
        return None
    text: str | None = trafilatura.extract(data, include_comments=False, include_tables=False)
    return text


def warc_pages(path: Path) -> Iterator[tuple[str, str, str | None]]:
    """URL, date and main text of each HTML or plain-text response; None for the text of one that gives none.

    Raises:
        MissingExtraError: warcio is not installed.
        OSError: the file is no WARC or is damaged.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise MissingExtraError("WARC needs warcio", todo="pip install 'stillwatch[audit]'") from error
    try:
        with open(path, "rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type not in ("response", "conversion"):
                    continue
                headers = record.rec_headers
                url, when = headers.get_header("WARC-Target-URI") or "", headers.get_header("WARC-Date") or ""
                if record.rec_type == "conversion":
                    kind = "text/plain"
                else:
                    kind = record.http_headers.get_header("Content-Type", "") if record.http_headers else ""
                if not kind.startswith(("text/html", "text/plain", "application/xhtml")):
                    continue
                data = record.content_stream().read(MAX_PAGE_BYTES + 1)
                text = data.decode("utf-8", "replace") if kind.startswith("text/plain") else page(data)
                yield url, when, text
    except (ArchiveLoadFailed, EOFError, zlib.error, AttributeError, ValueError) as error:  # warcio's own, on headers that are not there
        raise OSError(f"not readable as WARC: {error}") from error
