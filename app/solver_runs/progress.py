"""Progress lines of a child become steps, and of many steps in a moment only the telling ones are kept."""

import json
from collections.abc import Iterable
from typing import Any

from app.solver_runs.keeping import Step


def step_of(line: str) -> Step | None:
    """Read a line of standard error; ``None`` for whatever is not a report of progress."""
    if not line.startswith("{"):
        return None
    try:
        read: Any = json.loads(line)
        return Step(
            seconds=float(read["seconds"]),
            stage=str(read["stage"]),
            incumbent=_whole(read["incumbent"]),
            bound=_whole(read["bound"]),
        )
    except (ValueError, TypeError, KeyError, OverflowError):
        return None


class StepBuffer:
    """Steps that wait to be stored: the first of the run, which says how soon a plan stood, then the latest a stage."""

    def __init__(self) -> None:
        self._first: Step | None = None
        self._latest: dict[str, Step] = {}
        self._last: Step | None = None

    def __bool__(self) -> bool:
        return self._first is not None or bool(self._latest)

    def add(self, lines: Iterable[str]) -> None:
        """Take in what the child said; a step that tells nothing new is dropped."""
        for line in lines:
            step = step_of(line)
            if step is None or self._tells_nothing(step):
                continue
            if self._last is None:
                self._first = step
            else:
                self._latest[step.stage] = step
            self._last = step

    def take(self) -> list[Step]:
        """Empty the buffer, in the order of time."""
        waiting = ([self._first] if self._first else []) + list(self._latest.values())
        self._first, self._latest = None, {}
        return sorted(waiting, key=lambda step: step.seconds)

    def _tells_nothing(self, step: Step) -> bool:
        last = self._last
        return last is not None and (last.stage, last.incumbent, last.bound) == (step.stage, step.incumbent, step.bound)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
