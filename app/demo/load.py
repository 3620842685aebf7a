"""The entrances: the demonstration and the generated editions, each loaded once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.accounts import DEMO_ACCOUNTS, DemoAccount, write_accounts
from app.demo.fixtures import FIXTURES
from app.demo.story import read_story
from app.demo.writing.desk import ACTOR, Desk
from app.demo.writing.meetings import write_meetings
from app.demo.writing.people import write_people
from app.demo.writing.programme import write_pairing, write_programme
from app.demo.writing.registrations import write_registrations
from app.demo.writing.stays import write_stays
from app.demo.writing.venue import write_event, write_venue
from app.events.models import Event
from app.platform.audit import record
from app.platform.errors import Conflict, NotFound

__all__ = ["DEMO_ACCOUNTS", "DemoAccount", "Loaded", "load_demo", "load_fixture"]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The edition that was written, and the address at which the made-up applicant finds the own form."""

    event: Event
    applicant_path: str | None = None


def load_demo(session: Session, *, now: datetime) -> Loaded:
    """Write the demonstration: nothing is planned yet, the opening alone is pinned.

    Raises:
        Conflict: an event with its address is there already.
    """
    story = read_story()
    refuse_second(session, story.event.slug)
    event = write_event(session, story, now=now)
    desk = Desk(session=session, story=story, now=now, event=event)
    write_venue(desk)
    write_people(desk)
    write_programme(desk)
    write_pairing(desk)
    write_meetings(desk)
    write_stays(desk)
    token = write_registrations(desk)
    write_accounts(desk)
    note_loaded(session, event, now=now)
    return Loaded(event=event, applicant_path=f"/r/{token}")


def load_fixture(session: Session, *, name: str, seed: int, now: datetime) -> Event:
    """Generate an edition of a stated size: ``F-SMALL`` or ``F-BIG``. The same seed gives the same rows,
    but for the versions of placements, which begin anywhere.

    Its address is the name in small letters, with the seed behind it unless that is 0.

    Raises:
        NotFound: there is no such fixture.
        Conflict: an event with its address is there already.
    """
    write = FIXTURES.get(name)
    if write is None:
        raise NotFound(f"There is no fixture “{name}”. There are: {', '.join(FIXTURES)}.")
    slug = name.lower() if seed == 0 else f"{name.lower()}-{seed}"
    refuse_second(session, slug)
    event = write(session, slug=slug, seed=seed, now=now)
    note_loaded(session, event, now=now)
    return event


def refuse_second(session: Session, slug: str) -> None:
    """Raise ``Conflict`` when an event has this address."""
    if session.scalar(select(Event.id).where(Event.slug == slug)) is not None:
        raise Conflict(f"The event “{slug}” is there already.", alternatives=())


def note_loaded(session: Session, event: Event, *, now: datetime) -> None:
    """One line of the log for the whole edition."""
    session.flush()
    record(
        session,
        actor=ACTOR,
        now=now,
        event_id=event.id,
        action="demonstration.loaded",
        entity="event",
        entity_id=event.id,
        changes={"slug": (None, event.slug)},
    )
