"""Simulates a provider: log tables of innocent crowds and of operators who harvest through fake accounts.

It writes files and sends nothing anywhere. Worlds are plain data (:class:`World`, :class:`Crowd`, :class:`Operator`)
that can be composed, scaled with ``world.scaled(events)`` and written with :func:`write`; the same world and seed give
the same bytes.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.simulate.scenarios import adapt, named, random_world, scenarios
from stillwatch.simulate.world import Crowd, Operator, World
from stillwatch.terminal.counting import number_of

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["Crowd", "Operator", "World", "adapt", "named", "random_world", "run", "scenarios", "write"]


def run(
    scenario: str,
    out: "str | PathLike[str]",
    *,
    events: int | None = None,
    seed: int = 1,
    prompts: "str | PathLike[str] | None" = None,
    rates: "str | PathLike[str] | None" = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Write a named scenario.

    Args:
        scenario: One of :func:`scenarios`.
        out: Folder to write to; an earlier world in it is replaced, and nothing else.
        events: Requests in all, scaling accounts and campaigns; None: the scenario's own size.
        seed: Same scenario, size and seed: same bytes.
        prompts: Parquet file with a column prompt (and role, source), used instead of the task grammar.
        rates: Parquet file with client, window_start_s, rate_per_s, used for the days and hours of API accounts.
        quiet: Print nothing.

    Returns:
        Counts of events, accounts, harvested events, and the time it took (s).

    Raises:
        InputError: no such scenario, a size below 1, a file that cannot be read, or a log in ``out`` that was not simulated.
    """
    result = write(named(scenario, events), out, seed, prompts=prompts, rates=rates, quiet=quiet)
    if not quiet:
        print(
            f"{result['events']:,} events of {result['accounts']:,} accounts over {result['days']} days,"
            f" {result['harvested']:,} harvested by {number_of(len(result['operators']), 'operator')}: {result['out']}"
        )
    return result


def write(
    world: World,
    out: "str | PathLike[str]",
    seed: int = 1,
    *,
    prompts: "str | PathLike[str] | None" = None,
    rates: "str | PathLike[str] | None" = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Write the log tables of a world; arguments and result as for :func:`run`."""
    from stillwatch.simulate import writing

    if seed < 0:
        from stillwatch.errors import InputError

        raise InputError(f"the seed is {seed}, below 0")
    return writing.write(
        world,
        Path(out),
        seed,
        prompts=None if prompts is None else Path(prompts),
        rates=None if rates is None else Path(rates),
        quiet=quiet,
    )
