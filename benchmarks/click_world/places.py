"""Countries, clients and the hours that people keep."""

from dataclasses import dataclass

import numpy as np

# hours from UTC, share of the world
COUNTRIES = {
    "US": (-6, 0.24), "GB": (0, 0.08), "DE": (1, 0.08), "FR": (1, 0.05), "BR": (-3, 0.07), "IN": (5, 0.12),
    "ID": (7, 0.05), "JP": (9, 0.05), "VN": (7, 0.03), "TR": (3, 0.03), "MX": (-6, 0.04), "PL": (1, 0.03),
    "NG": (1, 0.03), "CA": (-5, 0.04), "AU": (10, 0.03), "SG": (8, 0.02), "UA": (2, 0.02), "CN": (8, 0.02),
    "ES": (1, 0.02),
}
LANGUAGES = {
    "DE": "de", "FR": "fr", "BR": "pt", "ID": "id", "JP": "ja", "VN": "vi", "TR": "tr", "MX": "es", "ES": "es",
    "CN": "zh", "IN": "hi", "SG": "zh", "UA": "ru",
}
STACKS = [
    "t13d1516h2_8daaf6152771_02713d6af862", "t13d1517h2_8daaf6152771_b0da82dd1658",
    "t13d1715h2_5b57614c22b0_3d5424432f57", "t13d3112h1_e8f1e7e78f70_a09e3c3f8e2a",
    "t13d1812h1_85036bcba153_b26ce05bbdd6", "t13d4907h2_0d8feac7bc37_7395dae3b2f3",
    "t12d2608h1_c2a0ef2b1a4c_9e2b7d1d0f11", "t13d1910h2_f57a46bbacb6_e5728521abd4",
    "t13i1310h2_f57a46bbacb6_ab7e3b40a677", "t13d2014h2_a09f3c656075_14788d8d241b",
    "q13d0312h3_55b375c5d22e_06cda9e17597", "t13d1011h2_61a7ad8aa9b6_3fcd1a44f3e3",
]


@dataclass(frozen=True)
class Client:
    """One kind of client; {v} is its version."""

    user_agent: str
    stacks: tuple[int, ...]
    """fingerprints, as places in STACKS"""
    path: str
    popularity: float
    versions: str
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stream: bool = False


