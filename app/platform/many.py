"""One verb for many rows in one transaction: what can be done is done, what cannot be is left and says why."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Left(Generic[Row]):
    """A row that was left as it is, why, and the error that said so."""

    row: Row
    why: str
    error: Exception


@dataclass(frozen=True, kw_only=True)
class Answered(Generic[Row]):
    """Rows that were done, and rows that were left."""

    done: tuple[Row, ...]
    left: tuple[Left[Row], ...]


def do_to_each(session: Session, rows: Iterable[Row], do: Callable[[Row], object]) -> Answered[Row]:
    """Do it to each row inside a savepoint of its own: a row that is refused is as it was before."""
    done: list[Row] = []
    left: list[Left[Row]] = []
    for row in rows:
        try:
            with session.begin_nested():
                do(row)
        except (Refused, Conflict, StaleDataError) as error:
            left.append(Left(row=row, why=_why(error), error=error))
        else:
            done.append(row)
    return Answered(done=tuple(done), left=tuple(left))


def _why(error: Refused | Conflict | StaleDataError) -> str:
    if isinstance(error, Refused):
        return " ".join(error.errors.values())
    return error.message if isinstance(error, Conflict) else _("It was changed since this page was opened.")
