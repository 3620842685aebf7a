"""Releases: the difference by session and by person, one mail for each touched person, never two at once."""

import random
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from app.agenda.differences import difference, entries_of_release
from app.agenda.enums import Part
from app.agenda.models import AgendaRelease, AgendaSession, DraftPlacement, SessionPerson
from app.agenda.preview import preview_of
from app.agenda.queries import newest_release, release_numbered
from app.agenda.service import Overtaken, release
from app.delegations.models import Delegate
from app.delegations.queries import delegates_by_id
from app.events.models import Room
from app.office.service import release_agenda
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.outbox import MailState, OutboxMail
from app.printing.queries import itinerary_of_person

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])

Days = dict[int, set[tuple[Any, ...]]]


def _days(release: AgendaRelease | None) -> Days:
    """What a release asks of each person, read from its rows and nothing else."""
    days: Days = {}
    for placed in release.sessions if release else ():
        for person in placed.people:
            row = (placed.session_id, placed.starts_at, placed.ends_at, placed.room_id, person.part)
            days.setdefault(person.delegate_id, set()).add(row)
    return days


def _shuffle(session: Any, cast: Any, chance: random.Random, nine: Any) -> None:
    """Some edits as an office makes them: times, rooms, people, parts, sessions that come and go."""
    items = session.scalars(select(AgendaSession).order_by(AgendaSession.id)).all()
    rooms = list(session.scalars(select(Room.id).where(Room.slug.in_(("room-a", "room-b"))).order_by(Room.id)))
    hours = chance.sample(range(9), len(items))
    for item, hour in zip(items, hours, strict=True):
        placement = session.scalar(select(DraftPlacement).where(DraftPlacement.session_id == item.id))
        if chance.random() < 0.4 and placement is not None:
            placement.starts_at = nine + timedelta(hours=hour)
            placement.room_id = chance.choice(rooms)
        if chance.random() < 0.4:
            session.execute(delete(SessionPerson).where(SessionPerson.session_id == item.id))
            chosen = chance.sample(cast.people, chance.randint(0, 3))
            for position, person in enumerate(chosen):
                part = chance.choice([Part.SPEAKER, Part.HOST, Part.MAY_ATTEND])
                session.add(SessionPerson(session_id=item.id, delegate_id=person, part=part, position=position))
        item.is_cancelled = chance.random() < 0.15


@both
@pytest.mark.parametrize("seed", range(4))
def test_agd_14_exactly_those_whose_day_differs_get_one_mail_each(
    database: Database, cast: Any, placed: Any, actor: Actor, now: Any, nine: Any, seed: int, kind: str
) -> None:
    """AGD-14: against a count by hand, over random edits; held until sent; an unchanged release writes to nobody."""
    chance = random.Random(seed)
    with database.writing() as session:
        for number in range(5):
            placed(session, f"Workshop {number}", cast.heads[:2], 60 * number, room="room-a")
    before: Days = {}
    mails: set[int] = set()
    made = 0
    while made < 5:
        with database.writing() as session:
            if made:
                _shuffle(session, cast, chance, nine)
        with database.writing() as session:
            found = preview_of(session, cast.event)
            if found.blocking or not found.entries:
                continue  # such a draft is not released at all; the next shuffle is another
            effects = release_agenda(session, event=cast.event, name="R", note=None, actor=actor, now=now)
        made += 1
        with database.reading() as session:
            after = _days(newest_release(session, cast.event.id))
            expected = {person for person in before.keys() | after if before.get(person) != after.get(person)}
            assert effects.touched == expected
            rows = session.scalars(select(OutboxMail).where(OutboxMail.id.not_in(mails))).all()
            addresses = dict(session.execute(select(Delegate.id, Delegate.email)).all())
            assert sorted(mail.recipient for mail in rows) == sorted(addresses[person] for person in expected)
            assert {mail.state for mail in rows} <= {MailState.HELD}
            mails |= {mail.id for mail in rows}
        before = after
    with database.writing() as session:
        assert release_agenda(session, event=cast.event, name="Same", note=None, actor=actor, now=now).notices == 0


