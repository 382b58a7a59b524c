"""Plain text, and the main text of HTML pages and of the pages in WARC files (extra ``audit``: trafilatura, warcio)."""

import codecs
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from stillwatch.errors import MissingExtraError

MAX_PAGE_BYTES = 8 << 20
MAX_UNDECODED = 1 / 3
"""Characters that may be no UTF-8, as a share: Latin-1 loses a letter here and there, older encodings of Cyrillic nearly all,
packed data half."""
MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
"""Byte-order marks; that of UTF-32 begins as UTF-16's does, so it is first."""


class Page(NamedTuple):
    """A page of a WARC: its URL, date, text (None where it gives none), and why it gives none, where that is known."""

    url: str
    date: str
    text: str | None
    why: str = ""


_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';]+)""", re.IGNORECASE)


def plain(data: bytes, declared: str = "") -> str | None:
    """Text as its byte-order mark says, else UTF-8 or where it is none as declared.

    None where the bytes are no text: some are zero, or more than a third cannot be read so.
    """
    coding = next((coding for mark, coding in MARKS if data.startswith(mark)), "utf-8-sig")
    recoded = _as_declared(data, declared) if coding == "utf-8-sig" else None
    text = data.decode(coding, "replace") if recoded is None else recoded
    return None if "\0" in text or text.count("\ufffd") > MAX_UNDECODED * len(text) else text


def _as_declared(data: bytes, declared: str) -> str | None:
    """Text in the declared encoding; None where it is none that is known, or the bytes are UTF-8, which many declare to be another."""
    try:
        if not declared or (b"\0" not in data and data.decode()):
            return None
    except UnicodeDecodeError:
        pass
    try:
        return data.decode(declared, "replace")
    except (LookupError, ValueError):
        return None


def page(data: bytes, declared: str = "") -> str | None:
    """Main text of a page, whose encoding may be declared, or None where there is none.

    Raises:
        MissingExtraError: trafilatura is not installed.
    """
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtraError("HTML needs trafilatura", todo="pip install '.[audit]' in a checkout of Stillwatch") from error
    if len(data) > MAX_PAGE_BYTES:
        return None
    if (recoded := _as_declared(data, declared)) is not None:
        data = recoded.encode("utf-8", "replace")
    text: str | None = trafilatura.extract(data, include_comments=False, include_tables=False)
    return text


def warc_pages(path: Path) -> Iterator[Page]:
    """Each page of HTML or plain text, whatever kind of record it stands in. What an error came with is no text of its site.

    Raises:
        MissingExtraError: warcio is not installed.
        OSError: the file is no WARC or is damaged.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise MissingExtraError("WARC needs warcio", todo="pip install '.[audit]' in a checkout of Stillwatch") from error
    try:
        with open(path, "rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type in ("response", "resource", "conversion") and (found := _page_of(record)) is not None:
                    yield found
    except (ArchiveLoadFailed, EOFError, zlib.error, AttributeError, ValueError) as error:  # warcio's own, on headers that are not there
        raise OSError(f"not readable as WARC: {error}") from error


def _page_of(record: Any) -> Page | None:
    """The page of a record; None where it is of another media type."""
    headers, http = record.rec_headers, record.http_headers
    url, when = headers.get_header("WARC-Target-URI") or "", headers.get_header("WARC-Date") or ""
    content_type = ("text/plain" if record.rec_type == "conversion" else None) or (http or headers).get_header("Content-Type") or ""
    kind, declared = content_type.partition(";")[0].strip().lower(), _CHARSET.search(content_type)
    if kind and not kind.startswith(("text/html", "text/plain", "application/xhtml")):
        return None
    status = http.get_statuscode() if record.rec_type == "response" and http else "200"
    if not status.startswith("2"):
        return Page(url, when, None, f"status {status[:10]}")
    data = record.content_stream().read(MAX_PAGE_BYTES + 1)
    if not kind and not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Page(url, when, None, "neither a media type nor HTML")
    read = plain if kind == "text/plain" else page
    return Page(url, when, read(data, declared[1] if declared else ""))
