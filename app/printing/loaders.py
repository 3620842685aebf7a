"""Loaders of policies: whose schedule somebody may read, and which calendar an address belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.policies import STAFF
from app.accounts.principal import Principal
from app.delegations.loaders import DelegateIn
from app.delegations.queries import delegate_in_event
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.errors import NotFound
from app.platform.tokens import digest
from app.printing.models import CalendarLink
from app.printing.queries import link_by_digest


@dataclass(frozen=True)
class FeedIn:
    """A calendar's link and the edition."""

    event: Event
    link: CalendarLink


def feed_of_token(session: Session, params: Mapping[str, Any], principal: Principal) -> FeedIn:
    """The link that a calendar's address holds; one that has ended is found too."""
    event = event_of_path(session, params, principal)
    link = link_by_digest(session, event.id, digest(str(params["token"])))
    if link is None:
        raise NotFound
    return FeedIn(event, link)


def own_person_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> DelegateIn:
    """Whoever asks, as the delegate of the role in use."""
    event = event_of_path(session, params, principal)
    if principal.delegate_id is None:
        raise NotFound
    return DelegateIn(event, delegate_in_event(session, event.id, principal.delegate_id))


def person_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> DelegateIn:
    """Loader of a policy: any delegate for staff, those of the own delegation for its focal point, else oneself."""
    event = event_of_path(session, params, principal)
    delegate = delegate_in_event(session, event.id, number_of(params["delegate_id"]))
    is_focal_point = principal.role is Role.FOCAL_POINT and principal.delegation_id == delegate.delegation_id
    if principal.role in STAFF or is_focal_point or principal.delegate_id == delegate.id:
        return DelegateIn(event, delegate)
    raise NotFound
