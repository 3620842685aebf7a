"""Forms come from anybody: how many are taken for one mail address, from one network peer, for one focal point."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.enums import AttemptKind
from app.accounts.service.limits import count_try
from app.delegations.models import Delegation
from app.platform.i18n import ngettext


def count_form(
    session: Session,
    *,
    email: str | None,
    peer: str,
    for_delegation: Delegation | None = None,
    now: datetime,
) -> None:
    """Count a form that is handed in or kept, before it makes a row or a mail.

    Raises:
        TooMany: with the seconds until the next form is taken; nothing was written.
    """
    subjects = {AttemptKind.FORM_PEER: peer}
    if email:
        subjects[AttemptKind.FORM_ADDRESS] = email.casefold()
    if for_delegation is not None:
        subjects[AttemptKind.FORM_JOINS] = str(for_delegation.id)
    count_try(session, subjects, now=now, sentence=_too_often)


def _too_often(minutes: int) -> str:
    return ngettext(
        "Many forms came from here or for this mail address. The next one is taken in %(count)s minute; "
        "what you typed stays in the form until then.",
        "Many forms came from here or for this mail address. The next one is taken in %(count)s minutes; "
        "what you typed stays in the form until then.",
        minutes,
    ) % {"count": minutes}
