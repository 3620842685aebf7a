"""A partnership that members agree to or decline, with all that follows.

Mails, the case city session in the agenda, and who could come in the place of somebody who declined.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.agenda.service import give_case_session
from app.events.models import Event
from app.pairing import service as pairing
from app.pairing.enums import Consent, PartnershipState
from app.pairing.models import Partnership, PartnershipMember, PartnershipQuestion
from app.pairing.notices import tell_of_answers, tell_of_question, tell_of_reply, tell_of_withdrawal
from app.platform.actor import Actor


def answer_partnership(
    session: Session,
    *,
    event: Event,
    partnership: Partnership,
    member: PartnershipMember,
    consent: Consent,
    reason: str | None,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> bool:
    """Store a member's answer; whether it was the first. A second one changes nothing and writes to nobody.

    Raises:
        Refused: a "no" without a reason.
        Conflict: the partnership does not stand any more.
    """
    is_first = pairing.answer(
        session, partnership=partnership, member=member, consent=consent, reason=reason, actor=actor, now=now
    )
    if not is_first:
        return False
    tell_of_answers(session, event=event, partnership=partnership, base_url=base_url, now=now)
    if partnership.state is PartnershipState.CONFIRMED:
        give_case_session(session, event=event, partnership=partnership, actor=actor, now=now)
    if partnership.state is PartnershipState.DECLINED:
        pairing.seek_replacement(
            session, event=event, partnership=partnership, declined_by=member, actor=actor, now=now
        )
    return True


def ask_office(
    session: Session,
    *,
    event: Event,
    partnership: Partnership,
    member: PartnershipMember,
    text: str,
    base_url: str,
    peer: str,
    actor: Actor,
    now: datetime,
) -> PartnershipQuestion:
    """Store a member's question and write it to the office.

    Raises:
        Conflict: the member has answered, or the partnership does not stand any more.
        TooMany: this member or this network address asked too often.
    """
    question = pairing.put_question(
        session, partnership=partnership, member=member, text=text, peer=peer, actor=actor, now=now
    )
    tell_of_question(session, event=event, partnership=partnership, question=question, base_url=base_url, now=now)
    return question


def reply_to_side(
    session: Session,
    *,
    event: Event,
    partnership: Partnership,
    question: PartnershipQuestion,
    text: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Store what the office replies and write it to the side that asked.

    Raises:
        Conflict: somebody has replied.
    """
    pairing.reply_to_question(session, partnership=partnership, question=question, text=text, actor=actor, now=now)
    tell_of_reply(session, event=event, partnership=partnership, question=question, now=now)


def confirm_partnership(
    session: Session, *, event: Event, partnership: Partnership, base_url: str, actor: Actor, now: datetime
) -> Partnership:
    """Note the consent of all members that was given outside the system.

    Raises:
        Conflict: the partnership does not stand any more.
    """
    was_confirmed = partnership.state is PartnershipState.CONFIRMED
    confirmed = pairing.confirm_for_all(session, event=event, partnership_id=partnership.id, actor=actor, now=now)
    if not was_confirmed:
        tell_of_answers(session, event=event, partnership=confirmed, base_url=base_url, now=now)
        give_case_session(session, event=event, partnership=confirmed, actor=actor, now=now)
    return confirmed


def withdraw_partnership(
    session: Session, *, event: Event, partnership: Partnership, reason: str, actor: Actor, now: datetime
) -> None:
    """Take a partnership back and write to whoever was asked.

    Raises:
        Refused: no reason.
        Conflict: it does not stand any more.
    """
    pairing.withdraw(session, partnership=partnership, reason=reason, actor=actor, now=now)
    tell_of_withdrawal(session, event=event, partnership=partnership, now=now)
