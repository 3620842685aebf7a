"""Mails of pairing: a link for each member's answer, what came of the answers, and questions between."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.pairing.enums import Consent, PartnershipState
from app.pairing.letters import Contacts, letter_key, tell_of_ending, write
from app.pairing.models import Partnership, PartnershipMember, PartnershipQuestion
from app.pairing.queries import title_of, was_asked
from app.pairing.service import ask
from app.platform import i18n, outbox
from app.platform.actor import Actor


def ask_members(
    session: Session,
    *,
    event: Event,
    partnership: Partnership,
    base_url: str,
    actor: Actor,
    now: datetime,
    only: Collection[int] | None = None,
    contacts: Contacts | None = None,
) -> int:
    """Ask members for their answer and write to each focal point; returns how many mails were written.

    Args:
        only: IDs of the members that are asked once more; all who have not answered where it is left out.
        contacts: of the members, where those of many partnerships were read together.

    Raises:
        Conflict: the members have answered.
    """
    is_reminder = partnership.state is PartnershipState.ASKED
    asked = ask(session, event=event, partnership=partnership, only=only, actor=actor, now=now)
    mails = [
        write(
            session,
            event,
            partnership,
            member,
            key=letter_key(asked[member.id][1].id),
            template="mail/partnership_asked",
            context={
                "until": asked[member.id][1].expires_at,
                "address": f"{base_url}/p/{asked[member.id][0]}",
                "is_reminder": is_reminder,
            },
            contacts=contacts,
            now=now,
        )
        for member in partnership.members
        if member.id in asked
    ]
    return sum(mail is not None for mail in mails)


def tell_of_answers(session: Session, *, event: Event, partnership: Partnership, base_url: str, now: datetime) -> None:
    """Write to all once everybody agreed, and where somebody declined to the others and to the office."""
    if partnership.state is PartnershipState.CONFIRMED:
        for member in partnership.members:
            write(
                session,
                event,
                partnership,
                member,
                key=f"partnership {partnership.id} confirmed {member.id}",
                template="mail/partnership_confirmed",
                context={"address": f"{base_url}/e/{event.slug}/partnerships/{partnership.id}"},
                now=now,
            )
    if partnership.state is PartnershipState.DECLINED:
        tell_of_ending(session, event=event, partnership=partnership, template="mail/partnership_declined", now=now)
        _tell_office(session, event, partnership, base_url=base_url, now=now)


def tell_of_withdrawal(session: Session, *, event: Event, partnership: Partnership, now: datetime) -> None:
    """Write to all who were asked that the office took the proposal back."""
    if was_asked(partnership):
        tell_of_ending(session, event=event, partnership=partnership, template="mail/partnership_withdrawn", now=now)


def tell_of_question(
    session: Session,
    *,
    event: Event,
    partnership: Partnership,
    question: PartnershipQuestion,
    base_url: str,
    now: datetime,
) -> None:
    """Write a member's question to the office."""
    _write_to_office(
        session,
        event,
        partnership,
        key=f"partnership question {question.id}",
        template="mail/partnership_question",
        context={
            "party": _who_asked(partnership, question).party.name,
            "question": question.text,
            "address": f"{base_url}/e/{event.slug}/manage/partnerships/{partnership.id}#questions",
        },
        now=now,
    )


def tell_of_reply(
    session: Session, *, event: Event, partnership: Partnership, question: PartnershipQuestion, now: datetime
) -> bool:
    """Write what the office replied to the side that asked; whether somebody there has a mail address."""
    mail = write(
        session,
        event,
        partnership,
        _who_asked(partnership, question),
        key=f"partnership reply {question.id}",
        template="mail/partnership_reply",
        context={"question": question.text, "reply": question.reply},
        now=now,
    )
    return mail is not None


def _who_asked(partnership: Partnership, question: PartnershipQuestion) -> PartnershipMember:
    return next(member for member in partnership.members if member.id == question.member_id)


def _tell_office(session: Session, event: Event, partnership: Partnership, *, base_url: str, now: datetime) -> None:
    declined = next(member for member in partnership.members if member.consent is Consent.DECLINED)
    _write_to_office(
        session,
        event,
        partnership,
        key=f"partnership {partnership.id} declined",
        template="mail/partnership_office",
        context={
            "party": declined.party.name,
            "reason": declined.consent_reason,
            "address": f"{base_url}/e/{event.slug}/manage/partnerships/{partnership.id}",
        },
        now=now,
    )


def _write_to_office(
    session: Session,
    event: Event,
    partnership: Partnership,
    *,
    key: str,
    template: str,
    context: dict[str, object],
    now: datetime,
) -> None:
    locale = event.languages[0] if event.languages else "en"
    with i18n.speaking(locale):
        title = title_of(partnership)
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="pairing",
        key=key,
        to=event.contact_email,
        locale=locale,
        template=template,
        context={"event": event, "title": title, **context},
        is_held=event.is_demonstration,
    )
