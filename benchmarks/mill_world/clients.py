"""Client programs: user agents by build, and their TLS fingerprints."""

import hashlib

BUILDS = {
    "python": ("orion-python/{}", ("1.38.0", "1.41.2", "1.44.0", "1.45.1", "1.47.0", "1.50.0"), 6, "api"),
    "python_async": ("AsyncOrion/Python {}", ("1.41.2", "1.44.0", "1.47.0", "1.50.0"), 5, "api"),
    "node": ("orion-node/{}", ("4.20.1", "4.28.0", "4.52.0", "4.60.1", "5.0.2"), 5, "api"),
    "requests": ("python-requests/{}", ("2.28.1", "2.31.0", "2.32.3", "2.32.4"), 6, "api"),
    "httpx": ("python-httpx/{}", ("0.25.2", "0.27.0", "0.28.1"), 5, "api"),
    "aiohttp": ("Python/3.{} aiohttp/3.9.5", ("10", "11", "12"), 4, "api"),
    "curl": ("curl/{}", ("7.81.0", "7.88.1", "8.5.0", "8.7.1"), 4, "api"),
    "go": ("Go-http-client/{}", ("1.1", "2.0"), 4, "api"),
    "java": ("okhttp/{}", ("4.9.3", "4.12.0", "5.0.0"), 3, "api"),
    "axios": ("axios/{}", ("1.4.0", "1.6.8", "1.7.2"), 4, "api"),
    "php": ("GuzzleHttp/{}", ("7", "6.5"), 3, "api"),
    "dotnet": ("orion-dotnet/{}", ("2.1.0", "2.2.0-beta.1"), 2, "api"),
    "chain": ("chainkit/{} orion-python/1.44.0", ("0.1.20", "0.2.16", "0.3.3"), 5, "api"),
    "agentcli": ("lathe-cli/{} (node)", ("0.9.4", "0.10.0", "0.11.2", "1.0.0"), 3, "api"),
    "ide": ("margin-ide/{} (electron)", ("1.88.0", "1.89.1", "1.90.0", "1.91.2"), 2, "api"),
    "sheet": ("SheetSage/{}", ("3.1", "3.2"), 1, "api"),
    "flow": ("FlowPond/{} (automation)", ("2026.1", "2026.2"), 1, "api"),
    "evalkit": ("gauge-harness/{} orion-python/1.45.1", ("0.4.2", "0.4.3"), 4, "api"),
    "openui": ("open-parlour/{} aiohttp", ("0.3.8", "0.3.12", "0.4.1"), 3, "api"),
    "chrome_win": ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
                   ("141", "142", "143", "144"), 2, "app"),
    "chrome_mac": ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
                   ("141", "142", "143", "144"), 2, "app"),
    "firefox": ("Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0", ("140", "145", "146"), 2, "app"),
    "safari": ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{} Safari/605.1.15",
               ("17.6", "18.3", "18.5", "26.1"), 3, "app"),
    "edge": ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Safari/537.36 "
             "Edg/{0}.0.0.0",
             ("141", "142", "143"), 2, "app"),
    "ios": ("Orion/{} CFNetwork/1568.200.51 Darwin/24.1.0", ("2.14", "2.15", "2.16"), 2, "app"),
    "android": ("Orion-Android/{}", ("2.14.3", "2.15.0", "2.16.1"), 3, "app"),
}
BROWSERS = ("chrome_win", "chrome_mac", "firefox", "safari", "edge", "ios", "android")
BROWSER_WEIGHTS = (30, 12, 6, 12, 8, 14, 18)
SDKS = ("python", "python_async", "node", "requests", "httpx", "aiohttp", "curl", "go", "java", "axios", "php", "dotnet", "chain")
SDK_WEIGHTS = (30, 8, 20, 9, 5, 3, 4, 5, 4, 5, 3, 3, 8)


def ja4_of(family: str, stack: int) -> str:
    """The TLS fingerprint of one build of a program."""
    same = {"orion-python": "py", "python": "py", "httpx": "py", "chain": "py", "evalkit": "py", "requests": "pyr"}
    base = same.get(family, family)
    if base.startswith(("chrome", "edge")):
        base = "chromium"
    digest = hashlib.sha256(f"{base}/{stack}".encode()).hexdigest()
    ciphers, extensions = 12 + int(digest[:2], 16) % 40, 8 + int(digest[2:4], 16) % 9
    return f"t13d{ciphers:02d}{extensions:02d}{'h2' if digest[4] in '01234567ab' else 'h1'}_{digest[5:17]}_{digest[17:29]}"
