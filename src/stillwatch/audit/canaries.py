"""Phrases by which answers of models give themselves away, and whom they name.

Precise and blind: they stand in 1 to 3 % of the answers of the models that use them most. They name a source and
bound the share from below; they never estimate it. A text that *says* who made it may be of a model that was trained on
answers of the one it names.
"""

import re
import unicodedata
from collections import Counter
from itertools import islice
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc


class Canary(NamedTuple):
    """A phrase.

    Attributes:
        name: of the phrase.
        says: whom it points at; "" where that is read from the text itself, after the phrase or in its group ``who``.
        pattern: RE2 and Python syntax, case ignored; a blank stands for any white space.
        decisive: enough to remove a document, unless it is quoted: nobody writes it by chance.
    """

    name: str
    says: str
    pattern: str
    decisive: bool


_MODEL = r"(?:ai|artificial intelligence|(?:large )?language model|virtual assistant|chatbot)\b"
_SPEAKS = r"(?:\b(?:i am|i['’]m|my name is)\s|(?:^|\n|[^\w\s] ?)as\s)"
_MADE = (r"(?:[\w.-]+(?: \d[\w.]*)?, )?(?:just |only )?(?:an?|the) (?:[\w-]+ ){0,4}(?:assistant|chatbot|model|ai),? "
         r"(?:that (?:was|is) )?(?:developed|created|trained|built|made|designed) by\b")

# No vendor and no model stands here: whom a text speaks of itself as is read from the text. A list of names would be out of
# date with the next model, and would name companies for no more than what texts say.
CANARIES = (
    Canary("calls itself a model by name", "",
           r"\b(?:i am|i['’]m|my name is)\s+(?P<who>[a-z][\w.-]*(?: \d[\w.]*)?), (?:an? |the )(?:\w+ )?" + _MODEL, True),
    Canary("says who made it", "", _SPEAKS + _MADE, True),
    Canary("as an AI", "a model",
           r"\bas an? (?:ai|artificial intelligence)(?: language)?(?: (?:model|assistant|chatbot))?,? i\b", True),
    Canary("as a language model", "a model", r"\bas a (?:large )?language model,? i\b", True),
    Canary("I am a language model", "a model",
           r"\bi(?: am|['’]m) (?:just |only )?an? (?:ai|artificial intelligence|large language|language)"
           r"(?: language)? (?:model|assistant)\b", True),
    Canary("knowledge cutoff", "a model", r"\b(?:my|as of my) (?:last )?(?:knowledge|training)(?: data)? ?"
           r"(?:cut-?off|update)\b", True),
    Canary("training data until", "a model", r"\bmy (?:training )?data (?:only )?(?:goes|extends) (?:up )?to 20\d\d\b",
           True),
    Canary("cannot browse", "a model", r"\bi (?:don['’]t|do not|cannot|can['’]t) (?:have (?:the ability to|access to)|access) "
           r"(?:real-?time|current|up-to-date|browse)", True),
    Canary("no personal opinions", "a model",
           r"\bi (?:don['’]t|do not) have (?:personal|any personal) (?:opinions|feelings|experiences|beliefs|preferences)\b",
           True),
    Canary("cannot fulfil", "a model", r"\bi(?:['’]m sorry,? but)? (?:i )?(?:cannot|can['’]t) (?:fulfill?|assist with|comply with) "
           r"(?:that|this|your) request\b", True),
    Canary("regenerate response", "a chat page", r"\bregenerate response\b", True),
    Canary("think tags", "a reasoning model", r"</?think>", True),
    Canary("citation marks", "a chat page", r"contentreference\[oaicite|turn0search\d|citeturn\d", True),
    Canary("link from a chat", "", r"utm_source=(?P<who>[a-z]*(?:chat|gpt|\bai|ai\b|llm)[a-z]*)", False),
    Canary("certainly, here is", "a model", r"^\s*(?:certainly|sure|of course|absolutely)[!,.] (?:here(?:['’]s| is| are)|i)\b",
           False),
    Canary("hope this helps", "a model", r"\b(?:i hope this helps|feel free to ask|let me know if you have any (?:other|more|further))"
           r"\b.{0,80}\s*$", False),
)

