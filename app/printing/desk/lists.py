"""Lists: who picks up what, who interprets where, who speaks in which order, who goes before whom."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from app.agenda.enums import BINDING_PARTS
from app.agenda.queries import newest_release
from app.delegations.models import Delegate
from app.delegations.names import latin_name_of
from app.delegations.queries import delegates_by_id, delegates_of
from app.events.queries import day_of, resources_of
from app.meetings.queries import meetings_of
from app.platform.i18n import current_locale
from app.platform.i18n import gettext as _
from app.platform.wording import folded
from app.printing import words
from app.printing.desk.values import TICK, Desk, Setting, frame, name_of, plain, strong, upright
from app.printing.models import SheetKind
from app.printing.queries import last_digests, sheets_by_id, uses_of_sessions

Cell = dict[str, Any]
Group = dict[str, Any]


def pick_up_list(desk: Desk) -> Setting:
    """Everybody by family name in Latin letters, with boxes to tick for badge and pack; a signature closes it."""
    people = sorted(
        delegates_of(desk.session, desk.event.id), key=lambda one: (folded(one.family_name), folded(latin_name_of(one)))
    )
    held = _held(desk)
    rows = [
        (
            TICK,
            TICK,
            plain(("★ " if one.is_protected else "") + ("▲" if held.get(one.id, 0) > 1 else "")),
            name_of(one),
            plain(one.delegation.name),
            upright(f"{one.id:04d}"),
        )
        for one in people
    ]
    columns = ((10, _("badge")), (10, _("pack")), (10, ""), (0, _("Name")), (55, _("Delegation")), (14, _("No.")))
    note = _("★ call protocol, do not queue. ▲ a newer sheet: take the old one back.")
    signed = _("counted: %(count)s   signed …………………") % {"count": len(people)}
    grouped = [
        _group([row for row, _one in mine], title=letter)
        for letter, mine in groupby(zip(rows, people, strict=True), key=lambda pair: _initial(pair[1]))
    ]
    return _list(desk, _("Pick-up list"), columns, grouped, note=note, signed=signed)


def interpreter_roster(desk: Desk) -> Setting:
    """For each resource that speaks a language: when and where it works, from the release and the held meetings."""
    release = newest_release(desk.session, desk.event.id)
    placed = release.sessions if release else []
    uses = uses_of_sessions(desk.session, [one.session_id for one in placed])
    meetings = meetings_of(desk.session, desk.event.id)
    grouped = []
    for resource in resources_of(desk.session, desk.event.id):
        if resource.language is None:
            continue
        work = [
            (one.starts_at, one.ends_at, _title(one.frozen), str(one.frozen["room"]), uses[one.session_id, resource.id])
            for one in placed
            if (one.session_id, resource.id) in uses
        ]
        work += [
            (
                one.slot.starts_at,
                one.slot.ends_at,
                _("Meeting: %(who)s") % {"who": _sides(one.wish.people)},
                f"{one.table.room.name}, {words.table_words()} {one.table.number}",
                1,
            )
            for one in meetings
            if one.wish.resource_id == resource.id
        ]
        zone = desk.event.timezone
        rows = [
            (
                plain(words.short_day_words(day_of(desk.event, start))),
                upright(f"{words.clock_words(start, zone)}–{words.clock_words(end, zone)}"),
                strong(title),
                plain(place),
                upright(str(units)),
            )
            for start, end, title, place, units in sorted(work)
        ]
        note = "" if rows else _("No work is planned.")
        grouped.append(_group(rows, title=resource.name, note=note))
    columns = ((24, _("Day")), (26, _("From, to")), (0, _("What")), (52, _("Where")), (24, _("Interpreters")))
    return _list(desk, _("Interpreters"), columns, grouped, note="" if grouped else _("No interpreters are entered."))


def speaking_order(desk: Desk) -> Setting:
    """For each released session who speaks, in the order in which they do, with part and minutes."""
    release = newest_release(desk.session, desk.event.id)
    placed = sorted(release.sessions, key=lambda one: (one.starts_at, one.id)) if release else []
    people = delegates_by_id(desk.session, [person.delegate_id for one in placed for person in one.people])
    zone, grouped = desk.event.timezone, []
    for one in placed:
        speaking = [person for person in one.people if person.part in BINDING_PARTS]
        if not speaking:
            continue
        rows = [
            (
                upright(str(number)),
                name_of(people[person.delegate_id]),
                plain(people[person.delegate_id].function or ""),
                plain(people[person.delegate_id].delegation.name),
                plain(words.part_words(person.part.value, person.speaking_minutes)),
            )
            for number, person in enumerate(speaking, start=1)
        ]
        moment = (
            f"{words.short_day_words(day_of(desk.event, one.starts_at))}, {words.clock_words(one.starts_at, zone)}–"
            f"{words.clock_words(one.ends_at, zone)}, {one.frozen['room']}"
        )
        grouped.append(_group(rows, title=_title(one.frozen), note=moment))
    columns = ((9, _("No.")), (0, _("Name")), (42, _("Function")), (40, _("Delegation")), (34, _("Part")))
    return _list(desk, _("Speaking order"), columns, grouped, note="" if grouped else _("Nothing is released yet."))


def precedence_list(desk: Desk) -> Setting:
    """Everybody by protocol rank, then by the day since which they hold it; protected persons are marked."""
    rows = [
        (
            upright(str(number)),
            upright(str(one.rank)),
            upright(one.rank_since.isoformat() if one.rank_since else ""),
            plain("★" if one.is_protected else ""),
            name_of(one),
            plain(one.function or ""),
            plain(one.delegation.name),
        )
        for number, one in enumerate(delegates_of(desk.session, desk.event.id), start=1)
    ]
    columns = (
        (10, _("No.")), (12, _("Rank")), (22, _("Since")), (6, ""), (0, _("Name")), (44, _("Function")),
        (42, _("Delegation")),
    )  # fmt: skip
    return _list(desk, _("Precedence"), columns, [_group(rows)], note=_("★ protected person."))


def _held(desk: Desk) -> dict[int, int]:
    """The number of the personal sheet that each delegate was printed last."""
    digests = last_digests(desk.session, desk.event.id)
    wanted = {
        delegate: found[0] for (kind, _, delegate), found in digests.items() if kind is SheetKind.PERSON and delegate
    }
    sheets = sheets_by_id(desk.session, wanted.values())
    return {delegate: sheets[number].number for delegate, number in wanted.items()}


def _initial(delegate: Delegate) -> str:
    first = folded(delegate.family_name)[:1].upper()
    return first if first.isalpha() else "#"


def _sides(people: Iterable[Any]) -> str:
    return " – ".join(sorted({one.delegate.delegation.name for one in people}))


def _title(frozen: dict[str, Any]) -> str:
    return str(frozen["titles"].get(current_locale()) or frozen["title"])


def _group(rows: Sequence[tuple[Cell, ...]], *, title: str = "", note: str = "") -> Group:
    return {"title": title, "note": note, "rows": [list(row) for row in rows]}


def _list(
    desk: Desk,
    title: str,
    columns: Iterable[tuple[int, str]],
    groups: list[Group],
    *,
    note: str = "",
    signed: str = "",
) -> Setting:
    sheet = frame(desk) | {
        "name": title,
        "note": note,
        "signed": signed,
        "columns": [{"width": width, "head": head} for width, head in columns],
        "groups": groups,
    }
    return Setting(template="list", title=f"{title}, {desk.event.name}", sheets=[sheet])
