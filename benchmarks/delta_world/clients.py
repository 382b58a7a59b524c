"""Client programs and their TLS fingerprints."""

import numpy as np

from .hashing import Weights, pick

# client program -> (user-agent patterns, TLS fingerprints); "{v}" takes a version of the program
STACKS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "py_sdk": (
        ("halden-python/{v}",), ("1.9.2", "1.11.0", "1.12.4", "1.13.1", "1.14.0"),
        ("t13d1812h1_85036bcba153_b26ce05bbdd6", "t13d1812h2_85036bcba153_b26ce05bbdd6", "t13d1715h1_5b57614c22b0_3d5424432f57")
    ),
    "py_async": (
        ("AsyncHalden/Python {v}",), ("1.11.0", "1.12.4", "1.13.1", "1.14.0"),
        ("t13d1812h1_85036bcba153_d41ae481755e", "t13d1812h2_85036bcba153_b26ce05bbdd6")
    ),
    "node_sdk": (
        ("halden-node/{v}",), ("2.3.0", "2.4.1", "2.6.0", "2.6.3"),
        ("t13d591000_a33745022dd6_1f22a2ca17c4", "t13d5212h1_b262b3658495_8e6e362c5eac")
    ),
    "requests": (
        ("python-requests/{v}",), ("2.28.1", "2.31.0", "2.32.3"),
        ("t13d1811h1_85036bcba153_375ca2c5e164", "t13d4312h1_c7886603b240_b26ce05bbdd6")
    ),
    "httpx": (("python-httpx/{v}",), ("0.25.2", "0.27.0", "0.28.1"), ("t13d1812h1_85036bcba153_b26ce05bbdd6",)),
    "aiohttp": (
        ("Python/3.11 aiohttp/{v}", "Python/3.12 aiohttp/{v}"), ("3.9.5", "3.10.11", "3.11.2"), ("t13d1812h1_85036bcba153_8fd87b1e3c5d",)
    ),
    "go": (
        ("Go-http-client/1.1", "Go-http-client/2.0"), ("",),
        ("t13d1312h2_f57a46bbacb6_ab7e3b40a677", "t13d1311h1_f57a46bbacb6_ab7e3b40a677")
    ),
    "curl": (("curl/{v}",), ("7.88.1", "8.5.0", "8.7.1"), ("t13d3112h2_e8f1e7e78f70_375ca2c5e164", "t13d4907h2_0d8feac7bc37_7395dae3b2f3")),
    "java": (("okhttp/{v}", "Java-http-client/17.0.{v}"), ("4.12.0", "4.9.3", "5.0.0"), ("t13d1715h2_5b57614c22b0_ae4f8d3b7a11",)),
    "php": (("GuzzleHttp/7", "halden-php/0.{v}"), ("8.1", "9.0"), ("t13d3113h1_e8f1e7e78f70_ce5650b735ce",)),
    "dotnet": (
        ("halden-dotnet/{v}",), ("0.9.1", "1.0.0"), ("t13d311100_e8f1e7e78f70_d339722ba4af", "t12d210700_76e208dd3e22_2dae41c691ec")
    ),
    "rust": (("reqwest/{v}", ""), ("0.11.27", "0.12.4"), ("t13d1011h2_61a7ad8aa9b6_3fcd1a44f3e3",)),
    "axios": (
        ("axios/{v}",), ("1.6.8", "1.7.2", "1.7.9"), ("t13d591000_a33745022dd6_1f22a2ca17c4", "t13d5212h1_b262b3658495_8e6e362c5eac")
    ),
    "chrome": (
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Mobile Safari/537.36"
        ),
        ("138", "140", "141", "142", "143"), ("t13d1516h2_8daaf6152771_02713d6af862", "t13d1517h2_8daaf6152771_b0da82dd1658")
    ),
    "safari": (
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v} Safari/605.1.15",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v} "
            "Mobile/15E148 Safari/604.1"
        ),
        ("17.6", "18.3", "18.5", "26.0"), ("t13d2014h2_a09f3c656075_14788d8d241b", "t13d2013h2_2802a3db6c62_845d286b0d67")
    ),
    "firefox": (
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",), ("128", "139", "144"),
        ("t13d1717h2_5b57614c22b0_3cbfd9057e0d",)
    ),
    "editor": (
        ("quillpad-assist/{v} vscode", "quillpad-assist/{v} jetbrains"), ("0.31.2", "0.32.0", "0.33.1"),
        ("t13d5212h1_b262b3658495_8e6e362c5eac", "t13d1516h2_8daaf6152771_02713d6af862")
    ),
    "agentcli": (
        ("fennec-agent/{v} (linux; x64)", "fennec-agent/{v} (darwin; arm64)"), ("0.8.4", "0.9.0", "0.9.2", "1.0.1"),
        ("t13d591000_a33745022dd6_1f22a2ca17c4", "t13d5212h1_b262b3658495_8e6e362c5eac")
    ),
    "gateway": (
        ("onegate/{v}",), ("0.42.0", "0.44.1", "0.45.3"), ("t13d1312h2_f57a46bbacb6_ab7e3b40a677", "t13d1812h1_85036bcba153_8fd87b1e3c5d")
    ),
    "flowtool": (("loopstitch-workflow/{v}",), ("3.1", "3.2"), ("t13d591000_a33745022dd6_1f22a2ca17c4",)),
    "notebook": (("halden-python/{v} ipykernel",), ("1.11.0", "1.12.4", "1.13.1"), ("t13d1812h1_85036bcba153_b26ce05bbdd6",))
}
API_MIX = {
    "py_sdk": 30, "py_async": 9, "node_sdk": 19, "requests": 8, "httpx": 4, "aiohttp": 3, "go": 6, "curl": 4, "java": 4, "php": 4,
    "dotnet": 3, "rust": 2, "axios": 5
}
WEB_MIX = {"chrome": 62, "safari": 26, "firefox": 12}


def clients(rng: np.random.Generator, n: int, mix: Weights) -> tuple[np.ndarray, np.ndarray]:
    """User agents and TLS fingerprints for n machines; newer versions are commoner."""
    ua, ja = np.empty(n, object), np.empty(n, object)
    stacks = pick(rng, mix, n)
    r = rng.random((n, 3))
    for i, s in enumerate(stacks):
        pats, vers, prints = STACKS[s]
        v = vers[int(r[i, 0] ** 0.6 * len(vers))]
        ua[i] = pats[int(r[i, 1] * len(pats))].replace("{v}", v) or None
        ja[i] = prints[int(r[i, 2] ** 1.6 * len(prints))]
    return ua, ja