_PATTERNS = tuple(canary.pattern.replace(" ?", r"\s*").replace(" ", r"\s+") for canary in CANARIES)
_ALL = "|".join(f"(?:{pattern.replace('?P<who>', '')})" for pattern in _PATTERNS)
_COMPILED = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS)
_DISGUISED = "[\u00a0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff\uff01-\uff5e]"
"""Blanks of other widths, characters that are not seen, and letters of full width."""
_QUOTES = (("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"))
_QUOTED = ", quoted"
MAX_QUOTED = 500
"""Characters to either side in which quotation marks are looked for."""
_NAME = re.compile(r"\s+(?:the |researchers (?:at|from) )?([A-Z\d][\w&-]*(?:\.[A-Z]\w*)?(?: (?!I\b)[A-Z][\w&-]*){0,2})")
_DECISIVE = frozenset(canary.name for canary in CANARIES if canary.decisive)
MAX_WHO = 40
MAX_HITS = 50
MAX_LABELS = 400


def find(texts: list[str]) -> dict[int, list[str]]:
    """Labels, such as "says who made it (Example Labs)", of the canaries of each text that has any, by its index.

    How a text is laid out and which of several equal characters it uses does not count; letters of other scripts that look alike do.
    """
    disguised = pc.indices_nonzero(pc.match_substring_regex(pa.array(texts, pa.large_string()), _DISGUISED)).to_pylist()
    if disguised:
        texts = list(texts)
    for i in disguised:
        texts[i] = _undisguised(texts[i])
    hits = pc.match_substring_regex(pa.array(texts, pa.large_string()), _ALL, ignore_case=True)
    found: dict[int, list[str]] = {}
    for i in pc.indices_nonzero(hits).to_pylist():
        labels = [_label(canary, hit) for canary, regex in zip(CANARIES, _COMPILED, strict=True) if (hit := _hit(regex, texts[i]))]
        if labels:
            found[i] = labels
    return found


def _undisguised(text: str) -> str:
    """A text without characters that are not seen, and with the plain ones of several that are equal."""
    return unicodedata.normalize("NFKC", "".join(letter for letter in text if unicodedata.category(letter) != "Cf"))


def _hit(regex: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Where a phrase stands; where nobody is quoted, if there is such a place."""
    hits = list(islice(regex.finditer(text), MAX_HITS))
    return next((hit for hit in hits if not _is_quoted(hit)), hits[0] if hits else None)


def _is_quoted(hit: re.Match[str]) -> bool:
    """Whether a phrase stands within quotation marks of its paragraph."""
    text, begin, end = hit.string, hit.start(), hit.end()
    while begin < end and not text[begin].isalnum():
        begin += 1
    before = text[max(0, begin - MAX_QUOTED) : begin].rpartition("\n\n")[2]
    after = text[end : end + MAX_QUOTED].partition("\n\n")[0]
    if before.count('"') % 2 and '"' in after:
        return True
    return any(before.rfind(opens) > before.rfind(closes) and closes in after for opens, closes in _QUOTES)


def _label(canary: Canary, hit: re.Match[str]) -> str:
    who: str | None = canary.says
    if not who:
        named = hit if "who" in hit.re.groupindex else _NAME.match(hit.string, hit.end())
        who = named and named[1]
    return f"{canary.name}{_QUOTED * _is_quoted(hit)} ({who[:MAX_WHO] if who else 'nobody named'})"


def decisive(label: str) -> bool:
    """Whether a label is enough to remove a document: that of a phrase which somebody is quoted with is not."""
    return label.partition(" (")[0] in _DECISIVE


def most(labels: Counter[str]) -> Counter[str]:
    """Labels with their numbers, the commonest where there are many: names are read from texts, and texts may hold any."""
    return labels if len(labels) <= MAX_LABELS else Counter(dict(labels.most_common(MAX_LABELS // 2)))
