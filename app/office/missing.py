"""What a delegation still lacks, what hurts soonest first: each with whom it touches, and where it is mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.case_cities import missing_of
from app.delegations.models import Delegate, Delegation, PassportDetail
from app.delegations.queries import city_in_event
from app.events.models import Event
from app.pairing.enums import Consent
from app.pairing.queries import partnerships_of_parties, was_asked
from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext

LIST_CLOSES = timedelta(days=7)
"""The gate wants the list of passes a week before the event (event.md 6.3)."""


@dataclass(frozen=True, kw_only=True)
class Missing:
    """One thing that is missing: in words, whom it touches, until when, and the page that mends it."""

    title: str
    people: tuple[Delegate, ...]
    due: date | None
    href: str


def missing_of_delegation(session: Session, event: Event, delegation: Delegation) -> tuple[Missing, ...]:
    """All that is missing, by due date; ``delegates`` and ``party`` must be loaded."""
    members = [one for one in delegation.delegates if one.is_active]
    base = f"/e/{event.slug}/delegations/{delegation.id}"
    found = [
        *_members(session, event, members, base),
        *_profile(session, event, delegation),
        *_answer(session, event, delegation, base),
    ]
    return tuple(sorted(found, key=lambda one: (one.due or event.ends_on, one.title)))


def _members(session: Session, event: Event, members: Sequence[Delegate], base: str) -> list[Missing]:
    if not members:
        return [
            Missing(title=_("Add the head first; the others can follow."), people=(), due=None, href=f"{base}/sheet")
        ]
    closes = event.starts_on - LIST_CLOSES
    given = set(
        session.scalars(
            select(PassportDetail.delegate_id).where(PassportDetail.delegate_id.in_([one.id for one in members]))
        )
    )
    kinds = (
        (
            [one for one in members if one.id not in given],
            ngettext("%(num)s passport is missing", "%(num)s passports are missing", len(members) - len(given)),
            closes,
            "/sheet",
        ),
        ([one for one in members if not one.email], _("No mail address"), closes, "/sheet"),
        ([one for one in members if not one.function], _("No function for the badge"), closes, "/sheet"),
        ([one for one in members if one.approved_at is None], _("Not approved yet"), None, "/sheet"),
        (
            [one for one in members if one.arrives_at is None and one.departs_at is None],
            _("Nobody knows when they are there"),
            event.starts_on - timedelta(days=14),
            "",
        ),
    )
    return [
        Missing(
            title=title % {"num": len(people)} if "%(num)s" in title else title,
            people=tuple(people),
            due=due,
            href=base + path,
        )
        for people, title, due, path in kinds
        if people
    ]


def _profile(session: Session, event: Event, delegation: Delegation) -> list[Missing]:
    if delegation.party.kind != "city":
        return []
    city = city_in_event(session, event.id, delegation.party_id)
    if not missing_of(city):
        return []
    return [
        Missing(
            title=_("The city's profile is not complete"),
            people=(),
            due=None,
            href=f"/e/{event.slug}/cities/{city.id}/edit",
        )
    ]


def _answer(session: Session, event: Event, delegation: Delegation, base: str) -> list[Missing]:
    """A proposed partnership to which this side has not answered."""
    proposed = partnerships_of_parties(session, event.id, [delegation.party_id]).get(delegation.party_id, [])
    waits = [
        one
        for one in proposed
        if was_asked(one)
        and any(member.party_id == delegation.party_id and member.consent is Consent.PENDING for member in one.members)
    ]
    title = _("A partnership waits for the city's answer")
    return [Missing(title=title, people=(), due=None, href=f"{base}#partnerships") for _one in waits]
