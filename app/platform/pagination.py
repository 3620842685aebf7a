"""Long lists in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Row = TypeVar("Row")
MOST_DIGITS = 8


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """One page of a list: its rows, its number from 1, how many rows there are in all, and how many on a page."""

    items: tuple[Row, ...]
    number: int
    count: int
    size: int

    @property
    def last(self) -> int:
        return max(1, -(-self.count // self.size))


def page_number(text: str) -> int:
    """The number of a page in an address; whatever is none counts as the first."""
    return max(1, int(text)) if text.isdecimal() and len(text) <= MOST_DIGITS else 1


def page_of(rows: Sequence[Row], *, page: int, size: int = 50) -> Page[Row]:
    """A page of rows that are read already; a number past the end gives the last page."""
    number = min(max(1, page), max(1, -(-len(rows) // size)))
    return Page(items=tuple(rows[(number - 1) * size : number * size]), number=number, count=len(rows), size=size)


def paginate(session: Session, statement: Select[Any], *, page: int, size: int = 50) -> Page[Any]:
    """The rows of a page of an ordered statement; a number past the end gives the last page."""
    count = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(max(1, page), max(1, -(-count // size)))
    rows = session.scalars(statement.limit(size).offset((number - 1) * size)).all()
    return Page(items=tuple(rows), number=number, count=count, size=size)
