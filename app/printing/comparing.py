"""What differs between what a sheet said and what the next one says: row by row, and the words around the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, str]

IN_EVERY_LANGUAGE = ("day", "start", "end", "table", "goes")
"""What a row says alike in all languages: the rest differs whenever the language of the sheet does."""

PLACE = ("day", "start", "end", "place", "where", "table")
"""What makes a row one that moved."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How many rows moved, came, went or say something else, and whether the words around the rows differ."""

    moved: int
    new: int
    gone: int
    other: int
    around: bool

    @property
    def is_empty(self) -> bool:
        return not (self.moved or self.new or self.gone or self.other or self.around)


def rows_of(content: Mapping[str, Any], *, locale: str) -> dict[str, Row]:
    """The rows of a kept sheet by their identifier, as far as a sheet in this language can be compared with them."""
    rows: Mapping[str, Row] = content.get("rows", {})
    if content.get("head", {}).get("lang") == locale:
        return dict(rows)
    return {uid: {name: row[name] for name in IN_EVERY_LANGUAGE} | {"title": row["title"]} for uid, row in rows.items()}


def is_other(before: Row, now: Row) -> bool:
    """Whether a row says something else now; an older row of another language is compared where it can be."""
    compared = before.keys() if "note" in before else set(IN_EVERY_LANGUAGE)
    return any(before.get(name) != now.get(name) for name in compared)


def changes_between(before: Mapping[str, Any], now: Mapping[str, Any]) -> Changes:
    """What differs between two contents of sheets."""
    old, new = rows_of(before, locale=now["head"]["lang"]), now["rows"]
    both = [(old[uid], new[uid]) for uid in old.keys() & new.keys()]
    moved = sum(any(name in was and was[name] != row[name] for name in PLACE) for was, row in both)
    return Changes(
        moved=moved,
        new=len(new.keys() - old.keys()),
        gone=len(old.keys() - new.keys()),
        other=sum(is_other(was, row) for was, row in both) - moved,
        around=before.get("head") != now["head"],
    )
