"""AGD-05, AGD-04, AGD-07, AGD-15: sessions, people, interpreters and ways are written on pages and reach the problem."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.enums import Part
from app.agenda.models import AgendaSession, SessionPerson, SessionUse
from app.agenda.planner import build_problem, read_facts
from app.agenda.preview import preview_of
from app.agenda.queries import current_draft
from app.agenda.service import release
from app.claims.models import Claim, Holding
from app.events.models import Resource, ResourceTime, Room
from app.meetings.planner import problem_of as meetings_problem_of
from app.platform.database.engine import Database

HERE = "/e/test-event/manage/agenda"


def _problem(database: Database, event: Any) -> Any:
    with database.reading() as session:
        return build_problem(session, read_facts(session, event), current_draft(session, event.id))


def _form(page: str) -> dict[str, Any]:
    """What a browser would send of the session's form as it stands on the page."""
    part = page[page.index("What it needs") :]
    part = part[: part.index("</form>")]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", part):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="([^"]*)"', tag)
        value = html.unescape((re.search(r'value="([^"]*)"', tag) or ["", ""])[1])
        if kind and kind[1] in {"checkbox", "radio"}:
            if " checked" in tag:
                sent.setdefault(name[1], []).append(value)  # type: ignore[index]
        elif name:
            sent[name[1]] = value
    for name, body in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', part, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        sent[name] = html.unescape(chosen[1]) if chosen else ""
    return sent


@pytest.fixture
def office(client: Any, sign_in: Callable[..., Any], cast: Any) -> Any:
    """The client as organiser of the event of ``cast``."""
    sign_in("organiser", event_id=cast.event.id)
    return client


def test_agd_07_what_a_session_needs_is_written_on_its_page_and_reaches_the_problem(
    office: Any, cast: Any, placed: Any
) -> None:
    """AGD-04, AGD-07: every field of the problem file that a session has; a second save of the same page changes nothing."""
    database = office.app.state.database
    with database.writing() as session:
        session.scalars(select(Room).where(Room.slug == "room-a")).one().features = ["stage"]
        first = placed(session, "Opening", cast.heads[:1], 0)
        session.add(Resource(event_id=cast.event.id, code="interpreters-zh", name="Chinese", language="zh", capacity=2))
    made = office.post(
        f"{HERE}/sessions/new",
        data={"title": "Closing", "kind": "ceremony", "duration_minutes": "45", "audience": "", "version": "0"},
    )
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    sent = _form(office.get(address).text) | {
        "audience": "80",
        "layout": "theatre",
        "features": ["stage"],
        "booths": "2",
        "languages": "en, zh",
        "after": [first.slug],
        "not_with": [first.slug],
        "same_room_as": first.slug,
        "rooms": ["room-a"],
        "is_plenary": "yes",
        "is_optional": "yes",
        "value": "7",
        "units-interpreters-zh": "2",
        "window-0-start": "2019-09-03T10:00",
        "window-0-end": "2019-09-03T13:00",
    }
    saved = office.post(address, data=sent)
    assert saved.status_code == 303, saved.text
    problem = _problem(database, cast.event)
    closing = next(one for one in problem.sessions if one.id == "closing")
    day = 24 * 12
    assert closing.model_dump(exclude={"id", "people", "pin"}) == {
        "duration": 9,
        "audience": 80,
        "layout": "theatre",
        "features": ("stage",),
        "booths": 2,
        "rooms": ("room-a",),
        "windows": ((day + 10 * 12, day + 13 * 12),),
        "after": (first.slug,),
        "not_with": (first.slug,),
        "same_room_as": first.slug,
        "uses": {"interpreters-zh": 2},
        "plenary": True,
        "optional": True,
        "value": 7,
    }
    again = _form(office.get(address).text)
    assert office.post(address, data=again).status_code == 303
    assert _problem(database, cast.event) == problem


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("duration_minutes", "47"),
        ("duration_minutes", "x"),
        ("after", "itself"),
        ("same_room_as", "nothing"),
        ("rooms", "nowhere"),
        ("window-0-end", "2019-09-03T09:00"),
        ("window-0-end", "2019-09-03T10:04"),
        ("window-0-end", "2019-09-03T13:00+02:00"),
        ("window-0-start", "0001-01-01T00:00"),
        ("units-interpreters-zh", "-1"),
        ("audience", "-5"),
    ],
)
def test_agd_07_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    office: Any, cast: Any, placed: Any, field: str, value: str
) -> None:
    """AGD-07: 422, what was typed is kept, the session is as it was."""
    database = office.app.state.database
    with database.writing() as session:
        item = placed(session, "Opening", cast.heads[:1], 0)
        item.slug = "itself"
        session.add(Resource(event_id=cast.event.id, code="interpreters-zh", name="Chinese", capacity=2))
    before = _problem(database, cast.event)
    sent = _form(office.get(f"{HERE}/sessions/{item.id}").text)
    sent |= {
        "window-0-start": "2019-09-03T10:00",
        "window-0-end": "2019-09-03T13:00",
        "languages": "KEPT",
        field: value,
    }
    answer = office.post(f"{HERE}/sessions/{item.id}", data=sent)
    assert answer.status_code == 422
    assert 'id="errors"' in answer.text
    assert "KEPT" in answer.text
    assert _problem(database, cast.event) == before


