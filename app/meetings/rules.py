"""How an edition's meetings are agreed: groups, modes by pair of groups, and how many meetings somebody may have."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.enums import HelixRole
from app.delegations.models import Delegate, Organisation
from app.meetings.enums import MeetingMode
from app.meetings.models import MeetingSettings
from app.meetings.queries import settings_of

CITY = "city"
GROUPS = (CITY, *(role.value for role in HelixRole))
"""Cities, and organisations by their helix role."""


@dataclass(frozen=True, kw_only=True)
class MeetingRules:
    """The settings of an edition with the group of each party that is no city."""

    settings: MeetingSettings
    roles: Mapping[int, str]

    def group_of(self, party_id: int) -> str:
        return self.roles.get(party_id, CITY)

    def mode_between(self, party_id: int, other_party_id: int) -> MeetingMode:
        """How a wish between two parties becomes a meeting, whichever of them wishes."""
        pair = pair_key(self.group_of(party_id), self.group_of(other_party_id))
        return MeetingMode(self.settings.modes.get(pair, MeetingMode.SELF_CHOSEN))

    def fewest(self, delegate: Delegate) -> int:
        """How many meetings somebody is to have at least: their own number, else that of their group."""
        return delegate.meetings_min or self._of_group(delegate, "min") or 0

    def most(self, delegate: Delegate) -> int | None:
        """How many meetings somebody may have: the smaller of their own number and that of their group."""
        given = [one for one in (delegate.meetings_max, self._of_group(delegate, "max")) if one is not None]
        return min(given, default=None)

    def _of_group(self, delegate: Delegate, end: str) -> int | None:
        limits = self.settings.limits.get(self.group_of(delegate.delegation.party_id), {})
        found = limits.get(end)
        return None if found is None else int(found)


def pair_key(group: str, other: str) -> str:
    """The name of a pair of groups, whichever comes first."""
    return "+".join(sorted((group, other)))


def rules_of(session: Session, event_id: int) -> MeetingRules:
    """The rules of an edition."""
    rows = session.execute(select(Organisation.id, Organisation.helix_role).where(Organisation.event_id == event_id))
    return MeetingRules(
        settings=settings_of(session, event_id), roles={party_id: role.value for party_id, role in rows}
    )
