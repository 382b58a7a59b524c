"""One buyer with several suppliers."""

from .borrowed import cheap_aggregator, paid_crew
from .farms import bazaar_ring, phone_farm
from .sellers import Print
from .world import World


def four_suppliers(w: World, prints: list[Print], n: int = 160, name: str = "consortium", vol: float = 40) -> None:
    """One buyer, four suppliers at once: shop accounts, telephones, writers and a relay, all from one sheet cut in pieces."""
    bazaar_ring(w, int(n * 0.25), prints, vol, name)
    phone_farm(w, int(n * 0.35), {"PH": 1, "BR": 1}, vol * 0.6, name)
    paid_crew(w, int(n * 0.15), vol=vol, name=name)
    cheap_aggregator(w, int(n * 0.25), prints[:3], per_day=n * vol * 0.5 / w.days * 2.0, share=0.5, name=name)