def test_agd_15_the_second_save_is_refused_with_both_versions_shown(office: Any, cast: Any, placed: Any) -> None:
    """AGD-15: 409 with theirs and mine; a mix or mine can be saved from there; a change of people counts as one too."""
    database = office.app.state.database
    with database.writing() as session:
        item = placed(session, "Opening", cast.heads[:1], 0)
    address = f"{HERE}/sessions/{item.id}"
    mine = _form(office.get(address).text)
    theirs = mine | {"title": "THEIR TITLE", "audience": "33"}
    assert office.post(address, data=theirs).status_code == 303
    refused = office.post(address, data=mine | {"title": "MY TITLE", "audience": "44"})
    assert refused.status_code == 409
    for text in ("THEIR TITLE", "MY TITLE", "33", "44", "Changed meanwhile by Organiser", "20 Aug"):
        assert text in refused.text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', refused.text))
    kept = office.post(address, data={name: html.unescape(text) for name, text in hidden.items()} | {"keep": "mine"})
    assert kept.status_code == 303, kept.text
    with database.reading() as session:
        row = session.get(AgendaSession, item.id)
        assert (row.title, row.audience) == ("MY TITLE", 44)
    stale = _form(office.get(address).text)
    office.post(f"{address}/people", data={"delegate_id": cast.heads[1], "part": "host"})
    assert office.post(address, data=stale).status_code == 409


def test_agd_05_people_and_parts_are_set_on_the_session_s_page(office: Any, cast: Any, placed: Any) -> None:
    """AGD-05: found by name, put on, given another part and order, taken off; who may come is not bound in the problem."""
    database = office.app.state.database
    with database.writing() as session:
        item = placed(session, "Opening", (), 0)
    address = f"{HERE}/sessions/{item.id}"
    found = office.get(f"{address}?q=mayor shenzhen").text
    assert "Mayor of Shenzhen" in found
    assert "Mayor of Essen" not in found

    def say(person: int, part: str, **more: Any) -> Any:
        return office.post(f"{address}/people", data={"delegate_id": person, "part": part, **more})

    def bound() -> tuple[str, ...]:
        return _problem(database, cast.event).sessions[0].people

    assert say(cast.heads[1], "speaker", speaking_minutes="5").status_code == 303
    assert say(cast.heads[2], "may_attend").status_code == 303
    assert bound() == (f"p{cast.heads[1]}",)
    assert say(cast.heads[2], "moderator", position="0").status_code == 303
    assert set(bound()) == {f"p{cast.heads[1]}", f"p{cast.heads[2]}"}
    with database.reading() as session:
        rows = session.scalars(select(SessionPerson).order_by(SessionPerson.position)).all()
        assert [(row.delegate_id, row.part) for row in rows] == [
            (cast.heads[2], Part.MODERATOR),
            (cast.heads[1], Part.SPEAKER),
        ]
    assert say(cast.heads[1], "off").status_code == 303
    assert bound() == (f"p{cast.heads[2]}",)
    assert say(cast.heads[1], "off").status_code == 404
    assert say(999, "speaker").status_code == 404
    assert say(cast.heads[1], "dancer").status_code == 422