def test_agd_14_the_mail_says_what_differs_for_its_reader(
    database: Database, cast: Any, placed: Any, actor: Actor, now: Any, nine: Any
) -> None:
    """AGD-14: who leaves a session reads that it is over for them, who joins that it is new, each in their language."""
    with database.writing() as session:
        item = placed(session, "Waste", cast.heads[:2], 0)
        item.titles = {"fr": "Déchets"}
        session.get(Delegate, cast.heads[2]).locale = "fr"
        release_agenda(session, event=cast.event, name="First", note=None, actor=actor, now=now)
    with database.writing() as session:
        for mail in session.scalars(select(OutboxMail)):
            mail.state = MailState.SENT
        leaves = session.scalars(select(SessionPerson).where(SessionPerson.delegate_id == cast.heads[0])).one()
        leaves.delegate_id = cast.heads[2]
        release_agenda(session, event=cast.event, name="Second", note=None, actor=actor, now=now)
    with database.reading() as session:
        rows = session.scalars(select(OutboxMail).where(OutboxMail.cause == "release 2")).all()
        bodies = {mail.recipient.partition("@")[2]: mail.body for mail in rows}
    assert set(bodies) == {"phnom-penh.example", "essen.example"}
    assert "Waste: no longer takes place for you" in bodies["phnom-penh.example"]
    assert "Déchets" in bodies["essen.example"]
    assert "Room A" in bodies["essen.example"]


@both
def test_agd_13_any_two_releases_compare_by_session_and_by_person(
    database: Database, cast: Any, placed: Any, actor: Actor, now: Any, nine: Any, kind: str
) -> None:
    """AGD-13: against any earlier release, not only the last; a release stays what it was when the draft goes on."""
    with database.writing() as session:
        one = placed(session, "One", cast.heads[:1], 0)
        placed(session, "Two", cast.heads[1:2], 120)
        release_agenda(session, event=cast.event, name="First", note="As agreed", actor=actor, now=now)
    for name, minutes in (("Second", 240), ("Third", 0)):
        with database.writing() as session:
            placement = session.scalars(select(DraftPlacement).where(DraftPlacement.session_id == one.id)).one()
            placement.starts_at = nine + timedelta(minutes=minutes)
            session.get(AgendaSession, one.id).title = f"One, {name}"
            release_agenda(session, event=cast.event, name=name, note=None, actor=actor, now=now)
    with database.reading() as session:
        first, second, third = (release_numbered(session, cast.event.id, number) for number in (1, 2, 3))
        assert first is not None
        assert first.note == "As agreed"
        assert [placed.frozen["title"] for placed in first.sessions] == ["One", "Two"]
        moved = difference(entries_of_release(first), entries_of_release(second))
        assert [(change.title, change.touched) for change in moved] == [("One, Second", {cast.heads[0]})]
        assert moved[0].was is not None
        assert moved[0].now is not None
        assert (moved[0].was.starts_at, moved[0].now.starts_at) == (nine, nine + timedelta(minutes=240))
        again = difference(entries_of_release(first), entries_of_release(third))
        assert [(change.reworded, change.touched, change.was == change.now) for change in again] == [
            (("title",), frozenset(), True)
        ]


def test_agd_13_what_people_and_papers_read_is_the_release(
    database: Database, cast: Any, placed: Any, actor: Actor, now: Any, nine: Any
) -> None:
    """AGD-13: the itinerary behind page, PDF and feed keeps the released time while the draft moves."""
    with database.writing() as session:
        item = placed(session, "One", cast.heads[:1], 0)
        release_agenda(session, event=cast.event, name="First", note=None, actor=actor, now=now)
    with database.writing() as session:
        placement = session.scalars(select(DraftPlacement).where(DraftPlacement.session_id == item.id)).one()
        placement.starts_at = nine + timedelta(hours=3)
        session.get(AgendaSession, item.id).title = "CANARY"
    with database.reading() as session:
        mayor = delegates_by_id(session, [cast.heads[0]])[cast.heads[0]]
        whole = itinerary_of_person(session, cast.event, mayor)
        assert [(one.title, one.starts_at) for one in whole.items] == [("One", nine)]


