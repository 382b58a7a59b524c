"""Own text for the simulated prompts: a small grammar with much variety."""

import re
from random import Random

from .vocabulary import group, phrases

SLOT = re.compile(r"\{(\w+)\}")


def _slots(random):
    return {
        "n1": lambda: str(2 + int(random() * 8)), "n2": lambda: str(10 + int(random() * 90)),
        "n3": lambda: str(100 + int(random() * 900)), "n4": lambda: str(1000 + int(random() * 9000)),
        "money": lambda: (
            ("$", "€", "£", "")[int(random() * 4)] + str(int(10 ** (1 + random() * 3.5)))
            + ("", ".50", ".99", "")[int(random() * 4)]
        ),
        "pct": lambda: str(1 + int(random() * 60)) + ("%", " %", " percent")[int(random() * 3)],
        "date": lambda: (
            str(1 + int(random() * 28)) + " "
            + (
                "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December",
            )[int(random() * 12)]
        ),
        "nn": lambda: "".join(
            (
                "ka", "ren", "tol", "vis", "mar", "dro", "lin", "pe", "sha", "gu", "bri", "o", "zen", "tra", "nu",
                "fel", "cor", "ma", "qui", "sto", "hal", "ve", "ri", "dun",
            )[int(random() * 24)]
            for _ in range(2 + int(random() * 2))
        ).capitalize(),
        "id": lambda: "".join("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[int(random() * 32)] for _ in range(7)),
    }


class Words:
    """One stream of text."""

    def __init__(self, seed):
        self.rng = Random(seed)
        random = self.random = self.rng.random
        self.slots = _slots(random)
        self.lexicon = group("word")
        self.parsed = {}

    def pick(self, items):
        """Any of the items."""
        return items[int(self.random() * len(items))]

    def expand(self, s):
        """A phrase with its {slots} filled."""
        p = self.parsed.get(s)
        if p is None:
            a = SLOT.split(s)
            p = self.parsed[s] = [(i % 2, v) for i, v in enumerate(a) if v]
            if len(self.parsed) > 60000:
                self.parsed.clear()
        if len(p) == 1 and not p[0][0]:
            return s
        out = []
        f = self.slots
        lex = self.lexicon
        random = self.random
        for is_slot, v in p:
            if not is_slot:
                out.append(v)
                continue
            g = f.get(v)
            if g:
                out.append(g())
                continue
            items = lex.get(v)
            if items:
                e = items[int(random() * len(items))]
                out.append(self.expand(e) if "{" in e else e)
                continue
            if v == "para":
                out.append(self.para())
            elif v == "snip":
                out.append(self.expand(self.pick(phrases("code"))))
            elif v == "q":
                out.append(self.expand(self.pick(phrases("task.explain" if random() < 0.4 else "task.math"))))
            elif v == "csv":
                out.append(self.csv())
            elif v == "series":
                out.append(", ".join(str(int(50 + random() * 400)) for _ in range(8 + int(random() * 10))))
            else:
                out.append("{" + v + "}")
        return "".join(out)

    def para(self, lo=2, hi=6):
        """A few sentences."""
        return " ".join(self.expand("{sent}") for _ in range(lo + int(self.random() * (hi - lo + 1))))

    def csv(self):
        """A small table."""
        random = self.random
        h = [self.pick(phrases("word.var")) for _ in range(3)]
        return "\n".join(
            ["month," + ",".join(h)]
            + [
                f"{1 + i},{int(random() * 900)},{int(random() * 90)},{random() * 10:.2f}"
                for i in range(3 + int(random() * 6))
            ]
        )

    def task(self, skill, language="en"):
        """Something to ask for."""
        if language != "en" and skill not in ("tool", "agent", "debug", "code", "sql"):
            asks = phrases(f"ask.{language}")
            self.lexicon["t"] = phrases(f"topic.{language}")
            self.lexicon["a"] = phrases(f"tone.{language}")
            s = self.expand(self.pick(asks))
            while self.random() < 0.35:
                s += " " + self.expand(self.pick(asks))
            return s
        s = self.expand(self.pick(phrases(f"task.{skill}")))
        if len(s) < 150 and skill != "tool" and self.random() < 0.5:
            s += self.expand(self.pick(phrases("extra")))
        return s

    def reason(self):
        """A way to ask for the reasoning; innocents use it too."""
        return (
            self.pick(phrases("reason.open")) + " " + self.pick(phrases("reason.how"))
            + self.expand(self.pick(phrases("reason.end")))
        )

    def voice(self, s, v):
        """A person's way of typing; v in 0..7."""
        if v == 0 or len(s) > 1500:
            return s
        random = self.random
        if v == 1:
            s = s[:1].lower() + s[1:].rstrip(".")
        elif v == 2:
            s = s.lower()
        elif v == 3:
            s = (
                self.pick(("Hi, ", "hello! ", "Please: ", "Hey. ", "Quick one: ", "Good day, ")) + s if random() < 0.5
                else s
            )
        elif v == 4:
            s = s + self.pick((" Thanks!", " thx", " please", " Thank you in advance.", ""))
        elif v == 5 and len(s) > 25:
            for _ in range(1 + int(random() * 3)):
                i = 3 + int(random() * (len(s) - 6))
                s = (
                    s[:i] + (s[i + 1] + s[i] if random() < 0.5 else "") + s[i + 2 :] if random() < 0.7
                    else s[:i] + s[i] + s[i:]
                )
        elif v == 6:
            s = s.replace(", ", ",").replace("?", "??") if random() < 0.5 else s
        elif v == 7 and random() < 0.4:
            s = self.expand("{sent} ") + s
        return s

    def long_system(self, n, about):
        """A system prompt of about n characters."""
        s = [f"You are {about}."]
        m = len(s[0])
        while m < n:
            e = self.expand(self.pick(phrases("rule")))
            s.append(e)
            m += len(e) + 1
        return ("\n- " if self.random() < 0.5 else " ").join(s)
