"""Countries, networks and addresses. An address is a tuple of itself, its network and its country."""

from .chance import Chance

COUNTRIES = {
    "US": 30, "IN": 12, "DE": 8, "GB": 8, "BR": 7, "FR": 5, "JP": 5, "CN": 4, "ID": 4, "MX": 4, "ES": 3,
    "TR": 3, "VN": 3, "NG": 3, "PL": 3, "KR": 3, "CA": 3, "KE": 1, "SE": 1, "TN": 1,
}
ZONES = {
    "US": -6, "IN": 5.5, "DE": 2, "GB": 1, "BR": -3, "FR": 2, "JP": 9, "CN": 8, "ID": 7, "MX": -6, "ES": 2,
    "TR": 3, "VN": 7, "NG": 1, "PL": 2, "KR": 9, "CA": -5, "KE": 3, "SE": 2, "TN": 1,
}
LANGUAGES = {
    "DE": "de", "FR": "fr", "BR": "pt", "MX": "es", "ES": "es", "CN": "zh", "JP": "ja", "ID": "id",
}
FIRST_BYTES = (
    24, 31, 37, 46, 58, 62, 73, 77, 79, 81, 83, 86, 90, 92, 95, 98, 101, 103, 109, 114, 119, 122, 126, 151, 176,
    178, 185, 188, 190, 197, 200, 203, 212, 217,
)


class Networks(Chance):
    """The networks of a world."""

    def lay_networks(self):
        """Draw the address blocks of providers, carriers, VPNs and data centres."""
        used = set()

        def block():
            while True:
                b = (
                    self.pick(FIRST_BYTES),
                    self.between(0, 255), self.between(0, 255),
                )
                if b not in used:
                    used.add(b)
                    return f"{b[0]}.{b[1]}.{b[2]}."

        self.isps = {}
        asn = 20000
        for c, weight in COUNTRIES.items():
            k = 3 + int(weight / 5)
            self.isps[c] = []
            for _ in range(k):
                asn += self.between(3, 400)
                self.isps[c].append((asn, [block() for _ in range(30 + weight * 4)]))
        self.mobile = {
            c: (asn + i + 7, [block() + str(self.between(1, 254)) for _ in range(6)]) for i, c in enumerate(COUNTRIES)
        }
        self.vpn = [
            (60000 + i, [(block() + str(self.between(1, 254)), self.pick(list(COUNTRIES))) for _ in range(18)])
            for i in range(5)
        ]
        self.datacenters = [(14000 + 17 * i, [block() for _ in range(40)]) for i in range(7)]
        self.homes = []

    def home_ip(self, c=None):
        """A home line: address, network, country."""
        c = c or self.weighted(COUNTRIES)
        a, blocks = self.pick(self.isps[c])
        ip = (self.pick(blocks) + str(self.between(1, 254)), a, c)
        return ip

    def datacenter_ip(self):
        """An address of a data centre."""
        a, blocks = self.pick(self.datacenters)
        return (self.pick(blocks) + str(self.between(1, 254)), a, self.pick(("US", "US", "DE", "GB", "FR", "JP")))

    def vpn_ip(self, k=None):
        """An exit of a VPN."""
        a, items = self.vpn[k if k is not None else self.between(0, 4)]
        ip, c = self.pick(items)
        return (ip, a, c)

    def mobile_ip(self, c):
        """A shared address of a mobile carrier."""
        a, items = self.mobile[c]
        return (self.pick(items), a, c)

    def proxy_ip(self):
        """A residential exit: now and then somebody's home line."""
        return self.pick(self.homes) if self.homes and self.random() < 0.07 else self.home_ip()
