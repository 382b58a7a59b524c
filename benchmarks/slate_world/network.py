"""The networks of one world: two national telecoms, foreign ones, clouds, a proxy seller's pool."""

from random import Random

from .lines import Endpoint, Fixed, Home, Isp, Line, Mix, Mobile, Rented

CLOUDS: dict[str, tuple[int, str, list[str]]] = {
    "aws": (16509, "US", ["3.14", "18.192", "52.58", "54.93"]), "gcp": (396982, "US", ["34.76", "35.195", "34.141"]),
    "azure": (8075, "NL", ["20.50", "40.118", "51.144"]), "hosts_de": (24940, "DE", ["65.108", "95.216", "135.181"]),
    "hosts_fr": (16276, "FR", ["51.75", "54.38", "145.239"]), "hosts_us": (14061, "US", ["64.225", "138.68", "167.99"])
}


class Net:
    """The networks of one world."""

    def __init__(self, r: Random) -> None:
        """Two national telecoms, some foreign access networks, clouds, a proxy seller's pool."""
        self.home_country = r.choice(("CO", "PE", "CL", "EC"))
        a, b = r.sample(range(26600, 28800), 2)
        self.telecoms = [Isp(r, a, self.home_country, 420, 0.22), Isp(r, b, self.home_country, 260, 0.05)]
        lands = ("US", "ES", "BR", "IN", "DE", "MX", "PL", "VN", "PH", "NG", "AR", "GB", "ID", "FR", "KE", "TR")
        self.foreign = [Isp(r, asn, c, 60, 0.15) for asn, c in zip(r.sample(range(28900, 58000), len(lands)), lands, strict=True)]
        self.serverless = {c: self.cloud_ips(r, c, 240) for c in CLOUDS}
        self.exits = [self._exit(r) for _ in range(6000)]

    def _exit(self, r: Random) -> Endpoint:
        """One household or phone whose owner has let a proxy seller in (innocents sit behind the same addresses)."""
        isp = r.choice(self.telecoms) if r.random() < 0.45 else r.choice(self.foreign)
        return Endpoint(r.choice(isp.nat) if r.random() < 0.4 else isp.fresh(r), isp.asn, isp.country)

    def cloud_ips(self, r: Random, cloud: str, n: int) -> list[str]:
        """Addresses in a cloud."""
        return [f"{r.choice(CLOUDS[cloud][2])}.{r.randrange(256)}.{r.randrange(1, 255)}" for _ in range(n)]

    def isp(self, r: Random, foreign: float = 0.25) -> Isp:
        """A customer's telecom: mostly one of the two."""
        if r.random() < foreign:
            return r.choice(self.foreign)
        return self.telecoms[0] if r.random() < 0.62 else self.telecoms[1]

    def person(self, r: Random, isp: Isp | None = None, mobile: float = 0.4) -> Line:
        """A private person's lines."""
        isp = isp or self.isp(r)
        home = Home(isp, r.choice((1, 2, 4, 7, 30, 60)) * 86400.0)
        lo = r.randrange(0, max(1, len(isp.nat) - 30))
        phone = Mobile(isp, lo, lo + 30)
        x = r.random()
        if x < mobile * 0.6:
            return phone
        return Mix([home, phone], [0.7, 0.3]) if x < mobile * 1.4 else home

    def office(self, r: Random, n: int = 1, isp: Isp | None = None) -> Fixed:
        """A fixed business line."""
        isp = isp or self.isp(r, 0.15)
        return Fixed([isp.fresh4(r) for _ in range(n)], isp.asn, isp.country)

    def server(self, r: Random, n: int | None = None, cloud: str | None = None) -> Fixed:
        """A server's own addresses."""
        c = cloud or r.choices(list(CLOUDS), (30, 14, 16, 16, 12, 12))[0]
        return Fixed(self.cloud_ips(r, c, n or r.choice((1, 1, 1, 2, 3))), CLOUDS[c][0], CLOUDS[c][1])

    def lambdas(self, r: Random, cloud: str | None = None) -> Fixed:
        """Serverless functions: addresses shared by strangers."""
        c = cloud or r.choice(("aws", "gcp", "azure"))
        return Fixed(self.serverless[c], CLOUDS[c][0], CLOUDS[c][1])

    def proxies(self, r: Random, size: int, sticky: float = 0.0, country: str | None = None) -> Rented:
        """A package of rented exits."""
        pool = [e for e in self.exits if country is None or e.country == country]
        return Rented(r.sample(pool, min(size, len(pool))), sticky)
