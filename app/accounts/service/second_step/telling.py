"""What the log and the owner of an account are told when a factor comes or goes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.platform import audit, outbox
from app.platform.actor import Actor

CAUSE = "second step"


def note(
    session: Session,
    *,
    account_id: int,
    action: str,
    actor: Actor,
    now: datetime,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> int:
    """One line in the log about the second step of an account; gives its number. It never says a code or a secret."""
    return audit.record_at_once(
        session,
        actor=actor,
        now=now,
        event_id=None,
        action=action,
        entity="account",
        entity_id=account_id,
        changes=changes or {},
    ).id


def tell(session: Session, *, account_id: int, line: int, now: datetime) -> None:
    """A mail to the owner: somebody changed the second step, and whom to ask if it was not they.

    Args:
        line: what the mail is about, so that each change is told once.
    """
    account = session.scalars(select(Account).where(Account.id == account_id)).one()
    outbox.queue(
        session,
        now=now,
        event_id=None,
        cause=CAUSE,
        key=f"second step {line}",
        to=account.email,
        locale=account.locale,
        template="mail/second_step",
        context={"name": account.display_name, "moment": now},
    )
