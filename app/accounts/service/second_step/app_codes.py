"""Codes that an app counts (TOTP, RFC 6238): six digits, new every 30 seconds, each good once."""

import hmac
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.models import AppFactor
from app.accounts.principal import Principal
from app.accounts.queries import app_of
from app.accounts.service.second_step.adding import factor_added
from app.platform.errors import Conflict, NotFound
from app.platform.i18n import gettext as _
from app.platform.sealing import BrokenSeal, seal, unseal

SECONDS = 30
DRIFT = (0, -1, 1)
"""A code is accepted while it is shown and, for slow typing and clocks that are off, one period before and after."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What an app must learn, as text and as the address in the QR code."""

    secret: str
    address: str


def begin_app(session: Session, *, principal: Principal, key: bytes, now: datetime) -> None:
    """Make a secret for an app; it is a factor only when a first code was typed. One that waits is made anew.

    Raises:
        Conflict: an app is set up already.
    """
    account_id = principal.account_id or 0
    held = session.get(AppFactor, account_id)
    if held is not None and held.confirmed_at is not None:
        raise Conflict(_("An app is set up already. Turn it off first."))
    sealed = seal(pyotp.random_base32(), key=key, about=_about(account_id))
    if held is None:
        session.add(AppFactor(account_id=account_id, sealed_secret=sealed, added_at=now, last_step=0))
    else:
        held.sealed_secret, held.added_at = sealed, now
    session.flush()


def offer_of(session: Session, *, account_id: int, email: str, key: bytes) -> Offer:
    """The secret that waits for its first code. Raises ``NotFound`` where none does."""
    held = _waiting(session, account_id)
    try:
        secret = unseal(held.sealed_secret, key=key, about=_about(account_id))
    except BrokenSeal as error:
        raise NotFound from error
    return Offer(secret=secret, address=pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="BRIDGE"))


def confirm_app(
    session: Session, *, principal: Principal, code: str, key: bytes, now: datetime, wall: datetime
) -> bool:
    """Make the app a factor by its first code. False for a wrong one. Raises ``NotFound`` where no app waits."""
    account_id = principal.account_id or 0
    held = _waiting(session, account_id)
    step = _step_of(held, code=code, key=key, wall=wall)
    if step is None:
        return False
    held.confirmed_at = held.used_at = now
    held.last_step = step
    factor_added(session, principal=principal, factor="app", now=now)
    return True


def spend_app_code(session: Session, *, account_id: int, code: str, key: bytes, now: datetime, wall: datetime) -> bool:
    """Whether the code is right and was not used: of any number of tries at once, one is let through."""
    held = app_of(session, account_id)
    step = None if held is None else _step_of(held, code=code, key=key, wall=wall)
    if step is None:
        return False
    spent = session.execute(
        update(AppFactor)
        .where(AppFactor.account_id == account_id, AppFactor.last_step < step)
        .values(last_step=step, used_at=now)
        .returning(AppFactor.account_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return spent is not None


def _waiting(session: Session, account_id: int) -> AppFactor:
    held = session.get(AppFactor, account_id)
    if held is None or held.confirmed_at is not None:
        raise NotFound
    return held


def _step_of(held: AppFactor, *, code: str, key: bytes, wall: datetime) -> int | None:
    """Which period the code is of; None where it is of none that is accepted now."""
    try:
        totp = pyotp.TOTP(unseal(held.sealed_secret, key=key, about=_about(held.account_id)), interval=SECONDS)
    except BrokenSeal:
        return None  # sealed under a key that is gone: recovery codes and security keys still open
    present = int(wall.timestamp()) // SECONDS
    typed = code.encode()
    return next(
        (present + by for by in DRIFT if hmac.compare_digest(totp.generate_otp(present + by).encode(), typed)), None
    )


def _about(account_id: int) -> str:
    return f"app of account {account_id}"
