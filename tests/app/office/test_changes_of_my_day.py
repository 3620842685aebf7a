"""ME-1: what changed since one last looked at one's day is marked until one closes it; only what is one's own."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.models import AgendaSession, DraftPlacement
from app.agenda.service import place, release
from app.events.models import Event, MeetingSlot, MeetingTable
from app.meetings.queries import meetings_of
from app.meetings.service import cancel, hold_meeting
from app.platform.audit import AuditEntry
from app.printing.models import DayLook

TITLE = "Changed since you last looked"


def _band(text: str) -> list[str]:
    """The lines of the band: words alone."""
    if TITLE not in text:
        return []
    band = text.split('id="changes"')[1].split("</section>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.findall(r"<li>.*?</li>", band)]


@pytest.fixture
def day(cast: Any) -> str:
    return f"/e/{cast.event.slug}/my"


class Story:
    """A panel of the first head at nine, a meeting with the second head, and what becomes of them."""

    def __init__(self, database: Any, cast: Any, placed: Any, actor: Any, now: Any, nine: Any) -> None:
        self._database, self._cast, self._placed = database, cast, placed
        self._actor, self._now, self._nine = actor, now, nine

    def begin(self, accepted: Any) -> None:
        with self._database.writing() as session:
            self._placed(session, "Panel", (self._cast.heads[0],), 0)
            slot = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at.desc())).first()
            table = session.scalars(select(MeetingTable)).first()
            wish = accepted(session, *self._cast.heads[:2])
            hold_meeting(
                session, event=self._cast.event, wish=wish, slot=slot, table=table, actor=self._actor, now=self._now
            )
            self._release(session)

    def move(self, hours: int) -> None:
        with self._database.writing() as session:
            asked = select(DraftPlacement).join(AgendaSession).where(AgendaSession.title == "Panel")
            before = session.scalars(asked).one()
            place(
                session,
                event=session.get_one(Event, self._cast.event.id),
                session_id=before.session_id,
                room_id=before.room_id,
                starts_at=self._nine + timedelta(hours=hours),
                version=before.version,
                actor=self._actor,
                now=self._now,
            )
            self._release(session)

    def add(self) -> None:
        with self._database.writing() as session:
            self._placed(session, "Added", (self._cast.heads[0],), 300)
            self._release(session)

    def cancel(self) -> None:
        with self._database.writing() as session:
            meeting = meetings_of(session, self._cast.event.id)[0]
            cancel(
                session,
                event=self._cast.event,
                meeting=meeting,
                version=meeting.version,
                reason="Ill",
                actor=self._actor,
                now=self._now,
            )

    def _release(self, session: Any) -> None:
        event = session.get_one(Event, self._cast.event.id)
        release(session, event=event, name="R", note=None, actor=self._actor, now=self._now)


@pytest.fixture
def story(client: Any, cast: Any, placed: Any, actor: Any, now: Any, nine: Any, accepted: Any) -> Story:
    told = Story(client.app.state.database, cast, placed, actor, now, nine)
    told.begin(accepted)
    return told


def _as(sign_in: Any, cast: Any, index: int) -> None:
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[index], delegate_id=cast.heads[index])


def test_what_changed_is_marked_until_it_is_closed(
    client: Any, sign_in: Any, cast: Any, day: str, story: Story
) -> None:
    _as(sign_in, cast, 0)
    assert TITLE not in client.get(day).text, "at a first look nothing has changed"
    assert TITLE not in client.get(day).text
    story.move(2)
    story.add()
    story.cancel()
    for _look in range(2):
        text = client.get(day).text
        lines = _band(text)
        assert len(lines) == 3
        assert any("Panel" in one and one.endswith("was 09:00") for one in lines), lines
        assert any("Added" in one and one.endswith("new") for one in lines), lines
        assert any(one.endswith("cancelled") for one in lines), lines
        assert text.count("was 09:00") == 2, "in the band, and at the row"
    assert "was 09:00" in client.get(f"{day}/saved").text
    stamp = re.search(r'name="stamp" value="(\w+)"', text)
    assert stamp is not None
    assert client.post(f"{day}/seen", data={"stamp": stamp[1]}).status_code == 303
    assert TITLE not in client.get(day).text
    assert "was 09:00" not in client.get(day).text
    with client.app.state.database.reading() as session:
        asked = select(AuditEntry.id).where(AuditEntry.action == "day.changes_seen")
        assert len(session.scalars(asked).all()) == 1


def test_what_nobody_saw_is_not_closed(client: Any, sign_in: Any, cast: Any, day: str, story: Story) -> None:
    _as(sign_in, cast, 0)
    client.get(day)
    story.move(2)
    stamp = re.search(r'name="stamp" value="(\w+)"', client.get(day).text)
    assert stamp is not None
    story.move(4)
    assert client.post(f"{day}/seen", data={"stamp": stamp[1]}).headers["location"] == day
    assert any(one.endswith("was 09:00") for one in _band(client.get(day).text)), "the second move was seen by nobody"


def test_the_changes_of_others_are_not_told(client: Any, sign_in: Any, cast: Any, day: str, story: Story) -> None:
    _as(sign_in, cast, 2)
    client.get(day)
    story.move(2)
    story.add()
    assert TITLE not in client.get(day).text
    with client.app.state.database.reading() as session:
        assert [one.delegate_id for one in session.scalars(select(DayLook))] == [cast.heads[2]]


def test_what_is_over_is_told_no_more(
    client: Any, sign_in: Any, cast: Any, day: str, story: Story, clock: Any, nine: Any
) -> None:
    _as(sign_in, cast, 0)
    client.get(day)
    story.move(2)
    for minutes, is_told in ((179, True), (181, False)):
        clock.set(nine + timedelta(minutes=minutes))
        _as(sign_in, cast, 0)
        assert bool(_band(client.get(day).text)) is is_told


def test_another_language_is_no_change(client: Any, sign_in: Any, cast: Any, day: str, story: Story) -> None:
    _as(sign_in, cast, 0)
    client.get(day)
    french = client.get(day, params={"lang": "fr"}).text
    assert 'lang="fr"' in french
    assert 'id="changes"' not in french
    story.move(2)
    assert 'id="changes"' in client.get(day).text
