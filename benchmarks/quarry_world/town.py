"""The background population."""

from .customers import WORLD, Weights
from .firms import startups
from .private import casual, family_pay, hobby_api, plugin_users, template_app
from .world import World


def town(w: World, n: float, region: Weights = WORLD, api_share: float = 0.3, vol: float = 1.0) -> None:
    """The background population: mostly people, some developers, a few firms."""
    casual(w, w.size(n * (1 - api_share) * 0.93), region, vol=24 * vol)
    family_pay(w, w.size(n * (1 - api_share) * 0.07), region=region, vol=28 * vol)
    hobby_api(w, w.size(n * api_share * 0.66), region, vol=34 * vol)
    template_app(w, w.size(n * api_share * 0.16), region=region, vol=26 * vol)
    startups(w, w.size(n * api_share * 0.11), region, vol=110 * vol)
    plugin_users(w, w.size(n * api_share * 0.07), vol=50 * vol)
