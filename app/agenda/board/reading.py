"""The whole board, read once for a page or for the answer to a move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from sqlalchemy.orm import Session

from app.agenda.board.grid import Card, Grid, grid_of
from app.agenda.board.mending import PlaceMend, place_mends, to_ask_about, to_mend
from app.agenda.board.numbering import keeping_numbers
from app.agenda.board.rail import SlotUse, slot_uses
from app.agenda.board.steps import StepShown, step_shown
from app.agenda.models import AgendaDraft, AgendaSession, DraftPlacement
from app.agenda.planner import (
    AgendaFacts,
    CostLine,
    FreePlace,
    Judgement,
    cost_lines,
    ground_of,
    judge,
    places_for,
    solution_of,
    with_draft,
)
from app.agenda.queries import current_draft
from app.agenda.steps import next_step, step_before
from app.agenda.view import ShownRule, broken_rules
from app.events.models import Event, EventDay, Room
from app.platform.errors import NotFound
from app.platform.i18n import current_locale


@dataclass(frozen=True, kw_only=True)
class Board:
    """A draft as its board shows it: one day, everything beside it, and perhaps a session in hand."""

    event: Event
    facts: AgendaFacts
    draft: AgendaDraft
    days: Sequence[EventDay]
    shown: EventDay | None
    placed: Mapping[int, DraftPlacement]
    slots: Sequence[SlotUse]
    judgement: Judgement
    rules: Sequence[ShownRule]
    costs: Sequence[CostLine]
    held: AgendaSession | None
    free: Mapping[int, Sequence[FreePlace]]
    """Where sessions may go, for those that have no place and for the one in hand."""
    mends: Mapping[int, PlaceMend]
    """By number of a broken rule, the nearest place where one of its sessions breaks none."""
    asks: Mapping[int, AgendaSession]
    """By number of a broken rule without such a place, the session about which can be asked why."""
    undo: StepShown | None
    redo: StepShown | None

    @cached_property
    def grid(self) -> Grid | None:
        if self.shown is None:
            return None
        held = self.held
        return grid_of(
            facts=self.facts,
            day=self.shown,
            placed=self.placed,
            slots=self.slots,
            free=self.free[held.id] if held else (),
            held=held.duration_minutes if held else 0,
        )

    @cached_property
    def tray(self) -> Sequence[AgendaSession]:
        return tuple(item for item in self.facts.sessions if item.id not in self.placed)

    @cached_property
    def listed(self) -> Sequence[AgendaSession]:
        """All sessions: by time, then those without a place."""
        placed = [item for item in self.facts.sessions if item.id in self.placed]
        return (*sorted(placed, key=lambda item: (self.placed[item.id].starts_at, item.id)), *self.tray)

    @cached_property
    def rooms(self) -> Mapping[int, Room]:
        return {room.id: room for room in self.facts.rooms}

    @cached_property
    def rules_of(self) -> Mapping[int, Sequence[ShownRule]]:
        """The broken rules about each session by its ID."""
        found: dict[int, list[ShownRule]] = {item.id: [] for item in self.facts.sessions}
        for rule in self.rules:
            for item in rule.sessions:
                found[item.id].append(rule)
        return found

    def mark_of(self, item: AgendaSession) -> str:
        """How a card is marked: ``blocks``, ``warns`` or not at all."""
        graver = {rule.severity for rule in self.rules_of[item.id]}
        if not graver:
            return ""
        return "warns" if graver == {"warn"} else "blocks"

    @cached_property
    def cost_of(self) -> Mapping[int, int]:
        """What each session costs by its ID; of a line about two sessions each has the whole."""
        found = {item.id: 0 for item in self.facts.sessions}
        for line in self.costs:
            for item in line.sessions:
                found[item.id] += line.cost
        return found

    def key_of_card(self, card: Card) -> tuple[object, ...]:
        """All that a card of the grid is made of but its modality and the address of the page."""
        item, placement = card.item, card.placement
        facts = (item.id, item.title, item.kind.value, item.duration_minutes, item.audience, item.partnership_id)
        place = (placement.version, placement.room_id, self.rooms[placement.room_id].name, placement.pin.value)
        marks = [(rule.number, rule.severity) for rule in self.rules_of[item.id]]
        laid = (placement.starts_at, card.ends_at, card.row, card.span, card.side, self.held is item)
        return ("card", *self._key, *facts, *place, *laid, marks, self.cost_of[item.id])

    def key_of_rule(self, rule: ShownRule) -> tuple[object, ...]:
        """All that a broken rule of the list is made of but the address of the page."""
        said = (rule.number, rule.message, rule.severity, rule.note)
        sessions = [(item.id, item.title, day.on if (day := self.day_of(item)) else None) for item in rule.sessions]
        mend, asked = self.mends.get(rule.number), self.asks.get(rule.number)
        if mend is None:
            return ("rule", *self._key, *said, sessions, asked.id if asked else None)
        placement = self.placed.get(mend.item.id)
        there = (mend.item.id, mend.item.title, mend.room_id, self.rooms[mend.room_id].name, mend.starts_at)
        return ("rule", *self._key, *said, sessions, *there, placement.version if placement else None)

    @cached_property
    def _key(self) -> tuple[object, ...]:
        return (current_locale(), self.event.slug, self.event.timezone, self.event.grain_minutes)

    def day_of(self, item: AgendaSession) -> EventDay | None:
        """The day on which a session stands, None in the tray."""
        placement = self.placed.get(item.id)
        if placement is None:
            return None
        return next((day for day in self.days if day.holds(placement.starts_at)), None)


def read_board(
    session: Session,
    event: Event,
    *,
    day: str = "",
    held: int | None = None,
    numbers: Mapping[str, int] = MappingProxyType({}),
) -> Board:
    """Read the current draft of an edition as its board.

    Args:
        day: the ISO date of the day to show; the first one where it is none of the edition's.
        held: the ID of the session in hand.
        numbers: of the broken rules that the reader has on the page already, by their marks.

    Raises:
        NotFound: the event has no such session.
    """
    ground = ground_of(session, event)
    facts, days = ground.facts, ground.days
    draft = current_draft(session, event.id) or AgendaDraft(event_id=event.id, name="", placements=[])
    problem, solution = with_draft(ground.problem, facts, draft), solution_of(facts, draft)
    judgement = judge(problem, solution)
    known = {item.id: item for item in facts.sessions}
    if held is not None and held not in known:
        raise NotFound
    placed = {one.session_id: one for one in draft.placements if one.session_id in known}
    rules = keeping_numbers(broken_rules(facts, judgement), numbers)
    movable = to_mend(rules, placed)
    wanted = [item for item in facts.sessions if item.id not in placed or item.id == held or item in movable.values()]
    free = places_for(facts, ground.places, solution, wanted)
    mends = place_mends(movable, placed, free)
    return Board(
        event=event,
        facts=facts,
        draft=draft,
        days=days,
        shown=next((one for one in days if one.on.isoformat() == day), days[0] if days else None),
        placed=placed,
        slots=slot_uses(session, event),
        judgement=judgement,
        rules=rules,
        costs=cost_lines(facts, problem, solution),
        held=known.get(held) if held is not None else None,
        free=free,
        mends=mends,
        asks=to_ask_about(rules, placed, mends),
        undo=step_shown(facts, step_before(session, draft.id)),
        redo=step_shown(facts, next_step(session, draft.id)),
    )
