"""Two who may be one, side by side: a line for each thing that could be said of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.delegations.models import Delegate
from app.office.service.merging import FIELDS, Clash, Moves
from app.registration.duplicates import Subject
from app.registration.service.joining import LINES as JOINED


@dataclass(frozen=True, kw_only=True)
class Line:
    """One field of both; ``better`` is the side that is chosen unless somebody chooses."""

    field: str
    one: Any
    other: Any

    @property
    def differs(self) -> bool:
        return (self.one or None) != (self.other or None)

    @property
    def better(self) -> str:
        return "other" if not self.one and self.other else "one"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """All lines, what would move, and what stands against it."""

    lines: tuple[Line, ...]
    moves: Mapping[str, int] = field(default_factory=dict)
    clashes: tuple[Clash, ...] = ()

    @property
    def delegation_ids(self) -> frozenset[int]:
        return frozenset(
            value for line in self.lines if line.field == "delegation_id" for value in (line.one, line.other) if value
        )


def compare(
    one: Subject,
    other: Subject,
    *,
    rows: tuple[Delegate | None, Delegate | None],
    moves: Moves | None,
    hidden: frozenset[str] = frozenset(),
) -> Compared:
    """The lines in which at least one of the two says something, but for those ``hidden`` from the reader."""
    said = [
        {name: getattr(row, name) for name in FIELDS} if row is not None else _of_form(subject)
        for subject, row in zip((one, other), rows, strict=True)
    ]
    # A form says a few lines only: what it does not say is no difference.
    names = [name for name in FIELDS if name not in hidden and all(name in lines for lines in said)]
    lines = [Line(field=name, one=said[0][name], other=said[1][name]) for name in names]
    return Compared(
        lines=tuple(line for line in lines if line.one or line.other),
        moves=moves.rows if moves else {},
        clashes=moves.clashes if moves else (),
    )


def compare_forms(one: Mapping[str, Any], other: Mapping[str, Any]) -> Compared:
    """The answers of two forms of one person, line by line."""
    lines = [Line(field=name, one=one.get(name), other=other.get(name)) for name in JOINED]
    return Compared(lines=tuple(line for line in lines if line.one or line.other))


def _of_form(subject: Subject) -> dict[str, Any]:
    return {
        "given_name": subject.given_name,
        "family_name": subject.family_name,
        "native_name": subject.native_name,
        "native_language": subject.native_language,
        "email": subject.email,
        "function": subject.function,
    }
