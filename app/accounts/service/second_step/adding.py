"""What follows when a factor was added: the log, the owner, this browser and all others of the account."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import SignInSession
from app.accounts.principal import Principal
from app.accounts.service.browsers import end_other_sessions
from app.accounts.service.second_step.telling import note, tell


def factor_added(session: Session, *, principal: Principal, factor: str, now: datetime) -> None:
    """This browser has passed its second step; every other one was signed in by fewer and is signed out."""
    account_id = principal.account_id or 0
    row = session.scalars(select(SignInSession).where(SignInSession.id == principal.session_id)).one()
    row.second_step_at = now
    end_other_sessions(session, principal=principal, now=now)
    line = note(
        session,
        account_id=account_id,
        action="account.second_step_added",
        actor=principal.actor(),
        now=now,
        changes={"factor": (None, factor)},
    )
    tell(session, account_id=account_id, line=line, now=now)
