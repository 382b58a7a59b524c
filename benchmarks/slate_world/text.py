"""Tasks before they are put in words, several surface forms of each, voices, turns that follow."""

from random import Random
from typing import NamedTuple

from .vocabulary import ALL_TOPICS, ASPECTS, FOLLOW_DEEP, FORMS, SPANISH, TOPICS, WORDS, WRAPS

# kind -> (median output tokens, sigma, share of reasoning when a thinking model is used)
SHAPE: dict[str, tuple[float, float, float]] = {
    "explain": (420, 0.5, 0.7), "howto": (460, 0.5, 0.7), "code": (560, 0.6, 1.6), "debug": (430, 0.6, 1.7), "sql": (240, 0.5, 1.4),
    "regex": (150, 0.6, 1.8), "maths": (340, 0.5, 2.6), "logic": (380, 0.5, 3.2), "proof": (620, 0.5, 3.0), "email": (210, 0.4, 0.5),
    "summary": (160, 0.5, 0.5), "translate": (140, 0.7, 0.4), "classify": (9, 0.5, 8.0), "extract": (85, 0.5, 1.5),
    "product": (170, 0.4, 0.5), "npc": (95, 0.5, 0.8), "essay": (820, 0.4, 0.6), "travel": (640, 0.4, 0.7), "cook": (460, 0.4, 0.5),
    "legal": (520, 0.4, 1.0), "career": (410, 0.4, 0.6), "mcq": (60, 1.1, 5.0), "review": (430, 0.5, 1.6), "tests": (610, 0.5, 1.3),
    "support": (140, 0.4, 0.6), "seo": (1150, 0.35, 0.4), "rewrite": (170, 0.6, 0.5), "judge": (130, 0.7, 3.0), "chat": (75, 0.8, 1.5),
    "agent": (170, 0.9, 2.0), "biz": (650, 0.5, 0.8), "compare": (430, 0.4, 0.8), "sheet": (22, 0.9, 3.0), "quiz": (540, 0.4, 0.8),
    "numeric": (380, 0.5, 2.6)
}
POOLS: dict[str, list[str]] = {
    "home": [
        "explain", "chat", "chat", "email", "cook", "travel", "career", "rewrite", "legal", "essay", "translate", "compare", "summary"
    ],
    "dev": ["code", "code", "debug", "debug", "debug", "sql", "regex", "review", "tests", "howto", "howto", "explain", "compare"],
    "office": ["email", "email", "summary", "rewrite", "biz", "translate", "extract", "compare", "legal", "howto", "career"],
    "study": ["explain", "maths", "numeric", "essay", "logic", "proof", "quiz", "summary", "mcq", "code"],
    "reason": ["maths", "numeric", "numeric", "logic", "proof", "code", "mcq"],
    "wide": [
        "explain", "compare", "code", "howto", "maths", "essay", "email", "biz", "logic", "rewrite", "sql", "legal", "translate", "summary",
        "debug", "numeric", "quiz"
    ],
    "content": ["seo", "seo", "product", "product", "rewrite", "email"],
    "support": ["support", "support", "support", "rewrite", "extract", "classify"],
    "pipeline": ["classify", "extract", "summary", "translate"],
    "game": ["npc"],
    "agent": ["agent"],
    "sheet": ["sheet", "sheet", "classify", "product", "translate"],
    "bench": ["mcq", "maths", "logic", "numeric"],
    "judge": ["judge"],
    "teach": ["quiz", "quiz", "explain", "maths", "numeric", "essay"],
    "bot": ["chat", "chat", "explain", "support", "npc", "cook", "travel", "translate", "rewrite"]
}


def _code(r: Random) -> str:
    """A reference as shops and trackers write them."""
    return f"{r.choice('ABCDEFGHKMNPRSTUVW')}{r.choice('ABCDEFGHKMNPRSTUVW')}-{r.randrange(1000, 99999)}"


def sentence(r: Random) -> str:
    """One plain sentence of everyday business."""
    subject, predicate = r.choice(WORDS["subject"]), r.choice(WORDS["predicate"])
    text = f"{subject} {predicate.replace('{n}', str(r.randrange(3, 90)))}"
    if r.random() < 0.35:
        text = f"{r.choice(WORDS['connective'])} {text[0].lower()}{text[1:]}"
    if r.random() < 0.3:
        text += f" in {r.choice(WORDS['city'])}"
    return text + "."


def passage(r: Random, low: int = 2, high: int = 6) -> str:
    """Several sentences, as in a review, a ticket or notes."""
    return " ".join(sentence(r) for _ in range(r.randint(low, high)))


def snippet(r: Random) -> str:
    """A few lines of code that somebody could have pasted."""
    e, f, g, v = r.choice(WORDS["entity"]), r.choice(WORDS["field"]), r.choice(WORDS["field"]), r.choice(WORDS["verb"])
    n = r.randrange(2, 500)
    forms = (
        f"def {v}_{e}s(items):\n    out = []\n    for i in items:\n        if i['{f}'] > {n}:\n"
        f"            out.append(i['{g}'])\n    return out",
        f"const {v} = ({e}s) => {e}s.filter(x => x.{f} < {n}).map(x => x.{g})",
        f"func {v}({e}s []Item) []Item {{\n\tfor i := 0; i <= len({e}s); i++ {{\n\t\t{e}s[i].{f} = {n}\n\t}}\n\treturn {e}s\n}}",
        f"SELECT {f}, COUNT(*) FROM {e}s WHERE {g} > {n} GROUP BY {g}",
        f"df = df.groupby('{f}').agg({{'{g}': 'sum'}})\ndf['{e}'] = df['{g}'] / {n}",
        f"for {e} in load('{e}s.json'):\n    {e}.{f} = {v}({e}.{g}, limit={n})\n    save({e})"
    )
    return r.choice(forms)


