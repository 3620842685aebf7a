"""The states of a solver run, and the ways in which one can fail."""

import enum


class RunState(enum.StrEnum):
    """Where a run stands; the first two are open, the others final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    INFEASIBLE = "infeasible"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def is_open(self) -> bool:
        """Whether the run waits or works; a run that is not open never changes its state again."""
        return self in (RunState.QUEUED, RunState.RUNNING)


class RunFailure(enum.StrEnum):
    """Why a run ended as failed."""

    NOTHING_FOUND = "nothing_found"
    """The time was up before any plan was found, and none was proven impossible."""
    TIME_OUT = "time_out"
    """The solver did not end by itself after its limit and was killed."""
    MEMORY = "memory"
    CRASHED = "crashed"
    LOST = "lost"
    """The process that looked after the run went away as often as we care to try."""
    REFUSED = "refused"
    """The problem was refused as input."""
    WRONG = "wrong"
    """The independent check found a hard rule broken in the result, so the result is not offered."""
