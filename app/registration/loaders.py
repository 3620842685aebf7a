"""Loaders of policies: the registration of an applicant's own link, and the people on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.principal import Principal
from app.delegations.models import Delegate
from app.events.loaders import number_of
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.errors import NotFound
from app.registration.models import Registration
from app.registration.queries import delegates_of_registration, registration_by_token


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


def registration_of_link(session: Session, params: Mapping[str, Any], _principal: Principal) -> OwnRegistration:
    registration = registration_by_token(session, str(params["token"]))
    return OwnRegistration(session.get_one(Event, registration.event_id), registration, str(params["token"]))


def person_of_link(session: Session, params: Mapping[str, Any], principal: Principal) -> OwnPerson:
    """A delegate who came with this registration; anybody else is not there."""
    own = registration_of_link(session, params, principal)
    wanted = number_of(params["person_id"])
    for delegate in delegates_of_registration(session, own.registration):
        if delegate.id == wanted:
            return OwnPerson(own, delegate)
    raise NotFound
