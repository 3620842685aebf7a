"""The office's decision on a person who came without a form of their own: from a list, or added to a delegation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.events.models import Event
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.audit import record_at_once
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.platform.many import Answered, do_to_each


def approve_person(
    session: Session, *, event: Event, delegate: Delegate, version: int, actor: Actor, now: datetime
) -> None:
    """Approve somebody who takes part.

    Raises:
        Conflict: the row changed meanwhile, or is approved.
        Refused: they no longer take part.
    """
    _check(delegate, version)
    if delegate.approved_at is not None:
        raise Conflict(_("This person is approved already."))
    delegate.approved_at = now
    _tell(session, event, delegate, "approved", {"approved_at": (None, now)}, None, actor, now)


def turn_down_person(
    session: Session, *, event: Event, delegate: Delegate, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Turn somebody down who was not approved; nothing is on their calendar yet.

    Raises:
        Conflict: the row changed meanwhile.
        Refused: without a reason, or after approval.
    """
    _check(delegate, version)
    if delegate.approved_at is not None:
        raise Refused(_("This person is approved. Who takes them out of the delegation frees what they hold."))
    if not reason.strip():
        raise Refused({"text": _("Give the reason. The applicant reads it.")})
    delegate.is_active = False
    changes = {"is_active": (True, False), "reason": (None, reason.strip())}
    _tell(session, event, delegate, "rejected", changes, reason.strip(), actor, now)


def ask_person(
    session: Session, *, event: Event, delegate: Delegate, text: str, reply_to: str, actor: Actor, now: datetime
) -> None:
    """Ask by mail; the answer comes to ``reply_to``.

    Raises:
        Refused: there is nothing to ask, or no address to ask at.
    """
    if not text.strip():
        raise Refused({"text": _("Write the question. The person reads it.")})
    if delegate.email is None:
        raise Refused(_("This person has no address. Ask the focal point of the delegation."))
    entry = record_at_once(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="delegate.asked",
        entity="delegate",
        entity_id=delegate.id,
        changes={"question": (None, text.strip())},
    )
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="registration",
        key=f"delegate {delegate.id} asked {entry.id}",
        to=delegate.email,
        locale=delegate.locale,
        template="mail/person_asked",
        context={"event": event, "name": delegate.badge_name, "text": text.strip(), "reply_to": reply_to},
        is_held=event.is_demonstration,
    )


def answer_people(
    session: Session,
    *,
    event: Event,
    people: Sequence[tuple[Delegate, int]],
    answer: Literal["approve", "ask", "reject"],
    text: str,
    actor: Actor,
    now: datetime,
) -> Answered[tuple[Delegate, int]]:
    """Answer many people, each with the version that stood on the page, in one transaction.

    Raises:
        Refused: nobody is ticked, or words are missing that people would read.
    """
    if not people:
        raise Refused({"chosen": _("Tick the people first.")})
    if answer != "approve" and not text.strip():
        raise Refused({"text": _("Write the reason or the question. The people read it.")})

    def answer_one(one: tuple[Delegate, int]) -> None:
        delegate, version = one
        if answer == "approve":
            approve_person(session, event=event, delegate=delegate, version=version, actor=actor, now=now)
        elif answer == "ask":
            reply_to = event.contact_email
            ask_person(session, event=event, delegate=delegate, text=text, reply_to=reply_to, actor=actor, now=now)
        else:
            turn_down_person(
                session, event=event, delegate=delegate, version=version, reason=text, actor=actor, now=now
            )

    return do_to_each(session, people, answer_one)


def _check(delegate: Delegate, version: int) -> None:
    if delegate.version != version:
        raise Conflict(_("This was changed meanwhile. Look again before you change it."))
    if not delegate.is_active:
        raise Refused(_("This person no longer takes part."))


def _tell(
    session: Session,
    event: Event,
    delegate: Delegate,
    state: str,
    changes: Mapping[str, tuple[object, object]],
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    session.flush()
    entry = record_at_once(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action=f"delegate.{state}",
        entity="delegate",
        entity_id=delegate.id,
        changes=changes,
    )
    if delegate.email is None:
        return
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="registration",
        key=f"delegate {delegate.id} {state} {entry.id}",
        to=delegate.email,
        locale=delegate.locale,
        template=f"mail/registration_{state}",
        context={"event": event, "name": delegate.badge_name, "party": delegate.badge_name, "reason": reason},
        is_held=event.is_demonstration,
    )
