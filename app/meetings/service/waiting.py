"""The waiting list: a freed time is offered to the best waiting wish, and passes on where nobody answers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event, MeetingSlot, MeetingTable
from app.meetings.enums import MeetingWishLevel, OfferState
from app.meetings.models import Meeting, MeetingOffer, MeetingWish
from app.meetings.places import company_of, read_hall
from app.meetings.queries import offer_by_id, offers_that_ended, settings_of, unheld_wish_ids, wishes_by_id
from app.meetings.service.booking import book
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict
from app.platform.i18n import gettext as _
from app.platform.tokens import digest, new_token


@dataclass(frozen=True, kw_only=True)
class Offered:
    """An offer, and the token of the link with which it is answered; only its digest is stored."""

    offer: MeetingOffer
    token: str


def offer_freed(
    session: Session, *, event: Event, slot: MeetingSlot, table: MeetingTable, actor: Actor, now: datetime
) -> Offered | None:
    """Offer a freed place to the best wish that waits for a time: musts first, then value, then who wished first.

    A wish that was offered this place before is left out. Nothing is offered that begins before it could be answered.
    """
    minutes = settings_of(session, event.id).offer_minutes
    ends = now + timedelta(minutes=minutes)
    if slot.starts_at <= ends:
        return None
    asked = set(
        session.scalars(
            select(MeetingOffer.wish_id).where(MeetingOffer.slot_id == slot.id, MeetingOffer.table_id == table.id)
        )
    )
    busy = set(
        session.scalars(
            select(MeetingOffer.wish_id).where(MeetingOffer.event_id == event.id, MeetingOffer.state == OfferState.OPEN)
        )
    )
    waiting = [one for one in unheld_wish_ids(session, event.id) if one not in asked | busy]
    best = _first_that_fits(session, event, waiting, slot, table)
    if best is None:
        return None
    token = new_token()
    offer = MeetingOffer(
        event_id=event.id,
        wish_id=best.id,
        slot_id=slot.id,
        table_id=table.id,
        offered_at=now,
        expires_at=ends,
        token_digest=digest(token),
    )
    session.add(offer)
    session.flush()
    _note(session, offer, "offer.made", actor, now, before=None)
    return Offered(offer=offer_by_id(session, event.id, offer.id), token=token)


def _first_that_fits(
    session: Session, event: Event, wish_ids: Collection[int], slot: MeetingSlot, table: MeetingTable
) -> MeetingWish | None:
    wishes = wishes_by_id(session, event.id, wish_ids)
    hall = read_hall(session, event, {one for wish in wishes.values() for one in wish.delegate_ids})
    ranked = sorted(
        wishes.values(),
        key=lambda wish: (wish.level is not MeetingWishLevel.MUST, -wish.value, wish.wished_at, wish.id),
    )
    for wish in ranked:
        if wish.slot_id not in (None, slot.id):
            continue
        if any(place.table.id == table.id for place in hall.places(company_of(wish), slot_ids=(slot.id,))):
            return wish
    return None


def take_offer(session: Session, *, event: Event, offer: MeetingOffer, actor: Actor, now: datetime) -> Meeting | None:
    """Say yes: the meeting is held. A second use changes nothing and returns ``None``.

    Raises:
        Conflict: the offer has ended, or the place was taken by somebody else meanwhile.
    """
    _alone_with(session, offer)
    if offer.state is OfferState.TAKEN:
        return None
    _refuse_ended(offer, now)
    meeting = book(
        session,
        event=event,
        wish=offer.wish,
        slot_ids=(offer.slot_id,),
        table_id=offer.table_id,
        actor=actor,
        now=now,
    )
    _close(session, offer, OfferState.TAKEN, actor, now)
    return meeting


def decline_offer(
    session: Session, *, event: Event, offer: MeetingOffer, actor: Actor, now: datetime
) -> Offered | None:
    """Say no: the next one is asked, and the wish goes on waiting for another time.

    Raises:
        Conflict: the offer has ended.
    """
    _alone_with(session, offer)
    if offer.state is OfferState.DECLINED:
        return None
    _refuse_ended(offer, now)
    _close(session, offer, OfferState.DECLINED, actor, now)
    return offer_freed(session, event=event, slot=offer.slot, table=offer.table, actor=actor, now=now)


def pass_on(session: Session, *, event: Event, actor: Actor, now: datetime) -> list[Offered]:
    """End the offers that nobody answered in time, and offer each place to the next; returns the new offers."""
    made = []
    for offer in offers_that_ended(session, event.id, now):
        _close(session, offer, OfferState.LAPSED, actor, now)
        following = offer_freed(session, event=event, slot=offer.slot, table=offer.table, actor=actor, now=now)
        if following is not None:
            made.append(following)
    return made


def _alone_with(session: Session, offer: MeetingOffer) -> None:
    """Read its state anew, and let nobody else answer it until the end: two processes may have read it as open."""
    session.refresh(offer, ["state", "answered_at"], with_for_update=True)


def _refuse_ended(offer: MeetingOffer, now: datetime) -> None:
    if not offer.is_open(now):
        raise Conflict(_("The time to take it has ended."), alternatives=())


def _close(session: Session, offer: MeetingOffer, state: OfferState, actor: Actor, now: datetime) -> None:
    before, offer.state, offer.answered_at = offer.state, state, now
    session.flush()
    _note(session, offer, f"offer.{state.value}", actor, now, before=before.value)


def _note(
    session: Session, offer: MeetingOffer, action: str, actor: Actor, now: datetime, *, before: str | None
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        event_id=offer.event_id,
        action=action,
        entity="meeting_offer",
        entity_id=offer.id,
        changes={"state": (before, offer.state.value)},
    )
