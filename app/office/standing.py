"""What the organiser's home says whatever is booked: kept until something else of the edition changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.agenda.queries import newest_release
from app.claims.enums import BOOKED
from app.events.models import Event
from app.events.queries import days_of, session_rooms_of
from app.office.needed import Needed
from app.office.needs import standing_needs
from app.office.pictures import rooms_of_release
from app.pairing.pictures import map_of
from app.pairing.queries import modality_counts, partnerships_of
from app.platform import i18n
from app.platform.kept import kept, state_without
from app.platform.pictures import Picture
from app.registration.counting import HeadCounts, people_counts


@dataclass(frozen=True, kw_only=True)
class Standing:
    """In the language that was spoken; ``counts`` are partnerships by modality, ``release_number`` is the newest."""

    needs: tuple[Needed, ...]
    people_counts: HeadCounts
    counts: Mapping[str, int]
    map: Picture | None
    rooms: Picture | None
    release_number: int | None


def standing_of(session: Session, event: Event) -> Standing:
    """The same as this transaction sees it; for transactions that read."""
    state, locale = state_without(session, event.id, quiet=BOOKED), i18n.current_locale()
    return kept(session, "home", event_id=event.id, state=state, of=locale, read=lambda: read_standing(session, event))


def read_standing(session: Session, event: Event) -> Standing:
    """The same, read anew."""
    partnerships, release = partnerships_of(session, event.id), newest_release(session, event.id)
    return Standing(
        needs=standing_needs(session, event, pairs=partnerships, release=release),
        people_counts=people_counts(session, event.id),
        counts=modality_counts(partnerships),
        map=map_of(partnerships),
        rooms=rooms_of_release(event, days_of(session, event.id), session_rooms_of(session, event.id), release),
        release_number=release.number if release else None,
    )
