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
from app.meetings.models import Meeting, MeetingWish
from app.meetings.queries import meeting_in_event, wish_by_token, wish_in_event
from app.platform.errors import NotFound
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


def self_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> SelfIn:
    """Whoever asks, as the delegate of the role in use."""
    event = event_of_path(session, params, principal)
    if principal.delegate_id is None:
        raise NotFound
    return SelfIn(event, delegate_in_event(session, event.id, principal.delegate_id))


def wish_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> WishIn:
    """A wish that the asking delegate takes part in."""
    own = self_of_path(session, params, principal)
    wish = wish_in_event(session, own.event.id, number_of(params["wish_id"]))
    if own.delegate.id not in {person.delegate_id for person in wish.people}:
        raise NotFound
    return WishIn(own.event, wish, own.delegate.id)


def wish_of_token(session: Session, params: Mapping[str, Any], _principal: Principal) -> WishIn:
    """The wish that an answer link belongs to, as the one who was asked sees it."""
    wish = wish_by_token(session, digest(str(params["token"])))
    return WishIn(session.get_one(Event, wish.event_id), wish, wish.to_delegate_id)


def meeting_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> MeetingIn:
    event = event_of_path(session, params, principal)
    return MeetingIn(event, meeting_in_event(session, event.id, number_of(params["meeting_id"])))
