"""Recovery codes: ten on paper, for the day on which the telephone is lost; each opens once."""

import base64
import secrets
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.accounts.models import RecoveryCode
from app.accounts.principal import Principal
from app.accounts.service.second_step.telling import note, tell
from app.platform.tokens import digest

COUNT = 10
BYTES = 15
"""120 random bits: from 112 on a plain digest keeps them."""

GROUP = 4


def new_codes(session: Session, *, principal: Principal, now: datetime) -> list[str]:
    """Ten new codes as they are printed; the old ones open nothing any more. They are shown this once."""
    account_id = principal.account_id or 0
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [base64.b32encode(secrets.token_bytes(BYTES)).decode() for _ in range(COUNT)]
    session.add_all(RecoveryCode(account_id=account_id, code_digest=digest(code)) for code in codes)
    line = note(
        session,
        account_id=account_id,
        action="account.recovery_codes_made",
        actor=principal.actor(),
        now=now,
        changes={"codes": (None, COUNT)},
    )
    tell(session, account_id=account_id, line=line, now=now)
    return ["-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)) for code in codes]


def spend_recovery_code(session: Session, *, account_id: int, code: str, now: datetime) -> bool:
    """Whether this is an unspent code of the account; it is none afterwards."""
    spent = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_digest == digest(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return spent is not None
