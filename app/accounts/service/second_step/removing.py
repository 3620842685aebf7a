"""Taking factors away: by their owner, or on the command line for somebody who lost them all."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import AppFactor, RecoveryCode, SecurityKey, SignInSession
from app.accounts.principal import Principal
from app.accounts.queries import account_of_email, factors_of
from app.accounts.service.second_step.telling import note, tell
from app.platform.actor import Actor
from app.platform.errors import NotFound, Refused


def remove_app(session: Session, *, principal: Principal, now: datetime) -> None:
    """Turn the app off. Raises ``NotFound`` where there is none."""
    account_id = principal.account_id or 0
    if factors_of(session, account_id).app is None:
        raise NotFound
    session.execute(delete(AppFactor).where(AppFactor.account_id == account_id))
    _removed(session, account_id=account_id, factor="app", actor=principal.actor(), now=now)


def remove_key(session: Session, *, principal: Principal, key_id: int, now: datetime) -> None:
    """Take one security key away. Raises ``NotFound`` for anybody else's."""
    row = session.scalar(
        select(SecurityKey).where(SecurityKey.id == key_id, SecurityKey.account_id == principal.account_id)
    )
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    _removed(session, account_id=row.account_id, factor="key", actor=principal.actor(), now=now)


def remove_all(session: Session, *, email: str, actor: Actor, now: datetime) -> None:
    """Take every factor and recovery code of an account away and sign it out everywhere.

    Raises:
        Refused: nobody has this address, or there is no second step to take away.
    """
    account = account_of_email(session, email)
    if account is None or not factors_of(session, account.id):
        raise Refused(f"No account with the address {email} has a second step.")
    for table in (AppFactor, SecurityKey):
        session.execute(delete(table).where(table.account_id == account.id))
    session.execute(
        update(SignInSession)
        .where(SignInSession.account_id == account.id, SignInSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    _removed(session, account_id=account.id, factor="all", actor=actor, now=now)


def _removed(session: Session, *, account_id: int, factor: str, actor: Actor, now: datetime) -> None:
    """Recovery codes stand in for a factor: with the last one they go too."""
    if not factors_of(session, account_id):
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    line = note(
        session,
        account_id=account_id,
        action="account.second_step_removed",
        actor=actor,
        now=now,
        changes={"factor": (factor, None)},
    )
    tell(session, account_id=account_id, line=line, now=now)
