"""Released sessions, held meetings and visits as the rows of an itinerary."""

from collections.abc import Collection, Mapping, Sequence

from app.agenda.models import ReleasedPerson, ReleasedSession
from app.delegations.models import Delegate
from app.delegations.names import full_name_of
from app.events.models import Event
from app.meetings.models import Meeting
from app.platform.database.base import Attestation
from app.printing.itinerary import Item
from app.visits.models import Visit


def items_of_sessions(
    event: Event, pairs: Sequence[tuple[ReleasedSession, ReleasedPerson]], *, channels: Mapping[str, int]
) -> list[Item]:
    """What a release asks of some people, a row a session; ``channels`` by language."""
    placed: dict[int, tuple[ReleasedSession, list[ReleasedPerson]]] = {}
    for one, person in pairs:
        placed.setdefault(one.id, (one, []))[1].append(person)
    return [
        _session_item(
            event, one, sorted(people, key=lambda person: (person.position, person.delegate_id)), channels=channels
        )
        for one, people in placed.values()
    ]


def _session_item(
    event: Event, placed: ReleasedSession, people: list[ReleasedPerson], *, channels: Mapping[str, int]
) -> Item:
    frozen = placed.frozen
    first = people[0]
    return Item(
        uid=f"session-{placed.session_id}@{event.slug}",
        kind="session",
        subkind=str(frozen["kind"]),
        starts_at=placed.starts_at,
        ends_at=placed.ends_at,
        leave_at=None,
        is_time_known=True,
        title=str(frozen["title"]),
        titles=frozen["titles"],
        part=first.part.value,
        speaking_minutes=first.speaking_minutes,
        detail=None,
        place=str(frozen["room"]),
        floor=frozen["floor"],
        site=frozen["site"],
        table_number=None,
        languages=tuple(frozen["languages"]),
        channels={language: channels[language] for language in frozen["languages"] if language in channels},
        counterpart=None,
        companions=None,
        greeter=None,
        goes=tuple(person.delegate_id for person in people),
        parts={person.delegate_id: person.part.value for person in people},
        state="released",
        sequence=0,
        is_illustrative=frozen["attestation"] != Attestation.ATTESTED.value or event.is_demonstration,
        page=f"/e/{event.slug}/agenda/{frozen['slug']}",
    )


def item_of_meeting(event: Event, meeting: Meeting, ids: Collection[int]) -> Item:
    """A held meeting as those with these IDs see it: it is named after the other side."""
    own = [person for person in meeting.wish.people if person.delegate_id in ids]
    others = [person.delegate for person in meeting.wish.people if person.delegate_id not in ids]
    own_side = {person.delegate.delegation_id for person in own}
    across = [one for one in others if one.delegation_id not in own_side]
    beside = [one for one in others if one.delegation_id in own_side]
    # Two of one delegation who meet: whoever is not on the sheet is the other side.
    across, beside = (across, beside) if across else (beside, [])
    return Item(
        uid=f"meeting-{meeting.id}@{event.slug}",
        kind="meeting",
        subkind="meeting",
        starts_at=meeting.slot.starts_at,
        ends_at=meeting.slot.ends_at,
        leave_at=None,
        is_time_known=True,
        title=", ".join(sorted({one.delegation.name for one in across})),
        titles={},
        part=None,
        speaking_minutes=None,
        detail=meeting.wish.topic,
        place=meeting.table.room.name,
        floor=meeting.table.room.floor,
        site=meeting.table.room.site.name,
        table_number=meeting.table.number,
        languages=(),
        channels={},
        counterpart="; ".join(_introduced(other) for other in across),
        companions="; ".join(full_name_of(one) for one in beside) or None,
        greeter=None,
        goes=tuple(person.delegate_id for person in own),
        parts={},
        state="held",
        sequence=meeting.sequence,
        is_illustrative=event.is_demonstration,
        page=None,
        is_beside_protected=any(one.is_protected for one in others),
    )


def item_of_visit(event: Event, visit: Visit, ids: Collection[int]) -> Item:
    """What a delegation does outside the agenda, with those of these IDs who go."""
    return Item(
        uid=f"visit-{visit.id}@{event.slug}",
        kind="visit",
        subkind=visit.kind.value,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        leave_at=visit.leave_at,
        is_time_known=visit.is_time_known,
        title=visit.title,
        titles={},
        part=None,
        speaking_minutes=None,
        detail=visit.note,
        place=visit.place,
        floor=None,
        site=None,
        table_number=None,
        languages=tuple(visit.languages),
        channels={},
        counterpart=visit.counterpart,
        companions=None,
        greeter=visit.greeter,
        goes=tuple(member.delegate_id for member in visit.members if member.delegate_id in ids),
        parts={},
        state=visit.state.value,
        sequence=visit.version - 1,
        is_illustrative=visit.attestation is not Attestation.ATTESTED or not visit.is_time_known,
        page=None,
    )


def _introduced(delegate: Delegate) -> str:
    """A name with the function, where the name does not say it already."""
    name = full_name_of(delegate)
    if not delegate.function or delegate.function.casefold() in name.casefold():
        return name
    return f"{name}, {delegate.function}"
