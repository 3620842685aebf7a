"""Freed times that were offered to waiting wishes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.meetings.enums import Answer, OfferState
from app.meetings.models import MeetingOffer, MeetingWish
from app.meetings.queries.meetings import with_place
from app.meetings.queries.wishes import load_people
from app.platform.errors import NotFound


def _whole() -> Select[Any]:
    return select(MeetingOffer).options(joinedload(MeetingOffer.wish, innerjoin=True), *with_place(MeetingOffer))


def _read(session: Session, statement: Select[Any]) -> list[MeetingOffer]:
    found: list[MeetingOffer] = list(session.scalars(statement))
    load_people(session, [one.wish for one in found])
    return found


def offer_by_id(session: Session, event_id: int, offer_id: int) -> MeetingOffer:
    """One offer.

    Raises:
        NotFound: the event has no such offer.
    """
    found = _read(session, _whole().where(MeetingOffer.event_id == event_id, MeetingOffer.id == offer_id))
    if not found:
        raise NotFound
    return found[0]


def offer_by_token(session: Session, token_digest: str) -> MeetingOffer:
    """The offer that a link belongs to.

    Raises:
        NotFound: no such link.
    """
    found = _read(session, _whole().where(MeetingOffer.token_digest == token_digest))
    if not found:
        raise NotFound
    return found[0]


_OPEN_TO = (
    select(MeetingOffer)
    .join(MeetingWish, MeetingWish.id == MeetingOffer.wish_id)
    .where(
        MeetingOffer.event_id == bindparam("event_id"),
        MeetingOffer.state == OfferState.OPEN,
        MeetingOffer.expires_at > bindparam("now"),
        MeetingWish.from_delegate_id == bindparam("delegate_id"),
    )
    .options(contains_eager(MeetingOffer.wish))
    .order_by(MeetingOffer.expires_at, MeetingOffer.id)
)


def open_offer_rows_to(session: Session, event_id: int, delegate_id: int, now: datetime) -> list[MeetingOffer]:
    """The offers that wait for the answer of a delegate with their wishes, the first to end first."""
    return list(session.scalars(_OPEN_TO, {"event_id": event_id, "delegate_id": delegate_id, "now": now}))


def offers_that_ended(session: Session, event_id: int, now: datetime) -> list[MeetingOffer]:
    """Open offers that nobody answered in time; those that another process ends at this moment are left to it."""
    return _read(
        session,
        _whole()
        .with_for_update(of=MeetingOffer, skip_locked=True)
        .where(
            MeetingOffer.event_id == event_id,
            MeetingOffer.state == OfferState.OPEN,
            MeetingOffer.expires_at <= now,
        )
        .order_by(MeetingOffer.id),
    )


def events_to_sweep(session: Session, now: datetime) -> set[int]:
    """The editions with a wish or an offer whose time has ended."""
    offers = select(MeetingOffer.event_id).where(MeetingOffer.state == OfferState.OPEN, MeetingOffer.expires_at <= now)
    wishes = select(MeetingWish.event_id).where(MeetingWish.answer == Answer.PENDING, MeetingWish.expires_at <= now)
    return set(session.scalars(offers)) | set(session.scalars(wishes))