BANK = {
    "topic": ALL_TOPICS,
    "aspect": ASPECTS,
    **{
        slot: WORDS[slot]
        for slot in (
            "lang", "lib", "name", "city", "food", "prod", "adj", "job", "ind", "entity", "verb", "field", "tone", "role", "mood", "place",
            "target", "labels"
        )
    }
}
RANGE = {"n": (4, 99), "m": (3, 60), "k": (2, 9), "p": (11, 180)}


class Slots(dict[str, str]):
    """Particulars of a task, drawn when first needed and kept from then on."""

    def __init__(self, r: Random, **given: str) -> None:
        """Keep what is given."""
        super().__init__(**given)
        self.r = r

    def __missing__(self, key: str) -> str:
        """Draw a particular."""
        r, root = self.r, key.rstrip("23")
        if root in BANK:
            value = r.choice(BANK[root])
        elif root in RANGE:
            value = str(r.randrange(*RANGE[root]))
        elif root == "error":
            value = r.choice(WORDS["error"]).replace("{n}", self["n"])
        elif root == "pred":
            value = r.choice(WORDS["predicate"]).replace("{n}", self["n"])
        elif root == "brand":
            value = r.choice(WORDS["brand_a"]) + r.choice(WORDS["brand_b"])
        else:
            value = {"code": _code, "sent": sentence, "passage": passage, "snippet": snippet}[root](r)
        self[key] = value
        return value


class Task(NamedTuple):
    """A task before it is put in words: what a person wants, with all its particulars."""

    kind: str
    slots: Slots


AREAS = list(TOPICS)
FIELD_OF = {"legal": "law", "proof": "maths", "biz": "business", "compare": None, "essay": None, "quiz": None, "mcq": None}


def make_task(r: Random, kind: str, topic: str | None = None, aspect: str | None = None) -> Task:
    """A task whose particulars are drawn as they are needed."""
    given = {k: v for k, v in (("topic", topic), ("aspect", aspect)) if v}
    if topic is None and kind in FIELD_OF:
        area = TOPICS[FIELD_OF[kind] or r.choice(AREAS)]
        given["topic"], given["topic2"] = r.sample(area, 2)
    return Task(kind, Slots(r, **given))


def render(r: Random, task: Task, form: int | None = None) -> str:
    """Put a task in words; without `form` one of its surface forms at random (so two calls paraphrase each other)."""
    forms = FORMS[task.kind]
    return (r.choice(forms) if form is None else forms[form % len(forms)]).format_map(task.slots)


def _typo(r: Random, text: str) -> str:
    """Swap two neighbours somewhere."""
    if len(text) < 12:
        return text
    i = r.randrange(2, len(text) - 2)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def voiced(r: Random, text: str, voice: str) -> str:
    """How a person of this voice would type the text."""
    if voice == "casual":
        text = text.lower().rstrip(".")
        if r.random() < 0.35:
            text = _typo(r, text)
        if r.random() < 0.25:
            text += r.choice((" pls", " thx", "??", " asap", "..."))
    elif voice == "polite" and r.random() < 0.6:
        head = r.choice(("Hello, ", "Hi! ", "Good day. ", "Could you help me? ", "Please: ", "Dear assistant, "))
        text = head + text + r.choice(("", "", " Thank you.", " Thanks in advance!"))
    elif voice == "hasty" and r.random() < 0.3:
        text = _typo(r, text)
    return text


def ask(r: Random, pool: str, voice: str, topic: str | None = None) -> tuple[str, str]:
    """A first question from the pool in this voice: (kind, text)."""
    kind = r.choice(POOLS[pool])
    task = make_task(r, kind, topic)
    if voice == "es" and kind in SPANISH and r.random() < 0.75:
        return kind, r.choice(SPANISH[kind]).format_map(task.slots)
    text = voiced(r, render(r, task), voice)
    if r.random() < 0.035 and kind not in ("chat", "classify", "sheet", "agent"):
        text = r.choice(WRAPS).format(text)
    return kind, text


def follow(r: Random, voice: str, deep: float = 0.08) -> str:
    """A later turn of a conversation."""
    pool = FOLLOW_DEEP if r.random() < deep else WORDS["follow"]
    text = r.choice(pool).format_map(Slots(r))
    x = r.random()
    if x < 0.16:
        text = r.choice(("ok. ", "Thanks. ", "Good, but ", "Hmm, ", "Great! ", "Right. ", "I see. ", "Wait, ", "One more thing: ")) + text
    elif x < 0.3:
        text += r.choice(
            (
                " Briefly.", " Be precise.", " With the {topic} case in mind.", " I need it for {ind}.", " Use {lib} terms.",
                " Max {n} lines.", " For {name}."
            )
        ).format_map(Slots(r))
    return voiced(r, text, voice)


def agent_step(r: Random) -> str:
    """What a tool gave back to an agent."""
    return r.choice(WORDS["agent_step"]).format_map(make_task(r, "follow").slots)
