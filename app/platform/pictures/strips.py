"""Strips: a line a room or a person, time along, days side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext
from app.platform.pictures.picture import Picture, drawing, hatch, path, rectangle, text, width_of

WIDTH = 470.0
ROW = 26.0
BAR = 18.0
HEAD = 30.0
GAP = 6.0


@dataclass(frozen=True, kw_only=True)
class Span:
    """Something on a line: minutes after midnight of one of the days, and what it is.

    Kinds of rooms: ``used``, ``closed``, and beside another plan ``same`` and ``moved``; of persons:
    ``must``, ``may``, ``meeting``, ``walk``, ``away``, ``rest``.
    ``mark`` is empty, ``danger`` or ``warn`` where it needs a look.
    """

    day: int
    starts: int
    ends: int
    kind: str
    words: str = ""
    mark: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A room or a person with what is on it."""

    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day with its open hours in minutes after midnight."""

    label: str
    starts: int
    ends: int


def room_strip(days: Sequence[Day], rooms: Sequence[Line]) -> Picture | None:
    """When rooms are in use, with the share of the open hours at the end; None for fewer than three sessions."""
    if sum(span.kind == "used" for room in rooms for span in room.spans) < 3:
        return None
    lines = tuple(_room_words(days, room) for room in rooms)
    ends = [f"{_share(days, room)}%" for room in rooms]
    return _strip(
        _("Rooms and hours"), _("Filled is in use, hatched is closed, ! needs a look."), days, rooms, ends, lines
    )


def plan_strip(title: str, days: Sequence[Day], rooms: Sequence[Line]) -> Picture | None:
    """A plan beside another one: ink for what differs alone; None where nothing does.

    Args:
        title: what the plan is called.
        rooms: with spans of the kinds ``same``, ``moved`` and ``closed``.
    """
    moved = [[span for span in room.spans if span.kind == "moved"] for room in rooms]
    if not any(moved):
        return None
    lines = tuple(
        f"{room.name}, {days[span.day].label}: {span.words}"
        for room, found in zip(rooms, moved, strict=True)
        for span in sorted(found, key=lambda one: (one.day, one.starts))
    )
    ends = [str(len(found) or "") for found in moved]
    words = _("Filled is what differs from the other draft, counted at the end; outlined is the same in both.")
    return _strip(title, words, days, rooms, ends, lines)


def person_strip(days: Sequence[Day], people: Sequence[Line]) -> Picture | None:
    """When people are busy, with the longest unbroken run at the end; None for fewer than three items."""
    if sum(len(person.spans) for person in people) < 3:
        return None
    lines = tuple(_person_words(days, n, person) for person in people for n in range(len(days)))
    ends = [_hours(max(_longest_run(person, n) for n in range(len(days)))) for person in people]
    shown = [_with_overlaps(person) for person in people]
    words = _(
        "Filled is a must, outlined may be left, ticks are walks, grey is away. "
        "At the end the longest run without a break."
    )
    return _strip(_("People and hours"), words, days, shown, ends, lines)


def _strip(
    title: str, words: str, days: Sequence[Day], rows: Sequence[Line], ends: Sequence[str], lines: tuple[str, ...]
) -> Picture:
    begin = min(150.0, max(width_of(row.name, 11) for row in rows) + 14)
    finish = WIDTH - max(width_of(end, 11) for end in ends) - 12
    scale = (finish - begin - GAP * (len(days) - 1)) / sum(day.ends - day.starts for day in days)
    starts, at = [], begin
    for day in days:
        starts.append(at)
        at += (day.ends - day.starts) * scale + GAP
    parts = [text(starts[n], 12, day.label, "soft") for n, day in enumerate(days)]
    for number, row in enumerate(rows):
        y = HEAD - 8 + number * ROW
        parts.append(text(0, y + 13, _short(row.name, begin - 8)))
        for n, day in enumerate(days):
            parts.append(rectangle(starts[n], y, (day.ends - day.starts) * scale, BAR, "track"))
            parts += [_mark(span, day, starts[n], y, scale) for span in row.spans if span.day == n]
        parts.append(text(WIDTH, y + 13, ends[number], "soft end"))
    height = HEAD - 8 + len(rows) * ROW
    return Picture(title=title, text=words, svg=drawing(WIDTH, height, title, words, parts), lines=lines)


def _mark(span: Span, day: Day, start: float, y: float, scale: float) -> Markup:
    low, high = max(span.starts, day.starts), min(span.ends, day.ends)
    x, width = start + (low - day.starts) * scale, max(1.5, (high - low) * scale - 0.8)
    if high <= low:
        return Markup("")
    if span.mark:
        kind = "alarm" if span.mark == "danger" else "caution"
        sign = text(x + width / 2, y + 13, "!", f"{kind}-text")
        return rectangle(x + 0.75, y + 0.75, max(3.0, width - 1.5), BAR - 1.5, kind) + sign
    if span.kind == "closed":
        return hatch(x, y, width, BAR)
    if span.kind == "walk":
        return path("".join(f"M{x + at:.1f} {y + 6}v6" for at in range(1, max(2, int(width)), 4)), "tick")
    if span.kind == "rest":
        return Markup("")
    if span.kind in {"may", "same"}:
        return rectangle(x + 0.6, y + 0.6, width - 1.2, BAR - 1.2, "outline")
    kinds = {"used": "fill", "moved": "fill", "must": "fill", "meeting": "fill-ink", "away": "fill-edge"}
    return rectangle(x, y, width, BAR, kinds[span.kind])


def _short(name: str, room: float) -> str:
    while width_of(name, 11) > room and len(name) > 4:
        name = name.rstrip("…")[:-1].rstrip() + "…"
    return name


def _minutes(spans: Sequence[Span]) -> int:
    """Minutes covered, each once."""
    return sum(ends - starts for starts, ends in _runs(spans, pause=0))


def _runs(spans: Sequence[Span], *, pause: int) -> list[tuple[int, int]]:
    """Unbroken stretches; a gap of less than ``pause`` minutes is no break."""
    found: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda one: (one.starts, one.ends)):
        if found and span.starts - found[-1][1] < max(1, pause):
            found[-1] = (found[-1][0], max(found[-1][1], span.ends))
        else:
            found.append((span.starts, span.ends))
    return found


def _share(days: Sequence[Day], room: Line) -> int:
    used = shut = 0
    for n, day in enumerate(days):
        within = [span for span in room.spans if span.day == n and span.ends > day.starts and span.starts < day.ends]
        used += _minutes([span for span in within if span.kind == "used"])
        shut += _minutes([span for span in within if span.kind == "closed"])
    whole = sum(day.ends - day.starts for day in days) - shut
    return round(100 * used / whole) if whole > 0 else 0


def _room_words(days: Sequence[Day], room: Line) -> str:
    count = sum(span.kind == "used" for span in room.spans)
    sessions = ngettext("%(count)s session", "%(count)s sessions", count) % {"count": count}
    words = _("%(room)s: %(share)s %% of the open hours; %(sessions)s") % {
        "room": room.name,
        "share": _share(days, room),
        "sessions": sessions,
    }
    looks = [span.words for span in room.spans if span.mark and span.words]
    needs = _("needs a look")
    return f"{words}; {needs}: {', '.join(looks)}" if looks else words


def _busy(person: Line, day: int) -> list[Span]:
    return [span for span in person.spans if span.day == day and span.kind in ("must", "meeting", "walk")]


def _longest_run(person: Line, day: int) -> int:
    """Minutes of the longest stretch without ten minutes of rest."""
    return max((ends - starts for starts, ends in _runs(_busy(person, day), pause=10)), default=0)


def _person_words(days: Sequence[Day], day: int, person: Line) -> str:
    runs = _runs(_busy(person, day), pause=10)
    breaks = max(0, len(runs) - 1)
    return _("%(person)s, %(day)s: %(busy)s busy, longest run %(run)s, %(breaks)s") % {
        "person": person.name,
        "day": days[day].label,
        "busy": _hours(_minutes(_busy(person, day))),
        "run": _hours(_longest_run(person, day)),
        "breaks": ngettext("%(count)s break", "%(count)s breaks", breaks) % {"count": breaks},
    }


def _with_overlaps(person: Line) -> Line:
    """The line with a red frame where two musts overlap, drawn over them."""
    musts = sorted(
        (span for span in person.spans if span.kind in ("must", "meeting")), key=lambda one: (one.day, one.starts)
    )
    frames = []
    for first, second in pairwise(musts):
        if first.day == second.day and second.starts < first.ends:
            ends = min(first.ends, second.ends)
            frames.append(Span(day=first.day, starts=second.starts, ends=ends, kind="must", mark="danger"))
    return Line(name=person.name, spans=person.spans + tuple(frames))


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    return (
        _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
        if rest
        else _("%(hours)s h") % {"hours": hours}
    )
