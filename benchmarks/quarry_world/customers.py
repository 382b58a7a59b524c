"""What crowds and operators draw on: regions, schools, usual programs and manners."""

from .network import IntArray, Net, home, pick_countries, vpn
from .plans import Style
from .world import World

Weights = dict[str, float]
SOUTH_ASIA: Weights = {"IN": 10, "PK": 2, "BD": 2}
SEA: Weights = {"ID": 5, "VN": 4, "PH": 4, "TH": 2, "MY": 2}
EAST: Weights = {"CN": 4, "TW": 2, "JP": 4, "KR": 3}
LATAM: Weights = {"BR": 8, "MX": 5, "AR": 3, "CO": 4, "CL": 1.5, "PE": 2}
EUROPE: Weights = {"DE": 4, "FR": 3, "ES": 3, "IT": 2, "PL": 2.5, "GB": 3, "NL": 1, "RO": 1, "UA": 1.5, "TR": 3}
WORLD: Weights = {**SOUTH_ASIA, **SEA, **EAST, **LATAM, **EUROPE, "US": 12, "CA": 2, "NG": 1.5, "KE": 1, "EG": 1, "AU": 1, "RU": 1.5}
EDU = [
    "uni-norte.edu.co", "itb-campus.ac.id", "dut-tech.edu.vn", "pune-engg.ac.in", "ufcwb.edu.br", "tec-gdl.edu.mx", "ege-univ.edu.tr",
    "polilodz.edu.pl", "hs-leipzig-w.de", "cebu-state.edu.ph", "lahore-cs.edu.pk", "uba-ext.edu.ar", "nairobi-poly.ac.ke", "busan-it.ac.kr"
]
EDU_CC = ["CO", "ID", "VN", "IN", "BR", "MX", "TR", "PL", "DE", "PH", "PK", "AR", "KE", "KR"]
APP = {"web": 5, "droid": 3, "ios": 2}
DEV = {"py": 5, "node": 3, "requests": 1, "httpx": 1, "axios": 1, "go": 0.7, "php": 1, "java": 0.6, "dotnet": 0.5, "cli": 0.6}
POINTED = Style(path="app", models={"mini": 4, "main": 5, "next": 3, "think": 1}, stream=1.0, out=300, fail=0.006, caps={None: 1})


def countries(w: World, n: int, weights: Weights) -> IntArray:
    """Home countries of `n` customers."""
    return pick_countries(w.rng, n, weights)


def roaming(w: World, cc: IntArray, p_mobile: float) -> Net:
    """Home line and telephone, and now and then the line of work, friends or a library; a few use a VPN."""
    net = home(w.rng, cc, p_mobile)
    net.second, net.p_second = home(w.rng, cc, 0.0), 0.14
    net.second.second, net.second.p_second = vpn(w.rng, len(cc)), 0.12
    return net
