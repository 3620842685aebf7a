"""Who is asking, in the one role in use. A value: whatever reads it needs neither a request nor a row."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.accounts.enums import Role
from app.platform.actor import Actor


@dataclass(frozen=True, kw_only=True)
class RoleChoice:
    """One role that a person may act in now. The event is None for an administrator, who acts in all."""

    grant_id: int
    role: Role
    event_id: int | None
    event_slug: str | None
    event_name: str | None
    delegation_id: int | None
    delegate_id: int | None
    acting_for: str | None
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Somebody who asks for a page. ``event_id`` is None for the public and administrators: no event binds them."""

    account_id: int | None
    display_name: str
    role: Role
    locale: str | None
    event_id: int | None = None
    event_slug: str | None = None
    delegation_id: int | None = None
    delegate_id: int | None = None
    acting_for: str | None = None
    grant_id: int | None = None
    session_id: int | None = None
    used_at: datetime | None = None
    second_step_at: datetime | None = None
    expires_at: datetime | None = None
    choices: tuple[RoleChoice, ...] = ()

    @property
    def is_signed_in(self) -> bool:
        """Whether a person is behind this, in whatever role."""
        return self.account_id is not None

    @property
    def holds_until(self) -> datetime | None:
        """When the first thing ends of what was found: the session, or one of the roles."""
        ends = [one for one in (self.expires_at, *(choice.until for choice in self.choices)) if one is not None]
        return min(ends, default=None)

    def actor(self) -> Actor:
        """Who the log names for a change made now."""
        return Actor(account_id=self.account_id, label=self.display_name, acting_for=self.acting_for)

    def acting_as(self, choice: RoleChoice) -> "Principal":
        """The same person in one of the roles they hold."""
        return replace(
            self,
            role=choice.role,
            event_id=choice.event_id,
            event_slug=choice.event_slug,
            delegation_id=choice.delegation_id,
            delegate_id=choice.delegate_id,
            acting_for=choice.acting_for,
            grant_id=choice.grant_id,
        )

    def as_visitor(self) -> "Principal":
        """The same person with no more rights than the public has, as on the pages of an event that is not theirs."""
        return replace(
            self,
            role=Role.PUBLIC,
            event_id=None,
            event_slug=None,
            delegation_id=None,
            delegate_id=None,
            acting_for=None,
            grant_id=None,
        )

    def holds_in(self, event_id: int, roles: frozenset[Role]) -> bool:
        """Whether one of the roles that this person could choose is among ``roles`` in that event."""
        return any(choice.role in roles and choice.event_id in {None, event_id} for choice in self.choices)


NOBODY = Principal(account_id=None, display_name="public", role=Role.PUBLIC, locale=None)
