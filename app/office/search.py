"""One search over people, cities, organisations and sessions: case and accents do not matter.

Names are compared as they are folded, in any script and order, which no index of the database does; so the few columns
with names are read as plain rows and looked through here. ``make bench`` prints what that takes at 1,000 people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.models import AgendaSession
from app.delegations.enums import PartyKind
from app.delegations.models import City, Delegate, Delegation, Party
from app.delegations.names import all_names_of
from app.events.models import Event
from app.platform.wording import folded

Kind = Literal["person", "city", "organisation", "session"]
SHORTEST = 2
MOST_OF_A_KIND = 10


@dataclass(frozen=True, kw_only=True)
class Hit:
    """Something found: its kind, name, name in its own script, a word about it, and its page."""

    kind: Kind
    name: str
    native_name: str | None
    native_language: str | None
    about: str
    href: str


def search(session: Session, event: Event, text: str) -> tuple[Hit, ...]:
    """What holds every word of a text, at most ten of a kind; nothing for less than two letters."""
    words = folded(text).split()
    if len("".join(words)) < SHORTEST:
        return ()
    found: list[Hit] = []
    for hits in (_people, _places, _sessions):
        shown: dict[str, int] = {}
        for hit in hits(session, event, words):
            shown[hit.kind] = shown.get(hit.kind, 0) + 1
            if shown[hit.kind] <= MOST_OF_A_KIND:
                found.append(hit)
    return tuple(found)


def _holds(words: list[str], *texts: str | None) -> bool:
    here = folded(" ".join(text for text in texts if text))
    return all(word in here for word in words)


def _people(session: Session, event: Event, words: list[str]) -> Iterator[Hit]:
    """By protocol rank."""
    rows = session.execute(
        select(
            Delegate.id, Delegate.honorific, Delegate.badge_name, Delegate.given_name, Delegate.family_name,
            Delegate.native_name, Delegate.native_language, Delegate.function, Delegation.name.label("delegation"),
        )
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(Delegate.event_id == event.id, Delegate.is_active.is_(True))
        .order_by(Delegate.rank, Delegate.rank_since, Delegate.id)
    )  # fmt: skip
    for one in rows:
        if _holds(words, all_names_of(one), one.function, one.delegation):
            yield Hit(
                kind="person",
                name=one.badge_name,
                native_name=one.native_name,
                native_language=one.native_language,
                about=", ".join(part for part in (one.function, one.delegation) if part),
                href=f"/e/{event.slug}/manage/people/{one.id}",
            )


def _places(session: Session, event: Event, words: list[str]) -> Iterator[Hit]:
    parties = Party.__table__
    rows = session.execute(
        select(
            parties.c.id, parties.c.kind, parties.c.name, parties.c.native_name, parties.c.native_language, City.region
        )
        .select_from(parties.outerjoin(City.__table__, City.__table__.c.id == parties.c.id))
        .where(parties.c.event_id == event.id)
        .order_by(parties.c.kind, parties.c.name)
    )
    for one in rows:
        if _holds(words, one.name, one.native_name):
            is_city = one.kind is PartyKind.CITY
            yield Hit(
                kind="city" if is_city else "organisation",
                name=one.name,
                native_name=one.native_name,
                native_language=one.native_language,
                about=one.region or "",
                href=f"/e/{event.slug}/manage/cities{f'/{one.id}' if is_city else '#organisations'}",
            )


def _sessions(session: Session, event: Event, words: list[str]) -> Iterator[Hit]:
    rows = session.execute(
        select(AgendaSession.id, AgendaSession.title, AgendaSession.titles, AgendaSession.kind)
        .where(AgendaSession.event_id == event.id, AgendaSession.is_cancelled.is_(False))
        .order_by(AgendaSession.id)
    )
    for item in rows:
        if _holds(words, item.title, *item.titles.values()):
            yield Hit(
                kind="session",
                name=item.title,
                native_name=None,
                native_language=None,
                about=item.kind.value.replace("_", " "),
                href=f"/e/{event.slug}/manage/agenda?view=list#session-{item.id}",
            )
