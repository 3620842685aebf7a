"""Meeting wishes: those written by hand, and accepted ones between who seeks and who offers the same."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.demo.story import Member, WishFact
from app.demo.writing.desk import Desk
from app.meetings.enums import Answer, MeetingWishLevel
from app.meetings.models import MeetingSettings, MeetingVeto, MeetingWish, WishPerson

MOST_FOR_ONE = 10
"""How many accepted wishes one delegate gets, so that most of them find a slot beside the sessions."""


@dataclass(frozen=True)
class Fit:
    """A seeker and an offerer of one challenge; ``strength`` is the smaller of the two intensities."""

    strength: int
    seeker: str
    offerer: str
    challenge: str


def write_meetings(desk: Desk) -> None:
    """Settings, wishes and vetoes."""
    story, event_id = desk.story, desk.event.id
    desk.session.add(MeetingSettings(event_id=event_id, fairness=None, weights=story.settings.weights))
    desk.session.add_all(
        MeetingVeto(
            event_id=event_id,
            delegate_id=desk.delegates[veto.from_],
            other_delegate_id=desk.delegates[veto.to],
        )
        for veto in story.vetoes
    )
    desk.session.add_all(_by_hand(desk, fact) for fact in story.by_hand)
    desk.session.flush()
    missing = story.accepted - sum(fact.answer is Answer.ACCEPTED for fact in story.by_hand)
    desk.session.add_all(list(_found(desk, missing)))
    desk.session.flush()


def _by_hand(desk: Desk, fact: WishFact) -> MeetingWish:
    wished_at = desk.ago(fact.hours_ago)
    answered = fact.answer not in {Answer.PENDING, Answer.EXPIRED}
    return MeetingWish(
        event_id=desk.event.id,
        from_delegate_id=desk.delegates[fact.from_],
        to_delegate_id=desk.delegates[fact.to],
        level=fact.level,
        is_set_by_office=fact.level is MeetingWishLevel.MUST,
        value=fact.value,
        answer=fact.answer,
        topic=fact.topic,
        message=fact.message,
        zone=fact.zone,
        resource_id=desk.resources[fact.resource] if fact.resource else None,
        reason=fact.reason,
        wished_at=wished_at,
        expires_at=wished_at + timedelta(hours=desk.story.event.wish_expiry_hours),
        answered_at=desk.ago(max(fact.hours_ago - 10, 1)) if answered else None,
        people=[WishPerson(delegate_id=desk.delegates[key]) for key in (fact.from_, fact.to, *fact.also)],
    )


def _found(desk: Desk, number: int) -> Iterator[MeetingWish]:
    """Accepted wishes along what parties seek and offer, strongest first, spread over the members of each party."""
    members = {
        f"{party.slug}/{member.key}": member
        for party in desk.story.parties
        for member in party.delegation.members
        if member.takes_meetings
    }
    taken = Counter(key for fact in desk.story.by_hand for key in (fact.from_, fact.to, *fact.also))
    met = {frozenset((fact.from_, fact.to)) for fact in desk.story.by_hand}
    met |= {frozenset((veto.from_, veto.to)) for veto in desk.story.vetoes}
    names = {fact.code: fact.names["en"] for fact in desk.story.challenges}
    for index in range(2):
        for fit in _fits(desk):
            if number == 0:
                return
            asker, asked = _free(members, taken, fit.seeker, index), _free(members, taken, fit.offerer, index)
            if asker is None or asked is None or frozenset((asker, asked)) in met:
                continue
            language = _interpreted(members[asker], members[asked])
            if language is not None and f"interpreters-{language}" not in desk.resources:
                continue
            met.add(frozenset((asker, asked)))
            taken.update((asker, asked))
            number -= 1
            yield _wish(desk, asker, asked, fit, names[fit.challenge], language)


def _fits(desk: Desk) -> list[Fit]:
    """Every seeker with every offerer, strongest first; ties are broken by chance, the same each time."""
    chance = random.Random(desk.story.seed)  # noqa: S311
    fits = [
        Fit(min(sought, offerer.offers[code]), seeker.slug, offerer.slug, code)
        for seeker in desk.story.parties
        for code, sought in seeker.needs.items()
        for offerer in desk.story.parties
        if code in offerer.offers and offerer.slug != seeker.slug
    ]
    chance.shuffle(fits)
    return sorted(fits, key=lambda fit: -fit.strength)


def _free(members: dict[str, Member], taken: Counter[str], slug: str, index: int) -> str | None:
    """Who of a party has fewest wishes; heads come last, their time is short."""
    own = [key for key in members if key.startswith(f"{slug}/") and taken[key] < (members[key].most or MOST_FOR_ONE)]
    own.sort(key=lambda key: (members[key].is_protected, taken[key]))
    return own[min(index, len(own) - 1)] if own else None


def _interpreted(one: Member, other: Member) -> str | None:
    """The language that needs an interpreter beside English; none where the two share a language."""
    if set(one.languages) & set(other.languages):
        return None
    return next(member.languages[0] for member in (one, other) if "en" not in member.languages)


def _wish(desk: Desk, asker: str, asked: str, fit: Fit, topic: str, language: str | None) -> MeetingWish:
    return MeetingWish(
        event_id=desk.event.id,
        from_delegate_id=desk.delegates[asker],
        to_delegate_id=desk.delegates[asked],
        level=MeetingWishLevel.WANT,
        value=fit.strength,
        answer=Answer.ACCEPTED,
        topic=topic,
        resource_id=desk.resources[f"interpreters-{language}"] if language else None,
        wished_at=desk.ago(150),
        answered_at=desk.ago(100),
        people=[WishPerson(delegate_id=desk.delegates[key]) for key in (asker, asked)],
    )
