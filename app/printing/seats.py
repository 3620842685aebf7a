"""The sessions of a schedule that count on its person, and where somebody says that they cannot come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.agenda.absences import answers_of
from app.events.models import Event
from app.platform.kept import kept
from app.printing.itinerary import Itinerary


@dataclass(frozen=True, kw_only=True)
class Seat:
    """The page of a person's part in a session; ``is_absent`` where they said that they cannot come."""

    path: str
    is_absent: bool


def seats_of(
    session: Session, event: Event, itinerary: Itinerary, now: datetime, *, state: str | None = None
) -> dict[str, Seat]:
    """By row, the sessions to come that count on the person; nothing for the schedule of a delegation.

    With the ``state`` of the edition, whatever is booked, what the person said is kept.
    """
    person_id = itinerary.delegate_id
    if person_id is None:
        return {}

    def read() -> Mapping[int, bool]:
        return answers_of(session, person_id)

    is_kept = state is not None
    answers = kept(session, "seats", event_id=event.id, state=state, of=person_id, read=read) if is_kept else read()
    found = {}
    for item in itinerary.items:
        if item.kind != "session" or item.ends_at <= now:
            continue
        session_id = int(item.uid.partition("@")[0].removeprefix("session-"))
        if session_id in answers:
            path = f"/e/{event.slug}/people/{person_id}/sessions/{session_id}/cannot-come"
            found[item.uid] = Seat(path=path, is_absent=answers[session_id])
    return found
