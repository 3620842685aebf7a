"""Sheets that were set, as handed out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.platform.actor import Actor
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.printing.jobs.gathering import Work
from app.printing.queries import last_digests
from app.printing.service import note_sheet


def note_works(session: Session, event: Event, works: Sequence[Work], *, actor: Actor, now: datetime) -> None:
    """Every sheet as handed out.

    Raises:
        Refused: somebody printed one of them since it was gathered; nothing is noted.
    """
    held = last_digests(session, event.id)
    if any((held.get(work.noted.holder) or (None,))[0] != work.held_id for work in works):
        raise Refused(_("Somebody printed some of these sheets meanwhile. Nothing was noted; start it again."))
    for work in works:
        note_sheet(session, event, work.noted, held=work.held_number, actor=actor, now=now)
