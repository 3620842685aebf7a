"""A step of a draft's history as the board tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.agenda.models import DraftStep
from app.agenda.planner import AgendaFacts
from app.events.models import Room


@dataclass(frozen=True, kw_only=True)
class StepShown:
    """What would be taken back or done again; of several sessions only the number is told."""

    id: int
    verb: str
    count: int
    title: str
    room: Room | None
    starts_at: datetime | None
    pin: str


def step_shown(facts: AgendaFacts, step: DraftStep | None) -> StepShown | None:
    """The step in words' parts: the session, and where the step put it."""
    if step is None:
        return None
    titles: Mapping[str, str] = {str(item.id): item.title for item in facts.sessions}
    key, (_before, after) = next(iter(step.places.items()))
    return StepShown(
        id=step.id,
        verb=step.verb.value,
        count=len(step.places),
        title=titles.get(key, ""),
        room=next((room for room in facts.rooms if after and room.id == after[0]), None),
        starts_at=datetime.fromisoformat(after[1]) if after else None,
        pin=after[2] if after else "none",
    )