def test_agd_05_walking_times_are_set_on_a_page_and_judge_the_draft(office: Any, cast: Any, placed: Any) -> None:
    """AGD-05: ten minutes to walk leave no place for five; with two there is."""
    database = office.app.state.database
    with database.writing() as session:
        placed(session, "One", cast.heads[:1], 0)
        placed(session, "Other", cast.heads[:1], 65, room="room-b")

    def broken() -> list[str]:
        with database.reading() as session:
            return [rule.rule for rule in preview_of(session, cast.event).rules]

    assert broken() == ["person_in_one_place"]
    page = office.get(f"{HERE}/walks").text
    field = re.search(r'name="(walk-\d+-\d+)"', page)[1]  # type: ignore[index]
    seen = field.replace("walk", "seen")
    assert office.post(f"{HERE}/walks", data={field: "x", seen: "10"}).status_code == 422
    assert office.post(f"{HERE}/walks", data={field: "999", seen: "10"}).status_code == 422
    late = office.post(f"{HERE}/walks", data={field: "2", seen: "3"})
    assert late.status_code == 409
    assert f'name="{field}" value="10"' in late.text, "theirs"
    assert f'name="mine.{field}" value="2"' in late.text
    assert office.post(f"{HERE}/walks", data={field: "2", seen: "10"}).status_code == 303
    assert broken() == []


def test_agd_05_interpreters_their_shifts_breaks_and_work_elsewhere(office: Any, cast: Any, placed: Any) -> None:
    """AGD-05: shifts without breaks are ``open``, work elsewhere is ``taken``, in the agenda's and the meetings' problem."""
    database = office.app.state.database
    here = f"{HERE}/interpreters"
    assert office.post(here, data={"name": "Chinese", "language": "zh", "capacity": "2"}).status_code == 303
    assert office.post(here, data={"name": "Other", "language": "zh", "capacity": "2"}).status_code == 422
    with database.reading() as session:
        resource = session.scalars(select(Resource)).one()

    def add(kind: str, since: str, until: str, units: str = "1", on: str = "2019-09-03") -> int:
        data = {"kind": kind, "on": on, "since": since, "until": until, "units": units}
        return int(office.post(f"{here}/{resource.id}/times", data=data).status_code)

    day = 24 * 12
    assert _problem(database, cast.event).resources[0].open is None
    assert [add("shift", "09:00", "13:00"), add("break", "11:00", "11:30")] == [303, 303]
    assert [add("shift", "13:00", "09:00"), add("elsewhere", "09:00", "10:00", "3")] == [422, 422]
    assert [add("shift", "00:00", "01:00", on=on) for on in ("0001-01-01", "9999-12-31")] == [422, 422]
    assert add("elsewhere", "12:00", "13:00", "1") == 303
    shown = _problem(database, cast.event).resources[0]
    assert shown.open == ((day + 9 * 12, day + 11 * 12), (day + 11 * 12 + 6, day + 13 * 12))
    assert {(start, units) for start, _end, units in shown.taken} == {(day + 12 * 12 + n, 1) for n in range(12)}
    with database.reading() as session:
        taken = meetings_problem_of(session, cast.event.id).resources[0].taken
        slots = {one.id for one in meetings_problem_of(session, cast.event.id).slots}
    # Slots from 10:00 each 25 minutes for 20: the one at 10:50 ends and the one at 11:15 starts within the break.
    assert slots >= taken.keys()
    assert sorted(taken.values()) == [1, 2, 2]
    page = office.get(here).text
    assert "Work elsewhere" in page
    saved = office.post(f"{here}/{resource.id}", data={"name": "Chinese", "capacity": "3", "version": "1"})
    assert saved.status_code == 303
    late = office.post(f"{here}/{resource.id}", data={"name": "C", "capacity": "1", "version": "1"})
    assert late.status_code == 409
    assert "Changed meanwhile by Organiser" in late.text, "AGD-15: who, and both versions"
    assert 'name="name" value="Chinese"' in late.text
    assert 'name="mine.name" value="C"' in late.text
    assert office.get(re.search(r'href="([^"]+)"[^>]*>(?:<[^>]+>)*Keep theirs', late.text)[1]).status_code == 200
    mine = {"version": "2", "keep": "mine", "mine.name": "C", "mine.capacity": "1", "mine.channel": ""}
    assert office.post(f"{here}/{resource.id}", data=mine).status_code == 303
    assert office.post(f"{here}/999", data={"name": "C", "capacity": "1", "version": "1"}).status_code == 404


