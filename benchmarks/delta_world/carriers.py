"""Networks: carriers of countries, clouds, VPNs; where clocks stand."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Country:
    """A country with its offset from UTC, consumer networks and popularity among customers."""

    code: str
    tz: float
    home: tuple[int, ...]
    mobile: tuple[int, ...]
    weight: float


COUNTRIES: tuple[Country, ...] = (
    Country("US", -6, (7922, 701, 7018, 20115, 22773, 209), (21928, 6167, 20057), 30),
    Country("IN", 5.5, (24560, 17488, 18209, 45609), (55836, 38266), 11), Country("DE", 1, (3320, 3209, 6805, 8881), (3320, 6805), 6),
    Country("GB", 0, (2856, 5089, 5607, 13285), (25135, 12576), 6), Country("BR", -3, (28573, 27699, 18881, 8167), (26599, 26615), 5),
    Country("FR", 1, (3215, 12322, 5410, 15557), (51207, 21502), 4), Country("JP", 9, (4713, 17676, 2516), (9605, 2516), 4),
    Country("ID", 7, (7713, 17451, 23700), (23693, 24203), 4), Country("VN", 7, (45899, 7552, 18403), (7552, 131429), 3),
    Country("CA", -5, (812, 577, 6327, 852), (36522, 812), 3), Country("NG", 1, (37282, 29465), (29465, 36873), 2),
    Country("PK", 5, (17557, 9541, 23674), (45669, 59257), 2), Country("PL", 1, (5617, 12741, 21021), (39603, 8374), 2),
    Country("ES", 1, (3352, 12479, 12430), (12479, 3352), 2), Country("NL", 1, (1136, 33915, 50266), (15480, 50266), 2),
    Country("TR", 3, (9121, 34984, 12735), (16135, 20978), 2), Country("UA", 2, (6849, 13188, 15895), (15895, 21497), 1.5),
    Country("KR", 9, (4766, 9318, 3786), (9644, 4766), 2), Country("SG", 8, (9506, 4773, 17547), (4773, 9874), 2),
    Country("HK", 8, (4760, 9269, 10103), (9231, 4760), 1.5), Country("PH", 8, (9299, 4775, 6648), (10139, 4775), 2),
    Country("KE", 3, (37061, 33771), (33771, 36926), 1), Country("MX", -6, (8151, 13999, 28548), (22908, 28403), 2),
    Country("AR", -3, (7303, 10318, 22927), (7303, 27747), 1), Country("AU", 10, (1221, 4804, 7545), (1221, 4804), 2),
    Country("RO", 2, (8708, 9050, 12302), (8953, 12302), 1)
)
BY_CODE = {c.code: c for c in COUNTRIES}
CLOUDS: tuple[tuple[int, str], ...] = (
    (16509, "US"), (16509, "IE"), (14618, "US"), (15169, "US"), (396982, "US"), (8075, "US"), (8075, "NL"), (14061, "US"), (14061, "SG"),
    (24940, "DE"), (16276, "FR"), (63949, "US"), (20473, "US"), (20473, "JP"), (45102, "SG"), (132203, "HK"), (51167, "DE"), (31898, "US")
)
CLOUD_WEIGHT = np.array([20, 8, 14, 7, 9, 10, 4, 5, 3, 7, 4, 2, 2, 1, 1.5, 1, 2, 1.5])
VPN = ((9009, "NL"), (9009, "US"), (60068, "GB"), (212238, "DE"), (212238, "SG"), (136787, "HK"), (62240, "CH"))
CROWDED = {a for c in COUNTRIES for a in c.mobile if a not in c.home} | {a for a, _ in VPN}
CONSUMER = {a for c in COUNTRIES for a in c.home[1:] + c.mobile}
