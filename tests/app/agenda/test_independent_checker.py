"""AGD-02: the page and a checker that shares no code with it tell of the same conflicts, edit after edit."""

import html
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.agenda.models import AgendaRules, AgendaSession, SessionPerson
from app.agenda.service import accept_run, start_run
from app.claims.enums import HoldingKind
from app.claims.forms import Wanted
from app.claims.service import hold
from app.demo.fixtures.ground import clock
from app.demo.load import load_fixture
from app.events.enums import ResourceTimeKind
from app.events.models import Event, Resource, ResourceTime, Room, RoomOpening
from app.events.time_grid import TimeGrid
from app.platform.actor import Actor
from app.solver_runs.enums import RunState
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solve import solve
from scheduler.core.limits import Limits
from tests.app.agenda.clerk import RULES, Clerk, Conflict, Rows, rows_of

NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
DAYS = ("2019-09-03", "2019-09-04")
KINDS = ("move", "move", "move", "dialog", "tray", "pin", "undo", "redo", "needs", "person")
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Seen:
    """What stood on the page after an edit, and the rows behind it."""

    edit: str
    on_page: list[Conflict]
    in_answer: list[Conflict] | None
    rows: Rows


def _conflicts(page: str) -> list[Conflict]:
    found = re.findall(r'data-rule="([a-z_]+)" data-subjects="([^"]*)"', page)
    told = int(re.search(r"Broken rules: (\d+)", page)[1])
    assert told == len(found), "the head counts what the list holds"
    return sorted(
        ((rule, frozenset(html.unescape(subjects).split())) for rule, subjects in found),
        key=lambda one: (one[0], sorted(one[1])),
    )


class Editor:
    """Somebody who clicks about on the board, as chance has it, through the addresses that the page uses."""

    def __init__(self, client: Any, slug: str, seed: int) -> None:
        self.client, self.chance = client, random.Random(seed)
        self.here = f"/e/{slug}/manage/agenda"
        self.rooms = re.findall(r'id="lane-(\d+)"', self.client.get(self.here).text)
        self.page = self.look()
        self.ids = sorted({int(one) for one in re.findall(r'href="[^"]*/move/(\d+)', self.page)})

    def look(self) -> str:
        """The board as the list of all sessions, with what is in the tray beside it."""
        self.page = str(self.client.get(f"{self.here}?view=list").text)
        return self.page

    def edit(self, number: int) -> tuple[str, str | None]:
        """One edit; gives its name and the answer where that is a board."""
        kind = KINDS[number] if number < len(KINDS) else self.chance.choice(KINDS)
        answer = getattr(self, f"_{kind}")()
        assert answer is None or answer.status_code in {200, 303}, (kind, answer.status_code, answer.text[:400])
        return kind, answer.text if answer is not None and answer.status_code == 200 else None

    def _seen(self) -> tuple[int, dict[str, str]]:
        """A session and the version of its placement, as the list of all sessions has it."""
        session_id = self.chance.choice(self.ids)
        card = re.search(rf'<a id="card-{session_id}"[^>]*', self.page)
        version = re.search(r'data-version="(\d+)"', card[0]) if card else None
        return session_id, {"version": version[1]} if version else {}

    def _where(self) -> tuple[str, str, str]:
        return (
            self.chance.choice(self.rooms),
            self.chance.choice(DAYS),
            f"{self.chance.randrange(9, 18):02d}:{self.chance.randrange(0, 60, 5):02d}",
        )

    def _move(self) -> Any:
        session_id, seen = self._seen()
        data = {"session_id": session_id, "spot": "|".join(self._where()), **seen}
        return self.client.post(f"{self.here}/place", data=data, headers=HTMX)

    def _dialog(self) -> Any:
        session_id, seen = self._seen()
        room, day, at = self._where()
        data = {"session_id": session_id, "room_id": room, "day": day, "time": at, **seen}
        return self.client.post(f"{self.here}/place", data=data)

    def _tray(self) -> Any:
        session_id, seen = self._seen()
        return self.client.post(f"{self.here}/place", data={"session_id": session_id, "spot": "tray", **seen})

    def _pin(self) -> Any:
        session_id, seen = self._seen()
        kind = self.chance.choice(("time", "room", "both", "none"))
        data = {"session_id": session_id, "kind": kind, **seen}
        return self.client.post(f"{self.here}/pin", data=data, headers=HTMX) if seen else None

    def _undo(self, verb: str = "undo") -> Any:
        step = re.search(rf'agenda/{verb}".*?name="step_id" value="(\d+)"', self.page)
        return self.client.post(f"{self.here}/{verb}", data={"step_id": step[1]}, headers=HTMX) if step else None

    def _redo(self) -> Any:
        return self._undo("redo")

    def _needs(self) -> Any:
        """Other guests, another length or other hours on a session's own page."""
        path = f"{self.here}/sessions/{self.chance.choice(self.ids)}"
        form = self.client.get(path).text.split('class="form card"', 1)[1].split("</form>", 1)[0]
        sent = _sent(form)
        sent["audience"] = str(self.chance.choice((20, 90, 150, 300, 700)))
        sent["duration_minutes"] = str(self.chance.choice((30, 45, 60, 90)))
        if self.chance.random() < 0.5:
            day, hour = self.chance.choice(DAYS), self.chance.randrange(9, 15)
            sent |= {"window-0-start": f"{day}T{hour:02d}:00", "window-0-end": f"{day}T{hour + 3}:30"}
        return self.client.post(path, data=sent)

    def _person(self) -> Any:
        """Somebody who is on one session is put on another too."""
        one, other = self.chance.sample(self.ids, 2)
        people = re.findall(r'name="delegate_id" value="(\d+)"', self.client.get(f"{self.here}/sessions/{one}").text)
        if not people:
            return None
        said = {"delegate_id": self.chance.choice(people), "part": self.chance.choice(("speaker", "may_attend"))}
        return self.client.post(f"{self.here}/sessions/{other}/people", data=said)


