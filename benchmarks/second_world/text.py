"""Writes prompts and answers: a grammar for people, a grammar for tasks, and a word chain for whatever is quoted."""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .pools import Pools, own_pools, own_prose, read_pools
from .vocabulary import other_languages, phrases, topics

CHAINS, CHAIN_WORDS = 2500, 3400
JUMP = 0.42
"""Chance that the word chain jumps to another place where the same word stands."""


@dataclass(frozen=True)
class Persona:
    """How one person writes."""

    topics: list[str]
    lower: bool
    full_stop: bool
    asides: float
    language: str
    real: float
    codes: bool
    quotes: float
    curt: float


class Text:
    """All that is written in a world."""

    def __init__(self, rng: random.Random, numbers: np.random.Generator, prompts: Path | None) -> None:
        self.rng = rng
        own = own_pools(random.Random(rng.random()), self)
        self.pools: Pools = own if prompts is None else read_pools(prompts, own, rng)
        prose = self.pools.prose or own_prose(random.Random(rng.random()))
        self._words, self._stream = _chain(prose, numbers)
        self._at = 0

    # Filling and filler

    def words(self, n: int) -> str:
        """So many words that read like text without being one."""
        if self._at + n >= len(self._stream):
            self._at = self.rng.randrange(1000)
        taken = self._stream[self._at : self._at + n].tolist()
        self._at += n
        return " ".join([self._words[i] for i in taken])

    def document(self, low: int = 18, high: int = 70) -> str:
        """A quoted text."""
        return self.words(self.rng.randint(low, high))

    def fill(self, frame: str, topic: str | None = None) -> str:
        """Fill the slots of a frame; every slot of a name gets the same filling."""
        rng = self.rng
        topic = topic or rng.choice(topics())
        fillings = {
            "{e}": rng.choice(phrases(f"thing.{topic}")), "{c}": rng.choice(phrases(f"case.{topic}")),
            "{n}": str(rng.randint(2, 28)), "{m}": str(rng.randint(29, 400)), "{name}": rng.choice(phrases("name")),
            "{city}": rng.choice(phrases("city")), "{v}": rng.choice(phrases("noun")),
            "{w}": rng.choice(phrases("verb")),
        }
        for slot, filling in fillings.items():
            frame = frame.replace(slot, filling)
        return frame.replace("{d}", self.words(rng.randint(10, 45))) if "{d}" in frame else frame

    def pick(self, section: str) -> str:
        """A phrase of a section."""
        return self.rng.choice(phrases(section))

    def identifier(self) -> str:
        """A name as code has them."""
        number = str(self.rng.randint(2, 99)) if self.rng.random() < 0.3 else ""
        return f"{self.pick('verb')}_{self.pick('noun')}{number}"

    def snippet(self) -> str:
        """A few lines of code."""
        rng = self.rng
        a, b, f = self.pick("noun"), self.pick("noun"), self.identifier()
        kind = rng.randrange(4)
        if kind == 0:
            return (
                f"def {f}({a}s, {b}=None):\n    out = []\n    for x in {a}s:\n"
                f"        if x.{b} > {rng.randint(1, 99)}:\n"
                f"            out.append({self.identifier()}(x))\n    return out"
            )
        if kind == 1:
            return (
                f"func {f}({a} []{b.title()}) error {{\n\tfor i := range {a} {{\n"
                f"\t\tif err := {self.identifier()}({a}[i]); err != nil {{ return err }}\n\t}}\n\treturn nil\n}}"
            )
        if kind == 2:
            return (
                f"SELECT {a}_id, count(*) FROM {b}s JOIN {a}s USING ({a}_id)"
                f" WHERE {self.pick('adjective')} AND n > {rng.randint(1, 500)} GROUP BY 1"
            )
        return (
            f"const {f} = async ({a}) => {{\n  const {b} = await api.{self.pick('verb')}({a}.id)\n"
            f"  return {b}.filter(x => x.{self.pick('adjective')})\n}}"
        )

    # People

    def persona(self) -> Persona:
        """A person."""
        rng = self.rng
        return Persona(
            topics=rng.sample(topics(), rng.choice((1, 2, 2, 3, 4))),
            lower=rng.random() < 0.3,
            full_stop=rng.random() < 0.6,
            asides=rng.random() * 0.6,
            language="en" if rng.random() < 0.8 else rng.choice(other_languages()),
            real=rng.random() * 0.2,
            codes=rng.random() < 0.3,
            quotes=rng.random() * 0.35,
            curt=rng.random() * 0.12,
        )

    def code_prompt(self) -> str:
        """What people who program ask."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.25:
            return rng.choice(self.pools.code_of_people)
        if kind < 0.5:
            wish = ("why does this fail", "refactor this", "add tests for this", "what does this do", "speed this up",
                    f"port this to {self.pick('language')}")
            return f"{rng.choice(wish)}\n{self.snippet()}"
        if kind < 0.75:
            return f"{self.fill(self.pick('error'))}\n\n{self.snippet()}"
        return (
            f"{rng.choice(('write', 'I want', 'need', 'please make'))} a {self.pick('language')}"
            f" {rng.choice(('function', 'class', 'script', 'module', 'endpoint'))} to {self.pick('verb')}"
            f" {self.pick('adjective')} {self.pick('noun')}s from a {self.pick('noun')}"
            f" {rng.choice(('file', 'table', 'queue', 'API', 'bucket'))}"
        )

    def chat(self, person: Persona) -> str:
        """A first message of a person."""
        rng, pools = self.rng, self.pools
        if rng.random() < person.curt:
            return rng.choice(pools.utterances)
        if rng.random() < person.real:
            kind = rng.random()
            pool = (
                pools.users if kind < 0.4 else pools.instructions if kind < 0.7
                else pools.personas if kind < 0.85 else pools.roleplay_of_people
            )
            return rng.choice(pool)
        topic = rng.choice(person.topics)
        if (person.codes and rng.random() < 0.6) or (topic in ("python", "web", "devops") and rng.random() < 0.4):
            return self.code_prompt()
        if rng.random() < person.quotes:
            return self.fill(self.pick("document"))
        text = self.fill(self.pick("ask" if person.language == "en" else f"ask.{person.language}"), topic)
        if rng.random() < 0.3:
            text += " and " + self.pick(f"thing.{topic}")
        while rng.random() < person.asides:
            aside = self.fill(self.pick("aside"))
            text = f"{text}. {aside}" if rng.random() < 0.6 else f"{aside} {text}"
        return text.lower() if person.lower else text[0].upper() + text[1:] + ("." if person.full_stop else "")

    def follow(self, person: Persona) -> str:
        """A later message of a person."""
        return self.fill(self.pick("follow"), self.rng.choice(person.topics))

    def answer(self, kind: str) -> str:
        """An answer of the model; an unknown kind answers with its name."""
        rng = self.rng
        if kind == "plain":
            return self.words(rng.randint(12, 45))
        if kind == "code":
            return f"```\n{self.snippet()}\n```\n{self.words(rng.randint(4, 20))}"
        if kind == "reasoned":
            step, sign = rng.choice((("Step", ":"), ("Step", ")"), ("(", ")")))
            steps = [f"{step} {i + 1}{sign} {self.words(rng.randint(6, 16))}" for i in range(rng.randint(2, 5))]
            end = rng.choice(("Answer", "Therefore", "Result", "Final answer"))
            return "\n".join(steps) + f"\n{end}: {rng.randint(1, 900)}"
        if kind == "grade":
            return f'{{"score": {rng.randint(1, 10)}, "reason": "{self.words(rng.randint(6, 18))}"}}'
        if kind == "tool":
            place = f"{self.identifier()}.{rng.choice(('py', 'ts', 'go', 'rs'))}:{rng.randint(1, 400)}"
            return f'<call name="{rng.choice(("read", "edit", "bash", "grep"))}">{place}</call>'
        if kind == "label":
            return rng.choice(("billing", "refund", "spam", "ok", "escalate", "positive", "negative", "neutral"))
        return kind

    def system(self, name: str, role: str, n_rules: int) -> str:
        """A system prompt."""
        rules = " ".join(self.rng.sample(phrases("rule"), min(n_rules, len(phrases("rule")))))
        return f"You are {name}, {role}. {rules} (rev {self.rng.randint(100, 999)})"

    # Coding agents

    def repository_task(self) -> str:
        """What a coding agent is asked."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.3:
            return (
                f"In {self.pick('noun')}-{self.pick('noun')}, {self.identifier()} returns {self.pick('adjective')}"
                f" {self.pick('noun')}s when the {self.pick('noun')} is {self.pick('adjective')}."
                f" {self.fill(self.pick('error'))}"
            )
        if kind < 0.55:
            what = rng.choice(("support for", "an option to", "a command to", "a test for", "logging to"))
            return (
                f"Add {what} {self.pick('verb')} {self.pick('adjective')} {self.pick('noun')}s"
                f" in src/{self.pick('noun')}/{self.identifier()}"
            )
        if kind < 0.75:
            return f"Issue #{rng.randint(3, 9000)}: {self.words(rng.randint(10, 35))}"
        do = rng.choice(("Rename", "Move", "Split", "Inline", "Deprecate", "Document", "Profile"))
        fails = self.fill("the {v} test fails with {n} errors")
        return f"{do} {self.identifier()} and fix callers; {fails}. {self.words(rng.randint(3, 14))}"

    def tool_result(self) -> str:
        """What a tool of a coding agent returns."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.35:
            return (
                f"[tool:bash] exit {rng.choice((0, 0, 0, 1, 2))}\n{self.fill(self.pick('error'))}\n"
                f"{rng.randint(1, 60)} passed, {rng.randint(0, 5)} failed in {rng.random() * 40:.2f}s"
            )
        if kind < 0.7:
            return f"[tool:read] {self.pick('noun')}/{self.identifier()}.py L{rng.randint(1, 80)}\n{self.snippet()}"
        if kind < 0.9:
            found = [
                f"{self.pick('noun')}/{self.identifier()}.ts:{rng.randint(1, 500)}" for _ in range(rng.randint(1, 4))
            ]
            return f"[tool:grep] {self.identifier()}: {rng.randint(1, 40)} matches\n" + "\n".join(found)
        return f"[tool:edit] ok {self.identifier()} +{rng.randint(1, 60)} -{rng.randint(0, 40)}"

    # Tasks, which pupils, evaluators and operators share

    def reasoning_task(self) -> str:
        """A puzzle."""
        rng = self.rng
        n1, n2, n3 = rng.randint(3, 97), rng.randint(3, 400), rng.randint(2, 12)
        name, city, a, b = self.pick("name"), self.pick("city"), self.pick("noun"), self.pick("noun")
        kind = rng.randrange(8)
        if kind == 0:
            return (
                f"{name} has {n2} {a}s and sends {n1} percent of them to {city} every {n3} days."
                f" After how many days are fewer than {rng.randint(2, 40)} left?"
            )
        if kind == 1:
            return (
                f"A {self.pick('adjective')} {a} holds {n2} {b}s arranged in {n3} rows. If each row loses {n1} units"
                f" per hour, when do two rows first differ by {rng.randint(5, 60)}?"
            )
        if kind == 2:
            return (
                f"Prove or refute: for every integer n > {n3}, n^{rng.randint(2, 5)} + {n1}n + {n2}"
                f" has a divisor below {rng.randint(20, 99)}."
            )
        if kind == 3:
            return (
                f"Two trains leave {city} and {self.pick('city')}, {n2 * 3} km apart, at {n1} and {n1 + n3 * 4} km/h"
                f" with a stop of {n3} minutes. Where do they meet?"
            )
        if kind == 4:
            return (
                f"In a league of {n3 + 4} teams {name}'s team won {n3} games and drew {rng.randint(1, 9)}."
                " What is the largest number of points the last team can have?"
            )
        if kind == 5:
            return (
                f"A box contains {n1} red, {n2} blue and {n3} green {a}s. You draw {rng.randint(2, 6)} without"
                f" replacement. Find the probability that no two {b} colours repeat."
            )
        if kind == 6:
            return (
                f"Given the sequence a_1={n3}, a_(k+1)={rng.randint(2, 5)}a_k+{n1},"
                f" find a_{rng.randint(6, 20)} modulo {rng.randint(7, 101)}."
            )
        return (
            f"{name}, {self.pick('name')} and {self.pick('name')} each own one {a} in {city}. Exactly one statement is"
            f" true: the {self.pick('adjective')} one is not first, the {b} owner is last. Who owns what, if {n3} hints"
            " are false?"
        )

    def data_task(self) -> str:
        """An analysis."""
        rng = self.rng
        what = rng.choice(("Write SQL", "Write pandas code", "Derive a query", "Design a pipeline"))
        finds = rng.choice(("finds", "ranks", "joins", "deduplicates", "pivots", "audits"))
        mean, sigma = rng.randint(3, 30), rng.randint(2, 9)
        twist = ("gaps", f"a rolling mean of {mean}", "late rows", f"outliers above {sigma} sigma")
        return (
            f"{rng.choice(('A table', 'The frame', 'A CSV', 'The log'))} {self.pick('noun')}s has columns"
            f" {self.pick('noun')}_id, {self.pick('noun')}_at, {self.pick('adjective')}_{self.pick('noun')}, amount."
            f" {what} that {finds} {self.pick('adjective')} {self.pick('noun')}s per"
            f" {rng.choice(('week', 'region', 'cohort', 'user', 'store'))} with {rng.choice(twist)}."
        )

    def code_task(self) -> str:
        """A piece of software."""
        rng = self.rng
        do = rng.choice(("Implement", "Design", "Write", "Develop", "Build"))
        how = rng.choice(("a", "an efficient", "a thread-safe", "a minimal", "an idiomatic"))
        what = rng.choice(("routine", "type", "library", "service", "data structure"))
        limit = ("O(n log n)", "constant memory", f"{rng.randint(2, 90)} ms", "one pass", f"{rng.randint(8, 512)} MB")
        end = (".", ", including tests.", "; handle unicode.", ", no external packages.", " and discuss edge cases.")
        return (
            f"{do} {how} {self.pick('language')} {what} that can {self.pick('verb')} {self.pick('adjective')}"
            f" {self.pick('noun')}s and {self.pick('verb')} each {self.pick('noun')} within {rng.choice(limit)}"
            f"{rng.choice(end)}"
        )


def _chain(prose: list[str], numbers: np.random.Generator) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Walk through prose, jumping at times to another place of the same word."""
    number: dict[str, int] = {}
    ids = np.array([number.setdefault(word, len(number)) for text in prose for word in text.split()], dtype=np.int32)
    order = np.argsort(ids, kind="stable")
    start = np.searchsorted(ids[order], np.arange(len(number) + 1))
    at = numbers.integers(0, len(ids) - 1, CHAINS)
    out = np.empty((CHAINS, CHAIN_WORDS), np.int32)
    for step in range(CHAIN_WORDS):
        out[:, step] = ids[at]
        jumps = np.flatnonzero(numbers.random(CHAINS) < JUMP)
        word = ids[at[jumps]]
        first = start[word]
        at[jumps] = order[first + (numbers.random(len(word)) * (start[word + 1] - first)).astype(np.int64)]
        at = (at + 1) % len(ids)
    return list(number), out.ravel()
