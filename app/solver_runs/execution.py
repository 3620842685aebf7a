"""Do a run: a child process under limits, its progress stored, its end given a name. One code path for all engines.

No transaction is open while a child works: rows are read before and written in short transactions besides.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from app.solver_runs import ending, keeping
from app.solver_runs.child import Child
from app.solver_runs.ending import Ending, Exit
from app.solver_runs.enums import RunFailure, RunState
from app.solver_runs.keeping import Task
from app.solver_runs.watch import Interrupted, Keeper, Watch

RULES_KEPT, RULES_BROKEN = 0, 1
MOST_VIOLATIONS_TOLD = 5


def execute(keeper: Keeper, run_id: int) -> RunState | None:
    """Take a run up and see it to its end; an infeasible one is explained right after.

    Returns:
        The state it ended in, or ``None`` where another process has it, nothing was to be done, or this one must go.
    """
    task = keeper.write(
        lambda session: keeping.take_up(session, run_id=run_id, worker_name=keeper.name, now=keeper.clock.now())
    )
    if task is None:
        return None
    if task.is_explanation:
        return _explain(keeper, task)
    state = _solve(keeper, task)
    if state is RunState.INFEASIBLE:
        execute(keeper, run_id)
    return state


def _solve(keeper: Keeper, task: Task) -> RunState | None:
    try:
        found = _ending(keeper, task)
    except Interrupted:
        keeper.write(lambda session: keeping.release(session, task=task, now=keeper.clock.now()))
        return None
    except OSError as error:
        found = ending.failed(RunFailure.CRASHED, f"The solver could not be started: {error}")
    now = keeper.clock.now()
    is_mine = keeper.write(lambda session: keeping.finish(session, task=task, ending=found, now=now))
    return found.state if is_mine else None


def _ending(keeper: Keeper, task: Task) -> Ending:
    if task.question is not None:
        return _answered(keeper, task, task.question)
    with TemporaryDirectory(prefix="bridge-run-") as name:
        folder = Path(name)
        problem, hint, outcome = folder / "problem.json", folder / "hint.json", folder / "outcome.json"
        problem.write_text(task.problem)
        told = ["--progress", "--say-begin", "-o", str(outcome)]
        arguments = ["solve", task.kind, str(problem), *told, *_limits_of(task)]
        if task.hint is not None:
            hint.write_text(task.hint)
            arguments += ["--hint", str(hint)]
        ended, was_asked_to_stop = _watched(keeper, task, arguments, folder)
        found = None
        if outcome.exists():
            found = ending.of_outcome(outcome.read_text(), was_asked_to_stop=was_asked_to_stop)
        if found is None:
            return ending.of_exit(ended, was_asked_to_stop=was_asked_to_stop)
        if not found.has_solution:
            return found
        return _checked(keeper, task, found, folder)


def _watched(keeper: Keeper, task: Task, arguments: Sequence[str], folder: Path) -> tuple[Exit, bool]:
    """The command that the run is for: how it ended, and whether somebody asked it to stop."""
    with Child([*keeper.limits.command, *arguments], folder=folder, limits=keeper.limits) as child:
        watch = Watch(keeper, task, child, task.time_limit_seconds)
        return watch.until_end(), watch.was_asked_to_stop


def _answered(keeper: Keeper, task: Task, question: str) -> Ending:
    with TemporaryDirectory(prefix="bridge-run-") as name:
        folder = Path(name)
        problem, plan, answer = folder / "problem.json", folder / "plan.json", folder / "explanation.json"
        problem.write_text(task.problem)
        plan.write_text(task.hint or "")
        asked = ["--plan", str(plan), "--city", question]
        arguments = ["explain", task.kind, str(problem), *asked, "-o", str(answer), *_limits_of(task)]
        ended, was_asked_to_stop = _watched(keeper, task, arguments, folder)
        found = ending.of_answer(answer.read_text()) if answer.exists() else None
        return found or ending.of_exit(ended, was_asked_to_stop=was_asked_to_stop)


def _checked(keeper: Keeper, task: Task, found: Ending, folder: Path) -> Ending:
    """Offer no plan that the validation, which shares no code with the model, finds fault with."""
    problem = str(folder / "problem.json")
    report = folder / "report.json"
    ended = _aside(keeper, task, ["check", task.kind, problem, str(folder / "outcome.json"), "-o", str(report)], folder)
    if ended.code != RULES_KEPT:
        told = _violations(report) if ended.code == RULES_BROKEN else ended.tail
        return ending.failed(RunFailure.WRONG, f"The independent check did not pass the result.\n{told}")
    if task.hint is None:
        return found
    hint_report = folder / "hint_report.json"
    arguments = ["check", task.kind, problem, str(folder / "hint.json"), "-o", str(hint_report)]
    ended = _aside(keeper, task, arguments, folder)
    if ended.code not in (RULES_KEPT, RULES_BROKEN) or not hint_report.exists():
        return found
    return ending.with_hint_report(found, hint_report.read_text())


def _explain(keeper: Keeper, task: Task) -> RunState | None:
    try:
        explanation = _explanation(keeper, task)
    except Interrupted:
        keeper.write(lambda session: keeping.release(session, task=task, now=keeper.clock.now()))
        return None
    except OSError:
        explanation = None
    keeper.write(lambda session: keeping.record_explanation(session, task=task, explanation=explanation))
    return RunState.INFEASIBLE


def _explanation(keeper: Keeper, task: Task) -> str | None:
    with TemporaryDirectory(prefix="bridge-run-") as name:
        folder = Path(name)
        problem, answer = folder / "problem.json", folder / "explanation.json"
        problem.write_text(task.problem)
        seconds = keeper.limits.explain_seconds
        limits = ["--time-limit", str(seconds), "--workers", str(task.workers), "--seed", str(task.seed)]
        arguments = ["explain", task.kind, str(problem), "-o", str(answer), *limits]
        _aside(keeper, task, arguments, folder, seconds=seconds)
        if not answer.exists():
            return None
        text = answer.read_text()
        return text if ending.explains(text) else None


def _aside(keeper: Keeper, task: Task, arguments: Sequence[str], folder: Path, *, seconds: float | None = None) -> Exit:
    """A further command for the same run, which a person's wish to stop does not reach."""
    with Child([*keeper.limits.command, *arguments], folder=folder, limits=keeper.limits) as child:
        allowed = keeper.limits.check_seconds if seconds is None else seconds
        return Watch(keeper, task, child, allowed, obeys_stop=False).until_end()


def _limits_of(task: Task) -> list[str]:
    return [
        *("--time-limit", str(task.time_limit_seconds)),
        *("--seed", str(task.seed)),
        *("--workers", str(task.workers)),
    ]


def _violations(report: Path) -> str:
    try:
        broken = json.loads(report.read_text())["violations"]
        return "\n".join(f"{one['rule']}: {one['message']}" for one in broken[:MOST_VIOLATIONS_TOLD])
    except (OSError, ValueError, KeyError, TypeError):
        return "It said no more."
