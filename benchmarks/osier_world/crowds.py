"""The crowds that a world may have; :mod:`.scenarios` makes their sizes fit."""

from collections.abc import Callable

from . import broad, narrow
from .chance import Draw
from .party import Party

Maker = Callable[[Draw], Party]
NARROW: tuple[Maker, ...] = (
    narrow.annotators,
    narrow.exercise_class,
    narrow.content_agency,
    narrow.subtitlers,
    narrow.test_writers,
    narrow.benchmark_runners,
    narrow.markers,
    narrow.trend,
)
BROAD: tuple[Maker, ...] = (
    broad.wrapper_app,
    broad.agent_framework,
    broad.firm_staff,
    broad.university,
    broad.seat_resale,
    broad.families,
    broad.hackathon,
    broad.bootcamp,
    broad.credit_hunters,
    broad.queue_helpers,
    broad.franchise,
    broad.microtaskers,
    broad.key_rotation,
    broad.synthetic_customers,
)
CROWDS: dict[str, Maker] = {maker.__name__: maker for maker in NARROW + BROAD}