def _sent(form: str) -> dict[str, Any]:
    """What a browser would send of a form as it stands on the page."""
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        one = {name: html.unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        if one.get("type") not in {"checkbox", "radio"}:
            sent[one["name"]] = one.get("value", "")
        elif " checked" in tag:
            sent.setdefault(one["name"], []).append(one["value"])
    for name, body in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        sent[name] = html.unescape(chosen[1]) if chosen else ""
    return sent


def _add_facts(session: Any, event: Event) -> None:
    """What the generated edition leaves out: a room with hours, work elsewhere, a break, a limit, a turnover."""
    grid = TimeGrid.of(event)
    rooms = session.scalars(select(Room).where(Room.event_id == event.id, Room.takes_sessions).order_by(Room.id)).all()
    session.add(RoomOpening(room_id=rooms[2].id, starts_at=clock(0, 10), ends_at=clock(0, 16)))
    session.add(RoomOpening(room_id=rooms[2].id, starts_at=clock(1, 9), ends_at=clock(1, 18)))
    rooms[1].turnover_minutes = 15
    resource = session.scalars(select(Resource).where(Resource.event_id == event.id).order_by(Resource.id)).first()
    for kind, since, until in ((ResourceTimeKind.SHIFT, 9, 18), (ResourceTimeKind.BREAK, 12, 13)):
        for day in (0, 1):
            times = {"starts_at": clock(day, since), "ends_at": clock(day, until)}
            session.add(ResourceTime(resource_id=resource.id, kind=kind, **times))
    session.add(AgendaRules(event_id=event.id, severities={}, weights={}, max_parallel=5))
    items = session.scalars(select(AgendaSession).order_by(AgendaSession.id)).all()
    items[3].is_plenary, items[5].is_optional = True, True
    items[7].same_room_as_id = items[8].id
    person = session.scalars(select(SessionPerson.delegate_id).order_by(SessionPerson.id)).first()
    hold(
        session,
        event_id=event.id,
        wanted=Wanted(
            kind=HoldingKind.VISIT,
            start_tick=grid.tick(clock(0, 14)),
            end_tick=grid.tick(clock(0, 17)),
            person_ids=(person,),
            resources={resource.code: 1},
            capacities={resource.code: resource.capacity},
        ),
    )


def _place_everything(session: Any, event: Event, actor: Actor) -> None:
    run = start_run(session, event=event, label="Test", time_limit_seconds=3, seed=1, actor=actor, now=NOW)
    outcome = solve(AgendaProblem.model_validate_json(run.problem), limits=Limits(time_limit=3, workers=1, seed=1))
    run.outcome, run.state, run.has_solution = outcome.model_dump_json(), RunState.DONE, True
    session.flush()
    session.expire_all()
    accept_run(session, event=event, run=run, actor=actor, now=NOW)


@pytest.fixture
def editor(client: Any, sign_in: Any, actor: Actor) -> Editor:
    """An organiser before F-BIG, which a run has placed, with facts added that its plan does not keep."""
    with client.app.state.database.writing() as session:
        event = load_fixture(session, name="F-BIG", seed=3, now=NOW)
        _place_everything(session, event, actor)
        _add_facts(session, event)
        event_id, slug = event.id, event.slug
    sign_in(Role.ORGANISER, event_id=event_id)
    return Editor(client, slug, seed=2)


@pytest.mark.parametrize("edits", [50, pytest.param(200, marks=pytest.mark.long)])
def test_agd_02_page_and_checker_agree_after_each_of_200_edits(editor: Editor, edits: int) -> None:
    """AGD-02: rule by rule and subject by subject, on the page and in the answer to the edit itself.

    The counter-test is below it: a checker that leaves out any one rule, or counts sessions a grain too long, does not
    agree with the same pages. A rule that never came up would agree by itself, so each comes up in two hundred.
    """
    seen = []
    for number in range(edits):
        kind, answer = editor.edit(number)
        with editor.client.app.state.database.engine.connect() as connection:
            rows = rows_of(connection)
        one = Seen(kind, _conflicts(editor.look()), _conflicts(answer) if answer else None, rows)
        found = Clerk(one.rows).conflicts()
        assert one.on_page == found, (number, one.edit)
        assert one.in_answer in (None, found), (number, one.edit)
        seen.append(one)
    assert len({one.edit for one in seen}) == len(set(KINDS))
    assert sum(one.in_answer is not None for one in seen) > edits / 3
    assert any(one.on_page != Clerk(_a_grain_longer(one.rows)).conflicts() for one in seen)
    if edits < 200:
        return
    assert {rule for one in seen for rule, _subjects in one.on_page} == set(RULES)

    for rule in RULES:
        assert any(one.on_page != Clerk(one.rows).conflicts(without=rule) for one in seen), rule


def _a_grain_longer(rows: Rows) -> Rows:
    sessions = [{**row, "duration_minutes": row["duration_minutes"] + 5} for row in rows["agenda_session"]]
    return {**rows, "agenda_session": sessions}
