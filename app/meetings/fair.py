"""Is it fair: what was agreed and held by group, and who has fewer meetings than promised, with the cause."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delegations.models import City, Delegate, Delegation
from app.delegations.names import latin_name_of
from app.delegations.queries import delegates_by_id
from app.events.models import Event
from app.meetings.enums import Answer, MeetingState
from app.meetings.models import Meeting, MeetingWish, WishPerson
from app.meetings.queries import waits
from app.meetings.reasons import people_in, reason_words
from app.meetings.rules import CITY, rules_of

SIZES = (100_000, 1_000_000, 5_000_000)
"""Where one size of city ends and the next begins, in inhabitants."""

FEWEST_SHOWN = 5
"""A group of fewer people says nothing about fairness and too much about them."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """A group: how many people, how many meetings its people agreed to, and how many of these are held."""

    kind: str
    name: str
    people: int
    agreed: int
    held: int

    @property
    def percent(self) -> int | None:
        """Held of agreed; nothing where the group is too small to be shown or agreed to none."""
        if self.people < FEWEST_SHOWN or not self.agreed:
            return None
        return 100 * self.held // self.agreed


@dataclass(frozen=True, kw_only=True)
class Short:
    """Somebody with fewer meetings than promised: the cause as a code, and the words of the plan where it has some."""

    delegate: Delegate
    fewest: int
    held: int
    cause: str
    words: str


def shares_of(session: Session, event: Event) -> tuple[Share, ...]:
    """By region of the city, helix role and size of city; in each kind by name."""
    rules = rules_of(session, event.id)
    cities = {
        city_id: (region, population)
        for city_id, region, population in session.execute(
            select(City.id, City.region, City.population).where(City.event_id == event.id)
        )
    }
    agreed, held = _counts(session, event.id)
    people: dict[tuple[str, str], int] = defaultdict(int)
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for delegate_id, party_id in _meeting_people(session, event.id):
        for key in _groups(party_id, cities, rules.group_of(party_id)):
            people[key] += 1
            sums[key]["agreed"] += agreed[delegate_id]
            sums[key]["held"] += held[delegate_id]
    return tuple(
        Share(kind=kind, name=name, people=people[kind, name], agreed=total["agreed"], held=total["held"])
        for (kind, name), total in sorted(sums.items())
    )


def _groups(party_id: int, cities: dict[int, tuple[str | None, int | None]], group: str) -> Iterable[tuple[str, str]]:
    yield "role", group
    if group != CITY:
        return
    region, population = cities.get(party_id, (None, None))
    if region:
        yield "region", region
    if population is not None:
        yield "size", str(sum(population >= end for end in SIZES))


def _counts(session: Session, event_id: int) -> tuple[Counter[int], Counter[int]]:
    of_event = (
        select(WishPerson.delegate_id, func.count())
        .join(MeetingWish, MeetingWish.id == WishPerson.wish_id)
        .where(MeetingWish.event_id == event_id)
        .group_by(WishPerson.delegate_id)
    )
    agreed = session.execute(of_event.where(MeetingWish.answer == Answer.ACCEPTED))
    held = session.execute(
        of_event.join(Meeting, Meeting.wish_id == MeetingWish.id).where(Meeting.state == MeetingState.HELD)
    )
    return Counter(dict(agreed.all())), Counter(dict(held.all()))


def _meeting_people(session: Session, event_id: int) -> list[tuple[int, int]]:
    rows = session.execute(
        select(Delegate.id, Delegation.party_id)
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(Delegate.event_id == event_id, Delegate.is_active.is_(True), Delegate.takes_meetings.is_(True))
    )
    return [(delegate_id, party_id) for delegate_id, party_id in rows]


def short_of_minimum(session: Session, event: Event, *, now: datetime) -> tuple[Short, ...]:
    """Who has fewer meetings than promised, the largest shortfall first, each with what stands in the way."""
    rules = rules_of(session, event.id)
    agreed, held = _counts(session, event.id)
    people = delegates_by_id(session, [delegate_id for delegate_id, _party in _meeting_people(session, event.id)])
    lacking = {one.id: one for one in people.values() if held[one.id] < rules.fewest(one)}
    if not lacking:
        return ()
    waiting = Counter(
        dict(
            session.execute(
                select(WishPerson.delegate_id, func.count())
                .join(MeetingWish, MeetingWish.id == WishPerson.wish_id)
                .where(MeetingWish.event_id == event.id, waits(now))
                .group_by(WishPerson.delegate_id)
            ).all()
        )
    )
    reasons = _reasons(session, event.id, set(lacking))
    names = {
        one.id: latin_name_of(one)
        for one in delegates_by_id(session, {who for text in reasons.values() for who in people_in(text)}).values()
    }
    found = []
    for one in lacking.values():
        cause, words = "all_held" if held[one.id] else "no_wishes", ""
        if agreed[one.id] > held[one.id]:
            cause, words = "no_place", reason_words(reasons.get(one.id), names)
        elif waiting[one.id]:
            cause, words = "unanswered", str(waiting[one.id])
        found.append(Short(delegate=one, fewest=rules.fewest(one), held=held[one.id], cause=cause, words=words))
    return tuple(sorted(found, key=lambda short: (short.held - short.fewest, short.delegate.rank, short.delegate.id)))


def _reasons(session: Session, event_id: int, people: set[int]) -> dict[int, str]:
    """Why one of the agreed wishes of each of these has no meeting."""
    held = select(Meeting.wish_id).where(Meeting.event_id == event_id, Meeting.state == MeetingState.HELD)
    rows = session.execute(
        select(WishPerson.delegate_id, MeetingWish.unheld_reason)
        .join(MeetingWish, MeetingWish.id == WishPerson.wish_id)
        .where(
            MeetingWish.event_id == event_id,
            MeetingWish.answer == Answer.ACCEPTED,
            MeetingWish.id.not_in(held),
            MeetingWish.unheld_reason.is_not(None),
        )
        .order_by(MeetingWish.id.desc())
    )
    return {delegate_id: reason for delegate_id, reason in rows if delegate_id in people and reason}
