"""Asking about a form, waiving a question, and deciding on many forms at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.events.models import Event
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.platform.many import Answered, do_to_each
from app.platform.tokens import digest, new_token
from app.registration.duplicates import OPEN_STATES, ordered
from app.registration.enums import QuestionKind, QuestionState, RegistrationState
from app.registration.flags import ReviewFacts, blocking_of
from app.registration.models import DifferentPeople, Question, Registration
from app.registration.service.deciding import approve, decide

Answer = Literal["approve", "wait", "reject", "ask"]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A form that was ticked, with the version that stood on the page."""

    registration: Registration
    version: int


class ToAsk(Refused):
    """Something must be asked before this form is approved."""

    def __init__(self, kinds: tuple[QuestionKind, ...]) -> None:
        self.kinds = kinds
        super().__init__(_("There is something to ask first."))


def ask(
    session: Session,
    *,
    event: Event,
    registration: Registration,
    kind: QuestionKind,
    text: str,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> Question:
    """Ask the applicant by mail; the mail has a link to answer, and the question blocks until then.

    Raises:
        Refused: the form waits for no decision, there is nothing to ask, or nobody who could answer.
    """
    _must_wait(registration)
    if not text.strip():
        raise Refused({"text": _("Write the question. The applicant reads it.")})
    if not registration.contact_email:
        raise Refused({"text": _("Nobody is left to ask: who handed this in was erased. Do without an answer.")})
    token = new_token()
    question = Question(
        event_id=event.id,
        registration_id=registration.id,
        kind=kind,
        state=QuestionState.ASKED,
        text=text.strip(),
        token_digest=digest(token),
        asked_at=now,
    )
    session.add(question)
    session.flush()
    _record(session, event, registration, "registration.asked", {kind.value: (None, question.text)}, actor, now)
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="registration",
        key=f"question {question.id}",
        to=registration.contact_email,
        locale=registration.locale,
        template="mail/registration_question",
        context={
            "event": event,
            "name": registration.contact_name,
            "party": registration.party_name,
            "text": question.text,
            "address": f"{base_url}/q/{token}",
        },
        is_held=event.is_demonstration,
    )
    return question


def answer_question(
    session: Session, *, event: Event, registration: Registration, question: Question, answer: str, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Take the applicant's answer, or what the office was told on the phone.

    Raises:
        Conflict: it was answered meanwhile.
        Refused: an empty answer.
    """
    if question.state is not QuestionState.ASKED:
        raise Conflict(_("This question was answered meanwhile."))
    if not answer.strip():
        raise Refused({"answer": _("The answer is missing.")})
    question.state, question.answer = QuestionState.ANSWERED, answer.strip()
    question.settled_at, question.settled_by_id = now, actor.account_id
    session.flush()
    changes = {question.kind.value: (question.text, question.answer)}
    _record(session, event, registration, "registration.answered", changes, actor, now)


def waive(
    session: Session, *, event: Event, registration: Registration, kind: QuestionKind, reason: str, actor: Actor,
    now: datetime,
) -> Question:  # fmt: skip
    """Do without an answer; the reason stays with the form and in the log.

    Raises:
        Refused: the form waits for no decision, or there is no reason.
    """
    _must_wait(registration)
    if not reason.strip():
        raise Refused({"reason": _("Give the reason. It stands in the log.")})
    question = Question(
        event_id=event.id,
        registration_id=registration.id,
        kind=kind,
        state=QuestionState.WAIVED,
        answer=reason.strip(),
        asked_at=now,
        settled_at=now,
        settled_by_id=actor.account_id,
    )
    session.add(question)
    session.flush()
    _record(session, event, registration, "registration.waived", {kind.value: (None, question.answer)}, actor, now)
    return question


def say_different(session: Session, *, event: Event, one: str, other: str, actor: Actor, now: datetime) -> None:
    """Remember that two who look alike are not the same; saying it twice is the same as once.

    Raises:
        Refused: somebody is compared with themselves.
    """
    if one == other:
        raise Refused(_("These are the same entry."))
    smaller, larger = ordered(one, other)
    try:
        with session.begin_nested():
            session.add(
                DifferentPeople(
                    event_id=event.id, one=smaller, other=larger, decided_at=now, decided_by_id=actor.account_id
                )
            )
    except IntegrityError:
        return
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="duplicate.different",
        entity="duplicate",
        entity_id=f"{smaller}~{larger}"[:60],
        changes={"same": (None, False)},
    )


def answer_many(
    session: Session,
    *,
    event: Event,
    chosen: Sequence[Chosen],
    answer: Answer,
    text: str,
    facts: ReviewFacts,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> Answered[Chosen]:
    """Answer many forms in one transaction. What cannot be done is left with its reason, the others are done.

    Raises:
        Refused: nothing is ticked, or a rejection or question without text.
    """
    if not chosen:
        raise Refused({"chosen": _("Tick the registrations first.")})
    if answer in {"reject", "ask"} and not text.strip():
        raise Refused({"text": _("Write the reason or the question. The applicants read it.")})

    def answer_one(one: Chosen) -> None:
        flags = blocking_of(one.registration, facts) if answer == "approve" else ()
        if flags:
            raise ToAsk(tuple(flag.kind for flag in flags))
        _answer(session, event, one, answer, text, base_url, actor, now)

    return do_to_each(session, chosen, answer_one)


def _answer(
    session: Session, event: Event, one: Chosen, answer: Answer, text: str, base_url: str, actor: Actor, now: datetime
) -> None:
    registration = one.registration
    if registration.version != one.version:
        raise Conflict(_("It was changed since this page was opened."))
    if answer == "ask":
        kind = QuestionKind.OTHER
        ask(
            session, event=event, registration=registration, kind=kind, text=text, base_url=base_url, actor=actor,
            now=now,
        )  # fmt: skip
    elif answer == "approve":
        approve(session, event=event, registration=registration, version=one.version, actor=actor, now=now)
    else:
        decide(
            session,
            event=event,
            registration=registration,
            version=one.version,
            state=RegistrationState.REJECTED if answer == "reject" else RegistrationState.WAITING,
            reason=text.strip() or None,
            actor=actor,
            now=now,
        )


def _must_wait(registration: Registration) -> None:
    if registration.state not in OPEN_STATES:
        raise Refused(_("This registration waits for no decision."))


def _record(
    session: Session,
    event: Event,
    registration: Registration,
    action: str,
    changes: Mapping[str, tuple[str | None, str | None]],
    actor: Actor,
    now: datetime,
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action=action,
        entity="registration",
        entity_id=registration.id,
        changes=changes,
    )
