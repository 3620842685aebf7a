"""Reads of accounts, their roles and their sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.enums import AttemptKind, Role
from app.accounts.idle import LastUses
from app.accounts.models import (
    Account,
    AppFactor,
    RecoveryCode,
    RoleGrant,
    SecurityKey,
    SignInAttempt,
    SignInSession,
)
from app.accounts.principal import Principal, RoleChoice
from app.accounts.statements import browser_in_force, choice_of, roles_in_force, who
from app.platform.database.base import Base
from app.platform.errors import NotFound
from app.platform.tokens import digest


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """A browser that is signed in, as its owner sees it in the list."""

    session_id: int
    device: str
    created_at: datetime
    used_at: datetime
    idle_until: datetime
    expires_at: datetime
    is_this_one: bool


def browser_of(*, token: str, now: datetime) -> Select[SignInSession, Account]:
    """The session in force of the browser that holds a token, with its account; it may wait for its second step."""
    return (
        select(SignInSession, Account)
        .join(Account, Account.id == SignInSession.account_id)
        .where(*browser_in_force(token_digest=digest(token), now=now))
    )


def principal_of_session(session: Session, *, token: str, now: datetime) -> Principal | None:
    """Who holds this session token, in the role in use; None when the session ended or the account is closed.

    A person whose role in use has ended stays signed in as a visitor and may choose another.
    """
    rows = session.execute(who(), {"token_digest": digest(token), "now": now}).all()
    if not rows:
        return None
    signed_in = rows[0]
    visitor = Principal(
        account_id=signed_in.account_id,
        display_name=signed_in.display_name,
        role=Role.PUBLIC,
        locale=signed_in.locale,
        session_id=signed_in.session_id,
        used_at=signed_in.used_at or signed_in.created_at,
        second_step_at=signed_in.second_step_at,
        expires_at=signed_in.expires_at,
        choices=tuple(choice_of(row) for row in rows if row.grant_id is not None),
    )
    in_use = next((choice for choice in visitor.choices if choice.grant_id == signed_in.grant_in_use), None)
    return visitor if in_use is None else visitor.acting_as(in_use)


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What an account signs in with beside the mailed link."""

    app: AppFactor | None
    keys: tuple[SecurityKey, ...]
    codes_left: int

    def __bool__(self) -> bool:
        return self.app is not None or bool(self.keys)


def app_of(session: Session, account_id: int) -> AppFactor | None:
    """The app of an account whose first code was typed."""
    return session.scalar(
        select(AppFactor).where(AppFactor.account_id == account_id, AppFactor.confirmed_at.is_not(None))
    )


def factors_of(session: Session, account_id: int) -> Factors:
    """The confirmed app, the security keys, oldest first, and how many recovery codes are unspent."""
    keys = session.scalars(select(SecurityKey).where(SecurityKey.account_id == account_id).order_by(SecurityKey.id))
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return Factors(app=app_of(session, account_id), keys=tuple(keys), codes_left=session.scalar(left) or 0)


def role_choices(session: Session, *, account_id: int, now: datetime) -> list[RoleChoice]:
    """The roles that an account may act in now, oldest grant first."""
    return role_choices_of(session, account_ids=[account_id], now=now)[account_id]


@cache
def _id_of_slug() -> Select[int]:
    event = Base.metadata.tables["event"]
    return select(event.c.id).where(event.c.slug == bindparam("slug"))


def role_choices_of(session: Session, *, account_ids: Sequence[int], now: datetime) -> dict[int, list[RoleChoice]]:
    """The same for many accounts at once; an account without a role has an empty list."""
    rows = session.execute(roles_in_force(), {"account_ids": list(account_ids), "now": now})
    choices: dict[int, list[RoleChoice]] = {account_id: [] for account_id in account_ids}
    for row in rows:
        choices[row.account_id].append(choice_of(row))
    return choices


def event_id_of_slug(session: Session, slug: str) -> int | None:
    """Which event an address names; None when there is none."""
    return session.scalar(_id_of_slug(), {"slug": slug})


