"""Substitution by a deputy of fitting rank: who may go, why others may not, and that all other meetings stay."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.claims.enums import ClaimKind
from app.claims.models import Claim
from app.delegations.models import BlockedTime, Delegate
from app.events.models import Event, MeetingSlot, MeetingTable
from app.meetings.models import Meeting, MeetingWish, Substitution, WishPerson
from app.meetings.service import hold_meeting, substitute
from app.meetings.stand_ins import stand_ins
from app.platform.errors import Conflict, Refused


@pytest.fixture
def scene(database: Any, cast: Any, accepted: Any, actor: Any, now: Any) -> dict[str, int]:
    """The head of a delegation in a held meeting, with colleagues who can go or cannot, each for one reason."""
    with database.writing() as session:
        event = session.get_one(Event, cast.event.id)
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.id)).all()
        tables = session.scalars(select(MeetingTable).order_by(MeetingTable.id)).all()
        head = session.get_one(Delegate, cast.heads[0])
        ids = {}
        for key, rank in (("deputy", 40), ("busy", 41), ("away", 42), ("late", 43), ("staff", 80), ("fresh", 44)):
            one = Delegate(
                event_id=event.id, delegation_id=head.delegation_id, family_name=key, badge_name=key, rank=rank,
                approved_at=None if key == "fresh" else now,
            )  # fmt: skip
            session.add(one)
            session.flush()
            ids[key] = one.id
        session.get_one(Delegate, cast.staff[0]).is_active = False
        session.add(
            BlockedTime(
                delegate_id=ids["away"], starts_at=slots[0].starts_at, ends_at=slots[0].starts_at + timedelta(minutes=1)
            )
        )
        session.get_one(Delegate, ids["late"]).arrives_at = slots[0].starts_at + timedelta(minutes=1)
        pairs = ((cast.heads[1], cast.heads[0]), (cast.heads[2], ids["busy"]), (cast.heads[3], ids["deputy"]))
        for number, (one, other) in enumerate(pairs):
            hold_meeting(
                session, event=event, wish=accepted(session, one, other), slot=slots[number // 2], table=tables[number],
                actor=actor, now=now,
            )  # fmt: skip
        return ids


def _meeting(session: Any, cast: Any) -> Meeting:
    return session.scalars(
        select(Meeting)
        .join(MeetingWish)
        .where(MeetingWish.to_delegate_id == cast.heads[0])
        .options(
            selectinload(Meeting.slot),
            selectinload(Meeting.table),
            selectinload(Meeting.wish).selectinload(MeetingWish.people).selectinload(WishPerson.delegate),
        )
    ).one()


def _claims_of_others(session: Any, *people: int) -> list[tuple[str, str, int]]:
    left_out = {(ClaimKind.PERSON, str(one)) for one in people}
    rows = session.scalars(select(Claim))
    return sorted((row.kind, row.resource, row.tick) for row in rows if (row.kind, row.resource) not in left_out)


def test_who_can_go_comes_first_and_each_obstacle_is_named(database: Any, cast: Any, scene: dict[str, int]) -> None:
    with database.reading() as session:
        meeting = _meeting(session, cast)
        found = stand_ins(
            session, session.get_one(Event, cast.event.id), session.get_one(Delegate, cast.heads[0]),
            starts_at=meeting.slot.starts_at, ends_at=meeting.slot.ends_at,
        )  # fmt: skip
    assert [(one.delegate.id, one.obstacle) for one in found] == [
        (scene["deputy"], None),
        (scene["busy"], "busy"),
        (scene["away"], "away"),
        (scene["late"], "away"),
        (scene["fresh"], "not_approved"),
        (scene["staff"], "rank_too_low"),
    ]


def test_the_deputy_goes_and_everything_else_stays(
    database: Any, cast: Any, scene: dict[str, int], actor: Any, now: Any
) -> None:
    with database.writing() as session:
        meeting = _meeting(session, cast)
        place, sequence = (meeting.slot_id, meeting.table_id), meeting.sequence
        before = _claims_of_others(session, cast.heads[0], scene["deputy"])
        substitute(
            session, event=session.get_one(Event, cast.event.id), meeting=meeting, delegate_id=cast.heads[0],
            substitute_id=scene["deputy"], reason="ill", version=meeting.version, actor=actor, now=now,
        )  # fmt: skip
    with database.reading() as session:
        meeting = _meeting(session, cast)
        assert (meeting.slot_id, meeting.table_id) == place
        assert meeting.sequence == sequence + 1
        assert {one.delegate_id for one in meeting.wish.people} == {cast.heads[1], scene["deputy"]}
        assert _claims_of_others(session, cast.heads[0], scene["deputy"]) == before
        assert not session.scalars(
            select(Claim).where(Claim.kind == ClaimKind.PERSON, Claim.resource == str(cast.heads[0]))
        ).all()
        made = session.scalars(select(Substitution)).one()
        assert (made.delegate_id, made.substitute_id, made.reason) == (cast.heads[0], scene["deputy"], "ill")


@pytest.mark.parametrize("key", ["busy", "away", "late", "staff", "fresh"])
def test_who_cannot_go_is_refused_and_nothing_changes(
    database: Any, cast: Any, scene: dict[str, int], actor: Any, now: Any, key: str
) -> None:
    with database.reading() as session:
        before = _claims_of_others(session)
    with pytest.raises(Refused), database.writing() as session:
        meeting = _meeting(session, cast)
        substitute(
            session, event=session.get_one(Event, cast.event.id), meeting=meeting, delegate_id=cast.heads[0],
            substitute_id=scene[key], reason=None, version=meeting.version, actor=actor, now=now,
        )  # fmt: skip
    with database.reading() as session:
        assert _claims_of_others(session) == before


def test_a_meeting_that_changed_meanwhile_is_looked_at_again(
    database: Any, cast: Any, scene: dict[str, int], actor: Any, now: Any
) -> None:
    with pytest.raises(Conflict), database.writing() as session:
        meeting = _meeting(session, cast)
        substitute(
            session, event=session.get_one(Event, cast.event.id), meeting=meeting, delegate_id=cast.heads[0],
            substitute_id=scene["deputy"], reason=None, version=meeting.version - 1, actor=actor, now=now,
        )  # fmt: skip
