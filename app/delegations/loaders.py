"""Loaders of policies: what an address names, inside the caller's scope, or not found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.policies import STAFF
from app.accounts.principal import Principal
from app.delegations.models import City, Delegate, Delegation
from app.delegations.queries import city_in_event, delegate_in_event, delegation_in_event
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.errors import NotFound


@dataclass(frozen=True)
class CityIn:
    """A city and the edition that it takes part in."""

    event: Event
    city: City


@dataclass(frozen=True)
class DelegationIn:
    """A delegation and the edition that it comes to."""

    event: Event
    delegation: Delegation


@dataclass(frozen=True)
class DelegateIn:
    """A delegate and the edition that they come to."""

    event: Event
    delegate: Delegate


def city_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> CityIn:
    event = event_of_path(session, params, principal)
    return CityIn(event, city_in_event(session, event.id, number_of(params["city_id"])))


def delegation_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> DelegationIn:
    """Any delegation for staff; for others the one they belong to."""
    event = event_of_path(session, params, principal)
    delegation = delegation_in_event(session, event.id, number_of(params["delegation_id"]))
    members = {delegate.id for delegate in delegation.delegates}
    if principal.role in STAFF or principal.delegation_id == delegation.id or principal.delegate_id in members:
        return DelegationIn(event, delegation)
    raise NotFound


def delegate_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> DelegateIn:
    event = event_of_path(session, params, principal)
    return DelegateIn(event, delegate_in_event(session, event.id, number_of(params["delegate_id"])))
