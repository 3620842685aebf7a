"""What a release freezes of a session beside its place and its people: the words that pages, feeds and papers show."""

from collections.abc import Mapping
from typing import Any

from app.agenda.models import AgendaSession
from app.events.models import Room

OF_THE_ROOM = frozenset({"room", "room_slug", "floor", "site", "site_code"})
"""Words that differ wherever a session goes to another room."""


def words_of(item: AgendaSession, room: Room) -> dict[str, Any]:
    """A session in a room as it would be shown from now on; ``challenge`` and the room's ``site`` must be loaded."""
    return {
        "slug": item.slug,
        "kind": item.kind.value,
        "title": item.title,
        "titles": item.titles,
        "abstract": item.abstract,
        "languages": item.languages,
        "audience": item.audience,
        "attestation": item.attestation.value,
        "challenge": item.challenge.code if item.challenge else None,
        "challenge_names": item.challenge.names if item.challenge else {},
        "partnership_id": item.partnership_id,
        "room": room.name,
        "room_slug": room.slug,
        "floor": room.floor,
        "site": room.site.name,
        "site_code": room.site.code,
    }


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the words that differ; what an older release did not freeze yet is no difference."""
    return tuple(name for name, said in after.items() if name in before and before[name] != said)
