"""Which column of a list holds what: known headers in many languages, a suggestion, and the choice of a person."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import yaml

from app.registration.importing.enums import ImportKind
from app.registration.importing.vocabulary import FOLDER, plain

ROWS_WITH_HEADERS = 10
CLOSE_ENOUGH = 0.84
SAMPLES = 3
REQUIRED = {ImportKind.PEOPLE: ("party",), ImportKind.CITIES: ("name",)}
NAMES = ("family_name", "whole_name", "badge_name")
"""Of a person, one of these must be there."""

Cells = Sequence[str]
Numbered = Sequence[tuple[int, Cells]]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the file: its position from 0, its header, the first texts in it, and the field it fills, or none."""

    position: int
    header: str
    samples: tuple[str, ...]
    field: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Rows under their headers. Numbers of rows are those that a spreadsheet shows."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, Cells], ...]


def fields_of(kind: ImportKind) -> dict[str, str]:
    """The fields that can be filled with the headers of our exports, in the order of a form."""
    return {field: words[0] for field, words in _known()[kind.value].items()}


def sheet_of(kind: ImportKind, cells: Numbered) -> Sheet:
    """The row of headers, and what stands below: of the first rows the one with most known headers, if it has two."""
    first = list(cells[:ROWS_WITH_HEADERS])
    found = [sum(1 for cell in row if _exact(kind, cell)) for _number, row in first]
    top = found.index(max(found)) if max(found, default=0) > 1 else 0
    width = max(len(row) for _number, row in cells[top:])
    headers = [*first[top][1], *[""] * width][:width]
    return Sheet(headers=tuple(headers), rows=tuple((number, row) for number, row in cells[top + 1 :]))


def suggested(kind: ImportKind, sheet: Sheet) -> dict[str, str]:
    """A field for each column that looks like one, by position; no field twice, the surest first."""
    sure: list[tuple[float, int, str]] = []
    for position, header in enumerate(sheet.headers):
        for field, words in _known()[kind.value].items():
            likeness = _likeness(plain(header), words)
            if likeness >= CLOSE_ENOUGH:
                sure.append((-likeness, position, field))
    chosen: dict[str, str] = {}
    for _likely, position, field in sorted(sure):
        if str(position) not in chosen and field not in chosen.values():
            chosen[str(position)] = field
    if kind is ImportKind.PEOPLE and "email" not in chosen.values():
        addresses = _column_of_addresses(sheet, chosen)
        if addresses is not None:
            chosen[str(addresses)] = "email"
    return chosen


def columns_of(sheet: Sheet, chosen: Mapping[str, str]) -> tuple[Column, ...]:
    """All columns with any text, with samples."""
    columns = []
    for position, header in enumerate(sheet.headers):
        texts = [row[position] for _number, row in sheet.rows if position < len(row) and row[position]]
        if header or texts:
            samples = tuple(dict.fromkeys(texts[:50]))[:SAMPLES]
            field = chosen.get(str(position), "")
            columns.append(Column(position=position, header=header, samples=samples, field=field))
    return tuple(columns)


def missing(kind: ImportKind, chosen: Mapping[str, str]) -> tuple[str, ...]:
    """The fields without which no row can be taken and that no column fills."""
    held = set(chosen.values())
    lacking = [field for field in REQUIRED[kind] if field not in held]
    if kind is ImportKind.PEOPLE and not held & set(NAMES):
        lacking.append("family_name")
    return tuple(lacking)


def _likeness(header: str, words: Sequence[str]) -> float:
    if not header:
        return 0.0
    known = [plain(word) for word in words]
    if header in known:
        return 2.0 - known.index(header) / 1000
    if len(header) > 4:
        return max(difflib.SequenceMatcher(None, header, word).ratio() for word in known)
    return 0.0


def _exact(kind: ImportKind, header: str) -> bool:
    return plain(header) in {plain(word) for words in _known()[kind.value].values() for word in words}


def _column_of_addresses(sheet: Sheet, chosen: Mapping[str, str]) -> int | None:
    for position in range(len(sheet.headers)):
        texts = [row[position] for _number, row in sheet.rows[:50] if position < len(row) and row[position]]
        if str(position) not in chosen and texts and all("@" in text for text in texts):
            return position
    return None


@lru_cache(maxsize=1)
def _known() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = yaml.safe_load((FOLDER / "headers.yaml").read_text(encoding="utf-8"))
    return {
        kind: {field: [str(word) for word in words] for field, words in fields.items()}
        for kind, fields in found.items()
    }
