"""Which search for which problem: whole and proven where that is possible, compiled moves and parts where it is not."""

from collections.abc import Sequence

from scheduler.meetings.greedy import first_plan
from scheduler.meetings.legal import BITS, Legal
from scheduler.meetings.parts import choose_wishes, improve_parts, is_large
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.repairing import fewest_moves
from scheduler.meetings.search import Search
from scheduler.meetings.tables import Placed
from scheduler.meetings.whole import search_whole

WORTH_COOLING = 12_000
"""With fewer options CP-SAT finds what the kernel would, and is spared loading it."""
COOLING_SHARE = 0.05


def make_ready(problem: MeetingsProblem) -> None:
    """Load the kernel, and compile it where nobody has yet, for a problem that may be large enough to use it.

    Like an import this is no part of a solve: whoever counts a time limit begins afterwards.
    """
    if len(problem.wishes) * len(problem.slots) > WORTH_COOLING:
        # Importing numba takes most of a second: only problems of some size pay for it.
        from scheduler.meetings.compiling import load_kernel

        load_kernel()


def run_stages(search: Search, *, wanted: Sequence[Placed], first: Sequence[Placed]) -> None:
    """Improve the first plan of a search, stage after stage, and prove what can be proven.

    Args:
        wanted: places to keep where they can be.
        first: the greedy plan, which may leave out musts.
    """
    has_kernel, is_whole = _fits_kernel(search.legal), not is_large(search)
    if has_kernel and is_whole and _has_idle_time(search) and sum(map(len, search.legal.options)) > WORTH_COOLING:
        _cool(search, first)
    if not is_whole:
        fewest_moves(search)
    if has_kernel and not is_whole:
        _hold_musts(search, first)
    if is_whole or search.best is None:
        search_whole(search)
        return
    chosen = choose_wishes(search)
    if has_kernel:
        _improve_compiled(search, chosen)
    else:
        search.offer(first_plan(search.legal, wanted, chosen))
        improve_parts(search, search.names)


def _improve_compiled(search: Search, chosen: frozenset[int]) -> None:
    from scheduler.meetings.cooling import tidy
    from scheduler.meetings.improving import hold_most

    started = search.stopwatch.seconds
    hold_most(search, chosen)
    search.seconds["value"] = search.stopwatch.seconds - started
    improve_parts(search, [name for name in search.names if name != "cost"], share=0.15)
    started = search.stopwatch.seconds
    if _has_idle_time(search):
        tidy(search, 0.5 if _tables_count(search) else 1.0)
    search.seconds["cost"] = search.stopwatch.seconds - started
    improve_parts(search, ["cost"])


def _hold_musts(search: Search, placed: Sequence[Placed]) -> None:
    if search.best is None:
        from scheduler.meetings.improving import hold_musts

        hold_musts(search, placed)


def _cool(search: Search, placed: Sequence[Placed]) -> None:
    from scheduler.meetings.cooling import tidy

    _hold_musts(search, placed)
    tidy(search, COOLING_SHARE)


def is_tidied_later(search: Search) -> bool:
    """Whether the kernel moves whatever a first plan holds, so that this one need not take pains."""
    return is_large(search) and _fits_kernel(search.legal)


def _fits_kernel(legal: Legal) -> bool:
    return bool(legal.options) and all(len(slots) <= BITS for slots in legal.blocks.values())


def _has_idle_time(search: Search) -> bool:
    return search.problem.weights.idle_run > 0 or search.problem.weights.idle_slot > 0


def _tables_count(search: Search) -> bool:
    return search.problem.weights.table_change > 0 and search.legal.tells_tables_apart
