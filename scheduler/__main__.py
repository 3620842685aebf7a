"""The command line: solve, check, explain and schema for the three planning problems.

Exit status. ``solve``: 0 a solution, 3 proven infeasible, 4 nothing found in time. ``check``: 0 no hard rule broken,
1 some broken. ``explain``: 0 feasible, 3 infeasible and explained, 4 unknown. All: 2 input refused.
"""

import argparse
import codecs
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scheduler.core.ending import end_with
from scheduler.core.limits import Control, Limits, Progress
from scheduler.core.outcome import CheckReport
from scheduler.core.refusal import LARGEST_FILE_BYTES, Complaint, Refused
from scheduler.registry import KINDS, Kind

SOLVED, BROKEN, REFUSED, INFEASIBLE, NOTHING_FOUND = 0, 1, 2, 3, 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status and never shows a traceback for refused input."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except Refused as refused:
        for complaint in refused.complaints[:50]:
            print(complaint, file=sys.stderr)
        if len(refused.complaints) > 50:
            print(f"and {len(refused.complaints) - 50} more", file=sys.stderr)
        return REFUSED
    except MemoryError:
        print("out of memory: this needs more than the process may have", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    return status


def _solve(options: argparse.Namespace) -> int:
    kind = Kind(options.kind)
    control = Control()
    if options.progress:
        control.on_progress = lambda progress: _print_progress(progress, control)
    _refuse_unwritable(options.output)
    with _signals_stop(control):
        problem = _read_problem(kind, options.problem)
        hint = None if options.hint is None else _read_solution(kind, options.hint, problem)
        solve = kind.function("solve", "solve")
        kind.make_ready(problem)
        if options.say_begin:
            _print_begin()
        outcome = solve(problem, hint=hint, limits=_limits(options), control=control)
    _write(outcome.model_dump_json(), options.output)
    if outcome.status == "infeasible":
        return INFEASIBLE
    return SOLVED if outcome.solution is not None else NOTHING_FOUND


def _check(options: argparse.Namespace) -> int:
    kind = Kind(options.kind)
    problem = _read_problem(kind, options.problem)
    solution = _read_solution(kind, options.solution, problem)
    report = CheckReport(
        violations=tuple(kind.function("validation", "validate")(problem, solution)),
        score=kind.function("score", "score")(problem, solution),
        stages=kind.function("score", "stage_values")(problem, solution),
    )
    _write(report.model_dump_json(), options.output)
    return BROKEN if report.violations else SOLVED


def _explain(options: argparse.Namespace) -> int:
    kind = Kind(options.kind)
    control = Control()
    _refuse_unwritable(options.output)
    with _signals_stop(control):
        problem = _read_problem(kind, options.problem)
        if options.city is None:
            explanation = kind.function("explain", "explain")(problem, limits=_limits(options), control=control)
        else:
            explanation = _explained_city(kind, options, problem, control)
    _write(explanation.model_dump_json(), options.output)
    return {"feasible": SOLVED, "infeasible": INFEASIBLE, "unknown": NOTHING_FOUND}[explanation.status]


def _explained_city(kind: Kind, options: argparse.Namespace, problem: Any, control: Control) -> Any:
    if kind.name != "pairing" or options.plan is None:
        raise Refused([Complaint("--city", "explains a city of a pairing, and needs --plan")])
    plan = _read_solution(kind, options.plan, problem)
    if all(one.id != options.city for one in plan.unpaired):
        raise Refused([Complaint("unpaired", f"the plan does not leave city '{options.city}' without partner")])
    return kind.function("explain", "explain_city")(
        problem, plan=plan, city=options.city, limits=_limits(options), control=control
    )


def _schema(options: argparse.Namespace) -> int:
    schema = Kind(options.kind).schema_of(options.what).model_json_schema()
    _write(json.dumps(schema, indent=2), options.output)
    return SOLVED


@contextmanager
def _signals_stop(control: Control) -> Iterator[None]:
    """Let SIGINT and SIGTERM end a search early instead of the process; what is found by then is written."""
    before = {number: signal.signal(number, lambda *_: control.stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scheduler", description=__doc__.splitlines()[0] if __doc__ else "")
    commands = parser.add_subparsers(required=True, metavar="{solve,check,explain,schema}")

    solve = _command(commands, "solve", _solve, "find the best plan and prove how good it is")
    solve.add_argument("problem", type=Path)
    solve.add_argument("--hint", type=Path, help="a solution or outcome to start from")
    solve.add_argument("--progress", action="store_true", help="print a JSON line to standard error at each step")
    solve.add_argument("--say-begin", action="store_true", help="print a JSON line to standard error before the search")
    solve.add_argument("--budget", type=_positive_whole, help="bound the search in deterministic units, not seconds")
    _add_limits(solve)

    check = _command(commands, "check", _check, "list each broken rule and the score")
    check.add_argument("problem", type=Path)
    check.add_argument("solution", type=Path)

    explain = _command(commands, "explain", _explain, "say why there is no plan, and the cheapest mend")
    explain.add_argument("problem", type=Path)
    explain.add_argument("--plan", type=Path, help="pairing: the plan that stands, a solution or an outcome")
    explain.add_argument("--city", help="pairing: the one city to explain, which the plan leaves without partner")
    _add_limits(explain)

    schema = _command(commands, "schema", _schema, "print a JSON Schema")
    schema.add_argument("what", choices=("problem", "solution", "outcome", "explanation"))
    return parser


def _command(commands: Any, name: str, run: Any, help_: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help_)
    parser.set_defaults(run=run)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("-o", "--output", type=Path, help="write the answer here instead of to standard output")
    return parser


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--time-limit", type=_positive, default=60.0, metavar="S", help="seconds, 60 unless told")
    parser.add_argument("--workers", type=_positive_whole, default=os.cpu_count() or 1, help="search threads")
    parser.add_argument("--seed", type=_seed, default=0)


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e7:
        raise argparse.ArgumentTypeError("must be above 0")
    return number


def _positive_whole(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**31:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _seed(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**31:
        raise argparse.ArgumentTypeError("must be from 0 to 2147483647")
    return number


def _limits(options: argparse.Namespace) -> Limits:
    return Limits(
        time_limit=options.time_limit,
        workers=options.workers,
        seed=options.seed,
        budget=getattr(options, "budget", None),
    )


def _read_problem(kind: Kind, path: Path) -> Any:
    with _named(path):
        return kind.function("problem", "read_problem")(_text(path))


def _read_solution(kind: Kind, path: Path, problem: Any) -> Any:
    with _named(path):
        return kind.function("solution", "read_solution")(_text(path), problem)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """What is wrong with a file as a whole is said of the file: a command may read two."""
    try:
        yield
    except Refused as refused:
        raise Refused([one if one.path else Complaint(str(path), one.message) for one in refused.complaints]) from None


def _text(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise Refused([Complaint(str(path), f"larger than {LARGEST_FILE_BYTES // 2**20} MB")])
        # Some editors begin a file with a mark of its encoding, which is no part of the JSON.
        return path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise Refused([Complaint(str(path), error.strerror or "cannot be read")]) from None


def _refuse_unwritable(path: Path | None) -> None:
    if path is None:
        return
    if path.is_dir():
        raise Refused([Complaint(str(path), "is a folder")])
    if _is_special(path):
        if not os.access(path, os.W_OK):
            raise Refused([Complaint(str(path), "cannot be written to")])
        return
    folder = _target(path).parent
    if not folder.is_dir():
        raise Refused([Complaint(str(path), "its folder does not exist")])
    if not os.access(folder, os.W_OK):
        raise Refused([Complaint(str(path), "its folder cannot be written to")])


def _write(text: str, path: Path | None) -> None:
    """Write an answer; a file is replaced whole or not at all, what a link points at and never the link itself."""
    if path is None:
        _write_out(text)
        return
    part: Path | None = None
    try:
        if _is_special(path):
            path.write_text(text + "\n", encoding="utf-8")
            return
        target = _target(path)
        part = target.with_name(target.name + ".part")
        part.write_text(text + "\n", encoding="utf-8")
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise Refused([Complaint(str(path), error.strerror or "cannot be written")]) from None


def _write_out(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is left in the buffer would fail once more when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Refused([Complaint("standard output", error.strerror or "cannot be written")]) from None


def _is_special(path: Path) -> bool:
    """A device, a pipe or a socket, also through a link: it is written into, never replaced."""
    return path.exists() and not path.is_file()


def _target(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _print_begin() -> None:
    """Say that all is imported, compiled and read: whoever watches counts the time limit from here."""
    print(json.dumps({"begins": True}), file=sys.stderr, flush=True)


def _print_progress(progress: Progress, control: Control) -> None:
    """Say how far it is; where nobody listens any more, end the search with the best so far."""
    line = {"seconds": round(progress.seconds, 3), "stage": progress.stage}
    line |= {"incumbent": progress.incumbent, "bound": progress.bound}
    try:
        print(json.dumps(line), file=sys.stderr, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        control.on_progress = None
        control.stop()


if __name__ == "__main__":
    end_with(main())
