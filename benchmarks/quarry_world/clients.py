"""Client programs: user agents by build, and their TLS fingerprints."""

import numpy as np

from .network import IntArray, mix


def ja4_of(name: str, alpn: str = "h2", proto: str = "t13d") -> str:
    """A stable TLS fingerprint for a client build."""
    h = int(mix(int.from_bytes(name.encode()[-7:], "big") + sum(i * b for i, b in enumerate(name.encode(), 3)) * 2654435761))
    g = int(mix(h ^ 0x5DEECE66D))
    return f"{proto}{12 + h % 8:02d}{9 + g % 9:02d}{alpn}_{h & 0xFFFFFFFFFFFF:012x}_{g & 0xFFFFFFFFFFFF:012x}"


def _clients() -> dict[str, list[tuple[str, str]]]:
    fam: dict[str, list[tuple[str, str]]] = {}
    fam["py"] = [
        (f"llmhost-python/{v} CPython/{py}", ja4_of(f"openssl{ssl}-py", "h1"))
        for v in ("1.38.0", "1.40.2", "1.42.1", "1.43.0")
        for py, ssl in (("3.10.14", "3.0"), ("3.11.9", "3.1"), ("3.12.4", "3.2"), ("3.9.18", "1.1"))
    ]
    fam["httpx"] = [
        (f"python-httpx/{v}", ja4_of(f"openssl{s}-hx", "h1")) for v, s in (("0.27.0", "3.0"), ("0.25.2", "1.1"), ("0.28.1", "3.2"))
    ]
    fam["requests"] = [
        (f"python-requests/{v}", ja4_of(f"openssl{s}-rq", "h1")) for v, s in (("2.31.0", "3.0"), ("2.32.3", "3.1"), ("2.28.1", "1.1"))
    ]
    fam["aiohttp"] = [
        (f"Python/{v} aiohttp/{a}", ja4_of(f"openssl{s}-ai", "h1")) for v, a, s in (("3.11", "3.9.5", "3.0"), ("3.12", "3.10.1", "3.2"))
    ]
    fam["node"] = [
        (f"llmhost-node/{v} node/{n}", ja4_of(f"node{n[:2]}", "h1"))
        for v in ("4.52.0", "4.55.3", "4.61.0")
        for n in ("18.20.2", "20.15.0", "22.4.1")
    ]
    fam["axios"] = [(f"axios/{v}", ja4_of(f"node{n}", "h1")) for v, n in (("1.6.8", "18"), ("1.7.2", "20"), ("0.27.2", "16"))]
    fam["php"] = [
        ("GuzzleHttp/7", ja4_of("curl7-php", "h2")), ("WordPress/6.5.4; PHP/8.1", ja4_of("curl8-wp", "h2")),
        ("curl/7.88.1", ja4_of("curl7", "h2"))
    ]
    fam["go"] = [(f"Go-http-client/{p}", ja4_of(f"go{v}", "h2")) for p, v in (("2.0", "21"), ("2.0", "22"), ("1.1", "19"))]
    fam["java"] = [(f"okhttp/{v}", ja4_of(f"jdk{j}", "h2")) for v, j in (("4.12.0", "17"), ("4.9.3", "11"), ("4.11.0", "21"))]
    fam["dotnet"] = [("llmhost-dotnet/2.0.0", ja4_of("schannel11", "h2")), ("RestSharp/110.2.0.0", ja4_of("schannel10", "h1"))]
    win, mac, lin, andr = "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64", "Linux; Android 10; K"
    fam["web"] = [
        (
            f"Mozilla/5.0 ({os}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0{m} Safari/537.36",
            ja4_of(f"blink{'B' if v > 123 else 'A'}"),
        )
        for v in (120, 122, 124, 125, 126)
        for os, m in ((win, ""), (win, ""), (mac, ""), (lin, ""), (andr, " Mobile"), (andr, " Mobile"))
    ]
    fam["web"] += [
        (f"Mozilla/5.0 ({os}; rv:{v}.0) Gecko/20100101 Firefox/{v}.0", ja4_of(f"gecko{v // 2}"))
        for os in (win, lin)
        for v in (125, 126, 127)
    ]
    fam["web"] += [
        (f"Mozilla/5.0 ({d}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v} {m}Safari/604.1", ja4_of(f"webkit{v[:2]}"))
        for d, m, v in ((mac, "", "17.4"), (mac, "", "16.6"), ("iPhone; CPU iPhone OS 17_5 like Mac OS X", "Mobile/15E148 ", "17.5"),
                        ("iPhone; CPU iPhone OS 16_7 like Mac OS X", "Mobile/15E148 ", "16.6"))
    ]
    # browsers that pretend: a new user agent on an older engine (privacy browsers, old kiosks, profile managers)
    fam["masked"] = [
        (
            f"Mozilla/5.0 ({os}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
            ja4_of("bundled-A" if v % 2 else "blinkA"),
        )
        for v in (122, 124, 125, 126)
        for os in (win, mac, win)
    ]
    phones = [
        ("11", "M2101K7AG"), ("12", "SM-A125M"), ("13", "CPH2477"), ("13", "SM-A536E"), ("14", "23021RAA2Y"), ("14", "Pixel 7"),
        ("12", "moto g(30)"), ("11", "vivo 1938"), ("10", "Redmi Note 8")
    ]
    builds = ("5.12.0", "5.13.1", "5.14.0")
    fam["droid"] = [(f"LLMHostApp/{v} (Android {a}; {m})", ja4_of(f"conscrypt{a}")) for v in builds for a, m in phones]
    fam["ios"] = [
        (f"LLMHostApp/{v} (iPhone; iOS {o})", ja4_of(f"nwtls{o[:2]}"))
        for v in ("5.12.0", "5.13.1", "5.14.0")
        for o in ("16.7", "17.4", "17.5")
    ]
    fam["ide"] = [(f"CodeMate-VSExt/{v} node/20.9.0", ja4_of("electron29", "h1")) for v in ("0.19.4", "0.20.0", "0.20.1")]
    fam["cli"] = [(f"shellpilot/{v}", ja4_of(f"rustls{v[2]}", "h2")) for v in ("0.8.2", "0.9.0", "0.9.1")]
    fam["flow"] = [("FlowRunner/1.48 (+hosted)", ja4_of("node18", "h1")), ("BlockPipe-Connector/3.2", ja4_of("jdk17", "h2"))]
    fam["byok"] = [(f"ChatDeck/{v} Electron/30.0.9", ja4_of("electron30", "h2")) for v in ("2.4.0", "2.4.1", "2.5.0")]
    fam["sheet"] = [("SheetsAddon/117 (+script)", ja4_of("gscript", "h2"))]
    fam["bot"] = [
        ("waBotKit/6.1.2", ja4_of("node20", "h1")), ("tgbridge/2.7", ja4_of("go22", "h2")), ("chatflow-php/1.9", ja4_of("curl8-wp", "h2"))
    ]
    fam["gate"] = [
        ("llm-gateway/1.35.0", ja4_of("openssl3.1-gw", "h1")), ("one-relay/0.6.5", ja4_of("go21", "h2")),
        ("llm-gateway/1.40.4", ja4_of("openssl3.2-gw", "h1"))
    ]
    return fam


FAMILIES = _clients()
CLIENTS: list[tuple[str, str]] = []
FAMILY_IDS: dict[str, IntArray] = {}
for _name, _members in FAMILIES.items():
    FAMILY_IDS[_name] = np.arange(len(CLIENTS), len(CLIENTS) + len(_members))
    CLIENTS.extend(_members)



def clients(rng: np.random.Generator, n: int, families: dict[str, float], image: IntArray | None = None) -> IntArray:
    """A client program for each account; accounts of one `image` run the same build."""
    g = np.arange(n) if image is None else image
    m = int(g.max()) + 1 if n else 0
    p = np.array(list(families.values()), float)
    fam = rng.choice(len(p), m, p=p / p.sum())
    names = list(families)
    out = np.array([rng.choice(FAMILY_IDS[names[f]]) for f in fam], dtype=np.int64)
    return out[g]


def upgraded(rng: np.random.Generator, client: IntArray) -> IntArray:
    """A later build of the same family for each client."""
    owner = np.zeros(len(CLIENTS), dtype=np.int64)
    for ids in FAMILY_IDS.values():
        owner[ids] = ids[-1]
    step = rng.integers(0, 4, len(client))
    return np.minimum(client + step, owner[client])
