"""What every world has: its chance, address blocks, clients and published agents."""

import hashlib
from random import Random

import numpy as np

from .networks import CLOUDS, COUNTRIES, Network, mixed_network
from .text import Text

FIRST_BYTES = [
    24, 31, 37, 41, 49, 59, 67, 71, 78, 81, 86, 89, 92, 95, 103, 109, 112, 122, 151, 177, 186, 190, 200, 203,
]
BUILDS = (
    ("py", 4, "h2"), ("py1", 3, "h1"), ("node", 3, "h1"), ("go", 2, "h2"), ("chrome", 4, "h2"), ("java", 2, "h2"),
    ("rust", 2, "h2"), ("curl", 3, "h2"), ("safari", 2, "h2"),
)
VERSIONS = {
    "py": [f"hlm-python/0.{m}.{p}" for m in range(48, 66) for p in range(3)],
    "node": [f"hlm-js/0.{m}.0" for m in range(30, 46)], "go": [f"hlm-go/1.{m}.0" for m in range(3, 11)],
}
DESKTOPS = [
    "Windows NT 10.0; Win64; x64", "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
]
PUBLIC_AGENTS = ["Forgehand", "Pairwise", "Termite"]


def key64(*parts):
    """A 64-bit hash of the parts."""
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


class Provider:
    """The provider; ``rng`` and ``numpy`` are the generators, ``random`` a uniform draw, ``text`` the text."""

    def __init__(self, name, seed):
        self.name = name
        k = int.from_bytes(hashlib.blake2b(f"{name}/{seed}".encode(), digest_size=6).digest(), "little")
        self.rng = Random(k)
        self.random = self.rng.random
        self.numpy = np.random.default_rng(k)
        self.text = Text(self.rng)
        self.client_ids, self.clients = {}, []
        self.network_of = {}
        self.task_sets = {}
        self.agents = {}
        self.public_agents = PUBLIC_AGENTS
        self.providers = {}
        for country, _, _ in COUNTRIES:
            self.providers.setdefault(country, self._networks())
        self.vpn = [self.new_ip(self.rng.choice([9009, 212238, 60068]), "NL") for _ in range(70)]
        self.carriers = {c: [self.home_ip(c) for _ in range(40)] for c in self.providers}
        self.ja4s = {stack: [self._ja4(protocol) for _ in range(n)] for stack, n, protocol in BUILDS}

    def publish_agents(self):
        """The agents that thousands use."""
        for name in self.public_agents:
            self.agent(name, 40 + self.rng.randrange(50))

    def hex_id(self, n):
        """A hash-like string of n digits."""
        return f"{self.rng.randrange(16**n):0{n}x}"

    def _networks(self):
        rng = self.rng
        found = []
        for _ in range(rng.randint(3, 6)):
            asn = 20000 + rng.randrange(40000)
            blocks = [(rng.choice(FIRST_BYTES), rng.randrange(256)) for _ in range(rng.randint(1, 4))]
            found.append((asn, blocks))
        return found

    def _ja4(self, protocol):
        rng = self.rng
        offer = f"t13d{rng.randint(10, 31)}{rng.randint(10, 18):02d}{protocol}"
        return f"{offer}_{self.hex_id(12)}_{self.hex_id(12)}"

    def client(self, stack, temp=None, top_p=None, max_tokens=None, stream=None, user_agent=None, path=None, ja4=None):
        """One client: path, user agent, fingerprint and sampling parameters, as a number."""
        rng = self.rng
        if stack in ("py", "node", "go"):
            versions = VERSIONS[stack]
            user_agent = user_agent or versions[-1 - int(self.random() ** 2 * len(versions))]
            if not ja4:
                builds = self.ja4s[stack if stack != "py" or self.random() < 0.8 else "py1"]
                ja4 = builds[int(self.random() ** 2 * 2)]
        elif stack == "app":
            phone = self.random() < 0.3
            user_agent = user_agent or self._browser(phone)
            ja4 = ja4 or rng.choice(self.ja4s["safari" if phone else "chrome"])
            path = path or "app"
            stream = True
        else:
            ja4 = ja4 or self.ja4s.get(stack, self.ja4s["curl"])[0]
            if not user_agent:
                curl, java = f"curl/8.{rng.randint(4, 15)}.0", f"okhttp/4.{rng.randint(9, 12)}"
                user_agent = {"curl": curl, "java": java, "rust": "reqwest/0.12"}.get(stack, stack)
        key = (path or "api", user_agent, ja4, temp, top_p, max_tokens, bool(stream))
        if key not in self.client_ids:
            self.client_ids[key] = len(self.clients)
            self.clients.append(key)
        return self.client_ids[key]

    def _browser(self, phone):
        rng = self.rng
        if phone:
            system = f"iPhone; CPU iPhone OS 1{rng.randint(7, 9)}_{rng.randint(0, 5)} like Mac OS X"
            return f"Mozilla/5.0 ({system}) Mobile Safari/605.1"
        return f"Mozilla/5.0 ({rng.choice(DESKTOPS)}) Chrome/{rng.randint(138, 146)}.0.0.0 Safari/537.36"

    def agent(self, name, lines=60, stack="node"):
        """A published agent: its system prompt, its tools and one installation."""
        rng = self.rng
        if name not in self.agents:
            prompt, tools_key = self.text.agent_prompt(name, lines), rng.getrandbits(63)
            builds = [f"{name.lower()}/{1 + rng.randint(0, 2)}.{m}.{rng.randint(0, 4)}" for m in range(4)]
            self.agents[name] = prompt, tools_key, stack, builds, [None, 0.0, 0.2][rng.randrange(3)]
        prompt, tools_key, stack, builds, temp = self.agents[name]
        build = builds[-1 - int(self.random() ** 2 * 4)]
        return prompt, tools_key, self.client(stack, temp, None, 8192, True, user_agent=build)

    def new_ip(self, asn, country, pre=None):
        """An address of a network."""
        a, b = pre or (
            self.rng.choice([3, 13, 18, 34, 35, 44, 52, 54, 104, 138, 146, 159, 165, 188, 193]),
            self.rng.randrange(256),
        )
        ip = f"{a}.{b}.{int(self.random() * 256)}.{1 + int(self.random() * 254)}"
        self.network_of[ip] = (asn, country)
        return ip

    def home_ip(self, country):
        """An address of a home line."""
        i = self.providers[country]
        asn, pre = i[int(self.random() ** 1.6 * len(i))]
        return self.new_ip(asn, country, pre[int(self.random() * len(pre))])

    def cloud_ip(self):
        """An address of a cloud."""
        asn, country = self.rng.choice(CLOUDS)
        return self.new_ip(asn, country)

    def country(self):
        """Where somebody lives."""
        return self.rng.choices(COUNTRIES, [c[2] for c in COUNTRIES])[0][0]

    def home(self, country):
        """A home line, whose address changes now and then."""
        return Network(self, "home", country)

    def fixed(self, n, country=None):
        """Fixed addresses of an office or a cloud."""
        return Network(self, "fixed", ips=[self.home_ip(country) if country else self.cloud_ip() for _ in range(n)])

    def person_network(self, country):
        """Home, carrier or VPN."""
        u = self.random()
        if u < 0.55:
            return self.home(country)
        if u < 0.80:
            return mixed_network(self, [self.home(country), Network(self, "hourly", ips=self.carriers[country])], 0.6)
        if u < 0.92:
            return Network(self, "hourly", ips=self.carriers[country])
        return mixed_network(self, [self.home(country), Network(self, "hourly", ips=self.vpn)], 0.4)

    def developer_client(self):
        """Somebody's own script."""
        u = self.random()
        stack = (
            "py" if u < 0.6 else "node" if u < 0.85 else "go" if u < 0.91 else self.rng.choice(["java", "rust", "curl"])
        )
        return self.client(
            stack, self.rng.choice([None, None, None, 0.0, 0.2, 0.3, 0.5, 0.7, 0.7, 1.0]),
            self.rng.choice([None] * 5 + [0.9, 0.95, 1.0]),
            self.rng.choice([None, 256, 512, 1000, 1024, 2000, 2048, 4096, 8192]), self.random() < 0.4,
        )

    def firm(self):
        """A firm's domain."""
        return "".join(self.text("sy") for _ in range(3)) + self.rng.choice(
            [".com", ".io", ".co", ".ai", ".net", ".de", ".co.uk", ".in"]
        )

    def card(self):
        """A means of payment."""
        return self.hex_id(16)
