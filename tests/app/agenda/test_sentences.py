"""What the scheduler says with IDs and grains reads as titles, names and clock times."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.models import AgendaSession, DraftPlacement, SessionApart, SessionOrder, SessionUse, SessionWindow
from app.agenda.planner import names_of, read_facts, say
from app.agenda.preview import preview_of
from app.agenda.rules import CHOICES
from app.delegations.models import BlockedTime
from app.events.models import Resource, Room
from app.platform.database.engine import Database

RAW = re.compile(r"'|\bgrains?\b|\bsession-\d|\broom-[ab]\b|\bp\d+\b|\b2\d\d\b|\b3\d\d\b")
"""IDs, grains, and numbers of ticks; no title, size or time of this test looks like one."""


def test_agd_02_every_broken_rule_reads_in_the_organiser_s_words(
    database: Database, cast: Any, placed: Any, nine: Any
) -> None:
    """AGD-02: one draft that breaks nearly all rules at once; each sentence names what it is about and nothing raw."""
    with database.writing() as session:
        one = placed(session, "Waste", cast.heads[:1], 0)
        other = placed(session, "Mobility", cast.heads[:1], 30)
        late = placed(session, "Culture", cast.heads[1:2], 60 * 8 + 30, room="room-b")
        room = session.scalars(select(Room).where(Room.slug == "room-b")).one()
        resource = Resource(event_id=cast.event.id, code="interpreters-zh", name="Chinese", capacity=1)
        session.add(resource)
        session.flush()
        one.is_plenary, late.audience, late.layout, late.features, late.booths = True, 85, "boardroom", ["stage"], 2
        other.same_room_as_id = late.id
        session.add_all(
            [
                SessionWindow(
                    session_id=one.id, starts_at=nine + timedelta(hours=2), ends_at=nine + timedelta(hours=4)
                ),
                SessionOrder(session_id=one.id, after_id=other.id),
                SessionApart(session_id=one.id, other_id=other.id),
                SessionUse(session_id=one.id, resource_id=resource.id, units=1),
                SessionUse(session_id=other.id, resource_id=resource.id, units=1),
                BlockedTime(delegate_id=cast.heads[1], starts_at=nine, ends_at=nine + timedelta(hours=9)),
                AgendaSession(
                    event_id=cast.event.id, slug="session-9", kind="workshop", title="Lost", duration_minutes=60
                ),
            ]
        )
        assert room.capacity == 60
        assert len(session.scalars(select(DraftPlacement)).all()) == 3
    with database.reading() as session:
        rules = preview_of(session, cast.event).rules
    told = {rule.rule for rule in rules}
    assert told >= CHOICES.keys() - {"pins_kept", "parallel_limit"}
    for rule in rules:
        assert not RAW.search(rule.sentence), rule.sentence
    sentences = " ".join(rule.sentence for rule in rules)
    assert "“Culture” runs from Tue 3 Sep 17:30 to 18:30" in sentences
    assert "Mayor of Phnom Penh is in “Waste” and “Mobility”, which overlap." in sentences
    assert "it seats 60, 85 are expected" in sentences


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            "'session-0' is pinned to start 396, not 402.",
            "“Waste” is pinned to start Tue 3 Sep 09:00, not Tue 3 Sep 09:30.",
        ),
        ("At 396, 6 sessions run at once; 5 may.", "At Tue 3 Sep 09:00, 6 sessions run at once; 5 may."),
        ("'room-a' needs 2 grains after each session.", "Room A needs 10 minutes after each session."),
        ("Day '2019-09-03' is closed from 396 to 408.", "Day Tue 3 Sep is closed from Tue 3 Sep 09:00 to 10:00."),
        ("'session-0' wants the layout 'u_shape'.", "“Waste” wants the layout u shape."),
        ("from 396 to 700", "from Tue 3 Sep 09:00 to Wed 4 Sep 10:20"),
    ],
)
def test_one_pass_leaves_titles_alone(database: Database, cast: Any, placed: Any, raw: str, said: str) -> None:
    """A title that reads like a figure of the scheduler stays as it is."""
    with database.writing() as session:
        item = placed(session, "Waste", cast.heads[:1], 0)
    with database.reading() as session:
        facts = read_facts(session, cast.event)
        assert say(facts, names_of(facts), raw) == said
        odd = {item.slug: "“from 1 to 2 grains”"}
        assert say(facts, odd, "'session-0' is placed 2 times.") == "“from 1 to 2 grains” is placed 2 times."