@both
def test_agd_15_a_second_release_at_the_same_moment_is_refused(
    database: Database, cast: Any, placed: Any, actor: Actor, now: Any, kind: str
) -> None:
    """AGD-15: two organisers press at once, both having seen the same; one release is made, the other is told whose."""
    with database.writing() as session:
        placed(session, "One", cast.heads[:2], 0)
    with database.reading() as session:
        seen = preview_of(session, cast.event).stamp
    start = threading.Barrier(4)
    ends: list[str] = []

    def press(number: int) -> None:
        start.wait()
        try:
            with database.writing() as session:
                release_agenda(
                    session, event=cast.event, name=f"By {number}", note=None, seen=seen, actor=actor, now=now
                )
            ends.append("released")
        except Overtaken as overtaken:
            ends.append(overtaken.message)

    threads = [threading.Thread(target=press, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(end == "released" for end in ends) == [False, False, False, True]
    assert all("Release 1, By " in end for end in ends if end != "released")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AgendaRelease)) == 1
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == 2


def test_agd_15_what_is_released_is_what_was_looked_at(
    client: Any, sign_in: Callable[..., Any], cast: Any, placed: Any, nine: Any
) -> None:
    """AGD-15: a draft that moved since the page was opened is not released; what was typed stays; a new look releases."""
    sign_in("organiser", event_id=cast.event.id)
    here = "/e/test-event/manage/agenda/release"
    with client.app.state.database.writing() as session:
        item = placed(session, "One", cast.heads[:1], 0)
    seen = _seen(client.get(here).text)
    with client.app.state.database.writing() as session:
        placement = session.scalars(select(DraftPlacement).where(DraftPlacement.session_id == item.id)).one()
        placement.starts_at = nine + timedelta(hours=2)
    refused = client.post(here, data={"name": "My name for it", "seen": seen})
    assert refused.status_code == 409
    assert "changed meanwhile" in refused.text
    assert "My name for it" in refused.text
    made = client.post(here, data={"name": "My name for it", "note": "Rooms are final", "seen": _seen(refused.text)})
    assert (made.status_code, made.headers["location"]) == (303, "/e/test-event/manage/agenda/releases/1")
    page = client.get(made.headers["location"])
    assert "Rooms are final" in page.text
    assert "Mayor of Phnom Penh" in page.text
    assert "My name for it" in client.get("/e/test-event/agenda").text


def test_agd_13_what_is_only_worded_anew_is_named_and_touches_nobody(
    client: Any, sign_in: Callable[..., Any], cast: Any, placed: Any, nine: Any
) -> None:
    """AGD-13: a new title and a new name of a room stand in the difference, and nobody has a mail."""
    sign_in("organiser", event_id=cast.event.id)
    here = "/e/test-event/manage/agenda/release"
    with client.app.state.database.writing() as session:
        one = placed(session, "Water for all", cast.heads[:1], 0, room="room-a")
        placed(session, "Heat", cast.heads[1:2], 0, room="room-b")
    assert client.post(here, data={"name": "First", "seen": _seen(client.get(here).text)}).status_code == 303
    seen = _seen(client.get(here).text)
    assert "Nothing changed since the last release" in client.get(here).text
    with client.app.state.database.writing() as session:
        session.get(AgendaSession, one.id).title = "Water for everybody"
        session.scalars(select(Room).where(Room.slug == "room-b")).one().name = "Room of Heat"
    page = client.get(here).text
    assert re.search(r"Water for everybody.*worded anew: title \(was “Water for all”\)", page, re.DOTALL)
    assert re.search(r"Heat.*worded anew: name of the room", page, re.DOTALL)
    assert "0 people are touched by this release" in page
    assert re.search(r'id="worded".*2 sessions are worded anew', page, re.DOTALL)
    assert client.post(here, data={"name": "Second", "seen": seen}).status_code == 409
    assert client.post(here, data={"name": "Second", "seen": _seen(page)}).status_code == 303
    assert "was “Water for all”" in client.get("/e/test-event/manage/agenda/releases/2").text
    public = client.get("/e/test-event/changes").text
    assert re.search(r"Water for everybody.*Worded anew.*Heat.*Worded anew", public, re.DOTALL)
    assert "Water for all" not in public
    with client.app.state.database.reading() as session:
        assert session.scalars(select(OutboxMail).where(OutboxMail.cause == "release 2")).all() == []


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_agd_13_the_public_reads_what_moved_and_what_was_withdrawn(
    client: Any, cast: Any, placed: Any, actor: Actor, now: Any, nine: Any
) -> None:
    """AGD-13: since any earlier release; a withdrawn session keeps its address; nobody is named."""
    database = client.app.state.database
    assert client.get("/e/test-event/changes").status_code == 404
    with database.writing() as session:
        moves, goes = placed(session, "Moves", cast.heads[:1], 0), placed(session, "Goes", cast.heads[1:2], 120)
        release_agenda(session, event=cast.event, name="First", note=None, actor=actor, now=now)
    assert "This is the first release" in client.get("/e/test-event/changes").text
    with database.writing() as session:
        placement = session.scalars(select(DraftPlacement).where(DraftPlacement.session_id == moves.id)).one()
        placement.starts_at = nine + timedelta(hours=5)
        session.get(AgendaSession, goes.id).is_cancelled = True
        release_agenda(session, event=cast.event, name="Second", note="Rain plan", actor=actor, now=now)
    assert "Rain plan" in client.get("/e/test-event/agenda").text
    page = client.get("/e/test-event/changes").text
    assert re.search(r"Moves.*Moved.*09:00.*14:00", page, re.DOTALL)
    assert re.search(r"Goes.*Withdrawn", page, re.DOTALL)
    assert "Mayor" not in page
    assert "withdrawn" in client.get(f"/e/test-event/agenda/{goes.slug}").text
    assert re.search(r"<s>.*09:00.*</s>", client.get(f"/e/test-event/agenda/{moves.slug}").text)
    assert client.get("/e/test-event/changes?since=7").status_code == 404
    assert client.get("/e/test-event/changes?since=x").status_code == 404


