"""Loaders of policies: whose schedule somebody may read."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.policies import STAFF
from app.accounts.principal import Principal
from app.delegations.loaders import DelegateIn
from app.delegations.queries import delegate_in_event
from app.events.loaders import number_of
from app.events.queries import event_of_path
from app.platform.errors import NotFound


def person_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> DelegateIn:
    """Loader of a policy: any delegate for staff, those of the own delegation for its focal point, else oneself."""
    event = event_of_path(session, params, principal)
    delegate = delegate_in_event(session, event.id, number_of(params["delegate_id"]))
    is_focal_point = principal.role is Role.FOCAL_POINT and principal.delegation_id == delegate.delegation_id
    if principal.role in STAFF or is_focal_point or principal.delegate_id == delegate.id:
        return DelegateIn(event, delegate)
    raise NotFound
