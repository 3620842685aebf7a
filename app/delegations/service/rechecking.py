"""Deciding on a field in re-check: it comes into force, or what was in force stays."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.enums import RecheckField, RecheckState
from app.delegations.models import Delegate, Delegation, Photo, Recheck
from app.delegations.names import latin_name_of
from app.delegations.rechecks import photo_in_force
from app.events.models import Event
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.audit import record_at_once
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _


def decide_recheck(
    session: Session,
    *,
    event: Event,
    recheck: Recheck,
    state: RecheckState,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Accept or refuse a changed field: one line in the log and one mail to the person, or to their focal point.

    Raises:
        Conflict: it was decided, replaced or taken back meanwhile.
        Refused: neither accepted nor refused, or refused without a reason.
    """
    if state not in {RecheckState.ACCEPTED, RecheckState.REFUSED}:
        raise Refused({"state": _("Choose accept or refuse.")})
    if state is RecheckState.REFUSED and not (reason or "").strip():
        raise Refused({"reason": _("Give the reason. The person reads it.")})
    session.refresh(recheck, with_for_update=True)
    if recheck.state is not RecheckState.ASKED:
        raise Conflict(_("This was decided meanwhile."))
    delegate = session.get_one(Delegate, recheck.delegate_id)
    is_accepted = state is RecheckState.ACCEPTED
    in_force = _in_force(session, delegate, recheck.field)
    if is_accepted:
        _apply(session, delegate, recheck)
    elif recheck.field is RecheckField.PHOTO and recheck.after is not None:
        session.delete(session.get_one(Photo, int(recheck.after)))
    recheck.state, recheck.reason = state, reason if not is_accepted else None
    recheck.decided_at, recheck.decided_by_id = now, actor.account_id
    session.flush()
    entry = record_at_once(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action=f"recheck.{state.value}",
        entity="delegate",
        entity_id=delegate.id,
        changes={recheck.field.value: (in_force, recheck.after if is_accepted else in_force), "reason": (None, reason)},
    )
    to = delegate.email or _focal_point_mail(session, delegate)
    if to is None:
        return
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="registration",
        key=f"recheck {recheck.id} {state.value} {entry.id}",
        to=to,
        locale=delegate.locale,
        template=f"mail/recheck_{state.value}",
        context={
            "event": event,
            "name": delegate.badge_name,
            "field": recheck.field.value,
            "reason": recheck.reason,
            "proposed": None if recheck.field is RecheckField.PHOTO else recheck.after,
        },
        is_held=event.is_demonstration,
    )


def _in_force(session: Session, delegate: Delegate, field: RecheckField) -> str | None:
    if field is not RecheckField.PHOTO:
        found: str | None = getattr(delegate, field.value)
        return found
    photo = photo_in_force(session, delegate.id)
    return str(photo.id) if photo else None


def _apply(session: Session, delegate: Delegate, recheck: Recheck) -> None:
    if recheck.field is not RecheckField.PHOTO:
        follows = delegate.badge_name == latin_name_of(delegate)
        setattr(delegate, recheck.field.value, recheck.after or ("" if recheck.field.value == "given_name" else None))
        if follows and recheck.field in {RecheckField.GIVEN_NAME, RecheckField.FAMILY_NAME}:
            # Nobody chose another form for the badge, so it goes along with the name.
            delegate.badge_name = latin_name_of(delegate)
        return
    assert recheck.after is not None
    present = photo_in_force(session, delegate.id)
    if present is not None:
        session.delete(present)
        session.flush()
    session.get_one(Photo, int(recheck.after)).is_in_force = True


def _focal_point_mail(session: Session, delegate: Delegate) -> str | None:
    """Where to write to when a member has no address: to whoever edits for the delegation."""
    return session.scalar(
        select(Delegate.email)
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(
            Delegation.id == delegate.delegation_id,
            Delegate.is_focal_point.is_(True),
            Delegate.is_active.is_(True),
            Delegate.email.is_not(None),
        )
        .order_by(Delegate.id)
        .limit(1)
    )
