"""The newest release as the board compares its draft with it, kept whatever is moved in the draft or booked."""

from sqlalchemy.orm import Session

from app.agenda.models import AgendaRelease
from app.agenda.planner import DRAFT_ALONE
from app.agenda.queries import newest_release
from app.claims.enums import BOOKED
from app.platform.kept import apart_from, kept, state_without


def kept_release(session: Session, event_id: int) -> AgendaRelease | None:
    """What ``newest_release`` gives; for transactions that have changed nothing but drafts."""
    state = state_without(session, event_id, quiet=BOOKED, besides=DRAFT_ALONE)
    return kept(session, "newest release", event_id=event_id, state=state, read=lambda: read_release(session, event_id))


def read_release(session: Session, event_id: int) -> AgendaRelease | None:
    """In a session apart: the rows outlive this one."""
    with apart_from(session) as apart:
        return newest_release(apart, event_id)
