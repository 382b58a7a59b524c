"""Who groups of innocents are made of."""

from dataclasses import dataclass

from .settings import Settings

EDUCATION = {"education": 1}
FIRMS = {"startup": 0.6, "individual": 0.4}
ENTERPRISE = {"enterprise": 1}
PRIVATE = {"individual": 1}


@dataclass(frozen=True)
class Crowd:
    """Groups of one sort: how many, of how many accounts, how many requests an account makes."""

    groups: tuple[int, int]
    accounts: tuple[int, int]
    events: float
    settings: Settings
