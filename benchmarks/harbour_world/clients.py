"""Client builds and their TLS fingerprints."""

import numpy as np

# Family: user agents, oldest first, and the number of TLS fingerprints.
FAMILIES = {
    "py": ([f"harbour-python/2.{a}.{b}" for a in (9, 11, 12, 14) for b in (0, 1, 3)], 6),
    "node": ([f"harbour-node/4.{a}.{b}" for a in (2, 5, 6) for b in (0, 2)], 4),
    "go": (["harbour-go/0.31.0", "harbour-go/0.33.2", "Go-http-client/2.0"], 3),
    "java": (["harbour-java/1.9.4", "harbour-java/1.10.0", "okhttp/4.12.0"], 3),
    "net": (["harbour-dotnet/3.2.0", "harbour-dotnet/3.3.1"], 2),
    "requests": (["python-requests/2.31.0", "python-requests/2.32.3", "python-httpx/0.27.2", "aiohttp/3.9.5"], 5),
    "curl": (["curl/8.5.0", "curl/7.88.1", "PostmanRuntime/7.43.0"], 3),
    "chain": (["chainmail/0.3.14 harbour-python/2.11.0", "chainmail/0.3.21 harbour-python/2.12.1"], 3),
    "lite": (["lightship-proxy/1.52.1", "lightship-proxy/1.55.3"], 2),
    "gate": (["breakwater-gw/3.7", "breakwater-gw/3.8"], 1),
    "boatswain": (["boatswain-cli/0.9.12", "boatswain-cli/0.9.14", "boatswain-cli/0.10.0"], 2),
    "quill": (["quill-agent/1.2.0", "quill-agent/1.3.1"], 2),
    "web": (
        [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1",
            "Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0",
            "Mozilla/5.0 (Linux; Android 15) Chrome/141.0",
        ],
        4,
    ),
    "sheet": (["harbour-sheets-addon/5.4"], 1),
}


def clients(rng, families, n):
    """n user agents and TLS fingerprints of families by weight; newer builds and common TLS stacks are more frequent."""
    share = np.array(list(families.values()), float)
    which = rng.choice(len(share), n, p=share / share.sum())
    agents, prints = np.empty(n, object), np.empty(n, object)
    for k, family in enumerate(families):
        at = np.flatnonzero(which == k)
        if not len(at):
            continue
        builds, n_prints = FAMILIES[family]
        newer = np.arange(1, len(builds) + 1.0)
        agents[at] = np.array(builds, object)[rng.choice(len(builds), len(at), p=newer / newer.sum())]
        common = 1 / np.arange(1, n_prints + 1.0)
        prints[at] = _fingerprints(family, n_prints)[rng.choice(n_prints, len(at), p=common / common.sum())]
    return agents, prints


def _fingerprints(family, n):
    """A family has the same fingerprints in every world."""
    rng = np.random.default_rng(sum(map(ord, family)))
    return np.array(
        [
            f"t13d{rng.integers(13, 32)}{rng.integers(8, 14):02d}h{rng.integers(1, 3)}_"
            f"{rng.integers(1 << 48):012x}_{rng.integers(1 << 48):012x}"
            for _ in range(n)
        ],
        object,
    )
