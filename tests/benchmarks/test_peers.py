"""The scheduler beside PyPI's ``conference-scheduler``: the same events, one machine, one sitting, medians of five.

The peer gets an environment of its own, made here and thrown away; where it cannot be installed the table says so. It
knows events, slots, capacities, absences and pairs to keep apart. It is told no more than that: slots of one length at
the same times in every room, closed where our own reading of a session leaves no start; people in common and
``not_with`` as pairs. Turnover, walks, rests, order, shared rooms, interpreters and cost it cannot know; what it breaks
of these is counted by ``validate``. Ours proves the optimum of the whole problem.
"""

import json
import subprocess
import venv
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.model import solution_of
from scheduler.agenda.problem import AgendaProblem, read_problem
from scheduler.agenda.solution import Placement
from scheduler.agenda.solve import solve
from scheduler.agenda.validation import validate
from scheduler.core.limits import Limits
from tests.benchmarks.agenda_events import DAY, DURATIONS, LENGTH, LUNCH, event_of

ROUNDS = 5
SECONDS = 60
PEER = "conference-scheduler==3.0.1"
SCRIPT = Path(__file__).with_name("conference_scheduler_peer.py")


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Path | str:
    """The peer's interpreter, or why there is none."""
    home = tmp_path_factory.mktemp("peer")
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", PEER], capture_output=True, text=True)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return python


def _slots(problem: AgendaProblem) -> list[dict[str, Any]]:
    """As many slots of the longest duration as go into each stretch of a day, at the same times in every room."""
    longest = max(DURATIONS)
    starts = [
        DAY * day + begin + (end - begin) // count * index
        for day in range(len(problem.days))
        for begin, end in ((0, LUNCH[0]), (LUNCH[1], LENGTH))
        for count in [(end - begin) // longest]
        for index in range(count)
    ]
    return [
        {"room": room.id, "start": start, "duration": longest, "capacity": room.capacity}
        for start in starts
        for room in problem.rooms
    ]


def _told(problem: AgendaProblem) -> dict[str, Any]:
    legal, slots = legal_of(problem), _slots(problem)
    events = []
    for session in problem.sessions:
        rooms = legal[session.id].rooms
        blocked = [
            index
            for index, slot in enumerate(slots)
            if not any(start <= slot["start"] < end for start, end in rooms.get(slot["room"], ()))
        ]
        apart = [
            index
            for index, other in enumerate(problem.sessions)
            if other is not session
            and (
                set(other.people) & set(session.people) or other.id in session.not_with or session.id in other.not_with
            )
        ]
        events.append(
            {
                "id": session.id,
                "duration": session.duration,
                "demand": session.audience,
                "blocked": blocked,
                "apart": apart,
            }
        )
    return {"seconds": SECONDS, "slots": slots, "events": events}


def _peer_on(python: Path, problem: AgendaProblem) -> tuple[float, int | None]:
    """Seconds, and how many rules the schedule breaks; nothing where it found none."""
    told = _told(problem)
    done = subprocess.run([python, SCRIPT], input=json.dumps(told), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    if found["places"] is None:
        return found["seconds"], None
    placements = [
        Placement(
            session=problem.sessions[event].id, start=told["slots"][slot]["start"], room=told["slots"][slot]["room"]
        )
        for event, slot in found["places"]
    ]
    return found["seconds"], len(validate(problem, solution_of(problem, placements)))


@pytest.mark.timeout(0)
@pytest.mark.parametrize("sessions", [20, 40, 80])
def test_beside_conference_scheduler(sessions: int, peer: Path | str, capsys: pytest.CaptureFixture[str]) -> None:
    problems = [
        read_problem(json.dumps(event_of("mixed", seed=seed, sessions=sessions, days=2)))
        for seed in range(1, ROUNDS + 1)
    ]
    ours = [solve(problem, limits=Limits(time_limit=10, workers=2)) for problem in problems]
    assert all(one.solution is not None for one in ours)
    proven = sum(one.status == "optimal" for one in ours)
    seconds = median(one.seconds for one in ours)
    lines = [f"ours: optimum proven in {seconds:.2f} s ({proven} of {ROUNDS}), rules broken 0"]
    if isinstance(peer, str):
        lines.append(f"conference-scheduler: could not be installed ({peer})")
    else:
        theirs = [_peer_on(peer, problem) for problem in problems]
        broken = [count for _, count in theirs if count is not None]
        rules = f"rules broken {median(broken):.0f} (median)" if broken else "none found"
        lines.append(
            f"conference-scheduler: any schedule in {median(seconds for seconds, _ in theirs):.2f} s "
            f"({len(broken)} of {ROUNDS}), {rules}"
        )
    with capsys.disabled():
        print(f"\nagenda, {sessions} sessions, half full")
        for line in lines:
            print(f"  {line}")
