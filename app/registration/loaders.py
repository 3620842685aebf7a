"""Loaders of policies: the registration of an applicant's own link, the people on it, and a member by their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.principal import Principal
from app.delegations.models import Delegate
from app.delegations.queries import delegate_in_event
from app.events.loaders import one_of
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.errors import Gone
from app.platform.i18n import gettext as _
from app.registration.models import MemberLink, Registration
from app.registration.queries import delegates_of_registration, member_link_by_token, registration_by_token


@dataclass(frozen=True)
class OwnRegistration:
    """A registration by its link, and the edition that it is for."""

    event: Event
    registration: Registration
    token: str

    def actor(self, principal: Principal) -> Actor:
        """Whoever holds the link, as the log names them."""
        return Actor(account_id=principal.account_id, label=self.registration.contact_name or "applicant")


@dataclass(frozen=True)
class OwnPerson:
    """Somebody who came with a registration, by its link."""

    own: OwnRegistration
    delegate: Delegate


@dataclass(frozen=True)
class OwnLink:
    """A member's link, and who they are."""

    event: Event
    link: MemberLink
    delegate: Delegate


def registration_of_link(session: Session, params: Mapping[str, Any], _principal: Principal) -> OwnRegistration:
    """A registration by its link; the link of whoever was erased opens nothing any more."""
    registration = registration_by_token(session, str(params["token"]))
    if registration.is_erased:
        raise Gone(_("Who held this link was erased."))
    return OwnRegistration(session.get_one(Event, registration.event_id), registration, str(params["token"]))


def person_of_link(session: Session, params: Mapping[str, Any], principal: Principal) -> OwnPerson:
    """A delegate who came with this registration; anybody else is not there."""
    own = registration_of_link(session, params, principal)
    return OwnPerson(own, one_of(delegates_of_registration(session, own.registration), params["person_id"]))


def member_of_link(session: Session, params: Mapping[str, Any], _principal: Principal) -> OwnLink:
    """The member that a mailed link belongs to, also one that has ended."""
    link = member_link_by_token(session, str(params["token"]))
    return OwnLink(
        session.get_one(Event, link.event_id), link, delegate_in_event(session, link.event_id, link.delegate_id)
    )


def refuse_ended(found: OwnLink, now: datetime) -> None:
    """A member's link opens nothing after its end, or where they no longer come.

    Raises:
        Gone: it has ended.
    """
    if found.link.revoked_at is not None or found.link.expires_at <= now or not found.delegate.is_active:
        raise Gone(_("This link has ended. Your focal point can send you a new one."))
