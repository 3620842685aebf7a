"""Questions of members to the organisers before they answer, and what the organisers reply."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.enums import AttemptKind
from app.accounts.service.limits import count_try
from app.pairing.enums import Consent
from app.pairing.models import Partnership, PartnershipMember, PartnershipQuestion
from app.pairing.queries import STANDING
from app.pairing.service.recording import log_change
from app.platform.actor import Actor
from app.platform.errors import Conflict
from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext


def put_question(
    session: Session,
    *,
    partnership: Partnership,
    member: PartnershipMember,
    text: str,
    peer: str,
    actor: Actor,
    now: datetime,
) -> PartnershipQuestion:
    """Store a member's question; the member can still accept or decline afterwards.

    Raises:
        Conflict: the member has answered, or the partnership does not stand any more.
        TooMany: this member or this network address asked too often.
    """
    if partnership.state not in STANDING or member.consent is not Consent.PENDING:
        raise Conflict(_("This proposal no longer waits for your answer. Write to the organisers by mail."))
    subjects = {AttemptKind.QUESTION: str(member.id), AttemptKind.FORM_PEER: peer}
    count_try(session, subjects, now=now, sentence=_too_often)
    question = PartnershipQuestion(partnership_id=partnership.id, member_id=member.id, text=text, asked_at=now)
    session.add(question)
    session.flush()
    # Not its words: what somebody writes freely stands in one place, from which it can go.
    changes: dict[str, tuple[object, object]] = {"question": (None, question.id)}
    log_change(session, partnership, "partnership.question_asked", actor, now, changes)
    return question


def reply_to_question(
    session: Session,
    *,
    partnership: Partnership,
    question: PartnershipQuestion,
    text: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Store what the organisers reply.

    Raises:
        Conflict: somebody has replied.
    """
    session.refresh(question, ["reply"], with_for_update=True)
    if question.reply is not None:
        raise Conflict(_("Somebody has replied to this question meanwhile."))
    question.reply, question.replied_at = text, now
    log_change(
        session, partnership, "partnership.question_answered", actor, now, {"question": (question.id, question.id)}
    )


def _too_often(minutes: int) -> str:
    return ngettext(
        "Several questions came from here. The next one is taken in %(count)s minute; what you typed is kept.",
        "Several questions came from here. The next one is taken in %(count)s minutes; what you typed is kept.",
        minutes,
    ) % {"count": minutes}
