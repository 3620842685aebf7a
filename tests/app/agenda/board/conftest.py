"""An organiser with two sessions in one room, and what stands in the draft."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.agenda.models import DraftPlacement


@pytest.fixture
def organiser(sign_in: Any, cast: Any, client: Any) -> Any:
    sign_in(Role.ORGANISER, event_id=cast.event.id)
    return client


@pytest.fixture
def two(client: Any, cast: Any, placed: Any) -> tuple[int, int]:
    """Two sessions in room A at 09:00 and 11:00, with a head of delegation each."""
    with client.app.state.database.writing() as session:
        one = placed(session, "Waste", cast.heads[:1], 0)
        other = placed(session, "Mobility", cast.heads[1:2], 120)
        return one.id, other.id


@pytest.fixture
def plan(client: Any) -> Callable[[], dict[int, tuple[Any, ...]]]:
    """Where everything is: ``{session: (room, instant, pin)}``."""

    def read() -> dict[int, tuple[Any, ...]]:
        with client.app.state.database.reading() as session:
            rows = session.scalars(select(DraftPlacement))
            return {one.session_id: (one.room_id, one.starts_at.isoformat(), one.pin.value) for one in rows}

    return read


@pytest.fixture
def version(client: Any) -> Callable[[int], int]:
    def read(session_id: int) -> int:
        with client.app.state.database.reading() as session:
            return session.scalars(select(DraftPlacement.version).where(DraftPlacement.session_id == session_id)).one()

    return read
