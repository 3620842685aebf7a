"""The statements that nearly every request asks, built once: who holds a token, and in which roles they may act."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, TableClause, and_, bindparam, or_, select

from app.accounts.models import Account, RoleGrant, SignInSession
from app.accounts.principal import RoleChoice
from app.platform.database.base import Base


def _event() -> TableClause:
    # Accounts stand below events: the event's name is read from its table, never through its model.
    return Base.metadata.tables["event"]


def _granted() -> tuple[Any, ...]:
    """What a choice is made of."""
    event = _event()
    return (
        RoleGrant.id.label("grant_id"), RoleGrant.role, RoleGrant.event_id, RoleGrant.delegation_id,
        RoleGrant.delegate_id, RoleGrant.acting_for, RoleGrant.until, event.c.slug, event.c.name,
    )  # fmt: skip


def _is_in_force() -> ColumnElement[bool]:
    return or_(RoleGrant.until.is_(None), RoleGrant.until > bindparam("now"))


def browser_in_force(*, token_digest: Any, now: Any) -> tuple[ColumnElement[bool], ...]:
    """What holds of the session of a signed-in browser, joined with its account; each a value or a parameter."""
    return (
        SignInSession.token_digest == token_digest,
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > now,
        Account.is_active.is_(True),
    )


def choice_of(row: Row[Any]) -> RoleChoice:
    """The choice in a row of either."""
    return RoleChoice(
        grant_id=row.grant_id,
        role=row.role,
        event_id=row.event_id,
        event_slug=row.slug,
        event_name=row.name,
        delegation_id=row.delegation_id,
        delegate_id=row.delegate_id,
        acting_for=row.acting_for,
        until=row.until,
    )


@cache
def who() -> Select[Any]:
    """The browser that holds a token, with its account, a row for each of its roles: every request asks for it."""
    event = _event()
    return (
        select(
            SignInSession.id.label("session_id"),
            SignInSession.grant_id.label("grant_in_use"),
            SignInSession.used_at,
            SignInSession.created_at,
            SignInSession.second_step_at,
            SignInSession.expires_at,
            Account.id.label("account_id"),
            Account.display_name,
            Account.locale,
            *_granted(),
        )
        .join(Account, Account.id == SignInSession.account_id)
        .outerjoin(RoleGrant, and_(RoleGrant.account_id == Account.id, _is_in_force()))
        .outerjoin(event, event.c.id == RoleGrant.event_id)
        .where(
            *browser_in_force(token_digest=bindparam("token_digest"), now=bindparam("now")),
            SignInSession.awaits_second_step.is_(False),
        )
        .order_by(RoleGrant.id)
    )


@cache
def roles_in_force() -> Select[Any]:
    """The roles in force of some accounts, a row each."""
    event = _event()
    return (
        select(RoleGrant.account_id, *_granted())
        .outerjoin(event, event.c.id == RoleGrant.event_id)
        .where(RoleGrant.account_id.in_(bindparam("account_ids", expanding=True)), _is_in_force())
        .order_by(RoleGrant.id)
    )
