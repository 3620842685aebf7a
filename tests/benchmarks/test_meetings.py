"""The meetings at the sizes asked for: value beside bound and first come first served, idle time, seconds.

Seconds in process, so without start and imports; on a machine with other work those of the processor say more, and with
fewer of them than two cores give a search finds less. ``BRIDGE_B2B_DATA`` names the
folder with the instances of the literature. ``pytest tests/benchmarks/test_meetings.py -k f-big`` runs one table.
"""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.demo.load import load_fixture
from app.demo.planning import plan_event
from app.events.models import Event
from app.events.queries import events_by_date
from app.meetings.planner import build_problem, read_facts, wish_key
from app.platform import audit
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.platform.settings import Settings
from scheduler.core.limits import Limits
from scheduler.meetings.board import Board
from scheduler.meetings.idle import waiting_by_person
from scheduler.meetings.legal import Legal
from scheduler.meetings.problem import MeetingsProblem, read_problem
from scheduler.meetings.score import score
from scheduler.meetings.solution import MeetingsSolution
from scheduler.meetings.solve import solve
from scheduler.meetings.tables import Placed, plan_of
from scheduler.meetings.validation import validate
from tests.benchmarks.meeting_halls import (
    Document,
    crowded_hall,
    must_hall,
    standing_hall,
    with_late_people,
    with_previous,
    without_tables,
)
from tests.benchmarks.test_speed import NOW

SEEDS = range(1, 1 + int(os.environ.get("BRIDGE_BENCH_ROUNDS", "2")))
B2B = os.environ.get("BRIDGE_B2B_DATA", "")
WORKERS = 2


class Row(NamedTuple):
    """A line of the table; ``asked`` is the figure that is wanted, ``holds`` whether it was reached."""

    what: str
    reached: str
    seconds: float
    processor: float | None = None
    asked: str = ""
    holds: bool | None = None


def _read(document: Document) -> MeetingsProblem:
    return read_problem(json.dumps(document))


def _solved(problem: MeetingsProblem, seconds: float) -> tuple[Any, float]:
    """The outcome, and the seconds of the processor, with those of the children that prove."""
    before = _processor()
    outcome = solve(problem, limits=Limits(time_limit=seconds, workers=WORKERS))
    spent = _processor() - before
    assert outcome.solution is None or validate(problem, outcome.solution) == ()
    return outcome, spent


def _processor() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _value(problem: MeetingsProblem, solution: MeetingsSolution) -> int:
    held = {one.wish for one in solution.meetings}
    return sum(wish.value for wish in problem.wishes if wish.id in held)


def _said(problem: MeetingsProblem, solution: MeetingsSolution) -> str:
    found = score(problem, solution)
    held, value = len(solution.meetings), _value(problem, solution)
    return f"held {held}, value {value}, idle {found['idle_run'].units} runs, {found['idle_slot'].units} slots"


def _first_come(problem: MeetingsProblem, order: Sequence[str]) -> MeetingsSolution:
    """Each wish in the order of asking in its first free slot, at the first tables that suit, as a clerk would book.

    What the office set comes before: else it could not be held in the end.
    """
    legal = Legal(problem)
    board = Board(legal)
    turn = {name: place for place, name in enumerate(order)}
    numbers = sorted(
        range(len(problem.wishes)),
        key=lambda wish: (not legal.must_be_held(wish), turn[problem.wishes[wish].id]),
    )
    for wish in numbers:
        for slot, classes in sorted(legal.options[wish].items()):
            if any(board.place_at(Placed(wish, slot, one)) for one in classes):
                break
    solution = plan_of(legal, list(board.placed.values()))
    assert solution is not None and validate(problem, solution) == ()
    return solution


