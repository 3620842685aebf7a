"""The pass and the door: accredited and checked in are two facts, each with its date and its line in the log."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _


def accredit(session: Session, *, delegate: Delegate, actor: Actor, now: datetime) -> None:
    """Put an approved person on the list of passes.

    Raises:
        Conflict: they are on it.
        Refused: they are not approved, or no longer take part.
    """
    _must_be_approved(delegate)
    if delegate.accredited_at is not None:
        raise Conflict(_("This person has a pass already."))
    delegate.accredited_at = now
    _note(session, delegate, "accredited", column="accredited_at", before=None, after=now, actor=actor, now=now)


def take_back_pass(session: Session, *, delegate: Delegate, actor: Actor, now: datetime) -> None:
    """Take a person off the list of passes, also one who no longer takes part.

    Raises:
        Conflict: they are not on it.
    """
    before = delegate.accredited_at
    if before is None:
        raise Conflict(_("This person has no pass."))
    delegate.accredited_at = None
    _note(session, delegate, "pass_taken_back", column="accredited_at", before=before, after=None, actor=actor, now=now)


def check_in(session: Session, *, delegate: Delegate, actor: Actor, now: datetime) -> None:
    """Let an approved person in.

    Raises:
        Conflict: they are in.
        Refused: they are not approved, or no longer take part.
    """
    _must_be_approved(delegate)
    if delegate.checked_in_at is not None:
        raise Conflict(_("This person is checked in already."))
    delegate.checked_in_at = now
    _note(session, delegate, "checked_in", column="checked_in_at", before=None, after=now, actor=actor, now=now)


def take_back_check_in(session: Session, *, delegate: Delegate, actor: Actor, now: datetime) -> None:
    """Undo a check-in of the wrong person.

    Raises:
        Conflict: they are not in.
    """
    before = delegate.checked_in_at
    if before is None:
        raise Conflict(_("This person is not checked in."))
    delegate.checked_in_at = None
    _note(
        session,
        delegate,
        "check_in_taken_back",
        column="checked_in_at",
        before=before,
        after=None,
        actor=actor,
        now=now,
    )


def _must_be_approved(delegate: Delegate) -> None:
    if not delegate.is_active:
        raise Refused(_("This person no longer takes part."))
    if delegate.approved_at is None:
        raise Refused(_("This person is not approved yet."))


def _note(
    session: Session,
    delegate: Delegate,
    what: str,
    *,
    column: str,
    before: datetime | None,
    after: datetime | None,
    actor: Actor,
    now: datetime,
) -> None:
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=delegate.event_id,
        action=f"delegate.{what}",
        entity="delegate",
        entity_id=delegate.id,
        changes={column: (before, after)},
    )
