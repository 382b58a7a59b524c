"""Client programs and their TLS fingerprints."""

import hashlib

import numpy as np

from .network import Ints


def _ja4(tag: str, head: str) -> str:
    digest = hashlib.sha256(tag.encode()).hexdigest()
    return f"{head}_{digest[:12]}_{digest[12:24]}"


def _clients() -> list[tuple[str, str, str, float, list[str]]]:
    """(class, older user agent, newer user agent, share, fingerprints of its TLS stack)."""
    chrome = [_ja4("cr-a", "t13d1516h2"), _ja4("cr-b", "t13d1517h2")]
    fox, safari = [_ja4("ff-a", "t13d1715h2"), _ja4("ff-b", "t13d1717h2")], [_ja4("sf-a", "t13d2014h2"), _ja4("sf-b", "t13d2013h2")]
    rows: list[tuple[str, str, str, float, list[str]]] = []
    systems = [
        ("Windows NT 10.0; Win64; x64", 5.0), ("Macintosh; Intel Mac OS X 10_15_7", 2.6), ("X11; Linux x86_64", 0.7),
        ("X11; CrOS x86_64 14541.0.0", 0.5)
    ]
    for name, weight in systems:
        blink = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36{}"
        rows.append(("desktop", blink.format(name, 147, ""), blink.format(name, 148, ""), weight, chrome))
        rows.append(("desktop", blink.format(name, 145, ""), blink.format(name, 147, ""), weight * 0.12, chrome))
        rows.append(
            ("desktop", blink.format(name, 147, " Edg/147.0.0.0"), blink.format(name, 148, " Edg/148.0.0.0"), weight * 0.22, chrome)
        )
        gecko = "Mozilla/5.0 ({0}; rv:{1}.0) Gecko/20100101 Firefox/{1}.0"
        rows.append(("desktop", gecko.format(name, 151), gecko.format(name, 152), weight * 0.1, fox))
    webkit = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{} Safari/605.1.15"
    rows.append(("desktop", webkit.format("26.3"), webkit.format("26.4"), 1.5, safari))
    for model, weight in (("K", 4.0), ("SM-A546B", 0.8), ("Redmi Note 12", 0.8), ("TECNO KL4", 0.4), ("moto g54", 0.4)):
        droid = "Mozilla/5.0 (Linux; Android {}; " + model + ") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Mobile Safari/537.36"
        rows.append(("phone", droid.format(14, 147), droid.format(14, 148), weight, chrome))
    iphone = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS {} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        + "Version/26.3 Mobile/15E148 Safari/604.1"
    )
    rows.append(("phone", iphone.format("18_7"), iphone.format("26_3"), 3.5, safari))
    rows.append(("phone", "CorvidApp/5.11.0 (Android 15)", "CorvidApp/5.12.1 (Android 15)", 3.0, [_ja4("okh", "t13d1314h2")]))
    rows.append(("phone", "CorvidApp/5.11.0 (iOS 26.3)", "CorvidApp/5.12.1 (iOS 26.3)", 3.0, safari))
    stacks = {
        "py": ["py39", "py310", "py311", "py312", "py313"], "js": ["node18", "node20", "node22", "bun"], "go": ["go122", "go124"],
        "jv": ["jdk17", "jdk21"], "rs": ["rustls"], "php": ["curl7", "curl8"], "net": ["schannel", "net8"]
    }
    prints = {k: [_ja4(x, "t13d1812h1" if k != "go" else "t13d1311h2") for x in v] for k, v in stacks.items()}
    releases = [
        ("2.14.0", "2.15.1", 4), ("2.11.2", "2.15.1", 2), ("1.99.0", "1.99.0", 1.6), ("2.9.0", "2.14.0", 1.2), ("2.15.1", "2.16.0", 2.2)
    ]
    for old, new, weight in releases:
        rows.append(("sdk", f"corvid-python/{old}", f"corvid-python/{new}", weight, prints["py"]))
    for old, new, weight in (("4.8.0", "4.9.0", 2.6), ("4.2.1", "4.8.0", 1.3), ("3.20.0", "3.20.0", 0.7)):
        rows.append(("sdk", f"corvid-node/{old}", f"corvid-node/{new}", weight, prints["js"]))
    others = [
        ("python-requests/2.32.3", 1.4, "py"), ("python-httpx/0.28.1", 1.0, "py"), ("aiohttp/3.11 Python/3.12", 0.6, "py"),
        ("Go-http-client/2.0", 0.9, "go"), ("okhttp/4.12.0", 0.6, "jv"), ("Java-http-client/21.0.4", 0.5, "jv"),
        ("reqwest/0.12", 0.3, "rs"), ("GuzzleHttp/7", 0.5, "php"), ("curl/8.7.1", 0.4, "php"), ("axios/1.7.9", 0.9, "js"),
        ("RestSharp/112.0", 0.3, "net"), ("node", 0.5, "js"), ("chainkit-py/0.3.27", 1.2, "py")
    ]
    for agent, weight, stack in others:
        rows.append(("sdk", agent, agent, weight, prints[stack]))
    plugins = [
        "codequill-vscode/1.44.2", "codequill-jetbrains/1.44.0", "sheetmate-addon/3.2", "notewing-desktop/0.9.8", "termpal/2.1.0",
        "wp-draftly/1.7.4"
    ]
    for agent in plugins:
        name, version = agent.split("/")
        head, tail = version.rsplit(".", 1)
        rows.append(("plugin", agent, f"{name}/{head}.{int(tail) + 1}", 1.0, prints["js"]))
    rows.append(("ci", "corvid-python/2.14.0 ci-runner", "corvid-python/2.15.1 ci-runner", 1.0, prints["py"][2:4]))
    return rows


CLIENTS = _clients()
CLASSES = sorted({c[0] for c in CLIENTS})
CLIENT_ROWS = {k: np.array([i for i, c in enumerate(CLIENTS) if c[0] == k]) for k in CLASSES}
CLIENT_W = {k: np.array([CLIENTS[i][3] for i in CLIENT_ROWS[k]]) / sum(CLIENTS[i][3] for i in CLIENT_ROWS[k]) for k in CLASSES}
JA4S = sorted({j for c in CLIENTS for j in c[4]}) + [_ja4(f"gateway{i}", "t13d1715h1") for i in range(40)]
_JA4_AT = {j: i for i, j in enumerate(JA4S)}
CLIENT_JA4 = np.array([[_JA4_AT[c[4][i % len(c[4])]] for i in range(60)] for c in CLIENTS])
FIRST_GATEWAY = len(JA4S) - 40


def pick_clients(rng: np.random.Generator, n: int, kind: str) -> Ints:
    """Client programs of a class, by popularity."""
    return rng.choice(CLIENT_ROWS[kind], size=n, p=CLIENT_W[kind])


def client_named(prefix: str) -> int:
    """The row of the first client whose user agent starts so."""
    return next(i for i, c in enumerate(CLIENTS) if c[1].startswith(prefix))
