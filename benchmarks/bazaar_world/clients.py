"""What requests come from: builds of the app, browsers, libraries and partners' apps."""

from dataclasses import dataclass

from .networks import digest

PHONES = [
    "Kora-A15", "Kora-A5", "Kora-A24", "Kora-S23", "Kora-M14", "Numi-Note-12", "Numi-13C", "NX-RN02A", "LP-2591", "LP-2387",
    "Veda-2250", "RM-3890", "Tamu-KJ5", "Tamu-BG6", "Finix-6525", "Sela-A665L", "Otto-54", "Otto-24", "Prism-7a", "Prism-8",
    "Coco-C65", "Hana-Y61", "Veda-1904", "Bell-21",
]
"""Invented models of phones."""
LIBRARIES = {
    "bazaar-python": ["2.3.1", "2.4.0", "2.4.2", "2.5.0", "2.6.1"], "bazaar-node": ["1.9.0", "1.11.2", "1.12.0"],
    "bazaar-php": ["0.8.3", "0.9.0"], "compat-python": ["1.93.0", "1.99.9", "1.109.1", "2.2.0"],
    "chainkit": ["0.3.27", "0.3.31", "1.0.2"], "axios": ["1.7.9", "1.12.2"], "curl": ["8.5.0", "8.14.1"],
    "Go-http-client": ["2.0"],
}
POPULAR = [*["bazaar-python"] * 3, *["bazaar-node"] * 2, "bazaar-php", "compat-python", "chainkit", "axios", "curl", "Go-http-client"]
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Safari/537.36"
BROWSERS = {
    "Chrome": WEBKIT, "Edge": WEBKIT + " Edg/{0}.0.0.0", "Firefox": "Gecko/20100101 Firefox/{0}.0",
    "Safari": "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
}
DESKTOPS = ["Windows NT 10.0; Win64; x64", "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"]


@dataclass(frozen=True)
class Client:
    """One build with its settings."""

    user_agent: str
    """`{v}` stands for the build of the day"""
    ja4: str
    path: str = "app"
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stream: bool = True
    tools: str | None = None
    with_key: bool = False
    gap: tuple[float, float] = (75, 1.0)
    """seconds between turns: median and log-normal spread"""


def ja4(stack, protocol="h2"):
    """The TLS fingerprint of a stack."""
    found = digest("ja4", stack)
    ciphers = f"t13d{15 + int(found[0], 16) % 3}{10 + int(found[1], 16) % 8:02d}{protocol}"
    return f"{ciphers}_{digest('c', stack)[:12]}_{digest('e', stack)[:12]}"


class Clients:
    """All clients of a world, by number."""

    def __init__(self, rng):
        self.rng = rng
        self.rows, self._numbers = [], {}

    def _number(self, key, client):
        if key not in self._numbers:
            self._numbers[key] = len(self.rows)
            self.rows.append(client)
        return self._numbers[key]

    def app(self, models=PHONES, ios=0.18):
        """The provider's app on somebody's phone."""
        rng = self.rng
        if rng.random() < ios:
            system = rng.choice(["17.5", "17.6", "18.1", "18.6", "26.0"])
            model = rng.choice(["iPhone12,1", "iPhone13,2", "iPhone14,5", "iPhone15,4", "iPhone17,3"])
            return self._number(("ios", system, model), Client(f"Bazaar/{{v}} (iOS {system}; {model})", ja4(f"ios{system[:2]}")))
        system = int(rng.choice([11, 12, 13, 14, 15], p=[0.08, 0.15, 0.27, 0.35, 0.15]))
        model = str(rng.choice(models))
        agent = f"Bazaar/{{v}} (Android {system}; {model})"
        return self._number(("android", system, model), Client(agent, ja4(f"okhttp{4 + (system > 13)}")))

    def web(self, versions=(137, 138, 139, 140, 141), desktop=0.7):
        """The provider's site in somebody's browser."""
        rng = self.rng
        browser = str(rng.choice(["Chrome", "Chrome", "Chrome", "Edge", "Firefox", "Safari"]))
        version = int(rng.choice(versions))
        system = str(rng.choice(DESKTOPS)) if rng.random() < desktop else "Linux; Android 10; K"
        on_phone = system.startswith("Linux")
        if browser == "Safari":
            system = "iPhone; CPU iPhone OS 18_6 like Mac OS X" if on_phone else "Macintosh; Intel Mac OS X 10_15_7"
        if browser == "Firefox":
            system = f"Android 14; Mobile; rv:{version}.0" if on_phone else f"{system}; rv:{version}.0"
        agent = f"Mozilla/5.0 ({system}) {BROWSERS[browser].format(version)}"
        stack = ja4(f"{browser}{version // 3 if browser != 'Safari' else ''}")
        return self._number(("web", browser, version, system), Client(agent, stack, path="web", gap=(70, 1.0)))

    def library(
        self, name=None, temperature="any", max_tokens="any", tools=None, stream=None, version=None, owner="", gap=(9, 0.8),
        top_p=None,
    ):
        """A program that calls the API through a library; `owner` keeps two alike apart."""
        rng = self.rng
        name = name or str(rng.choice(POPULAR))
        version = version or str(rng.choice(LIBRARIES[name]))
        if temperature == "any":
            temperature = [None, None, 0.0, 0.2, 0.3, 0.7, 0.7, 1.0][rng.integers(8)]
        if max_tokens == "any":
            max_tokens = [None, None, 256, 512, 1024, 1024, 2048, 4096, 8192][rng.integers(9)]
        if stream is None:
            stream = bool(rng.random() < 0.35)
        system = str(rng.choice(["Linux", "Linux", "Windows", "MacOS"]))
        client = Client(
            f"{name}/{version}" + (f" ({system})" if name.startswith("bazaar") else ""),
            ja4(f"{name}{version[:3]}", "h1" if name in ("curl", "axios", "bazaar-php") else "h2"), "api", temperature, top_p,
            max_tokens, stream, tools, True, gap,
        )
        return self._number(("library", name, version, temperature, max_tokens, tools, stream, owner, top_p), client)

    def partner(self, name, temperature=None, max_tokens=1024, gap=(60, 1.0), path=None, library="okhttp/4.12.0"):
        """A partner's app."""
        agent = f"{name}/1.{len(name) % 7} {library}"
        client = Client(
            agent, ja4(library), path or f"partner:{name}", temperature, None, max_tokens, True, None, True, gap,
        )
        return self._number(("partner", name, temperature, max_tokens), client)
