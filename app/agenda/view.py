"""What the agenda's pages show, as values made of rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.agenda.models import AgendaDraft, AgendaSession
from app.agenda.planner import AgendaFacts, BrokenRule, Judgement, weigh
from app.agenda.shown import ShownSession
from app.events.models import Event, EventDay, Room
from app.events.queries import day_of
from app.platform.i18n import gettext as _

RowOf = Callable[[datetime], int]
"""The row of the grid in which an instant stands; row 1 is the first grain of the day."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A session on the grid: row and span in grains of the day, at most four lines, and the rules it breaks."""

    session_id: int
    slug: str
    title: str
    kind: str
    modality: str | None
    audience: int
    starts_at: datetime
    ends_at: datetime
    row: int
    span: int
    size: str
    pin: str
    rules: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A room with its cards of one day, and the share of the open hours that is in use."""

    room: Room
    cards: tuple[Card, ...]
    used_percent: int


@dataclass(frozen=True, kw_only=True)
class HourLine:
    """A line across the grid, and the hour that stands beside it."""

    row: int
    at: datetime | None
    is_half: bool


@dataclass(frozen=True, kw_only=True)
class ClosedTime:
    """Time in which no session runs."""

    row: int
    span: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One day of a draft: rooms across, time down."""

    day: EventDay
    grains: int
    lanes: tuple[Lane, ...]
    hours: tuple[HourLine, ...]
    closed: tuple[ClosedTime, ...]


@dataclass(frozen=True, kw_only=True)
class ShownRule:
    """A broken rule with a number that the cards carry too, and the sessions it is about."""

    broken: BrokenRule
    sessions: tuple[AgendaSession, ...]

    @property
    def number(self) -> int:
        return self.broken.number

    @property
    def rule(self) -> str:
        return self.broken.rule

    @property
    def message(self) -> str:
        return self.broken.sentence

    @property
    def severity(self) -> str:
        """How grave it is now: what somebody lets stand warns and no more."""
        return "warn" if self.broken.acknowledged else self.broken.severity.value

    @property
    def note(self) -> str | None:
        """Why it stands, where somebody lets it stand."""
        stands = self.broken.acknowledged
        if stands is None:
            return None
        return _("Let stand: %(reason)s (%(by)s)") % {"reason": stands.reason, "by": stands.by or "–"}

    @property
    def mends(self) -> list[dict[str, str]]:
        """Links to the sessions concerned, where each can be moved."""
        return [{"text": item.title, "href": f"?view=list#session-{item.id}"} for item in self.sessions]


def broken_rules(facts: AgendaFacts, judgement: Judgement) -> tuple[ShownRule, ...]:
    """All broken rules of a draft that the edition does not ignore, numbered from 1."""
    by_slug = {item.slug: item for item in facts.sessions}
    return tuple(
        ShownRule(broken=broken, sessions=tuple(by_slug[subject] for subject in broken.subjects if subject in by_slug))
        for broken in weigh(facts, judgement)
    )


def grid_of(
    *,
    facts: AgendaFacts,
    day: EventDay,
    draft: AgendaDraft,
    rules: Sequence[ShownRule],
    modalities: Mapping[int, str],
) -> Grid:
    """Lay the placements of one day on the hours."""
    step = timedelta(minutes=facts.event.grain_minutes)

    def row(instant: datetime) -> int:
        return int((instant - day.starts_at) / step) + 1

    cards = _cards(facts, draft, rules, modalities, row=row, day=day)
    open_minutes = (day.ends_at - day.starts_at).total_seconds() / 60
    lanes = tuple(
        Lane(
            room=room,
            cards=tuple(cards.get(room.id, ())),
            used_percent=round(
                100
                * sum((card.ends_at - card.starts_at).total_seconds() / 60 for card in cards.get(room.id, ()))
                / open_minutes
            ),
        )
        for room in facts.rooms
    )
    return Grid(
        day=day,
        grains=row(day.ends_at) - 1,
        lanes=lanes,
        hours=tuple(_hours(day, row)),
        closed=tuple(
            ClosedTime(row=row(one.starts_at), span=row(one.ends_at) - row(one.starts_at), label=one.label)
            for one in day.closings
        ),
    )


def _cards(
    facts: AgendaFacts,
    draft: AgendaDraft,
    rules: Sequence[ShownRule],
    modalities: Mapping[int, str],
    *,
    row: RowOf,
    day: EventDay,
) -> dict[int, list[Card]]:
    sessions = {item.id: item for item in facts.sessions}
    found: dict[int, list[Card]] = {}
    for placement in sorted(draft.placements, key=lambda one: (one.starts_at, one.id)):
        item = sessions.get(placement.session_id)
        if item is None or not day.starts_at <= placement.starts_at < day.ends_at:
            continue
        ends_at = placement.starts_at + timedelta(minutes=item.duration_minutes)
        span = row(ends_at) - row(placement.starts_at)
        found.setdefault(placement.room_id, []).append(
            Card(
                session_id=item.id,
                slug=item.slug,
                title=item.title,
                kind=item.kind.value,
                modality=modalities.get(item.partnership_id or 0),
                audience=item.audience,
                starts_at=placement.starts_at,
                ends_at=ends_at,
                row=row(placement.starts_at),
                span=span,
                size="tiny" if span < 6 else "small" if span < 9 else "",
                pin=placement.pin.value,
                rules=tuple(rule.number for rule in rules if item in rule.sessions),
            )
        )
    return found


def _hours(day: EventDay, row: RowOf) -> Iterable[HourLine]:
    at = day.starts_at
    while at < day.ends_at:
        yield HourLine(row=row(at), at=at if at.minute == 0 else None, is_half=at.minute != 0)
        at += timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class PublicDay:
    """One day of a release: its sessions in the order of time."""

    on: date
    sessions: tuple[ShownSession, ...]


def public_days(
    event: Event, sessions: Iterable[ShownSession], *, room: str | None, challenge: str | None, kind: str | None
) -> tuple[PublicDay, ...]:
    """Released sessions by day, as the filters of the address ask."""
    days: dict[date, list[ShownSession]] = {}
    for placed in sessions:
        days.setdefault(day_of(event, placed.starts_at), [])
        wanted = (
            (not room or placed.frozen["room_slug"] == room)
            and (not challenge or placed.frozen["challenge"] == challenge)
            and (not kind or placed.frozen["kind"] == kind)
        )
        if wanted:
            days[day_of(event, placed.starts_at)].append(placed)
    return tuple(PublicDay(on=on, sessions=tuple(rows)) for on, rows in sorted(days.items()))
