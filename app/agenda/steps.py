"""The steps of a draft's history: which would be taken back, which done again, who moved what last."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.agenda.models import DraftStep


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


def last_step_about(session: Session, draft_id: int, session_id: int) -> tuple[DraftStep | None, str]:
    """The newest step of a draft that touched a session, and the name of who did it; nothing and "" for none."""
    rows = session.execute(
        select(DraftStep, Account.display_name)
        .outerjoin(Account, Account.id == DraftStep.done_by_id)
        .where(DraftStep.draft_id == draft_id, DraftStep.is_undone.is_(False))
        .order_by(DraftStep.id.desc())
    )
    for step, name in rows:
        if str(session_id) in step.places:
            return step, name or ""
    return None, ""
