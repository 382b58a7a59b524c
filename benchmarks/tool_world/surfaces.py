"""What thousands share in every world: clients, fingerprints, networks, hours. Drawn once, from a fixed seed."""

from random import Random

import numpy as np

DAY = 86400.0
CLIENTS = {  # {v} and {m} are versions
    "py": ["llm-sdk-python/{v}", "llm-sdk-python/{v} httpx/0.27", "llm-async-python/{v}"],
    "node": ["llm-sdk-js/{v} node/20.11", "llm-sdk-js/{v} node/22.3"],
    "chain": ["chainkit/{v} python-requests/2.32", "agentgraph/{v}"],
    "lite": ["litegate/{v}"],
    "curl": ["curl/8.{m}.0", "HTTPie/3.2.{m}"],
    "browser": [
        "Mozilla/5.0 (Windows NT 10.0) Chrome/13{m}.0", "Mozilla/5.0 (Macintosh) Safari/17.{m}",
        "Mozilla/5.0 (X11; Linux) Firefox/12{m}.0", "Mozilla/5.0 (iPhone) Mobile/15E{m}",
    ],
    "mobile": ["ChatApp/4.{m} iOS", "ChatApp/4.{m} Android"],
    "ide": ["PairIDE/{v} vscode", "PairIDE/{v} jetbrains", "ForgeCLI/{v}", "OpenHand-Agent/{v}"],
    "nb": ["notebook-ext/{v} python/3.11", "llm-sdk-python/{v} ipykernel"],
    "go": ["Go-http-client/2.0"],
    "java": ["llm-sdk-java/{v}", "okhttp/4.{m}"],
    "ci": ["actions-llm/{v}", "review-bot/{v}"],
    "nocode": ["FlowZap/1.0", "SheetsAddon/2.{m}"],
}
CLIENT_WEIGHTS = (30, 16, 9, 4, 5, 25, 14, 14, 6, 3, 4, 2, 4)
COUNTRIES = [  # hours from UTC, weight
    ("US", -6, 24), ("GB", 0, 8), ("DE", 1, 9), ("FR", 1, 6), ("IN", 5, 12), ("BR", -3, 7), ("JP", 9, 5), ("ES", 1, 4),
    ("ID", 7, 4), ("TR", 3, 3), ("CA", -5, 4), ("PL", 1, 3), ("NG", 1, 2), ("CN", 8, 3), ("TW", 8, 2), ("MX", -6, 3),
    ("AU", 10, 3), ("KE", 3, 1), ("VN", 7, 2), ("RU", 3, 2), ("SG", 8, 2), ("NL", 1, 3),
]
NATIVE = {
    "DE": "de", "FR": "fr", "BR": "pt", "ES": "es", "MX": "es", "ID": "id", "TR": "tr", "CN": "zh", "TW": "zh",
    "RU": "ru",
}
FREE = {
    "gmail.com": 50, "outlook.com": 14, "yahoo.com": 7, "icloud.com": 6, "proton.me": 4, "gmx.net": 3, "mail.com": 2,
    "hotmail.com": 5, "qq.com": 4, "zoho.com": 2,
}
_HOURS = {  # local
    "office": [
        0.1, 0.05, 0.03, 0.02, 0.03, 0.1, 0.4, 1, 3, 6, 7, 6.5, 4, 5.5, 6.5, 6.5, 6, 4, 2, 1.3, 1, 0.8, 0.5, 0.2,
    ],
    "evening": [
        2, 1, 0.5, 0.3, 0.2, 0.3, 0.6, 1, 1.3, 1.6, 2, 2.2, 2.5, 2.3, 2.2, 2.4, 2.8, 3.3, 4, 5, 6, 6.3, 5.5, 3.7,
    ],
    "student": [
        3, 2, 1, 0.5, 0.2, 0.2, 0.3, 0.8, 2, 3.5, 4.2, 4, 3, 4, 4.4, 4.3, 4, 3.3, 3, 4, 5, 6, 5.6, 4.4,
    ],
    "allday": [
        1, 0.6, 0.4, 0.3, 0.3, 0.5, 1, 2, 3.5, 4.5, 5, 5, 4.5, 4.8, 5, 4.8, 4.5, 4, 3.7, 3.8, 3.8, 3.2, 2.4, 1.6,
    ],
    "flat": [1] * 24,
    "night": [6, 6, 5, 4, 3, 2, 1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1, 2, 3, 5, 6],
}
HOURS = {name: np.array(weights, float) / sum(weights) for name, weights in _HOURS.items()}
WEEKENDS = {"office": 0.13, "evening": 1.15, "student": 0.8, "allday": 0.75, "flat": 1.0, "night": 1.2}
OUT_TOKENS = {
    "code": 520, "debug": 420, "math": 330, "sql": 360, "write": 430, "sum": 220, "explain": 420, "plan": 480,
    "label": 12, "law": 600, "role": 180, "chat": 160, "ticket": 150, "agent": 260, "tool": 210, "grade": 240,
    "sci": 600, "release": 260, "short": 90, "elicit": 1100, "tr": 120,
}

_rng = Random(4417)


def _hex(n):
    return "".join(_rng.choice("0123456789abcdef") for _ in range(n))


def _ja4():
    offer = f"t13d{_rng.choice(['1516', '1715', '1312', '1011', '2013'])}h{_rng.choice('12')}"
    return f"{offer}_{_hex(12)}_{_hex(12)}"


def _provider(n_blocks):
    asn = _rng.randrange(2000, 64000)
    return asn, [(_rng.randrange(11, 223), _rng.randrange(256)) for _ in range(n_blocks or _rng.randrange(3, 9))]


def _vpn():
    asn = _rng.randrange(2000, 64000)
    exits = []
    for _ in range(14):
        a, b, c, d = _rng.randrange(11, 223), _rng.randrange(256), _rng.randrange(256), _rng.randrange(2, 250)
        exits.append(f"{a}.{b}.{c}.{d}")
    return asn, exits


def _carrier(country):
    asn, blocks = PROVIDERS[country][0]
    a, b = blocks[0]
    return asn, [f"{a}.{b}.{_rng.randrange(256)}.{_rng.randrange(2, 250)}" for _ in range(6)]


JA4S = {kind: [_ja4() for _ in range(5 if kind in ("browser", "py") else 2)] for kind in CLIENTS}
PROVIDERS = {country: [_provider(0) for _ in range(_rng.randrange(4, 10))] for country, _, _ in COUNTRIES}
CLOUDS = [_provider(3) for _ in range(7)]
VPNS = [_vpn() for _ in range(9)]
CARRIERS = {country: [_carrier(country) for _ in range(3)] for country, _, _ in COUNTRIES}
