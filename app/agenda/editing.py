"""A session in the form in which it is typed: every field one text, so that two versions can stand side by side."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, Field

from app.agenda.enums import SessionKind
from app.agenda.models import AgendaSession
from app.agenda.planner import AgendaFacts
from app.events.queries import local
from app.platform.forms import parts

FIELDS = (
    *("title", "kind", "duration_minutes", "audience", "layout", "features", "booths", "languages"),
    *("is_plenary", "is_optional", "value", "windows", "after", "not_with", "same_room_as", "rooms", "uses"),
)
"""What a session's page sets, in its order; people stand below in forms of their own."""

MOST_WINDOWS = 6


Texts = Annotated[list[Annotated[str, Field(max_length=200)]], BeforeValidator(parts), Field(max_length=100)]


class SessionForm(BaseModel):
    """What a session needs. Sessions, rooms and resources are named by their short names.

    ``windows`` are ``2019-09-03T10:00/2019-09-03T13:00`` in the time of the venue, ``uses`` are ``interpreters-zh=2``.
    """

    title: str = Field(min_length=1, max_length=200)
    kind: SessionKind
    duration_minutes: int = Field(ge=5, le=720)
    audience: int = Field(default=0, ge=0, le=100_000)
    layout: str | None = Field(default=None, max_length=40)
    features: Texts = []
    booths: int = Field(default=0, ge=0, le=50)
    languages: Texts = []
    is_plenary: bool = False
    is_optional: bool = False
    value: int = Field(default=0, ge=0, le=1000)
    windows: Texts = []
    after: Texts = []
    not_with: Texts = []
    same_room_as: str | None = Field(default=None, max_length=80)
    rooms: Texts = []
    uses: Texts = []
    version: int = 0


def as_typed(facts: AgendaFacts, item: AgendaSession) -> dict[str, str]:
    """A session as its form would have it typed."""
    slugs = {other.id: other.slug for other in facts.sessions}
    rooms = {room.id: room.slug for room in facts.rooms}
    codes = {resource.id: resource.code for resource in facts.resources}
    zone = "%Y-%m-%dT%H:%M"
    windows = (
        f"{local(facts.event, one.starts_at):{zone}}/{local(facts.event, one.ends_at):{zone}}" for one in item.windows
    )
    return {
        "title": item.title,
        "kind": item.kind.value,
        "duration_minutes": str(item.duration_minutes),
        "audience": str(item.audience),
        "layout": item.layout or "",
        "features": ", ".join(item.features),
        "booths": str(item.booths),
        "languages": ", ".join(item.languages),
        "is_plenary": "yes" if item.is_plenary else "no",
        "is_optional": "yes" if item.is_optional else "no",
        "value": str(item.value),
        "windows": ", ".join(windows),
        "after": ", ".join(slugs[other] for other in facts.links.after.get(item.id, ())),
        "not_with": ", ".join(slugs[other] for other in facts.links.apart.get(item.id, ())),
        "same_room_as": slugs.get(item.same_room_as_id or 0, ""),
        "rooms": ", ".join(sorted(rooms[one.room_id] for one in item.rooms if one.room_id in rooms)),
        "uses": ", ".join(sorted(f"{codes[use.resource_id]}={use.units}" for use in item.uses)),
    }


def read_typed(form: Mapping[str, Any], several: Mapping[str, list[str]]) -> dict[str, str]:
    """The texts of a form, whichever way they were sent: as widgets of the page, or as one text each from a conflict.

    Args:
        several: all entries of the fields that have checkboxes, by name.
    """
    typed = {name: str(form.get(name, "")).strip() for name in FIELDS}
    if form.get("keep") == "mine":
        typed |= {name: str(form.get(f"mine.{name}", "")).strip() for name in FIELDS}
        return typed
    for name, entries in several.items():
        typed[name] = ", ".join(entries)
    if "window-0-start" in form:
        rows = ((form.get(f"window-{n}-start", ""), form.get(f"window-{n}-end", "")) for n in range(MOST_WINDOWS))
        typed["windows"] = ", ".join(f"{start}/{end}" for start, end in rows if start or end)
    units = {name.removeprefix("units-"): str(text).strip() for name, text in form.items() if name.startswith("units-")}
    if units:
        typed["uses"] = ", ".join(sorted(f"{code}={text}" for code, text in units.items() if text not in {"", "0"}))
    return typed


def window_of(text: str, timezone: str) -> tuple[datetime, datetime]:
    """A window from its text.

    Raises:
        ValueError: it is none, or it ends before it starts.
    """
    start, end = (datetime.fromisoformat(part.strip()) for part in text.split("/"))
    if start.tzinfo is not None or end.tzinfo is not None:
        raise ValueError("it is told by the clocks of the venue")
    if end <= start:
        raise ValueError("it ends before it starts")
    zone = ZoneInfo(timezone)
    try:
        return start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("it lies before the first day that there is") from error
