"""Proofs by core-guided MaxSAT beside CP-SAT: a process for each way of counting, the first that is done ends all.

A process, because the SAT solver keeps the interpreter to itself and cannot be interrupted otherwise.
"""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ortools.sat.python import cp_model

from scheduler.core.clauses import COUNTERS, Clauses, NotClauses, clauses_of
from scheduler.core.cpsat import POLL_SECONDS, Solved
from scheduler.core.limits import Control, Progress, Stopwatch


@dataclass
class _Prover:
    """One child with its clauses; what it says goes to a queue shared by all."""

    clauses: Clauses
    process: "subprocess.Popen[str]"
    said: "queue.Queue[tuple[_Prover, dict[str, Any] | None]]" = field(repr=False)

    def work(self) -> None:
        """Hand over the clauses and pass on every line until the child ends."""
        assert self.process.stdin is not None and self.process.stdout is not None
        # A child that was stopped meanwhile takes no more.
        with suppress(BrokenPipeError), self.process.stdin as stdin:
            json.dump({"hard": self.clauses.hard, "costs": self.clauses.costs}, stdin)
        for line in self.process.stdout:
            self.said.put((self, json.loads(line)))
        self.said.put((self, None))


def prove(
    model: cp_model.CpModel,
    *,
    stage: str,
    workers: int,
    seconds: float,
    control: Control,
    stopwatch: Stopwatch,
    incumbent: int | None = None,
) -> Solved | None:
    """Minimise the objective of a model to proof, or say how far the proof came.

    Args:
        workers: processes side by side, of which each counts in its own way.
        incumbent: the best value known, for the reports of progress.

    Returns:
        ``optimal`` with a value for each variable, ``infeasible``, or ``unknown`` with the bound reached; ``None``
        where the model is more than clauses and small sums.
    """
    started = stopwatch.seconds
    try:
        translated = [clauses_of(model, counter=counter) for counter in COUNTERS[: max(1, workers)]]
    except NotClauses:
        return None
    said: queue.Queue[tuple[_Prover, dict[str, Any] | None]] = queue.Queue()
    left = max(1.0, seconds - (stopwatch.seconds - started))
    provers = [_Prover(clauses, _start(left), said) for clauses in translated]
    for prover in provers:
        threading.Thread(target=prover.work, daemon=True).start()
    best: int | None = None
    running = len(provers)
    try:
        while running and not control.is_stopped and stopwatch.seconds - started < seconds:
            try:
                prover, news = said.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if news is None:
                running -= 1
            elif news["status"] == "bound":
                found = prover.clauses.offset + int(news["cost"])
                if best is None or found > best:
                    best = found
                    control.report(Progress(seconds=stopwatch.seconds, stage=stage, incumbent=incumbent, bound=best))
            else:
                return _answer(prover.clauses, news, stopwatch.seconds - started)
    finally:
        for prover in provers:
            prover.process.kill()
            prover.process.wait()
    return Solved("unknown", None, None, best, stopwatch.seconds - started, 0.0)


def _start(seconds: float) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own module, by the interpreter that runs this
        [sys.executable, "-m", "scheduler.core.prover", str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _answer(clauses: Clauses, news: dict[str, Any], seconds: float) -> Solved:
    if news["status"] == "infeasible":
        return Solved("infeasible", None, None, None, seconds, 0.0)
    cost = clauses.offset + int(news["cost"])
    holding: Sequence[int] = news["holding"]
    return Solved("optimal", clauses.values(holding), cost, cost, seconds, 0.0)
