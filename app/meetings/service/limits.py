"""What an edition allows: when wishes are open, how many somebody may have, how many may wait with one person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.events.models import Event, Resource
from app.meetings.enums import Answer, MeetingWishLevel
from app.meetings.models import MeetingWish
from app.meetings.places import Hall
from app.meetings.queries import musts_of, pending_with, quota_used
from app.meetings.rules import MeetingRules
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What of the edition's rules stands against a wish: as a code, and in words."""

    code: str
    sentence: str


def closed(event: Event, now: datetime) -> Limit | None:
    """Why wishes are not open at a moment, if they are not."""
    if event.wishes_open_at is not None and now < event.wishes_open_at:
        return Limit(code="not_open", sentence=_("Wishes for meetings are not open yet."))
    if event.wishes_close_at is not None and now > event.wishes_close_at:
        said = _("Wishes for meetings are closed. The desk can still book a meeting for you.")
        return Limit(code="closed", sentence=said)
    return None


def beyond_quota(session: Session, rules: MeetingRules, own: Delegate, now: datetime) -> Limit | None:
    """That somebody has as many meetings as the edition allows."""
    most = rules.most(own)
    if most is None or quota_used(session, own.event_id, own.id, now) < most:
        return None
    return Limit(code="limit", sentence=quota_words(most))


def beyond_pending(
    session: Session, rules: MeetingRules, *, own: Delegate, them: Delegate, free_slots: int, now: datetime
) -> Limit | None:
    """That as many wishes of one delegation wait with a person, who has so many free slots, as is fair."""
    waiting = pending_with(session, delegation_id=own.delegation_id, delegate_id=them.id, now=now)
    if waiting < _allowed_pending(rules, free_slots):
        return None
    said = _("Your delegation has as many wishes waiting with this person as is fair. Wait for an answer.")
    return Limit(code="pending", sentence=said)


def refuse_closed(event: Event, now: datetime) -> None:
    """Wishes are open between two dates, where these are set.

    Raises:
        Refused: they are not yet, or no longer.
    """
    if (found := closed(event, now)) is not None:
        raise Refused({"": found.sentence})


def refuse_ended(wish: MeetingWish, now: datetime) -> None:
    """A wish is answered while it waits.

    Raises:
        Conflict: it was withdrawn, or its time to answer ended.
    """
    if wish.answer is Answer.WITHDRAWN:
        raise Conflict(_("This wish was withdrawn."), alternatives=())
    if wish.answer is Answer.EXPIRED or wish.has_ended(now):
        raise Conflict(_("The time to answer has ended. Wish anew if you still want to meet."), alternatives=())


def quota_words(most: int) -> str:
    """That somebody has as many meetings as allowed, and the way out."""
    said = ngettext(
        "You may have %(num)s meeting, and you have it.", "You may have %(num)s meetings, and you have them all.", most
    )
    return said % {"num": most} + " " + _("Withdraw a wish or cancel a meeting to get one back.")


def _allowed_pending(rules: MeetingRules, free_slots: int) -> int:
    """How many wishes of one delegation may wait with a person who has so many free slots."""
    return max(1, free_slots * rules.settings.pending_percent // 100)


def refuse_beyond_limits(
    session: Session,
    rules: MeetingRules,
    hall: Hall,
    *,
    own: Delegate,
    them: Delegate,
    level: MeetingWishLevel,
    now: datetime,
) -> None:
    """Nobody has more meetings, musts, or pending wishes with one person than the edition allows.

    Raises:
        Refused: one of the limits is reached.
    """
    free = len(hall.free_slots([them.id]))
    found = beyond_quota(session, rules, own, now) or beyond_pending(
        session, rules, own=own, them=them, free_slots=free, now=now
    )
    if found is not None:
        raise Refused({"with": found.sentence})
    musts = rules.settings.musts_max
    if level is MeetingWishLevel.MUST and musts_of(session, own.id, now) >= musts:
        said = ngettext(
            "You have %(num)s must already. Choose want.", "You have %(num)s musts already. Choose want.", musts
        )
        raise Refused({"level": said % {"num": musts}})


def team_of(session: Session, event: Event, language: str | None) -> int | None:
    """The team of interpreters of a language; none where none is needed.

    Raises:
        Refused: the edition has no such team.
    """
    if not language:
        return None
    found = session.scalar(
        select(Resource.id)
        .where(Resource.event_id == event.id, Resource.language == language)
        .order_by(Resource.code)
        .limit(1)
    )
    if found is None:
        raise Refused({"language": _("There is no interpreter of this language.")})
    return found
