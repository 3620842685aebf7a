"""Passing the second step: a browser that waits is signed in, one that is signed in proves itself again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import AttemptKind
from app.accounts.models import Account, SignInSession
from app.accounts.principal import Principal
from app.accounts.queries import browser_of
from app.accounts.service.browsers import SignedIn, just_written, let_in
from app.accounts.service.limits import count_try
from app.accounts.service.second_step.app_codes import spend_app_code
from app.accounts.service.second_step.recovery import spend_recovery_code
from app.accounts.service.second_step.telling import note
from app.platform.actor import Actor
from app.platform.i18n import ngettext
from app.platform.tokens import digest, new_token

STAYS_FRESH = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Stepping:
    """A browser at its second step, by the token in its cookie alone."""

    session_id: int
    account_id: int
    label: str
    awaits: bool

    def actor(self) -> Actor:
        """Who the log names."""
        return Actor(account_id=self.account_id, label=self.label)


def stepping_of(session: Session, *, token: str | None, now: datetime) -> Stepping | None:
    """Who stands before the second step: a browser that waits, or one that is signed in already; else None."""
    if token is None:
        return None
    found = session.execute(browser_of(token=token, now=now)).one_or_none()
    if found is None:
        return None
    row, account = found
    return Stepping(session_id=row.id, account_id=account.id, label=account.display_name, awaits=row.awaits_second_step)


def is_fresh(principal: Principal, *, now: datetime) -> bool:
    """Whether the second step was passed a short while ago: factors are changed by nobody else."""
    return principal.second_step_at is not None and now - principal.second_step_at <= STAYS_FRESH


def pass_by_code(
    session: Session, *, who: Stepping, typed: str, key: bytes, now: datetime, wall: datetime
) -> SignedIn | None:
    """Pass with a code of the app, or with a recovery code. None for a wrong or used one; the try counts all the same.

    Raises:
        TooMany: with the seconds until the next try is open.
    """
    account = str(who.account_id)
    tries = {AttemptKind.SECOND_STEP: account, AttemptKind.SECOND_STEP_OF_DAY: account}
    count_try(session, tries, now=now, sentence=_too_often)
    code = "".join(typed.split()).replace("-", "").upper()
    if spend_app_code(session, account_id=who.account_id, code=code, key=key, now=now, wall=wall):
        return pass_on(session, who=who, by="app", now=now)
    if spend_recovery_code(session, account_id=who.account_id, code=code, now=now):
        return pass_on(session, who=who, by="recovery code", now=now)
    note(session, account_id=who.account_id, action="account.second_step_failed", actor=who.actor(), now=now)
    return None


def pass_on(session: Session, *, who: Stepping, by: str, now: datetime) -> SignedIn:
    """Let a browser on whose second step was proved, under a new token."""
    row = session.scalars(select(SignInSession).where(SignInSession.id == who.session_id)).one()
    token = new_token()
    row.token_digest, row.second_step_at = digest(token), now
    row.challenge = row.challenged_at = None
    if row.awaits_second_step:
        row.awaits_second_step = False
        account = session.scalars(select(Account).where(Account.id == who.account_id)).one()
        return let_in(session, row=row, account=account, token=token, now=now, by=by)
    session.flush()
    changes = {"second_step": (None, by)}
    note(session, account_id=who.account_id, action="account.proved_again", actor=who.actor(), now=now, changes=changes)
    return SignedIn(token=token, expires_at=row.expires_at, principal=just_written(session, token=token, now=now))


def _too_often(minutes: int) -> str:
    return ngettext(
        "Codes were tried too often. The next one can be tried in %(count)s minute.",
        "Codes were tried too often. The next one can be tried in %(count)s minutes.",
        minutes,
    ) % {"count": minutes}
