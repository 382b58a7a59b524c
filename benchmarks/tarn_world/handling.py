"""What befalls an operator's accounts: bans, a move to other addresses and machines, a proxy that was off."""

from dataclasses import replace

from .places import devices, places
from .work import work
from .world import Crowd, Members, World


def strike(w: World, m: Members, chance: float, after: float, wave: float | None = None) -> None:
    """The host bans members: a hazard from first use (in days), or a wave on one day."""
    rng = w.rng(f"strike/{w.take('crowd')}")
    banned = w.rows["banned"]
    for i, begin in zip(m.idx.tolist(), m.begin.tolist(), strict=True):
        if rng.random() < chance:
            day = wave + rng.normal(0, 0.04) if wave is not None else max(begin, 0) + rng.exponential(after)
            if wave is None or begin < day:
                banned[i] = min(banned[i], day)


def rehouse(w: World, m: Members, c: Crowd, programs: bool = True) -> Members:
    """The same accounts from other addresses, and with other programs."""
    rng = w.rng(f"rehouse/{w.take('crowd')}")
    ips, mode, pool, lease = places(w, rng, c, m.land, m.team)
    return replace(m, ips=ips, ip_mode=mode, pool=pool, lease=lease, devices=devices(w, rng, c, m.team) if programs else m.devices)


def leak(w: World, m: Members, c: Crowd, day: float, hours: float, rate: float) -> None:
    """The proxy was off for some hours: the operator's own machine shows."""
    bare = replace(c, net="hostpool", exits=1, start=day, end=day + hours / 24, rate=rate, rhythm="flat")
    work(w, rehouse(w, m, bare, False), bare)
