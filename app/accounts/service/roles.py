"""Accounts opened and closed, roles given and ended."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.forms import normal_email
from app.accounts.models import Account, RoleGrant, SignInSession
from app.accounts.queries import account_of_email, administrators_left
from app.platform import audit
from app.platform.actor import Actor
from app.platform.errors import Conflict, NotFound, Refused


def ensure_account(
    session: Session, *, email: str, display_name: str, locale: str = "en", actor: Actor, now: datetime
) -> Account:
    """The account of this address, opened when there is none. An existing one is left as its owner has it."""
    try:
        address = normal_email(email)
    except ValueError as refused:
        raise Refused({"email": str(refused)}) from refused
    existing = account_of_email(session, address)
    if existing is not None:
        return existing
    account = Account(email=address, display_name=display_name, locale=locale, created_at=now)
    session.add(account)
    session.flush()
    audit.record(
        session,
        actor=actor,
        now=now,
        event_id=None,
        action="account.opened",
        entity="account",
        entity_id=account.id,
        changes={"email": (None, address), "display_name": (None, display_name)},
    )
    return account


def grant_role(
    session: Session,
    *,
    account_id: int,
    role: Role,
    event_id: int | None,
    actor: Actor,
    now: datetime,
    delegation_id: int | None = None,
    delegate_id: int | None = None,
    acting_for: str | None = None,
    until: datetime | None = None,
) -> RoleGrant:
    """Give a role; a grant with the same scope is kept and takes the new end. Raises ``Refused`` for a wrong scope."""
    _check_scope(role, event_id=event_id, delegation_id=delegation_id, delegate_id=delegate_id)
    same = session.scalar(
        select(RoleGrant).where(
            RoleGrant.account_id == account_id,
            RoleGrant.role == role,
            RoleGrant.event_id.is_not_distinct_from(event_id),
            RoleGrant.delegation_id.is_not_distinct_from(delegation_id),
            RoleGrant.delegate_id.is_not_distinct_from(delegate_id),
        )
    )
    if same is not None and (same.until, same.acting_for) == (until, acting_for):
        return same
    grant = same or RoleGrant(
        account_id=account_id,
        role=role,
        event_id=event_id,
        delegation_id=delegation_id,
        delegate_id=delegate_id,
        granted_at=now,
    )
    before = same.until.isoformat() if same is not None and same.until is not None else None
    grant.until = until
    grant.acting_for = acting_for
    session.add(grant)
    session.flush()
    audit.record(
        session,
        actor=actor,
        now=now,
        event_id=event_id,
        action="role.granted",
        entity="role_grant",
        entity_id=grant.id,
        changes={
            "account_id": (None if same is None else account_id, account_id),
            "role": (None if same is None else role.value, role.value),
            "acting_for": (None, acting_for),
            "until": (before, until.isoformat() if until is not None else None),
        },
    )
    return grant


def end_role(session: Session, *, grant_id: int, actor: Actor, now: datetime) -> None:
    """Take a role back at once. Raises ``Conflict`` for the last administrator's."""
    grant = session.scalar(select(RoleGrant).where(RoleGrant.id == grant_id))
    if grant is None or (grant.until is not None and grant.until <= now):
        raise NotFound
    administrators = administrators_left(session, now=now)
    before = grant.until
    grant.until = now
    session.flush()
    _keep_one_administrator(session, before=administrators, now=now)
    audit.record(
        session,
        actor=actor,
        now=now,
        event_id=grant.event_id,
        action="role.ended",
        entity="role_grant",
        entity_id=grant.id,
        changes={"until": (before.isoformat() if before is not None else None, now.isoformat())},
    )


def close_account(session: Session, *, account_id: int, actor: Actor, now: datetime) -> None:
    """Let an account in no more and end its sessions. Raises ``Conflict`` for the last administrator's."""
    account = session.scalar(select(Account).where(Account.id == account_id, Account.is_active))
    if account is None:
        raise NotFound
    administrators = administrators_left(session, now=now)
    account.is_active = False
    session.flush()
    _keep_one_administrator(session, before=administrators, now=now)
    session.execute(
        update(SignInSession)
        .where(SignInSession.account_id == account_id, SignInSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    audit.record(
        session,
        actor=actor,
        now=now,
        event_id=None,
        action="account.closed",
        entity="account",
        entity_id=account_id,
        changes={"is_active": (True, False)},
    )


def reopen_account(session: Session, *, account_id: int, actor: Actor, now: datetime) -> None:
    """Let a closed account in again; its old sessions stay ended."""
    account = session.scalar(select(Account).where(Account.id == account_id, Account.is_active.is_(False)))
    if account is None:
        raise NotFound
    account.is_active = True
    audit.record(
        session,
        actor=actor,
        now=now,
        event_id=None,
        action="account.reopened",
        entity="account",
        entity_id=account_id,
        changes={"is_active": (False, True)},
    )


def _check_scope(role: Role, *, event_id: int | None, delegation_id: int | None, delegate_id: int | None) -> None:
    if role is Role.PUBLIC:
        raise Refused({"role": "Everybody is the public already. Choose another role."})
    if (role is Role.ADMINISTRATOR) != (event_id is None):
        raise Refused({"event_id": "An administrator acts in all events, every other role in one."})
    if role is Role.FOCAL_POINT and delegation_id is None:
        raise Refused({"delegation_id": "A focal point needs a delegation."})
    if role is Role.DELEGATE and delegate_id is None:
        raise Refused({"delegate_id": "A delegate's role needs the delegate."})


def _keep_one_administrator(session: Session, *, before: int, now: datetime) -> None:
    if before > 0 and administrators_left(session, now=now) == 0:
        raise Conflict("This is the last administrator. Name another one first.")