def _f_big(folder: Path) -> list[Row]:
    """MTG-06: 2,400 wishes for 960 places; as loaded, and around the sessions of a released agenda."""
    settings = Settings(database_url=f"sqlite:///{folder / 'big.sqlite'}", secret="a key for benches", var=folder)
    audit.use_key(settings.key())
    migrate(settings.database_url)
    database = Database(settings.database_url)
    with database.writing() as session:
        slug = load_fixture(session, name="F-BIG", seed=1, now=NOW).slug
    rows = _beside_first_come(database, "F-BIG")
    plan_event(database, settings, slug=slug, seconds=20, now=NOW)
    rows += _beside_first_come(database, "F-BIG around a released agenda")
    database.close()
    return rows


def _beside_first_come(database: Database, name: str) -> list[Row]:
    with database.reading() as session:
        event: Event = events_by_date(session)[0]
        facts = read_facts(session, event)
        problem = build_problem(facts).model_copy(update={"previous": ()})
        order = [wish_key(one.id) for one in sorted(facts.wishes, key=lambda one: (one.wished_at, one.id))]
    booked, (outcome, spent) = _first_come(problem, order), _solved(problem, 30)
    value, idle = _value(problem, booked), score(problem, booked)["idle_run"].units
    stage, ours = outcome.stages[0], outcome.score["idle_run"].units
    much_better = _value(problem, outcome.solution) > 1.1 * value and ours < 0.5 * idle
    return [
        Row(f"{name}: first come first served", _said(problem, booked), 0.0),
        Row(
            f"{name}: scheduled",
            _said(problem, outcome.solution),
            outcome.seconds,
            spent,
            "more, less idle",
            much_better,
        ),
        Row(f"{name}: value of wants, bound", _share(stage.value, stage.bound), outcome.seconds),
    ]


def _share(value: int, bound: int) -> str:
    return f"{value} of at most {bound}: {value / max(1, bound):.2%}"


def _musts() -> list[Row]:
    """8,000 meetings of 1,000 people that must be held."""
    rows = []
    for blocks in (1, 4):
        for seed in SEEDS:
            problem = _read(must_hall(seed=seed, blocks=blocks))
            outcome, spent = _solved(problem, 15)
            what = f"8,000 musts, {blocks} block(s), seed {seed}"
            if outcome.solution is None:
                rows.append(Row(f"{what}: all placed", outcome.status, outcome.seconds, spent, "10 s", False))
                continue
            first = outcome.first_seconds
            runs = [one.idle_runs for one in waiting_by_person(problem, outcome.solution.meetings).values()]
            mean, worst = sum(runs) / len(problem.people), max(runs)
            said = f"idle runs a person {mean:.2f}, worst {worst}"
            rows += [
                Row(f"{what}: all placed", "all placed", first, None, "10 s", first <= 10),
                Row(f"{what}: tidy", said, outcome.seconds, spent, "15 s, 0.36, 2", mean <= 0.36 and worst <= 2),
            ]
    return rows


def _crowd() -> list[Row]:
    """10,000 wishes of 1,000 people: the value beside its bound."""
    rows = []
    for tables, skew in ((200, 0.0), (400, 0.0), (200, 0.5), (400, 0.5)):
        for seed in SEEDS:
            outcome, spent = _solved(_read(crowded_hall(seed=seed, tables=tables, skew=skew)), 10)
            stage = outcome.stages[0]
            what = f"10,000 wishes, {tables} tables, skew {skew}, seed {seed}"
            share = stage.value / stage.bound
            rows.append(
                Row(what, _share(stage.value, stage.bound), outcome.seconds, spent, "99.6 %, 10 s", share >= 0.996)
            )
    return rows


