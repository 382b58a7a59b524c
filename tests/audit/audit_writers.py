"""Two kinds of writer that differ in habit, not in topic: for tests of the audit."""

import numpy as np

TOPICS = {
    "garden": ["rose", "hedge", "spade", "soil", "lawn", "seed", "frost", "bulb", "pot", "fern", "path", "pond", "bee", "shade", "root"],
    "harbour": ["quay", "crane", "tide", "rope", "ferry", "pilot", "cargo", "buoy", "fog", "deck", "gull", "pier",
                "anchor", "sail", "lock"],
}
PLAIN = ("the {a} was by the {b}", "we saw a {a} and then the {b}", "i think that {a} is old", "it did not help the {a}",
         "she left her {a} near a {b}", "but the {a} would not move", "they said it was only a {b}")
FLOWERY = ("moreover, the {a} plays a crucial role in the {b}", "it is important to note that the {a} enhances the {b}",
           "additionally, each {a} fosters a vibrant {b}", "overall, the {a} serves as a testament to the {b}",
           "the {a} was by the {b}", "furthermore, this {a} underscores the {b}")


def texts(kind: str, n: int, seed: int, topic: str = "garden") -> list[str]:
    """Texts of about 60 words of a ``human`` or a ``model``."""
    rng = np.random.default_rng(seed)
    frames = PLAIN if kind == "human" else FLOWERY
    out = []
    for _ in range(n):
        said = [frames[rng.integers(len(frames))].format(a=rng.choice(TOPICS[topic]), b=rng.choice(TOPICS[topic]))
                for _ in range(9)]
        out.append(". ".join(said).capitalize() + ".")
    return out