def test_agd_05_a_shift_without_a_whole_step_is_refused_at_its_field(office: Any, cast: Any, placed: Any) -> None:
    """AGD-05: kept, it meant "never there"; a break of the same length takes the steps that it touches."""
    database = office.app.state.database
    with database.writing() as session:
        session.add(Resource(event_id=cast.event.id, code="interpreters-zh", name="Chinese", language="zh", capacity=2))
    with database.reading() as session:
        resource = session.scalars(select(Resource)).one()
    short = {"on": "2019-09-03", "since": "09:01", "until": "09:06", "units": "1"}

    def add(**said: str) -> Any:
        return office.post(f"{HERE}/interpreters/{resource.id}/times", data=short | said)

    refused = add(kind="shift")
    assert refused.status_code == 422
    said = "A shift holds at least one whole step of 5 minutes."
    assert refused.text.count(said) == 1
    assert said in refused.text.split(f'id="until-{resource.id}-error"')[1].split("</p>")[0]
    assert _problem(database, cast.event).resources[0].open is None, "still there all day"
    assert add(kind="break").status_code == 303
    assert add(kind="shift", since="09:00", until="09:05").status_code == 303
    backwards = add(kind="shift", until="08:00").text
    assert "It ends before it starts." in backwards.split(f'id="until-{resource.id}-error"')[1].split("</p>")[0]
    far = add(kind="shift", on="2019-12-24").text
    assert "This is not during the event." in far.split(f'id="on-{resource.id}-error"')[1].split("</p>")[0]


def test_agd_08_an_interpreter_at_work_elsewhere_is_in_the_ledger(
    office: Any, cast: Any, placed: Any, actor: Any, now: Any, nine: Any
) -> None:
    """AGD-05, AGD-08: a released session takes them; work elsewhere is refused then; taken away, the ledger is free."""
    database = office.app.state.database
    with database.writing() as session:
        item = placed(session, "Opening", cast.heads[:1], 0)
        resource = Resource(event_id=cast.event.id, code="interpreters-zh", name="Chinese", capacity=1)
        session.add(resource)
        session.flush()
        session.add(SessionUse(session_id=item.id, resource_id=resource.id, units=1))
    with database.writing() as session:
        release(session, event=cast.event, name="First", note=None, actor=actor, now=now)
    here = f"{HERE}/interpreters/{resource.id}/times"
    busy = {"kind": "elsewhere", "on": "2019-09-03", "since": "09:30", "until": "10:30", "units": "1"}
    refused = office.post(here, data=busy)
    assert refused.status_code == 409
    assert "released agenda" in refused.text
    free = office.post(here, data=busy | {"since": "11:00", "until": "12:00"})
    assert free.status_code == 303
    with database.reading() as session:
        row = session.scalars(select(ResourceTime)).one()
        assert row.holding_id is not None
        assert len(session.scalars(select(Claim).where(Claim.holding_id == row.holding_id)).all()) == 12
    assert office.post(f"{here}/{row.id}/remove").status_code == 303
    with database.reading() as session:
        assert session.get(Holding, row.holding_id) is None
    assert nine + timedelta(hours=2) == row.starts_at


def test_agd_07_a_withdrawn_session_leaves_the_draft(office: Any, cast: Any, placed: Any) -> None:
    """AGD-07: withdrawn with the version that was seen, and nowhere asked for again."""
    database = office.app.state.database
    with database.writing() as session:
        item = placed(session, "Opening", cast.heads[:1], 0)
    address = f"{HERE}/sessions/{item.id}"
    late = office.post(f"{address}/withdraw", data={"version": "99"})
    assert late.status_code == 409
    assert "changed this" in late.text
    assert office.post(f"{address}/withdraw", data={"version": str(item.version)}).status_code == 303
    assert office.get(address).status_code == 404
    assert _problem(database, cast.event).sessions == ()