def _repair(level: str) -> list[Row]:
    """3,000 meetings of 500 people stand; ten tables are lost for a block, or five people come four slots late."""
    rows = []
    for seed in SEEDS:
        document = standing_hall(seed=seed, level=level)
        base, _ = _solved(_read(document), 12)
        assert base.solution is not None
        meetings = base.solution.meetings
        changes = {
            "ten tables lost for a block": without_tables(document, block="b1", tables=10),
            "five people late": with_late_people(document, seed=seed, people=5, slots=4),
        }
        for change, after in changes.items():
            for moves_first, seconds in ((True, 3), (False, 10)):
                problem = _read(with_previous(after, meetings, moves_first=moves_first))
                outcome, spent = _solved(problem, seconds)
                name = f"3,000 {level}s, {change}, seed {seed}: "
                if outcome.solution is None:
                    rows.append(Row(name + "no plan", outcome.status, outcome.seconds, spent, "a plan", False))
                    continue
                stages = {one.name: one for one in outcome.stages}
                moved, said = stages["moved"], _said(problem, outcome.solution)
                if moves_first:
                    reached = f"moved {moved.value}, at least {moved.bound}; {said}"
                    rows.append(
                        Row(f"{name}fewest moves", reached, outcome.seconds, spent, "proven, 3 s", moved.is_proven)
                    )
                else:
                    rows.append(Row(f"{name}all", f"moved {moved.value}; {said}", outcome.seconds, spent))
    return rows


class Published(NamedTuple):
    """What Bofill et al., JAIR 74 (2022), report: the optimum, and seconds to proof (None: not in 7,200 s)."""

    optimum: int
    maxsat: float
    chuffed: float
    cplex: float | None


PUBLISHED = {
    "forum-13": Published(0, 2.5, 2891, 648),
    "forum-13crafb": Published(6, 23.3, 1726, None),
    "forum-14": Published(2, 5.1, 874, None),
    "forumt-14": Published(5, 0.5, 5.6, 45),
    "forumt-14crafc": Published(5, 0.9, 20.2, 894),
    "tic-12": Published(0, 0.1, 0.8, 14),
    "tic-12crafc": Published(0, 0.3, 1.2, 8.9),
    "tic-13": Published(0, 0.4, 16.9, 163),
    "tic-13crafc": Published(4, 5.8, 518, 129),
    "tic-14crafa": Published(0, 1.0, 22.4, 326),
    "ticf-13crafa": Published(0, 2.2, 2473, 1584),
    "ticf-13crafb": Published(3, 22.3, 2292, None),
}


def _literature() -> list[Row]:
    """Every instance in the folder, proven within 60 s; ours beside the published times."""
    if not B2B:
        return [Row("instances of the literature: BRIDGE_B2B_DATA names no folder with them", "", 0.0)]
    rows = []
    for path in sorted(Path(B2B).glob("*.json")):
        problem = read_problem(path.read_bytes())
        outcome, spent = _solved(problem, 60)
        known = PUBLISHED.get(path.stem)
        reached = f"{outcome.status}, " + ", ".join(f"{one.name} {one.value}" for one in outcome.stages[-1:])
        if known is not None:
            cplex = "-" if known.cplex is None else f"{known.cplex:g}"
            reached += (
                f"; published {known.optimum}: MaxSAT {known.maxsat:g} s, Chuffed {known.chuffed:g}, CPLEX {cplex}"
            )
            assert outcome.status != "optimal" or outcome.stages[-1].value == known.optimum, path.stem
        proven = outcome.status in ("optimal", "infeasible")
        rows.append(Row(path.stem, reached, outcome.seconds, spent, "proven, 60 s", proven))
    return rows


TABLES: dict[str, Callable[[Path], list[Row]]] = {
    "f-big": _f_big,
    "musts": lambda _: _musts(),
    "crowd": lambda _: _crowd(),
    "repair-wants": lambda _: _repair("want"),
    "repair-musts": lambda _: _repair("must"),
    "b2b": lambda _: _literature(),
}


@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", TABLES)
def test_meetings_figures(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = TABLES[name](tmp_path)
    with capsys.disabled():
        print(f"\n{'meetings':<60} {'seconds':>7} {'of processor':>12}  {'asked':<16} {'':<7} reached")
        for row in rows:
            mark = "" if row.holds is None else "holds" if row.holds else "MISSED"
            spent = "" if row.processor is None else f"{row.processor:.1f}"
            print(f"{row.what:<60} {row.seconds:>7.1f} {spent:>12}  {row.asked:<16} {mark:<7} {row.reached}")
