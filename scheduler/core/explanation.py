"""Why there is no plan, or why something is left out: facts of the file, and the cheapest mend."""

from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from scheduler.core.values import Value


class Fact(Value):
    """One value of the problem file that blocks; ``path`` points at exactly that value."""

    rule: str
    path: str
    ids: tuple[str, ...]
    message: str


class Fix(Value):
    """A change of one value: what stands at ``path`` becomes ``to`` (``null`` at a list entry removes it)."""

    path: str
    to: Any
    message: str


class Unpaired(Value):
    """A city without partnership and the facts that keep it so (pairing only).

    Every fact of ``blocked_by`` is shown to help: alone, or all ``together``. ``unproven`` are those of which the time
    was too short to tell whether they help alone; empty where all is settled.
    """

    id: str
    blocked_by: tuple[Fact, ...]
    together: bool
    unproven: tuple[Fact, ...] = ()

    @model_serializer(mode="wrap")
    def _without_what_is_empty(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # The format has three fields; the fourth is said only where there is something to say.
        found: dict[str, Any] = written(self)
        return found if self.unproven else {name: one for name, one in found.items() if name != "unproven"}


class Explanation(Value):
    """A smallest blocking set and a proved mend; ``fixes`` where no single change is enough."""

    format: Literal["bridge-explanation/1"] = "bridge-explanation/1"
    status: Literal["infeasible", "feasible", "unknown"]
    facts: tuple[Fact, ...] = ()
    fix: Fix | None = None
    fixes: tuple[Fix, ...] | None = None
    unpaired: tuple[Unpaired, ...] | None = None
    seconds: float
