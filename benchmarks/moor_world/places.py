"""Networks, clients and mail domains."""

import hashlib

Network = tuple[str, int, str]
"""first three numbers of its addresses, system number, country"""
Address = Network
"""an address, its system number and country"""
Client = tuple[str, str]
"""user agent and JA4"""

HOMES = [
    (3320, "DE"), (7922, "US"), (701, "US"), (2856, "GB"), (3215, "FR"), (4713, "JP"), (4134, "CN"), (9829, "IN"), (28573, "BR"),
    (12389, "RU"), (3352, "ES"), (5617, "PL"), (7552, "VN"), (17974, "ID"), (8151, "MX"), (9121, "TR"), (1136, "NL"), (36992, "EG"),
]
HOSTS = [
    (16509, "US"), (14061, "US"), (24940, "DE"), (16276, "FR"), (15169, "US"), (8075, "US"), (45102, "SG"), (63949, "US"),
]
"""hosting"""
LANGUAGES = {"DE": "de", "ES": "es", "MX": "es", "BR": "pt", "JP": "ja", "CN": "zh", "RU": "ru"}
HOURS_EAST = {
    "US": -6, "GB": 0, "DE": 1, "FR": 1, "ES": 1, "PL": 1, "NL": 1, "JP": 9, "CN": 8, "IN": 5, "BR": -3, "RU": 3, "VN": 7, "ID": 7,
    "MX": -6, "TR": 3, "EG": 2, "SG": 8,
}


def _hashed(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()[:12]


def _build(name: str, hello: str, version: str) -> Client:
    return f"{name}/{version}", f"t13d{hello}_{_hashed(name)}_{_hashed(name + version[:3])}"


BUILDS = [
    _build(name, hello, version)
    for name, hello, versions in (
        ("orca-python", "1715h1", ("0.52.1", "0.54.0", "0.61.2")), ("orca-node", "1517h2", ("4.2.0", "4.8.1")),
        ("python-httpx", "1713h1", ("0.27.0", "0.28.1")), ("aiohttp", "1714h1", ("3.9.5",)), ("go-http-client", "1310h2", ("1.1",)),
        ("curl", "3112h2", ("8.5.0", "8.9.1")), ("okhttp", "1613h2", ("4.12.0",)), ("axios", "1516h1", ("1.7.2",)),
    )
    for version in versions
]
"""programs"""
BROWSERS = [
    (f"Mozilla/5.0 ({system}) {browser}", f"t13d1516h2_8daaf6152771_{_hashed(browser)}")
    for system in ("Windows NT 10.0", "Macintosh", "Linux; Android 15", "iPhone")
    for browser in ("Chrome/140", "Chrome/141", "Safari/18.3", "Firefox/143")
]
MAIL = ["gmail.com"] * 9 + ["outlook.com"] * 4 + ["icloud.com", "qq.com", "proton.me", "yahoo.com", "gmx.de", "yandex.ru"]
THROWAWAY = ["mailnull.top", "tempinbox.io", "zapmail.cc", "10mail.xyz", "dropbox-mail.site"]
