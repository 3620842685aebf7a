"""The office's answer to a request to be erased: it erases, or refuses with the reason that the person reads.

The mail that tells of an erasure is forgotten when it is sent: else it would hold what was erased.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.events.models import Event
from app.events.queries import day_of
from app.office.service.erasing.asking import addressed, close_requests, note, tell
from app.office.service.erasing.person import Erased, erase_form, erase_person
from app.platform.actor import Actor
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.registration.enums import ErasureState
from app.registration.models import ErasureRequest, Registration
from app.registration.queries import newest_erasure


def refuse_to_erase(
    session: Session,
    *,
    event: Event,
    request: ErasureRequest,
    reason: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Answer with no, and why.

    Raises:
        Conflict: it was answered, or changed meanwhile.
        Refused: no reason is given.
    """
    if request.state is not ErasureState.OPEN or request.version != version:
        raise Conflict(_("This request was answered meanwhile. Look again."))
    if not reason.strip():
        raise Refused({"reason": _("Give the reason. The person reads it.")})
    name, to, locale = addressed(session, request)
    request.state, request.decided_at, request.decided_by_id = ErasureState.REFUSED, now, actor.account_id
    request.reason = reason.strip()
    session.flush()
    changes = {"state": ("open", "refused"), "reason": (None, request.reason)}
    note(session, request, "erasure.refused", changes, actor=actor, now=now)
    context = {"name": name, "asked_on": day_of(event, request.asked_at), "reason": request.reason}
    tell(session, event, request, to=to, locale=locale, template="erasure_refused", context=context, now=now)


def erase_and_answer(
    session: Session,
    *,
    event: Event,
    subject: Delegate | Registration,
    number: str,
    also: Collection[str],
    sends_mails: bool,
    actor: Actor,
    now: datetime,
) -> Erased:
    """Erase a person, or whoever handed in a form; if they asked for it, one last mail tells them.

    Args:
        sends_mails: whether mails leave this server. Where none does, none is written: it would keep the address.

    Raises:
        Refused: see ``erase_person`` and ``erase_form``.
    """
    is_person = isinstance(subject, Delegate)
    request = newest_erasure(
        session, delegate_id=subject.id if is_person else None, registration_id=None if is_person else subject.id
    )
    if request is not None and request.state is not ErasureState.OPEN:
        request = None
    last = None if request is None else (*addressed(session, request)[1:], day_of(event, request.asked_at))
    if isinstance(subject, Delegate):
        erased = erase_person(session, event=event, delegate=subject, number=number, also=also, actor=actor, now=now)
    else:
        erased = erase_form(session, event=event, registration=subject, number=number, also=also, actor=actor, now=now)
    close_requests(session, erased, also=request, actor=actor, now=now)
    if request is not None and last is not None and sends_mails:
        _say_last(session, event, request, to=last[0], locale=last[1], asked_on=last[2], now=now)
    return erased


def _say_last(
    session: Session,
    event: Event,
    request: ErasureRequest,
    *,
    to: str | None,
    locale: str | None,
    asked_on: date,
    now: datetime,
) -> None:
    context = {"asked_on": asked_on}
    mail = tell(session, event, request, to=to, locale=locale, template="erasure_done", context=context, now=now)
    if mail is not None:
        mail.is_forgotten_when_sent = True
