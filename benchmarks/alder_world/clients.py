"""Client programs by family: user agents, and the TLS prints of what is below them."""

from itertools import product
from typing import NamedTuple

import numpy as np

from .arrays import Agents, Mix, Rng, choose, digest


class Family(NamedTuple):
    """Programs that go together; the first of each are the commonest."""

    agents: list[str]
    prints: list[str]


def _family(agents: list[str], stack: str, n: int, ciphers: int, extensions: int, alpn: str = "h1") -> Family:
    """A family over n builds of a TLS stack."""
    shapes = [(f"{stack}{i}", ciphers + i % 3, extensions - i % 4) for i in range(n)]
    return Family(agents, [f"t13d{c:02d}{e:02d}{alpn}_{digest(name + 'c')}_{digest(name + 'e')}" for name, c, e in shapes])


def _versions(template: str, *parts: str) -> list[str]:
    """A template with every combination of versions; those of a part are split by blanks."""
    return [template.format(*versions) for versions in product(*(part.split() for part in parts))]


PHONES = (
    "TECNO KG5j", "Infinix X6525", "itel A665L", "SM-A045F", "SM-A155F", "Redmi 12C", "TECNO BF7", "M2006C3LG", "vivo 1906", "SM-A325F",
    "Nokia C21", "TECNO CK6", "Infinix X669", "CPH2349", "Pixel 6a", "HUAWEI DUB-LX1", "itel S665L", "SM-G991B"
)
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{} Safari/605.1.15"
ANDROID_APP = [
    f"Baraza/{app} (Android {v}; {phone})"
    for app in ("4.8.0", "4.8.2", "4.9.0", "4.9.1", "4.7.5") for v in range(10, 15) for phone in PHONES
]
CHROME_MOBILE = [f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/{v}.0.0.0 Mobile Safari/537.36" for v in range(118, 146)]
CHROME_DESKTOP = [f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/{v}.0.0.0 Safari/537.36" for v in range(126, 146)]
OPERA_MINI = [f"Opera/9.80 (Android; Opera Mini/{v}/191.2; U; en) Presto/2.12.423 Version/12.16" for v in range(62, 80)]
FIREFOX = [f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" for v in range(115, 148)]
SHEETS = "Mozilla/5.0 (compatible; Google-Apps-Script; beanserver; +https://script.google.com)"
FAMILIES = {
    "android_app": _family(ANDROID_APP, "okhttp_app", 5, 15, 14, "h2"),
    "ios_app": _family(_versions("Baraza/4.{} (iPhone; iOS {})", "8.1 9.0 9.1", "16.6 17.4 17.5 18.1 18.3"), "ios_app", 3, 20, 14, "h2"),
    "chrome_mobile": _family(CHROME_MOBILE, "chrome", 3, 15, 16, "h2"),
    "chrome_desktop": _family(CHROME_DESKTOP, "chrome", 3, 15, 16, "h2"),
    "opera_mini": _family(OPERA_MINI, "opmini", 2, 13, 11, "h2"),
    "firefox": _family(FIREFOX, "firefox", 2, 17, 15, "h2"),
    "safari": _family(_versions(SAFARI, "16.6 17.3 17.6 18.1 18.2"), "safari", 2, 20, 14, "h2"),
    "py_sdk": _family(
        _versions("baraza-python/{} python/{}", "0.9.4 1.0.1 1.2.0 1.3.2 1.4.0", "3.8.10 3.9.18 3.10.12 3.11.2 3.11.9 3.12.3 3.13.1"),
        "httpx", 8, 31, 11
    ),
    "openai_py": _family(_versions("OpenAI/Python {}", "1.30.1 1.35.7 1.51.0 1.58.1 1.64.0 1.70.0 1.93.0"), "httpx", 8, 31, 11),
    "node_sdk": _family(
        _versions("baraza-node/{} node/{}", "2.1.0 2.2.1 2.4.0 2.4.3", "18.19.1 20.11.0 20.18.1 22.9.0"), "undici", 4, 29, 12
    ),
    "php": _family(
        [*_versions("GuzzleHttp/7 PHP/{}", "7.4.33 8.1.2 8.1.27 8.2.18 8.3.6"), "WordPress/6.5; wp-http"], "curlssl", 5, 30, 10
    ),
    "curl": _family(_versions("curl/{}", "7.81.0 7.88.1 8.5.0 8.7.1 7.68.0"), "curlssl", 5, 30, 10, "h2"),
    "requests": _family(_versions("python-requests/{}", "2.25.1 2.28.2 2.31.0 2.32.3"), "urllib3", 6, 30, 10),
    "aiohttp": _family(_versions("Python/{} aiohttp/{}", "3.10 3.11 3.12", "3.9.1 3.9.5 3.10.5 3.11.11"), "aiohttp", 5, 30, 9),
    "go": _family([*_versions("Go-http-client/{}", "1.1 2.0"), *_versions("baraza-go/{}", "0.6.1 0.7.0")], "gotls", 3, 13, 10, "h2"),
    "java": _family([*_versions("okhttp/{}", "4.9.3 4.11.0 4.12.0"), "Java-http-client/17.0.9"], "okhttp_srv", 3, 16, 13, "h2"),
    "apps_script": _family([SHEETS], "gas", 1, 16, 11, "h2"),
    "n8n": _family([*_versions("axios/{}", "1.6.7 1.7.4 1.8.3"), "n8n/1.62"], "undici", 4, 29, 12),
    "coder": _family(
        [*_versions("kodi-agent/{}", "0.31.0 0.32.4 0.33.1 0.34.0"), *_versions("Cline/{}", "3.2.1 3.8.0")], "undici", 4, 29, 12
    ),
    "langchain": _family(_versions("langchain-baraza/{}", "0.1.9 0.2.3 0.3.1"), "httpx", 8, 31, 11)
}
APP_MIX: Mix = {"android_app": 55, "chrome_mobile": 20, "opera_mini": 9, "chrome_desktop": 10, "ios_app": 4, "firefox": 1, "safari": 1}
API_MIX: Mix = {
    "py_sdk": 22, "openai_py": 20, "node_sdk": 14, "php": 14, "requests": 9, "curl": 3, "aiohttp": 4, "go": 4, "java": 3, "n8n": 4,
    "apps_script": 2, "langchain": 3
}


def clients(rng: Rng, mix: Mix, n: int) -> Agents:
    """User agents and TLS prints of n accounts."""
    family = choose(rng, mix, n)
    agents, prints = np.empty(n, dtype=object), np.empty(n, dtype=object)
    for name in mix:
        rows, found = np.flatnonzero(family == name), FAMILIES[name]
        agents[rows] = np.array(found.agents, dtype=object)[(len(found.agents) * rng.random(len(rows)) ** 1.3).astype(int)]
        prints[rows] = np.array(found.prints, dtype=object)[(len(found.prints) * rng.random(len(rows)) ** 1.7).astype(int)]
    return agents, prints
