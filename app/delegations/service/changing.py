"""A person's data changed by themselves or for them. After approval, names and photo are looked at again first.

What is in force stays in force meanwhile, and the person stays approved: only the field waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.enums import RecheckField, RecheckState
from app.delegations.models import Delegate, Photo, Recheck
from app.delegations.photographs import read_picture
from app.delegations.readers import as_logged
from app.delegations.rechecks import photo_in_force
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _

CHECKED = frozenset(field.value for field in RecheckField) - {RecheckField.PHOTO.value}
"""Columns that wait for a look when they change after approval."""
FREE = frozenset(
    {
        "phone", "function", "email", "languages", "interpretation_into", "native_language", "access_needs", "diet",
        "locale", "arrives_at", "departs_at", "consents",
    }
)  # fmt: skip
"""Columns that a person may change without anybody looking."""
FILLED = frozenset({"family_name", "badge_name"})


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What a change did: columns that are in force now, and columns that wait for a look."""

    applied: tuple[str, ...]
    asked: tuple[str, ...]


def change_person(
    session: Session,
    *,
    event: Event,
    delegate: Delegate,
    changes: Mapping[str, Any],
    version: int,
    actor: Actor,
    now: datetime,
) -> Changed:
    """Change columns of a delegate; before approval all at once, after it names wait for a look.

    Giving the value that is in force takes a proposal back that waits for this field.

    Raises:
        Conflict: the delegate changed meanwhile.
        Refused: a column that a person may not change, an empty name, or somebody who no longer takes part.
    """
    if delegate.version != version:
        raise Conflict(_("This was changed meanwhile. Look again before you change it."))
    if not delegate.is_active:
        raise Refused(_("This person no longer takes part. Write to the registration desk."))
    for name, value in changes.items():
        if name not in CHECKED | FREE:
            raise Refused({name: _("This cannot be changed here.")})
        if name in FILLED and not value:
            raise Refused({name: _("This is missing.")})
    waits = changes.keys() & CHECKED if delegate.approved_at is not None else frozenset()
    differing = {name: value for name, value in changes.items() if getattr(delegate, name) != value}
    applied = {name: (getattr(delegate, name), value) for name, value in differing.items() if name not in waits}
    for name, (_before, after) in applied.items():
        setattr(delegate, name, after)
    session.flush()
    if applied:
        record(
            session,
            actor=actor,
            now=now,
            event_id=event.id,
            action="delegate.changed",
            entity="delegate",
            entity_id=delegate.id,
            changes=as_logged(applied),
        )
    asked = []
    for name in sorted(waits):
        field, before, after = RecheckField(name), getattr(delegate, name), changes[name]
        if _ask(session, event, delegate, field=field, before=before, after=after, actor=actor, now=now):
            asked.append(name)
    return Changed(applied=tuple(applied), asked=tuple(asked))


def propose_photo(
    session: Session, *, event: Event, delegate: Delegate, content: bytes, actor: Actor, now: datetime
) -> Photo:
    """Take a photo: in force at once before approval, and in re-check after it.

    Raises:
        Refused: no picture that a badge can use (``read_picture``), or somebody who no longer takes part.
    """
    if not delegate.is_active:
        raise Refused(_("This person no longer takes part. Write to the registration desk."))
    picture = read_picture(content)
    photo = Photo(
        event_id=event.id,
        delegate_id=delegate.id,
        media_type=picture.media_type,
        content=picture.content,
        width=picture.width,
        height=picture.height,
        is_in_force=False,
        uploaded_at=now,
    )
    session.add(photo)
    session.flush()
    present = photo_in_force(session, delegate.id)
    if delegate.approved_at is not None:
        before = str(present.id) if present else None
        _ask(
            session,
            event,
            delegate,
            field=RecheckField.PHOTO,
            before=before,
            after=str(photo.id),
            actor=actor,
            now=now,
        )
        return photo
    if present is not None:
        session.delete(present)
        session.flush()
    photo.is_in_force = True
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="delegate.photo",
        entity="delegate",
        entity_id=delegate.id,
        changes={"photo": (present.id if present else None, photo.id)},
    )
    return photo


def _ask(
    session: Session,
    event: Event,
    delegate: Delegate,
    *,
    field: RecheckField,
    before: str | None,
    after: str | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Put a field in re-check; whether it waits now."""
    waiting = session.scalar(
        select(Recheck)
        .where(Recheck.delegate_id == delegate.id, Recheck.field == field, Recheck.state == RecheckState.ASKED)
        .with_for_update()
    )
    if waiting is not None and waiting.after == after:
        return True
    if waiting is None and before == after:
        return False
    if waiting is not None:
        waiting.state = RecheckState.WITHDRAWN if before == after else RecheckState.REPLACED
        waiting.decided_at = now
        if field is RecheckField.PHOTO and waiting.after is not None:
            session.delete(session.get_one(Photo, int(waiting.after)))
        session.flush()
    if before != after:
        session.add(
            Recheck(
                event_id=event.id,
                delegate_id=delegate.id,
                field=field,
                before=before,
                after=after,
                state=RecheckState.ASKED,
                asked_at=now,
            )
        )
        session.flush()
    proposed = waiting.after if waiting else None
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="recheck.withdrawn" if before == after else "recheck.asked",
        entity="delegate",
        entity_id=delegate.id,
        changes={f"proposed {field.value}": (proposed, None if before == after else after)},
    )
    return before != after