def test_what_starts_when_a_session_ends_is_not_at_the_same_time(
    client: Any, cast: Any, placed: Any, actor: Actor, now: Any
) -> None:
    with client.app.state.database.writing() as session:
        for title, minutes in (("One hour", 0), ("Half beside", 30), ("Right after", 60)):
            placed(session, title, (), minutes, room="room-b" if title == "Half beside" else "room-a")
        release(session, event=cast.event, name="First", note=None, actor=actor, now=now)
    page = client.get(f"/e/{cast.event.slug}/agenda/session-0").text
    assert "Half beside" in page
    assert "Right after" not in page


def test_adm_08_a_release_that_touches_many_shows_them_on_several_pages(
    client: Any, sign_in: Callable[..., Any], cast: Any, placed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ADM-08: each once, whatever it is compared with; the count is of all of them."""
    monkeypatch.setattr("app.office.routes.release.PEOPLE_ON_A_PAGE", 2)
    sign_in("organiser", event_id=cast.event.id)
    here = "/e/test-event/manage/agenda/release"
    with client.app.state.database.writing() as session:
        for position, person in enumerate(cast.people[:5]):
            placed(session, f"Session {position}", [person], 60 * position, room="room-a")
        names = [one.badge_name for one in delegates_by_id(session, cast.people[:5]).values()]

    def people_of(path: str) -> list[str]:
        text = client.get(path).text
        table = re.search(r'id="by_person".*?</table>', text, re.DOTALL)[0]
        return re.findall(r'<bdi class="name">([^<]+)', table)

    assert "5 people are touched by this release" in client.get(here).text
    pages = [people_of(f"{here}?page={number}") for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(name for page in pages for name in page) == sorted(names)
    assert client.post(here, data={"name": "First", "seen": _seen(client.get(here).text)}).status_code == 303
    earlier = "/e/test-event/manage/agenda/releases/1"
    assert [people_of(f"{earlier}?page={number}") for number in (1, 2, 3)] == pages
    with client.app.state.database.writing() as session:
        session.execute(delete(DraftPlacement))
    compared = client.get(f"{here}?against=1").text
    assert re.findall(r'<a (?:rel="next" )?href="(\?[^"]*page=2[^"]*)"', compared)[0] == "?against=1&amp;page=2"
    assert len(people_of(f"{here}?against=1&page=3")) == 1