def events_by_name(session: Session) -> list[tuple[int, str]]:
    """All events as (id, name), newest first."""
    event = Base.metadata.tables["event"]
    rows = session.execute(select(event.c.id, event.c.name).order_by(event.c.starts_on.desc(), event.c.id))
    return [(row.id, row.name) for row in rows]


def zone_of_event(session: Session, event_id: int) -> str | None:
    """The time zone of an event's venue; None when there is no such event."""
    event = Base.metadata.tables["event"]
    return session.scalar(select(event.c.timezone).where(event.c.id == event_id))


def account_of_path(session: Session, path: Mapping[str, Any], _principal: Principal) -> Account:
    """The account that an address names, open or closed. Raises ``NotFound``."""
    found = session.scalar(select(Account).where(Account.id == int(path["account_id"])))
    if found is None:
        raise NotFound
    return found


def account_of(session: Session, principal: Principal) -> Account:
    """The account of whoever is signed in."""
    return session.scalars(select(Account).where(Account.id == principal.account_id)).one()


def account_of_email(session: Session, email: str) -> Account | None:
    """The account with this normalised address, open or closed."""
    return session.scalar(select(Account).where(Account.email == email))


def attempts_since(session: Session, *, kind: AttemptKind, subject: str, since: datetime) -> Sequence[datetime]:
    """When links were asked for under this address or from this peer, oldest first."""
    return session.scalars(
        select(SignInAttempt.attempted_at)
        .where(
            SignInAttempt.kind == kind,
            SignInAttempt.subject_digest == digest(subject),
            SignInAttempt.attempted_at > since,
        )
        .order_by(SignInAttempt.attempted_at)
    ).all()


def open_sessions(session: Session, *, principal: Principal, uses: LastUses, now: datetime) -> list[OpenSession]:
    """The browsers in which this person is signed in, newest first; none that went unused for too long."""
    rows = session.execute(
        select(SignInSession, RoleGrant.role)
        .outerjoin(RoleGrant, RoleGrant.id == SignInSession.grant_id)
        .where(
            SignInSession.account_id == principal.account_id,
            SignInSession.awaits_second_step.is_(False),
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
        )
        .order_by(SignInSession.created_at.desc(), SignInSession.id.desc())
    )
    found = []
    for row, role in rows:
        written_at, used_in = row.used_at or row.created_at, role or Role.PUBLIC
        one = OpenSession(
            session_id=row.id,
            device=row.device,
            created_at=row.created_at,
            used_at=uses.of(session_id=row.id, written_at=written_at),
            idle_until=uses.ends_at(session_id=row.id, role=used_in, written_at=written_at),
            expires_at=row.expires_at,
            is_this_one=row.id == principal.session_id,
        )
        if one.idle_until > now:
            found.append(one)
    return found


def last_grant_used(session: Session, *, account_id: int) -> int | None:
    """The role that the person acted in last, as a grant's ID."""
    return session.scalar(
        select(SignInSession.grant_id)
        .where(SignInSession.account_id == account_id)
        .order_by(SignInSession.created_at.desc(), SignInSession.id.desc())
        .limit(1)
    )


def administrators_left(session: Session, *, now: datetime) -> int:
    """How many open accounts hold the administrator's role."""
    return (
        session.scalar(
            select(func.count(func.distinct(Account.id)))
            .join(RoleGrant, RoleGrant.account_id == Account.id)
            .where(
                Account.is_active,
                RoleGrant.role == Role.ADMINISTRATOR,
                or_(RoleGrant.until.is_(None), RoleGrant.until > now),
            )
        )
        or 0
    )


def accounts_listed(*, search: str | None = None) -> Select[Account]:
    """All accounts by name, for a page that paginates; ``search`` looks in names and addresses."""
    statement = select(Account).order_by(func.lower(Account.display_name), Account.id)
    if not search:
        return statement
    part = search.strip().casefold()
    name = func.lower(Account.display_name)
    return statement.where(or_(name.contains(part, autoescape=True), Account.email.contains(part, autoescape=True)))
