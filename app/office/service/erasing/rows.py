"""Emptying what speaks of a person: their row, account, papers, mails, and the values in the log."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.models import (
    Account,
    AppFactor,
    RecoveryCode,
    RoleGrant,
    SecurityKey,
    SignInLink,
    SignInSession,
)
from app.delegations.models import Delegate
from app.events.models import Event
from app.platform import audit
from app.platform.audit import AuditEntry, AuditValue
from app.platform.outbox import ERASED, OutboxMail


def empty(row: Delegate, now: datetime) -> None:
    """What is left of a row: that there was somebody, and the dates by which they are counted."""
    row.family_name, row.given_name, row.badge_name = ERASED, "", ERASED
    row.name_key = None
    for name in (
        "honorific", "native_name", "native_language", "function", "email", "phone", "access_needs", "diet", "locale",
        "arrives_at", "departs_at", "account_id",
    ):  # fmt: skip
        setattr(row, name, None)
    row.languages, row.interpretation_into, row.consents = [], [], {}
    row.is_active = row.takes_meetings = row.is_head = row.is_focal_point = False
    row.erased_at = now


def accounts_of(session: Session, mails: Collection[str], people: Collection[int]) -> list[Account]:
    """The accounts of these addresses, and those by which these people sign in as themselves."""
    own = select(RoleGrant.account_id).where(
        RoleGrant.delegate_id.in_(people), RoleGrant.role == Role.DELEGATE, RoleGrant.acting_for.is_(None)
    )
    held = select(Account).where(or_(func.lower(Account.email).in_(mails), Account.id.in_(own)))
    return list(session.scalars(held.order_by(Account.id)))


def erase_accounts(
    session: Session, accounts: Collection[Account], *, mails: Collection[str], people: Collection[int]
) -> None:
    """Close them: nameless, signed out everywhere, without a right; nobody acts for these people any more."""
    for account in accounts:
        for table in (SignInSession, RoleGrant, AppFactor, SecurityKey, RecoveryCode):
            session.execute(
                delete(table).where(table.account_id == account.id).execution_options(synchronize_session=False)
            )
        audit.forget_name(session, account.display_name)
        account.email, account.display_name = f"{ERASED}-{account.id}@erased.invalid", ERASED
        account.is_active = False
    for gone in (
        delete(RoleGrant).where(RoleGrant.delegate_id.in_(people)),
        delete(SignInLink).where(func.lower(SignInLink.email).in_(mails)),
    ):
        session.execute(gone.execution_options(synchronize_session=False))


def erase_mails(session: Session, mails: Collection[str]) -> None:
    """What was or would be sent to them."""
    session.execute(
        update(OutboxMail)
        .where(func.lower(OutboxMail.recipient).in_(mails))
        .values(recipient=ERASED, subject=ERASED, body="", reason=None)
        .execution_options(synchronize_session=False)
    )


def erase_log(session: Session, event: Event, people: tuple[int, ...]) -> None:
    """The values of lines about them. The lines and their digests stay."""
    about = select(AuditEntry.id).where(
        AuditEntry.event_id == event.id,
        AuditEntry.entity == "delegate",
        AuditEntry.entity_id.in_([str(one) for one in people]),
    )
    session.execute(
        delete(AuditValue).where(AuditValue.entry_id.in_(about)).execution_options(synchronize_session=False)
    )


def forget_in_log(session: Session, texts: Collection[str]) -> None:
    """Values that name them in lines about other things, and their names as those who acted."""
    held = [
        column.icontains(text, autoescape=True) for text in texts for column in (AuditValue.before, AuditValue.after)
    ]
    if held:
        session.execute(delete(AuditValue).where(or_(*held)).execution_options(synchronize_session=False))
    for text in texts:
        audit.forget_name(session, text)
