"""One search over people, cities, organisations and sessions: case and accents do not matter.

Names are compared as they are folded, in any script and order, which no index of the database does; so the few columns
with names are read as plain rows, folded once for each state of the edition, and looked through here. ``make bench``
prints what that takes at 1,000 people.
"""

import unicodedata
from collections import Counter
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
from app.platform.kept import kept
from app.platform.wording import folded

Kind = Literal["person", "city", "organisation", "session"]
SHORTEST = 2
FIRST_IDEOGRAPH = "\u3041"
"""Where syllables and ideographs of East Asia begin."""
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


Folded = tuple[str, Hit]
"""What a hit is found by, folded."""


def search(session: Session, event: Event, text: str) -> tuple[Hit, ...]:
    """What holds every word of a text, at most ten of a kind; nothing for a text that says too little."""
    if not says_enough(text):
        return ()
    words = folded(text).split()
    found: list[Hit] = []
    shown: Counter[str] = Counter()
    for here, hit in kept(session, "search", event_id=event.id, read=lambda: _everything(session, event)):
        if shown[hit.kind] < MOST_OF_A_KIND and all(word in here for word in words):
            shown[hit.kind] += 1
            found.append(hit)
    return tuple(found)


def says_enough(text: str) -> bool:
    """Whether a text is worth looking for: two letters, or one of a script in which one is a whole name, such as 李."""
    letters = "".join(folded(text).split())
    whole = (one >= FIRST_IDEOGRAPH and unicodedata.category(one) == "Lo" for one in letters)
    return len(letters) >= SHORTEST or any(whole)


def _everything(session: Session, event: Event) -> tuple[Folded, ...]:
    """People by protocol rank, then places and sessions."""
    return (*_people(session, event), *_places(session, event), *_sessions(session, event))


def _folded(*texts: str | None) -> str:
    return folded(" ".join(text for text in texts if text))


def _people(session: Session, event: Event) -> Iterator[Folded]:
    rows = session.execute(
        select(
            Delegate.id, Delegate.honorific, Delegate.badge_name, Delegate.given_name, Delegate.family_name,
            Delegate.native_name, Delegate.native_language, Delegate.function, Delegation.name.label("delegation"),
        )
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(Delegate.event_id == event.id, Delegate.is_active.is_(True))
        .order_by(Delegate.rank, Delegate.rank_since.nulls_last(), Delegate.id)
    )  # fmt: skip
    for one in rows:
        hit = Hit(
            kind="person",
            name=one.badge_name,
            native_name=one.native_name,
            native_language=one.native_language,
            about=", ".join(part for part in (one.function, one.delegation) if part),
            href=f"/e/{event.slug}/manage/people/{one.id}",
        )
        yield _folded(all_names_of(one), one.function, one.delegation), hit


def _places(session: Session, event: Event) -> Iterator[Folded]:
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
        is_city = one.kind is PartyKind.CITY
        hit = Hit(
            kind="city" if is_city else "organisation",
            name=one.name,
            native_name=one.native_name,
            native_language=one.native_language,
            about=one.region or "",
            href=f"/e/{event.slug}/manage/cities{f'/{one.id}' if is_city else '#organisations'}",
        )
        yield _folded(one.name, one.native_name), hit


def _sessions(session: Session, event: Event) -> Iterator[Folded]:
    rows = session.execute(
        select(AgendaSession.id, AgendaSession.title, AgendaSession.titles, AgendaSession.kind)
        .where(AgendaSession.event_id == event.id, AgendaSession.is_cancelled.is_(False))
        .order_by(AgendaSession.id)
    )
    for item in rows:
        hit = Hit(
            kind="session",
            name=item.title,
            native_name=None,
            native_language=None,
            about=item.kind.value.replace("_", " "),
            href=f"/e/{event.slug}/manage/agenda?view=list#session-{item.id}",
        )
        yield _folded(item.title, *item.titles.values()), hit
