"""One search over people, cities, organisations and sessions: case and accents do not matter."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from app.agenda.queries import sessions_of
from app.delegations.names import all_names_of
from app.delegations.queries import cities_of, delegates_of, organisations_of
from app.events.models import Event
from app.platform.wording import folded, holds

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
    if len("".join(folded(text).split())) < SHORTEST:
        return ()
    found: list[Hit] = []
    for hits in (_people(session, event), _places(session, event), _sessions(session, event)):
        shown: dict[str, int] = {}
        for hit, haystack in hits:
            if shown.get(hit.kind, 0) < MOST_OF_A_KIND and holds(haystack, text):
                shown[hit.kind] = shown.get(hit.kind, 0) + 1
                found.append(hit)
    return tuple(found)


def _people(session: Session, event: Event) -> list[tuple[Hit, str]]:
    hits = []
    for one in delegates_of(session, event.id):
        about = ", ".join(part for part in (one.function, one.delegation.name) if part)
        hit = Hit(
            kind="person",
            name=one.badge_name,
            native_name=one.native_name,
            native_language=one.native_language,
            about=about,
            href=f"/e/{event.slug}/manage/people/{one.id}",
        )
        hits.append((hit, f"{all_names_of(one)} {about}"))
    return hits


def _places(session: Session, event: Event) -> list[tuple[Hit, str]]:
    hits = []
    for city in cities_of(session, event.id):
        hit = Hit(
            kind="city",
            name=city.name,
            native_name=city.native_name,
            native_language=city.native_language,
            about=city.region or "",
            href=f"/e/{event.slug}/manage/cities/{city.id}",
        )
        hits.append((hit, f"{city.name} {city.native_name or ''}"))
    for one in organisations_of(session, event.id):
        hit = Hit(
            kind="organisation",
            name=one.name,
            native_name=one.native_name,
            native_language=one.native_language,
            about="",
            href=f"/e/{event.slug}/manage/cities#organisations",
        )
        hits.append((hit, f"{one.name} {one.native_name or ''}"))
    return hits


def _sessions(session: Session, event: Event) -> list[tuple[Hit, str]]:
    return [
        (
            Hit(
                kind="session",
                name=item.title,
                native_name=None,
                native_language=None,
                about=item.kind.value.replace("_", " "),
                href=f"/e/{event.slug}/manage/agenda?view=list#session-{item.id}",
            ),
            " ".join((item.title, *item.titles.values())),
        )
        for item in sessions_of(session, event.id)
    ]
