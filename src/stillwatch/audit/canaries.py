"""Phrases by which answers of models give themselves away, and whom they name.

Precise and blind: they stand in 1 to 3 % of the answers of the models that use them most. They name a source and
bound the share from below; they never estimate it. A text that *says* it is of one vendor's model may be of a model
that was trained on that vendor's answers, or be about models.
"""

import re
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc


class Canary(NamedTuple):
    """A phrase.

    Attributes:
        name: of the phrase.
        says: whom it names; "a model" where nobody.
        pattern: RE2 and Python syntax, case ignored.
        decisive: enough to remove a document: nobody writes it by chance.
    """

    name: str
    says: str
    pattern: str
    decisive: bool


_AM = r"\b(?:i am|i['’]m|my name is|this is)\s+"
_MADE = r"\b(?:developed|created|trained|built|made)\s+by\s+"

CANARIES = (
    Canary("self: ChatGPT", "OpenAI", _AM + r"(?:chat\s?gpt|gpt-?[345]\w*)\b", True),
    Canary("self: Claude", "Anthropic", _AM + r"claude\b(?:,? (?:an ai|a(?:n| helpful)? ai|created|made|from|by anthropic))",
           True),
    Canary("self: Gemini or Bard", "Google", _AM + r"(?:gemini|bard|gemma)\b,? (?:an? |a large|created|made|developed)",
           True),
    Canary("self: Llama", "Meta", _AM + r"(?:llama|meta ai)\b", True),
    Canary("self: Qwen", "Alibaba", _AM + r"(?:qwen|tongyi)\b", True),
    Canary("self: DeepSeek", "DeepSeek", _AM + r"deepseek\b", True),
    Canary("self: Mistral", "Mistral AI", _AM + r"(?:mistral|le chat)\b", True),
    Canary("self: Vicuna or Alpaca", "LMSYS or Stanford", _AM + r"(?:vicuna|alpaca)\b", True),
    Canary("made by OpenAI", "OpenAI", r"\b(?:language )?model,? " + _MADE[2:] + r"openai\b", True),
    Canary("made by Anthropic", "Anthropic", r"\b(?:assistant|model|ai),? " + _MADE[2:] + r"anthropic\b", True),
    Canary("made by Google", "Google", r"\blanguage model,? " + _MADE[2:] + r"google\b", True),
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
    Canary("regenerate response", "ChatGPT's page", r"\bregenerate response\b", True),
    Canary("think tags", "a reasoning model", r"</?think>", True),
    Canary("citation marks", "ChatGPT's page", r"contentreference\[oaicite|turn0search\d|citeturn\d", True),
    Canary("utm_source", "ChatGPT's links", r"utm_source=(?:chatgpt\.com|openai)", False),
    Canary("certainly, here is", "a model", r"^\s*(?:certainly|sure|of course|absolutely)[!,.] (?:here(?:['’]s| is| are)|i)\b",
           False),
    Canary("hope this helps", "a model", r"\b(?:i hope this helps|feel free to ask|let me know if you have any (?:other|more|further))"
           r"\b.{0,80}\s*$", False),
)

_ALL = "|".join(f"(?:{canary.pattern})" for canary in CANARIES)
_COMPILED = tuple(re.compile(canary.pattern, re.IGNORECASE) for canary in CANARIES)
DECISIVE = frozenset(canary.name for canary in CANARIES if canary.decisive)
SAYS = {canary.name: canary.says for canary in CANARIES}


def find(texts: list[str]) -> dict[int, list[str]]:
    """Names of the canaries of each text that has any, by its index."""
    hits = pc.match_substring_regex(pa.array(texts, pa.large_string()), _ALL, ignore_case=True)
    found: dict[int, list[str]] = {}
    for i in pc.indices_nonzero(hits).to_pylist():
        names = [canary.name for canary, regex in zip(CANARIES, _COMPILED, strict=True) if regex.search(texts[i])]
        if names:
            found[i] = names
    return found
