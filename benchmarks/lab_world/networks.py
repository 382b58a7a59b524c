"""Countries, networks and daily rhythms."""

import numpy as np

COUNTRIES = [
    ("US", -6, 24), ("US", -8, 8), ("IN", 5, 16), ("BR", -3, 8), ("DE", 1, 7), ("GB", 0, 7), ("FR", 1, 5), ("ID", 7, 5),
    ("JP", 9, 4), ("MX", -6, 4), ("CN", 8, 4), ("VN", 7, 3), ("PH", 8, 4), ("NG", 1, 3), ("PK", 5, 3), ("TR", 3, 3),
    ("PL", 1, 3), ("ES", 1, 3), ("KR", 9, 3), ("CA", -5, 4), ("AU", 10, 3), ("EG", 2, 2), ("KE", 3, 2), ("RO", 2, 2),
    ("AR", -3, 2), ("UA", 2, 2), ("SG", 8, 2), ("IL", 2, 1), ("CO", -5, 2), ("BD", 6, 2),
]
ZONES = {c: t for c, t, _ in COUNTRIES}
LANGUAGES = {"BR": "pt", "DE": "de", "FR": "fr", "ID": "id", "MX": "es", "CN": "zh", "ES": "es", "AR": "es", "CO": "es"}
OTHER_LANGUAGES = ["es", "pt", "de", "fr", "id", "zh"]
CLOUDS = [
    (16509, "US"), (14618, "US"), (15169, "US"), (8075, "US"), (14061, "US"), (24940, "DE"), (16276, "FR"),
    (63949, "US"), (31898, "US"), (45102, "SG"),
]
FREE = (
    ["gmail.com"] * 30 + ["outlook.com"] * 9 + ["hotmail.com"] * 5 + ["yahoo.com"] * 5 + ["icloud.com"] * 6
    + ["proton.me"] * 3
    + [
        "gmx.net", "web.de", "qq.com", "163.com", "naver.com", "mail.ru", "privaterelay.appleid.com", "pm.me",
        "duck.com", "uol.com.br",
    ]
)


def profile(kind):
    """How likely each hour of each weekday is."""
    w = np.zeros((7, 24))
    hr = np.arange(24)

    def g(m, s):
        return np.exp(-0.5 * (np.minimum(abs(hr - m), 24 - abs(hr - m)) / s) ** 2)

    if kind == "office":
        d = g(10.5, 1.8) + g(15, 2) + 0.03
        we = 0.08
    elif kind == "evening":
        d = g(20.5, 2.2) + 0.35 * g(13, 2) + 0.03
        we = 1.3
    elif kind == "mixed":
        d = g(11, 2.5) + 0.8 * g(16, 2.5) + 0.7 * g(21, 2) + 0.03
        we = 0.6
    elif kind == "student":
        d = 0.8 * g(15, 2.5) + g(21.5, 2.2) + 0.2 * g(0, 1) + 0.02
        we = 0.7
    elif kind == "school":
        d = ((hr >= 8) & (hr < 15)).astype(float) + 0.15 * g(18, 2)
        we = 0.05
    elif kind == "shift":
        d = ((hr >= 9) & (hr < 18) & (hr != 13)).astype(float) + 0.01
        we = 0.02
    elif kind == "shift6":
        d = ((hr >= 8) & (hr < 20)).astype(float) * (1 - 0.3 * (hr == 13)) + 0.01
        we = 0.6
    elif kind == "night":
        d = g(2.5, 1.2) + 0.01
        we = 1
    elif kind == "daynight":
        d = 0.55 + 0.45 * g(14, 4.5)
        we = 0.85  # jittered scheduler that dims at night
    else:
        d = np.ones(24)
        we = 1
    for k in range(7):
        w[k] = d * (we if k >= 5 else 1)
    return w


PROFILES = {
    k: profile(k)
    for k in ("office", "evening", "mixed", "student", "school", "shift", "shift6", "night", "daynight", "flat")
}


class Network:
    """Where requests leave from: home, fixed, hourly, rotate or mix."""

    def __init__(self, world, kind, country="US", ips=None, lease=0):
        self.world, self.kind, self.country, self.ips, self.cache, self.lease = (
            world, kind, country, ips, {}, lease or 3 + world.random() * 40,
        )

    def ip(self, t):
        """The address at that time."""
        world, k = self.world, self.kind
        if k == "home":
            b = int(t / 86400 / self.lease)
            x = self.cache.get(b)
            if x is None:
                x = self.cache[b] = world.home_ip(self.country)
            return x
        if k == "fixed":
            return self.ips[0] if len(self.ips) == 1 else self.ips[int(world.random() * len(self.ips))]
        if k == "hourly":  # CGNAT / VPN exit, changes with the session
            b = int(t / 5400)
            x = self.cache.get(b)
            if x is None:
                x = self.cache[b] = self.ips[int(world.random() ** 1.5 * len(self.ips))]
            return x
        if k == "rotate":
            return world.home_ip(self.country if self.country != "*" else world.country())
        if k == "mix":  # home mostly, else another network
            b = int(t / 7200)
            x = self.cache.get(b)
            if x is None:
                x = self.cache[b] = (
                    self.ips[0] if world.random() < self.lease
                    else self.ips[1 + int(world.random() * (len(self.ips) - 1))]
                )
            return x.ip(t)
        raise ValueError(k)


def mixed_network(world, nets, p=0.7):
    """The first network with probability p, else one of the others."""
    return Network(world, "mix", ips=nets, lease=p)
