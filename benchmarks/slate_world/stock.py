"""How operators buy accounts and dress tasks."""

from typing import Any

from .records import Account, Say
from .text import Task, follow, render, voiced
from .vocabulary import WRAPS
from .world import World


def batches(w: World, n: int, first: float, last: float, k: int, pace: float) -> list[float]:
    """Sign-up times of n accounts in k sittings; within a sitting one after the other as the captcha service answers."""
    out: list[float] = []
    sittings = sorted(w.r.uniform(first, last) for _ in range(k))
    for i, s in enumerate(sittings):
        t = s
        for _ in range((n - len(out)) // (k - i)):
            out.append(t)
            t += w.r.lognormvariate(0, 0.7) * pace
            if w.r.random() < 0.03:
                t += w.r.uniform(900, 5400)
    return out


def bought(w: World, crowd: str, name: str, created: list[float], **kw: Any) -> list[Account]:
    """Accounts with bulk mailboxes, a rented number now and then, and a signup over rented households."""
    exits = w.net.proxies(w.r, 1500)
    catch = [*(w.domain("cheap") for _ in range(w.r.randint(2, 6))), *w.r.sample(w.mailboxes, 4)]
    bulk = kw.pop("bulk_mail", 0.75)
    pay_how, line, make_line = kw.pop("pay_how", "none"), kw.pop("line", exits), kw.pop("make_line", None)
    accts = []
    for t in created:
        public = w.r.random() < bulk
        ep = exits.at(w.r, t, 0)
        accts.append(
            w.account(
                crowd, campaign=name, created=t, mail="public" if public else "cheap", domain=None if public else w.r.choice(catch),
                pay_how=pay_how, signup_ip=ep.ip, country=ep.country, line=make_line() if make_line else line,
                phone=w.r.choice(w.sms) if w.r.random() < 0.35 else None, **kw
            )
        )
        accts[-1].new_model = kw.get("new_model")
    return accts


def dressed(w: World, task: Task, wraps: float, voice: str = "plain", form: int | None = None) -> str:
    """A task in words, sometimes with a request for long, reasoned answers."""
    text = voiced(w.r, render(w.r, task, form), voice)
    return w.r.choice(WRAPS).format(text) if w.r.random() < wraps else text


def chained(w: World, first: Say, share: float, voice: str = "plain", most: int = 3) -> list[Say]:
    """A first turn and some turns that dig deeper."""
    turns = [first]
    while len(turns) <= most and w.r.random() < share:
        turns.append(Say(first.system, follow(w.r, voice, 0.75), first.kind))
    return turns
