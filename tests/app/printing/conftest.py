"""The loaded demonstration, ready to print."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from app.platform.actor import Actor
from app.platform.database.engine import Database


@dataclass(frozen=True)
class Press:
    """Prints and looks at delegations by code."""

    session: Any
    event: Any
    actor: Actor
    now: datetime
    numbers: dict[str, int]

    def itinerary(self, code: str) -> Any:
        from app.printing.queries import itinerary_of_delegation

        self.session.expire_all()
        return itinerary_of_delegation(self.session, self.event, self.numbers[code])

    def hand_out(self, *codes: str) -> bytes:
        from app.printing.service import print_sheets

        itineraries = [self.itinerary(code) for code in codes]
        return print_sheets(
            self.session, event=self.event, itineraries=itineraries, base_url=None, actor=self.actor, now=self.now
        ).pdf

    def outdated(self) -> set[str]:
        """By brute force: every delegation is asked."""
        from app.printing.service import is_outdated

        return {code for code in self.numbers if is_outdated(self.session, self.event, self.itinerary(code))}

    def visit(self, title: str) -> Any:
        from sqlalchemy import select

        from app.visits.models import Visit
        from app.visits.queries import visit_in_event

        number = self.session.scalars(select(Visit.id).where(Visit.title == title)).one()
        return visit_in_event(self.session, self.event.id, number)


@pytest.fixture
def demonstration(database: Database, now: datetime) -> Callable[[Any], tuple[Any, dict[str, int]]]:
    """``demonstration(session)``: the event of the written demonstration and its delegations by code."""
    from sqlalchemy import select

    from app.delegations.queries import delegations_of
    from app.demo.load import load_demo
    from app.events.models import Event

    with database.writing() as session:
        load_demo(session, now=now)

    def read(session: Any) -> tuple[Any, dict[str, int]]:
        event = session.scalars(select(Event)).one()
        return event, {one.code: one.id for one in delegations_of(session, event.id)}

    return read


@pytest.fixture
def press(demonstration: Any, session: Any, actor: Actor, now: datetime) -> Press:
    event, numbers = demonstration(session)
    return Press(session=session, event=event, actor=actor, now=now, numbers=numbers)
