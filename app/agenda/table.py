"""The agenda as a table that comes back: one row a session, told apart by its number."""

from collections.abc import Iterable, Mapping

from app.agenda.shown import NamedOn, ShownSession
from app.events.models import Event
from app.events.queries import local
from app.platform.spreadsheets import Cell

HEADERS = (
    "session", "date", "start", "end", "room", "title", "room_name", "floor", "site", "kind", "languages", "challenge",
    "people", "abstract",
)  # fmt: skip
NEEDED = ("session", "date", "start", "room")
"""Columns without which a table says no places."""


def rows_of(
    event: Event, shown: Iterable[ShownSession], names: Mapping[int, tuple[NamedOn, ...]]
) -> list[tuple[Cell, ...]]:
    """The rows in the order of time, in the time of the venue; ``names`` by the ID of the released session."""
    return [_row(event, one, names.get(one.id, ())) for one in shown]


def _row(event: Event, one: ShownSession, names: tuple[NamedOn, ...]) -> tuple[Cell, ...]:
    starts_at, frozen = local(event, one.starts_at), one.frozen
    return (
        one.session_id,
        starts_at.date().isoformat(),
        f"{starts_at:%H:%M}",
        f"{local(event, one.ends_at):%H:%M}",
        str(frozen["room_slug"]),
        str(frozen["title"]),
        str(frozen["room"]),
        frozen["floor"] or "",
        frozen["site"] or "",
        str(frozen["kind"]),
        " ".join(frozen["languages"]),
        frozen["challenge"] or "",
        "; ".join(one.name for one in names),
        frozen["abstract"] or "",
    )
