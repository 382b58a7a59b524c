"""Client builds: user agents, TLS fingerprints and how common each is."""

import hashlib

import numpy as np


def _ja4(seed: str, shape: str) -> str:
    """A TLS fingerprint string of a client build."""
    digest = hashlib.blake2b(seed.encode(), digest_size=12).hexdigest()
    return f"{shape}_{digest[:12]}_{digest[12:]}"


def _builds() -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Client families: user agents, fingerprints and weights."""
    raw: dict[str, list[tuple[str, str, float]]] = {}
    raw["web"] = [
        (
            f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
            _ja4(f"chrome{v // 4}", "t13d1516h2"), w * u
        )
        for system, w in (("Windows NT 10.0; Win64; x64", 6.0), ("Macintosh; Intel Mac OS X 10_15_7", 3.0), ("X11; Linux x86_64", 0.7))
        for v, u in ((145, 6), (144, 3), (142, 1), (138, 0.6), (131, 0.3))
    ]
    raw["web"] += [
        (f"Mozilla/5.0 ({system}; rv:{v}.0) Gecko/20100101 Firefox/{v}.0", _ja4("firefox", "t13d1715h2"), 0.8)
        for system in ("Windows NT 10.0; Win64; x64", "X11; Linux x86_64")
        for v in (146, 147, 140)
    ]
    raw["web"] += [
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v} Safari/605.1.15",
            _ja4("safari", "t13d2014h2"), 2.0
        )
        for v in ("26.1", "26.0", "18.6")
    ]
    raw["phone"] = [
        (f"Larkspur/{v} (iPhone; iOS {o})", _ja4("ios" + o[:2], "t13d2013h2"), 2.0)
        for v in ("3.14.0", "3.13.2", "3.11.1")
        for o in ("26.1", "26.0", "18.7")
    ]
    raw["phone"] += [
        (f"Larkspur/{v} (Android {o}; {m})", _ja4("okhttp", "t13d1512h2"), 1.0)
        for v in ("3.14.1", "3.12.0")
        for o in ("16", "15", "14")
        for m in ("SM-A556B", "Pixel 9", "2312DRA50G", "CPH2609")
    ]
    raw["py"] = [
        (f"larkspur-python/{v} Python/{p} {s}", _ja4(f"py{p[:4]}{s}", "t13d1812h1"), a * b * c)
        for v, a in (("2.8.1", 4), ("2.8.0", 2), ("2.7.3", 3), ("2.5.0", 1.5), ("1.44.0", 1), ("1.30.2", 0.5))
        for p, b in (("3.11.9", 3), ("3.12.7", 3), ("3.10.12", 2), ("3.13.1", 1), ("3.9.18", 0.6))
        for s, c in (("Linux", 5), ("Darwin", 2), ("Windows", 1.4))
    ]
    raw["node"] = [
        (f"larkspur-node/{v} node/{n}", _ja4("node" + n[:3], "t13d1714h1"), a)
        for v, a in (("4.20.0", 4), ("4.19.2", 2), ("4.11.0", 1), ("3.9.1", 0.6))
        for n in ("v22.11.0", "v20.18.1", "v18.20.4")
    ]
    raw["raw"] = [(f"python-requests/{v}", _ja4("requests", "t13d1811h1"), 3) for v in ("2.32.3", "2.31.0", "2.28.2")] + [
        (f"curl/{v}", _ja4("curl" + v[:1], "t13d3112h2"), 1) for v in ("8.5.0", "7.88.1", "8.11.0")
    ]
    raw["raw"] += [
        ("python-httpx/0.27.2", _ja4("httpx", "t13d1812h2"), 2), ("Python/3.11 aiohttp/3.9.5", _ja4("aiohttp", "t13d1811h1x"), 2),
        ("axios/1.7.7", _ja4("nodev20", "t13d1714h1"), 1.5)
    ]
    raw["go"] = [(f"Go-http-client/{v}", _ja4("go", "t13d1310h2"), 1) for v in ("1.1", "2.0")] + [
        ("larkspur-go/0.9.4", _ja4("go", "t13d1310h2"), 1)
    ]
    raw["java"] = [
        (f"larkspur-java/{v} JDK/{j}", _ja4("jdk" + j[:2], "t13d2911h2"), 1) for v in ("1.6.0", "1.5.2") for j in ("17.0.12", "21.0.4")
    ]
    raw["nocode"] = [
        ("flowpatch-http/7.2", _ja4("nodev18", "t13d1714h1"), 3), ("tablero-automations/2.0", _ja4("jdk17", "t13d2911h2"), 2),
        ("zipline-connector (+hooks)", _ja4("hooks", "t13d1811h2"), 1)
    ]
    raw["agent"] = [
        (f"otter-agent/{v} larkspur-node/4.19.2 node/{n}", _ja4("node" + n[:3], "t13d1714h1"), 2)
        for v in ("0.31.0", "0.30.4", "0.28.0")
        for n in ("v22.11.0", "v20.18.1")
    ]
    raw["agent"] += [
        (f"patchwright/{v} larkspur-python/2.7.3 Python/3.12.7 Linux", _ja4("py3.12Linux", "t13d1812h1"), 2) for v in ("1.9.2", "1.8.0")
    ]
    raw["chain"] = [
        (f"chainloom/{v} larkspur-python/2.7.3 Python/{p} Linux", _ja4(f"py{p[:4]}Linux", "t13d1812h1"), 1)
        for v in ("0.3.11", "0.3.7", "0.2.16")
        for p in ("3.11.9", "3.10.12")
    ]
    raw["plugin"] = [
        (f"quillbar-addon/{v} Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{c}.0.0.0", _ja4(f"chrome{c // 4}", "t13d1516h2"), 1)
        for v in ("5.1", "5.0")
        for c in (145, 144, 142)
    ]
    raw["frontend"] = [
        (f"parlour-ui/{v} larkspur-node/4.11.0 node/v20.18.1", _ja4("nodev20", "t13d1714h1"), 1) for v in ("1.40.2", "1.39.0", "1.22.1")
    ]
    return {
        k: (
            np.array([x[0] for x in v], dtype=object), np.array([x[1] for x in v], dtype=object),
            np.array([x[2] for x in v]) / sum(x[2] for x in v)
        )
        for k, v in raw.items()
    }


BUILDS = _builds()
