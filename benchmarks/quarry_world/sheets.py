"""How operators ask: lists worked through by many accounts, and cover."""

import numpy as np

from .carriers import COUNTRIES
from .customers import POINTED
from .plans import Group, Plan, Style
from .text import LOCAL
from .wording import talk
from .world import TextFn, World


def sheet(
    items: list[str], reword: float, *, ordered: bool = True, follow: str = "follow", slips: float = 0.0, copies: int = 1,
    local: float = 0.0
) -> TextFn:
    """Work through a sheet. `reword`: share of rows that another model rewrites first; `copies`: samples of each row."""

    def fn(w: World, g: Group, p: Plan) -> list[str]:
        starts = p.t == 0
        order = np.zeros(int(p.s.max()) + 1, dtype=np.int64)
        ss = p.s[starts]
        order[ss[np.argsort(p.ts[starts], kind="stable")]] = np.arange(len(ss)) // copies
        if not ordered:
            order = w.rng.permutation(max(len(items), len(order)))[: len(order)]
        k = (order[p.s] % len(items)).tolist()
        roll = w.rng.random((p.n, 3)).tolist()
        out = []
        for a, t, j, (r1, r2, r3) in zip(p.a.tolist(), p.t.tolist(), k, roll, strict=True):
            if t:
                x = w.w.follow(follow, None)
            elif r3 < local:
                x = w.w.write(LOCAL.get(COUNTRIES[g.cc[a]], "chat"))
            else:
                x = w.w.reword(items[j]) if r1 < reword else items[j]
            out.append(w.w.sloppy(x) if r2 < slips else x)
        return out

    return fn


def cover(w: World, g: Group, vol: float, app: bool = True, hours: str = "evening", slots: dict[str, float] | None = None) -> None:
    """Harmless use that makes an account look lived in."""
    p = w.plan(g, vol, sigma=0.8, turns=2.4, hours=hours)
    st = POINTED if app else Style(out=200)
    w.emit(
        g, p, talk(slots or {"chat": 4, "email": 2, "food": 1, "travel": 1, "code": 1, "translate": 1}, local=0.35, slips=0.3, same=0.3), st
    )
