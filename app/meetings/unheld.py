"""Accepted wishes without a meeting, as the desk lists them: how many for which reason, and the first by name."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.delegations.names import latin_name_of
from app.meetings.ground import Ground
from app.meetings.queries import unheld_counts, unheld_reasons
from app.meetings.reasons import kind_of, kind_words, people_in, reason_words
from app.meetings.view import name_of

MOST = 50
"""So many stand on the desk by name."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of reason: its key in the address, its words, and how many wishes have it."""

    key: str
    words: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Wanting:
    """A wish by ID, its sides, and why it has no meeting."""

    wish_id: int
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Unheld:
    """All kinds, the most frequent first; of ``kind`` (all where empty) how many there are, and the first of them."""

    total: int
    kinds: tuple[Kind, ...]
    kind: str
    count: int
    first: tuple[Wanting, ...]


def unheld_of(session: Session, ground: Ground, *, kind: str = "") -> Unheld:
    """What is not held in an edition; a ``kind`` that no wish has counts as all."""
    # Few reasons are given, each of many wishes: each is read once.
    given = unheld_counts(session, ground.event_id)
    kinds = {reason: kind_of(reason) for reason in given}
    counts = Counter[str]()
    for reason, number in given.items():
        counts[kinds[reason]] += number
    chosen = kind if kind in counts else ""
    reasons = unheld_reasons(session, ground.event_id, most=None if chosen else MOST)
    ids = [one for one, reason in reasons.items() if not chosen or kinds[reason] == chosen][:MOST]
    people = ground.people.by_id(session, {person for one in ids for person in people_in(reasons[one])})
    names = {one.id: latin_name_of(one) for one in people.values()}
    whole = ground.wishes_by_id(session, ids)
    return Unheld(
        total=sum(given.values()),
        kinds=tuple(Kind(key=key, words=kind_words(key), count=count) for key, count in counts.most_common()),
        kind=chosen,
        count=counts[chosen] if chosen else sum(given.values()),
        first=tuple(
            Wanting(wish_id=one, name=name_of(whole[one]), reason=reason_words(reasons[one], names)) for one in ids
        ),
    )
