"""The steps of a draft's history: which would be taken back, which done again, who moved what last."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.agenda.models import DraftStep
from app.platform.audit import last_change_of

STEPPED = ("agenda.undone", "agenda.redone")


def step_before(session: Session, draft_id: int) -> DraftStep | None:
    """The step of a draft that would be taken back."""
    return session.scalar(
        select(DraftStep)
        .where(DraftStep.draft_id == draft_id, DraftStep.is_undone.is_(False))
        .order_by(DraftStep.id.desc())
        .limit(1)
    )


def next_step(session: Session, draft_id: int) -> DraftStep | None:
    """The step of a draft that was taken back last, and would be done again."""
    return session.scalar(
        select(DraftStep)
        .where(DraftStep.draft_id == draft_id, DraftStep.is_undone.is_(True))
        .order_by(DraftStep.id)
        .limit(1)
    )


def last_move_of(session: Session, draft_id: int, session_id: int | None = None) -> tuple[str, datetime | None]:
    """Who moved a session of a draft last, or any of them: by hand, by a run's plan or by a step back.

    "" and None for nobody.
    """
    rows = session.execute(
        select(DraftStep, Account.display_name)
        .outerjoin(Account, Account.id == DraftStep.done_by_id)
        .where(DraftStep.draft_id == draft_id)
        .order_by(DraftStep.id.desc())
    )
    about = "" if session_id is None else str(session_id)
    moves = ((name or "", one.done_at) for one, name in rows if not about or about in one.places)
    who, at = next(moves, ("", None))
    # A step tells who did it; who took it back or did it again stands in the log.
    stepper, stepped_at = last_change_of(
        session, entity="agenda_draft", entity_id=draft_id, actions=STEPPED, field=about
    )
    return (stepper, stepped_at) if stepped_at is not None and (at is None or stepped_at >= at) else (who, at)
