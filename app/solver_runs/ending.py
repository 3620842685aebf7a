"""What a child's end means: from exit status, files and last words to a state with a name."""

import json
import re
import secrets
import signal
from dataclasses import dataclass, replace
from typing import Any

from app.solver_runs.enums import RunFailure, RunState

OUT_OF_MEMORY = re.compile(
    r"MemoryError|bad_alloc|[Mm]emory allocation|[Cc]annot allocate memory|[Oo]ut of memory|can't start new thread"
    r"|Resource temporarily unavailable|failed to map segment"
)
REFUSED_STATUS = 2
LONGEST_ERROR = 2000
NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are misread on paper or over the telephone."""


@dataclass(frozen=True, kw_only=True)
class Exit:
    """How a child ended: exit status (negative for a signal), whether its time was up, its last words."""

    code: int
    was_out_of_time: bool
    tail: str


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The final state of a run and what is to be kept of it."""

    state: RunState
    outcome: str | None = None
    outcome_status: str | None = None
    has_solution: bool = False
    stages: list[Any] | None = None
    solve_seconds: float | None = None
    failure: RunFailure | None = None
    error: str | None = None
    hint_report: str | None = None
    explanation: str | None = None


def new_error_number() -> str:
    """A short number that a person can quote."""
    return "".join(secrets.choice(NUMBER_LETTERS) for _ in range(6))


def failed(failure: RunFailure, error: str) -> Ending:
    """An ending without a result; ``error`` is for the log and the page's fold-out, its end matters most."""
    return Ending(state=RunState.FAILED, failure=failure, error=error.replace("\0", "")[-LONGEST_ERROR:])


def of_outcome(outcome: str, *, was_asked_to_stop: bool) -> Ending | None:
    """What a written outcome says, or ``None`` where it is not one.

    A plan proven best is done even where somebody asked to stop a moment before.
    """
    read = _outcome(outcome)
    if read is None:
        return None
    status, has_solution = str(read["status"]), read.get("solution") is not None
    if status == "infeasible":
        state, failure = RunState.INFEASIBLE, None
    elif has_solution:
        stopped = was_asked_to_stop and status != "optimal"
        state, failure = (RunState.STOPPED if stopped else RunState.DONE), None
    elif was_asked_to_stop:
        state, failure = RunState.STOPPED, None
    else:
        state, failure = RunState.FAILED, RunFailure.NOTHING_FOUND
    return Ending(
        state=state,
        outcome=outcome,
        outcome_status=status,
        has_solution=has_solution,
        stages=list(read.get("stages") or []),
        solve_seconds=_number(read.get("seconds")),
        failure=failure,
        error="The time was up before any plan was found." if failure else None,
    )


def of_exit(ended: Exit, *, was_asked_to_stop: bool) -> Ending:
    """What the end of a child that wrote no outcome means."""
    if was_asked_to_stop and ended.code in (0, -signal.SIGTERM, -signal.SIGKILL):
        return Ending(state=RunState.STOPPED)
    if ended.was_out_of_time:
        return failed(RunFailure.TIME_OUT, "It did not end by itself and was killed.\n" + ended.tail)
    if OUT_OF_MEMORY.search(ended.tail):
        return failed(RunFailure.MEMORY, ended.tail)
    if ended.code == REFUSED_STATUS:
        return failed(RunFailure.REFUSED, ended.tail)
    return failed(RunFailure.CRASHED, f"{_how(ended.code)}\n{ended.tail}")


def with_hint_report(found: Ending, report: str) -> Ending:
    """The same ending with the score of the hint beside it."""
    return replace(found, hint_report=report)


def explains(text: str) -> bool:
    """Whether an answer of ``explain`` names facts that cannot hold together."""
    try:
        read = json.loads(text)
    except ValueError:
        return False
    return isinstance(read, dict) and read.get("status") == "infeasible"


def of_answer(text: str) -> Ending | None:
    """What an answered question says, or ``None`` where it is no answer."""
    try:
        read = json.loads(text)
    except ValueError:
        return None
    if not isinstance(read, dict) or read.get("format") != "bridge-explanation/1":
        return None
    return Ending(state=RunState.DONE, explanation=text, solve_seconds=_number(read.get("seconds")))


def _how(code: int) -> str:
    if code >= 0:
        return f"It ended with status {code} and without a result."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    likely = " Systems do this when memory runs short." if -code == signal.SIGKILL else ""
    return f"It was ended by signal {name}.{likely}"


def _outcome(text: str) -> dict[str, Any] | None:
    try:
        read = json.loads(text)
    except ValueError:
        return None
    if (
        not isinstance(read, dict)
        or "status" not in read
        or not str(read.get("format", "")).startswith("bridge-outcome/")
    ):
        return None
    return read


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
