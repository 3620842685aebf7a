"""What tests read off the board's page."""

import re
from typing import Any

from sqlalchemy import select

from app.events.models import Room

BOARD = "/e/test-event/manage/agenda"
HTMX = {"HX-Request": "true"}
FIRST = "2019-09-03"


def room_of(client: Any, slug: str) -> int:
    with client.app.state.database.reading() as session:
        return session.scalars(select(Room.id).where(Room.slug == slug)).one()


def step_of(client: Any) -> int:
    """The step that the page offers to take back."""
    return int(re.search(r'agenda/undo".*?name="step_id" value="(\d+)"', client.get(BOARD).text)[1])


def next_of(client: Any) -> int:
    return int(re.search(r'agenda/redo".*?name="step_id" value="(\d+)"', client.get(BOARD).text)[1])


def rules_on(text: str) -> list[tuple[str, frozenset[str]]]:
    found = re.findall(r'data-rule="([a-z_]+)" data-subjects="([^"]*)"', text)
    return sorted((rule, frozenset(subjects.split())) for rule, subjects in found)
