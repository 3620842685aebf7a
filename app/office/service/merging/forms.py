"""A form of somebody who is here already: approved and joined to the person at once."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.events.models import Event
from app.office.service.merging.people import merge
from app.platform.actor import Actor
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.registration import service
from app.registration.duplicates import Subject
from app.registration.models import Registration


def approve_and_merge(
    session: Session,
    *,
    event: Event,
    registration: Registration,
    person: Subject,
    stays: Delegate,
    versions: tuple[int, int],
    taken_from_form: frozenset[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Approve a form and merge the person on it into the delegate who is here; all of it or nothing.

    Args:
        versions: of the form and of the delegate as they stood on the page.

    Raises:
        Conflict: one of the two was changed meanwhile.
        Refused: the form waits for no decision, or the person cannot be merged (``merge``).
    """
    with session.begin_nested():
        newest = session.scalar(select(func.max(Delegate.id))) or 0
        service.approve(session, event=event, registration=registration, version=versions[0], actor=actor, now=now)
        session.flush()
        same = [Delegate.mail_key == person.mail_key] if person.mail_key else []
        same += [Delegate.name_key == person.name_key] if person.name_key else []
        new = session.scalars(
            select(Delegate)
            .where(Delegate.event_id == event.id, Delegate.id > newest, or_(*same))
            .order_by((Delegate.name_key == person.name_key).desc(), Delegate.id)
        ).first()
        if new is None:
            raise Refused(_("The form brings nobody who could be merged. Approve it as it stands."))
        merge(
            session,
            event=event,
            stays=stays,
            goes=new,
            versions=(versions[1], new.version),
            taken_from_other=taken_from_form,
            actor=actor,
            now=now,
        )
