"""Two answers at once: what the other one decided, beside what was to be answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.platform.audit import last_change_of
from app.registration.enums import RegistrationState, Side, may
from app.registration.models import Registration

STATE_OF = {
    "approve": RegistrationState.APPROVED,
    "wait": RegistrationState.WAITING,
    "reject": RegistrationState.REJECTED,
}
"""The state that an answer in bulk leads to; a question leads to none."""


@dataclass(frozen=True, kw_only=True)
class Meanwhile:
    """A form as it stands now, who brought it there and when, and whether the other answer may still be given."""

    registration: Registration
    who: str
    at: datetime | None
    may_still: bool


def meanwhile_of(
    session: Session, registrations: Iterable[Registration], state: RegistrationState | None
) -> tuple[Meanwhile, ...]:
    """The forms as they stand, read anew, for somebody who wanted to bring them to ``state``, or to ask something."""
    found = []
    for registration in registrations:
        session.refresh(registration)
        who, at = last_change_of(session, entity="registration", entity_id=registration.id)
        still = (
            registration.state in {RegistrationState.SUBMITTED, RegistrationState.WAITING}
            if state is None
            else may(Side.OFFICE, registration.state, state)
        )
        found.append(Meanwhile(registration=registration, who=who, at=at, may_still=still))
    return tuple(found)
