"""A dry run as values, and the steps that all kinds of rows share."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from app.platform.forms import bind
from app.registration.importing.columns import Sheet, fields_of
from app.registration.importing.enums import ImportKind, Outcome

Row = TypeVar("Row", bound=BaseModel)
PROTECTED = frozenset({"access_needs", "diet"})
"""Imported, but never shown beside what is stored, and never exported."""
TITLES = {ImportKind.PEOPLE: ("given_name", "family_name", "whole_name"), ImportKind.CITIES: ("name",)}
"""The cells that name a row which could not be read."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a cell of a row; a fault of the row as a whole has no field."""

    field: str
    label: str
    text: str


class RowFault(Exception):
    """A row that cannot be taken; the field says where to mend it, and is empty for the row as a whole."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field, self.text = field, text


@dataclass(frozen=True, kw_only=True)
class Change:
    """A field that would change."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Judged(Generic[Row]):
    """A row and what an import would do with it. ``target`` is the ID of what is here already."""

    number: int
    title: str
    outcome: Outcome
    faults: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = ()
    target: int | None = None
    version: int | None = None
    row: Row | None = None


@dataclass(frozen=True, kw_only=True)
class DryRun(Generic[Row]):
    """All rows of a list, judged."""

    rows: tuple[Judged[Row], ...]

    def counts(self) -> dict[Outcome, int]:
        found = Counter(judged.outcome for judged in self.rows)
        return {outcome: found[outcome] for outcome in Outcome}

    def of(self, outcome: Outcome) -> tuple[Judged[Row], ...]:
        return tuple(judged for judged in self.rows if judged.outcome == outcome)

    @property
    def touches(self) -> int:
        """Rows that an import would write."""
        counts = self.counts()
        return counts[Outcome.NEW] + counts[Outcome.CHANGED]

    def digest(self) -> str:
        """Equal for two dry runs that would write the same: what a person looked at is what they agree to."""
        said = [
            (one.number, one.outcome, one.target, one.version, [(c.field, c.before, c.after) for c in one.changes])
            for one in self.rows
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def bound_rows(
    model: type[Row],
    kind: ImportKind,
    sheet: Sheet,
    chosen: Mapping[str, str],
    *,
    on_rows: Callable[[int], None] = lambda _rows: None,
) -> list[tuple[int, Row | None, Judged[Row]]]:
    """Each row as values, or nothing; with the refusal that says what is wrong with its cells.

    ``on_rows`` is told after each row how many have been checked.
    """
    places = [(int(position), field) for position, field in chosen.items() if field]
    found = []
    for number, cells in sheet.rows:
        texts = {field: cells[at] for at, field in places if at < len(cells)}
        bound = bind(model, texts)
        named = " ".join(text for field in TITLES[kind] if (text := texts.get(field)))
        title = named or ", ".join(text for text in cells if text)
        faults = faults_of(kind, bound.errors)
        refused = Judged[Row](number=number, title=title[:60], outcome=Outcome.REFUSED, faults=faults)
        found.append((number, bound.value, refused))
        on_rows(len(found))
    return found


def faults_of(kind: ImportKind, errors: Mapping[str, str]) -> tuple[Fault, ...]:
    """Messages by field, with the names of the fields as a person reads them."""
    labels = fields_of(kind)
    return tuple(
        Fault(field=name.split(".")[0], label=labels.get(name.split(".")[0], ""), text=text)
        for name, text in errors.items()
    )


def changed(kind: ImportKind, here: Any, wanted: Mapping[str, Any]) -> tuple[Change, ...]:
    """The fields in which what is here differs from what a row says."""
    labels = fields_of(kind)
    return tuple(
        Change(
            field=field,
            label=labels.get(field, field),
            before="…" if field in PROTECTED else said(getattr(here, field)),
            after="…" if field in PROTECTED else said(value),
        )
        for field, value in wanted.items()
        if not _is_same(field, getattr(here, field), value)
    )


def said(value: Any) -> str:
    """A value as a short text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(getattr(value, "value", value))


def _is_same(field: str, here: Any, wanted: Any) -> bool:
    if isinstance(wanted, list) and isinstance(here, list):
        return set(wanted) == set(here)
    if field == "email" and isinstance(here, str):
        return here.casefold() == str(wanted).casefold()
    if isinstance(wanted, float) and isinstance(here, float):
        return abs(wanted - here) < 1e-6
    return bool(here == wanted)
