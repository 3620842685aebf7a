"""Two answers, or two presses, at one moment: one of them counts, and the other is told so."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.events.models import MeetingSlot, MeetingTable
from app.meetings.enums import OfferState
from app.meetings.models import Meeting, MeetingOffer
from app.meetings.queries import offer_by_id, offers_that_ended
from app.meetings.service import decline_offer, take_offer
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.platform.database.engine import Database
from app.platform.errors import Conflict
from app.platform.tokens import digest, new_token


@pytest.fixture
def offered(database: Database, cast: Any, accepted: Any, now: datetime) -> int:
    """A freed time that waits for its answer."""
    with database.writing() as session:
        wish = accepted(session, cast.heads[0], cast.heads[1])
        offer = MeetingOffer(
            event_id=cast.event.id,
            wish_id=wish.id,
            slot_id=session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.id)).all()[0],
            table_id=session.scalars(select(MeetingTable.id).order_by(MeetingTable.id)).all()[0],
            offered_at=now,
            expires_at=now + timedelta(minutes=15),
            token_digest=digest(new_token()),
        )
        session.add(offer)
        session.flush()
        return offer.id


@pytest.fixture
def at_once(database: Database, cast: Any, offered: int, actor: Actor, now: datetime) -> Callable[..., Counter[str]]:
    """``at_once(take, decline)``: each reads the offer as open, then all answer; what came of it by name."""

    def run(*answers: Callable[..., Any]) -> Counter[str]:
        have_read = threading.Barrier(len(answers))
        ends: Counter[str] = Counter()

        def one(answer: Callable[..., Any]) -> None:
            try:
                with database.writing() as session:
                    offer = offer_by_id(session, cast.event.id, offered)
                    have_read.wait(timeout=20)
                    answer(session, event=cast.event, offer=offer, actor=actor, now=now)
                ends["done"] += 1
            except Conflict:
                ends["refused"] += 1

        threads = [threading.Thread(target=one, args=(answer,)) for answer in answers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        return ends

    return run


def _lines(database: Database) -> list[str]:
    with database.reading() as session:
        statement = select(AuditEntry.action).where(AuditEntry.entity.in_(("meeting_offer", "meeting")))
        return list(session.scalars(statement.order_by(AuditEntry.id)))


@pytest.mark.postgres
def test_mtg_14_of_yes_and_no_at_one_moment_one_counts(database: Database, offered: int, at_once: Any) -> None:
    assert at_once(take_offer, decline_offer) == {"done": 1, "refused": 1}
    with database.reading() as session:
        state = session.get_one(MeetingOffer, offered).state
        held = session.scalars(select(Meeting)).all()
    assert len(held) == (state is OfferState.TAKEN)
    assert _lines(database).count(f"offer.{state.value}") == 1


@pytest.mark.postgres
def test_mtg_14_a_yes_that_comes_twice_at_one_moment_is_one(database: Database, offered: int, at_once: Any) -> None:
    assert at_once(take_offer, take_offer) == {"done": 2}
    assert _lines(database) == ["meeting.held", "offer.taken"]
    with database.reading() as session:
        assert [one.version for one in session.scalars(select(Meeting))] == [1]


@pytest.mark.postgres
def test_mtg_14_two_processes_do_not_end_one_offer_twice(
    database: Database, cast: Any, offered: int, now: datetime
) -> None:
    late = now + timedelta(hours=1)
    with database.writing() as one, database.writing() as other:
        assert [offer.id for offer in offers_that_ended(one, cast.event.id, late)] == [offered]
        assert offers_that_ended(other, cast.event.id, late) == []


def test_a_meeting_that_was_called_off_says_so_to_whom_it_concerns_and_is_not_there_for_others(
    client: Any, cast: Any, accepted: Any, sign_in: Any, as_delegate: Any, desk: str
) -> None:
    """The second of two presses is told what the first did."""
    database = client.app.state.database
    places = {"a": cast.heads[0], "b": cast.heads[1], "topic": "Heat"}
    with database.reading() as session:
        slot = session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at)).all()[0]
        table = session.scalars(select(MeetingTable.id).order_by(MeetingTable.id)).all()[0]
    assert client.post(f"{desk}/book", data={**places, "place": f"{slot}-{table}"}).status_code == 303
    with database.reading() as session:
        meeting = session.scalars(select(Meeting)).one()
    gone = {"version": meeting.version, "reason": "ill"}
    address = f"{desk}/{meeting.id}/cancel"
    assert [client.post(address, data=gone).status_code for _ in range(2)] == [303, 410]
    assert "This meeting was called off." in client.post(address, data=gone).text
    assert client.post(f"{desk}/{meeting.id + 1}/cancel", data=gone).status_code == 404
    own = f"/e/{cast.event.slug}/my/meetings/{meeting.id}"
    as_delegate(cast.heads[1])
    assert client.post(own, data=gone).status_code == 410
    as_delegate(cast.heads[2])
    assert client.post(own, data=gone).status_code == 404


def test_a_place_that_is_gone_is_not_called_free(client: Any, cast: Any, desk: str) -> None:
    """What stands under the refusal agrees with it."""
    with client.app.state.database.reading() as session:
        slot = session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at)).all()[0]
        table = session.scalars(select(MeetingTable.id).order_by(MeetingTable.id)).all()[0]
    first = {"a": cast.heads[0], "b": cast.heads[1], "topic": "Heat", "place": f"{slot}-{table}"}
    second = {**first, "a": cast.heads[2], "b": cast.heads[3]}
    assert client.post(f"{desk}/book", data=first).status_code == 303
    refused = client.post(f"{desk}/book", data=second)
    assert refused.status_code == 409
    assert "taken meanwhile" in refused.text
    assert "Other times are free." in refused.text
    assert "Nothing stands in the way." not in refused.text
    again = client.post(f"{desk}/book", data=first)
    assert again.status_code == 409
    assert "They have a meeting." in again.text
    assert "taken meanwhile" not in again.text