CLIENTS = {
    "chrome": Client(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{v}", (0, 1, 10), "app", popularity=20,
        versions="141 142 143 144", stream=True,
    ),
    "safari": Client(
        "Mozilla/5.0 (Macintosh) Version/{v} Safari", (9,), "app", popularity=8, versions="18.4 18.6 26.0", stream=True,
    ),
    "firefox": Client(
        "Mozilla/5.0 (X11; Linux) Firefox/{v}", (2,), "app", popularity=4, versions="143 144 145", stream=True,
    ),
    "android": Client(
        "ChatApp/{v} (Android)", (7, 10), "app", popularity=17, versions="4.11 4.12 4.13 5.0", stream=True,
    ),
    "ios": Client("ChatApp/{v} (iOS)", (9,), "app", popularity=13, versions="4.11 4.12 4.13 5.0", stream=True),
    "py": Client(
        "hosted-python/{v}", (4, 3), "api", popularity=13, versions="1.40.2 1.51.0 1.58.1 2.0.3", max_tokens=1024,
    ),
    "node": Client(
        "hosted-node/{v}", (5,), "api", popularity=8, versions="4.20.0 4.56.0 5.1.2", max_tokens=2048, stream=True,
    ),
    "requests": Client(
        "python-requests/{v}", (3,), "api", popularity=5, versions="2.28.1 2.31.0 2.32.3", temperature=0.7,
        max_tokens=1000,
    ),
    "httpx": Client(
        "python-httpx/{v}", (4,), "api", popularity=2, versions="0.25.0 0.27.2", temperature=0.2, max_tokens=800,
    ),
    "go": Client(
        "Go-http-client/{v}", (8, 11), "api", popularity=2, versions="1.1 2.0", temperature=0.3, max_tokens=1500,
    ),
    "curl": Client("curl/{v}", (6,), "api", popularity=1, versions="7.88.1 8.5.0", max_tokens=256),
    "chain": Client(
        "chainkit/{v} py", (4,), "api", popularity=3, versions="0.2.14 0.3.1", temperature=0.0, top_p=1.0,
        max_tokens=1024,
    ),
    "webui": Client(
        "OpenPanel/{v}", (3, 4), "api", popularity=3, versions="0.5.20 0.6.2 0.6.5", temperature=0.8, top_p=0.9,
        max_tokens=4096, stream=True,
    ),
    "codecli": Client(
        "shellmate-cli/{v}", (5,), "api", popularity=5, versions="0.9.1 1.0.4 1.2.0", temperature=1.0, max_tokens=8192,
        stream=True,
    ),
    "ide": Client(
        "IDEPilot/{v} vsx", (5, 1), "api", popularity=5, versions="3.2 3.4 3.5", temperature=0.1, max_tokens=4096,
        stream=True,
    ),
    "ext": Client(
        "Mozilla/5.0 Chrome/143 PageBuddy/{v}", (1,), "api", popularity=3, versions="2.1 2.2", temperature=0.5,
        max_tokens=700, stream=True,
    ),
    "reader": Client(
        "ClearRead-a11y/{v}", (1, 7), "api", popularity=1, versions="1.8 1.9", temperature=0.3, max_tokens=600,
        stream=True,
    ),
    "npcsdk": Client(
        "UnityWebRequest/{v}", (11,), "api", popularity=1, versions="2022.3 6000.1", temperature=0.9, top_p=0.95,
        max_tokens=120,
    ),
    "chatbot": Client(
        "groupbot/{v} (+aiohttp)", (4,), "api", popularity=2, versions="3.0 3.3", temperature=0.9, max_tokens=500,
    ),
    "sheet": Client("SheetsAddOn/{v}", (8,), "api", popularity=2, versions="7", temperature=0.2, max_tokens=400),
    "cms": Client(
        "PressPlugin/{v} PHP", (6,), "api", popularity=1, versions="5.2 5.4", temperature=0.6, max_tokens=900,
    ),
    "crm": Client(
        "DeskFlow-Connector/{v}", (8,), "api", popularity=1, versions="11.0", temperature=0.4, max_tokens=600,
    ),
}
PUBLIC = list(CLIENTS)
POPULARITY = np.array([client.popularity for client in CLIENTS.values()], float)
POPULARITY /= POPULARITY.sum()
DOMAINS = (
    ["gmail.com"] * 11 + ["outlook.com"] * 4 + ["yahoo.com"] * 2 + ["icloud.com"] * 3
    + ["proton.me", "gmx.de", "mail.ru", "qq.com", "web.de", "naver.com"]
)
DISPOSABLE = ["mailnax.io", "tmpbox.cc", "inboxly.xyz", "dropmail.site", "quickpost.top"]
USES = [
    "chat", "chat", "chat", "cook", "travel", "mail", "mail", "rewrite", "translate", "essay", "summ", "role",
    "codeask", "codeask", "debug", "sqlask", "maths", "science", "legal", "plan", "books", "extract", "support",
    "lesson", "agent",
]


def hours(kind):
    """How likely each hour of the week is, from Monday."""
    a = np.zeros(168)
    h = np.arange(24)

    def b(c, s):
        return np.exp(-0.5 * (np.minimum(abs(h - c), 24 - abs(h - c)) / s) ** 2)

    wd, we = {
        "office": (b(10.5, 2) + b(15, 2.2) + 0.03, 0.12), "evening": (b(20.5, 2.4) + 0.35 * b(13, 3) + 0.02, 1.3),
        "student": (b(16, 3) + b(22, 2) + 0.03, 0.8), "night": (b(0, 2.5) + 0.05, 1.1), "flat": (np.ones(24), 1.0),
        "shift": (((h >= 6) & (h < 22)) * 1.0 + 0.04, 0.7), "school": (b(9.5, 1) + b(12, 1) + 0.01, 0.02),
        "club": (b(20, 1), 0.7), "mixed": (b(11, 3) + b(20, 3) + 0.05, 0.6), "batch": (b(2, 1.2), 0.9),
    }[kind]
    for d in range(7):
        a[d * 24 : d * 24 + 24] = wd * (we if d > 4 else 1)
    if kind == "club":
        a[[2 * 24 + k for k in (19, 20, 21)] + [5 * 24 + k for k in (17, 18, 19)]] += 6
    return a


HOURS = {
    k: hours(k) for k in ["office", "evening", "student", "night", "flat", "shift", "school", "club", "mixed", "batch"]
}
