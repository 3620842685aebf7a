"""Loaders of policies: the delegate who asks, wishes they are part of, and runs of an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.principal import Principal
from app.delegations.models import Delegate
from app.delegations.queries import delegate_in_event
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.meetings.ground import ground_of
from app.meetings.house import house_of
from app.meetings.models import Meeting, MeetingOffer, MeetingWish
from app.meetings.queries import (
    meeting_in_event,
    offer_by_id,
    offer_by_token,
    people_of_cancelled,
    wish_by_token,
    wish_in_event,
)
from app.platform.errors import Gone, NotFound
from app.platform.i18n import gettext as _
from app.platform.tokens import digest


@dataclass(frozen=True)
class SelfIn:
    """The delegate who asks, and the edition."""

    event: Event
    delegate: Delegate


@dataclass(frozen=True)
class WishIn:
    """A wish, the edition, and which delegate looks at it."""

    event: Event
    wish: MeetingWish
    delegate_id: int


@dataclass(frozen=True)
class MeetingIn:
    """A held meeting and the edition."""

    event: Event
    meeting: Meeting


@dataclass(frozen=True)
class OtherIn:
    """The delegate who asks, and another one of the edition."""

    event: Event
    delegate: Delegate
    other: Delegate


@dataclass(frozen=True)
class OwnMeetingIn:
    """A held meeting that the asking delegate takes part in."""

    event: Event
    delegate: Delegate
    meeting: Meeting


@dataclass(frozen=True)
class OfferIn:
    """A freed time that was offered, and the edition."""

    event: Event
    offer: MeetingOffer


@dataclass(frozen=True)
class WishOfOffice:
    """A wish as the office sees it, and the edition."""

    event: Event
    wish: MeetingWish


def self_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> SelfIn:
    """Whoever asks, as the delegate of the role in use."""
    event = event_of_path(session, params, principal)
    if principal.delegate_id is None:
        raise NotFound
    return SelfIn(event, delegate_in_event(session, event.id, principal.delegate_id))


def self_as_kept(session: Session, params: Mapping[str, Any], principal: Principal) -> SelfIn:
    """The same for pages that read and are asked for often: edition and delegate are kept while meetings are booked."""
    me, event_id = principal.delegate_id, principal.event_id
    if me is None or event_id is None or principal.event_slug != params["slug"]:
        return self_of_path(session, params, principal)
    event = house_of(session, event_id).event
    delegate = ground_of(session, event).people.by_id(session, [me]).get(me)
    if delegate is None or delegate.event_id != event.id:
        raise NotFound
    return SelfIn(event, delegate)


def wish_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> WishIn:
    """A wish that the asking delegate takes part in."""
    own = self_of_path(session, params, principal)
    wish = wish_in_event(session, own.event.id, number_of(params["wish_id"]))
    if own.delegate.id not in wish.delegate_ids:
        raise NotFound
    return WishIn(own.event, wish, own.delegate.id)


def wish_of_token(session: Session, params: Mapping[str, Any], _principal: Principal) -> WishIn:
    """The wish that an answer link belongs to, as the one whose link it is sees it."""
    own = digest(str(params["token"]))
    wish = wish_by_token(session, own)
    house = house_of(session, wish.event_id)
    house.complete(wish)
    whose = wish.to_delegate_id if wish.token_digest == own else wish.from_delegate_id
    return WishIn(house.event, wish, whose)


def other_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> OtherIn:
    """Another delegate of the edition whom others may ask for a meeting, beside the one who asks."""
    own = self_of_path(session, params, principal)
    return OtherIn(own.event, own.delegate, delegate_in_event(session, own.event.id, number_of(params["delegate_id"])))


def own_meeting_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> OwnMeetingIn:
    """A held meeting of whoever asks."""
    own = self_of_path(session, params, principal)
    meeting = _held(session, own.event.id, number_of(params["meeting_id"]), asks=own.delegate.id)
    if own.delegate.id not in meeting.wish.delegate_ids:
        raise NotFound
    return OwnMeetingIn(own.event, own.delegate, meeting)


def offer_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> OfferIn:
    """A freed time that was offered to whoever asks."""
    own = self_of_path(session, params, principal)
    offer = offer_by_id(session, own.event.id, number_of(params["offer_id"]))
    if offer.wish.from_delegate_id != own.delegate.id:
        raise NotFound
    return OfferIn(own.event, offer)


def offer_of_token(session: Session, params: Mapping[str, Any], _principal: Principal) -> OfferIn:
    """The freed time that a link belongs to."""
    offer = offer_by_token(session, digest(str(params["token"])))
    return OfferIn(session.get_one(Event, offer.event_id), offer)


def meeting_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> MeetingIn:
    event = event_of_path(session, params, principal)
    return MeetingIn(event, _held(session, event.id, number_of(params["meeting_id"])))


def _held(session: Session, event_id: int, meeting_id: int, *, asks: int | None = None) -> Meeting:
    """A held meeting; one that was called off says so to the office, and to whoever was to come to it.

    Args:
        asks: the delegate who asks; ``None`` for the office.
    """
    try:
        return meeting_in_event(session, event_id, meeting_id)
    except NotFound:
        company = people_of_cancelled(session, event_id, meeting_id)
        if company and (asks is None or asks in company):
            raise Gone(_("This meeting was called off.")) from None
        raise


def wish_of_office(session: Session, params: Mapping[str, Any], principal: Principal) -> WishOfOffice:
    event = event_of_path(session, params, principal)
    return WishOfOffice(event, wish_in_event(session, event.id, number_of(params["wish_id"])))
