"""How operators word and aim what they send."""

import numpy as np

from .arrays import Arr, obj
from .log import Change
from .world import World


def injected(text: str, where: str = "head", miss: float = 0.03, rng: np.random.Generator | None = None) -> Change:
    """The same words in front of or behind every request; sometimes the injection fails."""

    def affix(prompt: Arr, conv: Arr, turn: Arr) -> Arr:
        new = text + "\n\n" + prompt if where == "head" else prompt + "\n\n" + text
        if rng is None:
            return new
        return np.where(rng.random(len(prompt)) < miss, prompt, new)

    return affix


def pivot(w: World, t: Arr, old: tuple[int, ...], share: float, delay_h: float = 5.0) -> Arr:
    """Models by moment: after the release a share of the work moves to the new model."""
    m = np.array(old)[w.rng.integers(0, len(old), len(t))]
    if w.release is None:
        return m
    after = t > w.release + delay_h * 3600
    return np.where(after & (w.rng.random(len(t)) < share), 4, m)


SYNONYMS = (
    ("Write a", "Produce a"), ("Write a", "Compose a"), ("Explain", "Give an account of"), ("How many", "What number of"),
    ("Find", "Determine"), ("Summarise", "Condense"), ("handle", "cope with"), ("Make", "Prepare"), ("function", "routine"),
    ("Implement", "Build"), ("which", "that"), ("What is", "Tell me what is"), ("should", "ought to"), ("Draft", "Prepare"),
    ("Give me", "I would like"), ("text", "passage"), ("Plan", "Work out"), ("price", "cost"), ("Compare", "Contrast"),
    ("Translate", "Render")
)
FRAMES = (
    "{}", "I have a request: {}", "{} Answer in your own words.", "For a colleague: {}", "Could you do the following? {}",
    "{} Be thorough.", "Here is what I need. {}", "Task for today: {}", "{} Say so if anything is unclear."
)


def paraphrase(w: World, texts: Arr) -> Arr:
    """Each text said otherwise, as a small model would."""
    out = texts.copy()
    coins = w.rng.random((len(texts), len(SYNONYMS)))
    frame = w.rng.integers(0, len(FRAMES), len(texts))
    for i, text in enumerate(texts.tolist()):
        for j, (a, b) in enumerate(SYNONYMS):
            if coins[i, j] < 0.6 and a in text:
                text = text.replace(a, b, 1)
        if coins[i, 0] < 0.4 and ". " in text:
            first, rest = text.split(". ", 1)
            text = f"{rest} ({first[0].lower() + first[1:]})" if len(first) < 70 and first else text
        out[i] = FRAMES[frame[i]].replace("{}", text)
    return out


def topic_list(w: World, n: int) -> Arr:
    """A list of topics worked through in order: every topic with every angle and level."""
    pairs = w.text.gen("field_sci", 150) + " and " + w.text.gen("field_sci", 150)
    topics = list(dict.fromkeys([*w.text.gen("field_sci", 600).tolist(), *pairs.tolist()]))
    angles = list(dict.fromkeys(w.text.gen("angle", 300).tolist()))[:40]
    levels = ("beginner", "school leaver", "undergraduate", "graduate", "practitioner", "sceptic")
    items = [f"{a} | {b} | {c}" for a in topics for b in angles for c in levels]
    form = (
        "Topic: {0}. Aspect: {1}. Reader: {2}. Write a question such a reader could ask and answer it in full.",
        "As a {2}, ask one hard question on {0} ({1}) and solve it."
    )[int(w.rng.integers(0, 2))]
    return obj([form.format(*item.split(" | ")) for item in items[:n]])
