"""The one change that an explanation offers, in rows' terms: what an organiser reads, and what a button would set."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.agenda.planner.facts import AgendaFacts
from app.agenda.planner.hours import added, said_of_hours, spoken
from app.agenda.planner.sentences import names_of, say
from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext
from scheduler.core.explanation import Explanation, Fact

GIVEN = frozenset({"features", "layouts"})
"""Lists of a room that may be longer."""

OF_HOURS = frozenset({("rooms", "open"), ("people", "available")})
"""Hours of which an organiser knows when they are not: a room that was closed, a person who is away."""

Windows = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, kw_only=True)
class Mend:
    """A change of one fact. ``kind`` and ``field`` say of what, ``owner`` by its ID in problem files.

    ``entry`` names what leaves a list, ``given`` what a room gets; ``number`` and ``windows`` are new values, no
    windows meaning at any time. A mend that ``is_ours`` can be made here, work elsewhere cannot; one that
    ``asks_a_person`` is theirs to agree to.
    """

    kind: str
    field: str
    owner: str
    entry: str | None
    number: int | None
    windows: Windows | None
    sentence: str
    given: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        return self.field != "taken"

    @property
    def is_undone(self) -> bool:
        """Undo on the board takes it back; it knows places and pins alone, not what they must keep to."""
        return (self.kind, self.field) == ("sessions", "pin")

    @property
    def asks_a_person(self) -> bool:
        return self.kind == "people"


@dataclass(frozen=True, kw_only=True)
class WhyNot:
    """Why no plan exists: the facts of a smallest blocking set as sentences, and what would mend it."""

    facts: tuple[str, ...]
    mends: tuple[Mend, ...]


def why_not(facts: AgendaFacts, *, problem_json: str, explanation_json: str | None) -> WhyNot | None:
    """An explanation in the words of the organiser; ``None`` where there is none."""
    if not explanation_json:
        return None
    found = Explanation.model_validate_json(explanation_json)
    if found.status != "infeasible" or not found.facts:
        return None
    names = names_of(facts)
    problem = json.loads(problem_json)
    fixes = (found.fix,) if found.fix is not None else found.fixes or ()
    return WhyNot(
        facts=tuple(_fact(facts, names, problem, fact) for fact in found.facts),
        mends=tuple(_mend(facts, names, problem, path=fix.path, value=fix.to) for fix in fixes),
    )


def _fact(facts: AgendaFacts, names: Mapping[str, str], problem: Any, fact: Fact) -> str:
    steps = _steps(fact.path)
    told = say(facts, names, fact.message)
    if len(steps) != 3 or (steps[0], steps[2]) not in OF_HOURS:
        return told
    kind, index = str(steps[0]), int(steps[1])
    name = say(facts, names, f"'{problem[kind][index]['id']}'")
    return said_of_hours(facts, problem, kind=kind, index=index, name=name) or told


def _mend(facts: AgendaFacts, names: Mapping[str, str], problem: Any, *, path: str, value: Any) -> Mend:
    steps = _steps(path)
    if steps == ["max_parallel"]:
        some = ngettext("Let %(number)s session run at once.", "Let %(number)s sessions run at once.", value or 0)
        sentence = some % {"number": value} if value else _("Let any number run.")
        return _made("settings", "max_parallel", "", value, None, None, sentence)
    kind, index, field = str(steps[0]), int(steps[1]), str(steps[2])
    row = problem[kind][index]
    owner = str(row["id"])
    entry = str(steps[3]) if len(steps) > 3 else None
    if entry is not None and isinstance(steps[3], int):
        entry = str(row[field][steps[3]])
    if kind == "rooms" and field in GIVEN:
        given = tuple(one for one in value if one not in row[field])
        what = say(facts, names, ", ".join(f"'{one}'" for one in given))
        sentence = _said(facts, names, kind, field, owner, entry=None, value=what)
        return Mend(
            kind=kind, field=field, owner=owner, entry=None, number=None, windows=None, sentence=sentence, given=given
        )
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    windows = _windows(facts, value) if field in {"windows", "open", "closed", "available"} else None
    more = added(row[field], value) if (kind, field) in OF_HOURS and value else []
    sentence = _said(facts, names, kind, field, owner, entry=entry, value=more or value)
    return _made(kind, field, owner, number, entry, windows, sentence)


def _made(
    kind: str, field: str, owner: str, number: int | None, entry: str | None, windows: Windows | None, sentence: str
) -> Mend:
    return Mend(kind=kind, field=field, owner=owner, entry=entry, number=number, windows=windows, sentence=sentence)


def _said(
    facts: AgendaFacts, names: Mapping[str, str], kind: str, field: str, owner: str, *, entry: str | None, value: Any
) -> str:
    name, other = say(facts, names, f"'{owner}'"), names.get(entry or "", entry or "")
    hours = _hours(facts, value)
    words = {
        ("sessions", "pin"): _("Let %(name)s move: drop its pin."),
        ("sessions", "optional"): _("Let %(name)s be left out."),
        ("sessions", "windows"): _("Let %(name)s run %(hours)s."),
        ("sessions", "audience"): _("Do not ask how many guests %(name)s expects."),
        ("sessions", "layout"): _("Ask for no layout for %(name)s."),
        ("sessions", "features"): _("Ask for no equipment for %(name)s."),
        ("sessions", "booths"): _("Ask for no booths for %(name)s."),
        ("sessions", "rooms"): _("Let %(name)s be in any room that fits."),
        ("sessions", "same_room_as"): _("Let %(name)s be in a room of its own."),
        ("sessions", "plenary"): _("Let other sessions run beside %(name)s."),
        ("sessions", "people"): _("Take %(other)s off %(name)s."),
        ("sessions", "after"): _("Let %(name)s not wait for %(other)s."),
        ("sessions", "not_with"): _("Let %(name)s and %(other)s overlap."),
        ("sessions", "uses"): _("Let %(name)s do without %(other)s."),
        ("rooms", "capacity"): _("Seat %(value)s in %(name)s."),
        ("rooms", "booths"): _("Put %(value)s booths into %(name)s."),
        ("rooms", "features"): _("Equip %(name)s with this: %(value)s."),
        ("rooms", "layouts"): _("Let %(name)s be laid out like this, too: %(value)s."),
        ("rooms", "open"): _("Open %(name)s %(hours)s."),
        ("rooms", "turnover"): _("Plan no time to set up %(name)s again."),
        ("resources", "capacity"): _("Have %(value)s of %(name)s."),
        ("resources", "open"): _("Have %(name)s there %(hours)s."),
        ("resources", "taken"): _("Free %(name)s from work elsewhere."),
        ("days", "closed"): _("Close %(name)s less: %(hours)s."),
        ("people", "available"): _("Have %(name)s there %(hours)s."),
    }
    said = words.get((kind, field), _("Change %(field)s of %(name)s."))
    return said % {"name": name, "other": other, "hours": hours, "value": value, "field": field.replace("_", " ")}


def _hours(facts: AgendaFacts, value: Any) -> str:
    if not isinstance(value, list):
        return _("at any time")
    return spoken(facts, value) or _("never")


def _windows(facts: AgendaFacts, value: Any) -> Windows | None:
    if value is None:
        return None
    return tuple((facts.grid.instant(start), facts.grid.instant(end)) for start, end in value)


def _steps(path: str) -> list[str | int]:
    """A JSON path in parts; the last part of ``sessions[3].uses.zh.booth`` is an ID with any signs in it."""
    head = re.match(r"(\w+)(?:\[(\d+)\])?(?:\.(\w+))?(?:\[(\d+)\]|\.(.+))?$", path)
    if head is None:
        return [path]
    kind, index, field, position, entry = head.groups()
    steps: list[str | int] = [kind]
    steps += [int(index)] if index is not None else []
    steps += [field] if field is not None else []
    steps += [int(position)] if position is not None else []
    return [*steps, entry] if entry is not None else steps
