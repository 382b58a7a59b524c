"""Tasks with answers as they lie in pools: sums, programs, requests to an assistant of the house, parts to play, long questions."""

from collections.abc import Sequence

from .text import TASKS, Text, slots_of

POOLS = ("arithmetic", "program", "intent", "persona", "long")
INTENTS = list(slots_of(TASKS, "intent"))
WORDS = {name: words for name, words in TASKS.items() if "." not in name and name not in POOLS}


class Pools:
    """Tasks of one world; nobody draws one that another has drawn.

    Args:
        text: words of the world.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        self._drawn: set[str] = set()

    def take(self, pool: str, number: int) -> list[tuple[str, str]]:
        """So many tasks with their answers, each for the first time; short requests (``intent``) may come again."""
        if pool == "intent":
            return self._intents(number)
        taken: list[tuple[str, str]] = []
        while len(taken) < number:
            for task, answer in self._make(pool, number - len(taken)):
                if task not in self._drawn:
                    self._drawn.add(task)
                    taken.append((task, answer))
        return taken

    def _make(self, pool: str, number: int) -> list[tuple[str, str]]:
        text = self.text
        slots = {**WORDS, "a": TASKS["long.a"], "b": TASKS["long.b"]} if pool == "long" else WORDS
        rows = text.pick(TASKS[pool], number)
        words = {name: text.pick(of, number) for name, of in slots.items()}
        numbers = {"n": text.numbers(number), "m": 10 * text.numbers(number)}
        if pool == "arithmetic":
            a, b, c = (text.r.integers(low, high, number) for low, high in ((12, 96), (3, 30), (2, 12)))
            numbers |= {
                "a": a, "b": b, "c": c, "ab": a * b, "ab_and_c": a * b + c, "ab_less_c": a * b - c, "ab_and_a": a * b + a, "aa": 2 * a,
                "aab": 2 * a * b, "aab_and_c": 2 * a * b + c, "pair": 2 * a + c, "pair_b": (2 * a + c) * b,
            }
        columns = words | {name: drawn.astype(str).tolist() for name, drawn in numbers.items()}
        made = []
        for row, form in enumerate(rows):
            own = {name: column[row] for name, column in columns.items()}
            task, _, answer = form.format_map(own).partition(" => ")
            made.append((task.replace("{n}", own["n"]), answer))
        return made

    def _intents(self, number: int) -> list[tuple[str, str]]:
        text = self.text
        asked = text.by_subject(labels := text.pick(INTENTS, number), lambda label, n: text.fill(TASKS[f"intent.{label}"], WORDS, n))
        return list(zip(asked, labels, strict=True))


def prompts(tasks: Sequence[tuple[str, str]]) -> list[str]:
    """The tasks without their answers."""
    return [task for task, _ in tasks]
