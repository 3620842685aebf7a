"""Two forms that one person handed in become one: the later is closed, what it says better goes onto the earlier."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.events.models import Event
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.audit import record_at_once
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.registration.enums import CORRECTABLE, Door, RegistrationState
from app.registration.forms import IndividualForm
from app.registration.models import Question, Registration
from app.registration.service.handing_in import fill_in

LINES = (
    "given_name", "family_name", "native_name", "badge_name", "email", "function", "origin", "party_name", "country",
    "languages", "needs", "offers",
)  # fmt: skip
"""Answers of which one of the two is chosen."""


def may_be_joined(one: Registration, other: Registration) -> bool:
    """Whether two forms can become one: both are of one person each and wait for a decision."""
    return all(form.door is Door.INDIVIDUAL and form.state in CORRECTABLE for form in (one, other))


def by_age(one: Registration, other: Registration) -> tuple[Registration, Registration]:
    """The two with the one that was handed in first in front: its place in line stays."""
    first, second = sorted((one, other), key=lambda form: (form.submitted_at or form.started_at, form.id))
    return first, second


def join_forms(
    session: Session,
    *,
    event: Event,
    stays: Registration,
    closes: Registration,
    versions: tuple[int, int],
    taken_from_other: frozenset[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Close ``closes`` as a second form of the one who handed in ``stays``: one line in the log, one mail.

    What was asked about the closed form is asked about the one that stays. Its own link says what became of it and
    opens nothing else: who handed in a form in somebody's name must not come to that person's page by it.

    Args:
        versions: of both as they stood on the page.
        taken_from_other: answers of ``LINES`` that the closed form says better.

    Raises:
        Conflict: one of the two was changed meanwhile.
        Refused: one of them is no form of one person that waits, or the chosen answers do not go together.
    """
    if stays.id == closes.id or {stays.event_id, closes.event_id} != {event.id} or not may_be_joined(stays, closes):
        raise Refused(_("Only two forms of one person that wait for a decision can be put together."))
    if (stays.version, closes.version) != versions:
        raise Conflict(_("One of the two was changed meanwhile. Look again before you merge."))
    before = dict(stays.answers)
    form = _chosen(before, closes.answers, taken_from_other)
    if {"party_name", "country", "origin"} <= taken_from_other:
        stays.for_delegation_id = closes.for_delegation_id
    fill_in(stays, form)
    state, closes.state = closes.state, RegistrationState.WITHDRAWN
    closes.duplicate_of_id = stays.id
    closes.decided_at, closes.decided_by_id = now, actor.account_id
    moved = update(Question).where(Question.registration_id == closes.id).values(registration_id=stays.id)
    session.execute(moved.execution_options(synchronize_session=False))
    session.flush()
    changes = {name: (before.get(name), value) for name, value in stays.answers.items() if before.get(name) != value}
    entry = record_at_once(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="registration.joined",
        entity="registration",
        entity_id=stays.id,
        changes={**changes, "joined": (None, closes.id), f"state of {closes.id}": (state.value, closes.state.value)},
    )
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="registration",
        key=f"registration {stays.id} joined {entry.id}",
        to=stays.contact_email,
        locale=stays.locale,
        template="mail/registration_joined",
        context={"event": event, "name": stays.contact_name, "moment": stays.submitted_at},
        is_held=event.is_demonstration,
    )


def _chosen(mine: Mapping[str, Any], theirs: Mapping[str, Any], taken: frozenset[str]) -> IndividualForm:
    chosen = {**mine, **{name: theirs.get(name) for name in LINES if name in taken}}
    try:
        return IndividualForm.model_validate(chosen)
    except ValidationError as error:
        raise Refused({str(one["loc"][0]): str(one["msg"]) for one in error.errors() if one["loc"]}) from None
