"""Loaders of policies that know an edition and one of its solver runs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from app.accounts.principal import Principal
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.errors import NotFound
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import run_of_event


class Numbered(Protocol):
    """A row that an address can name."""

    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)


@dataclass(frozen=True)
class RunIn:
    """A run and the edition that it is of."""

    event: Event
    run: SolverRun


def number_of(text: Any) -> int:
    """The ID in an address.

    Raises:
        NotFound: it is none.
    """
    if not str(text).isdecimal() or len(str(text)) > 9:
        raise NotFound
    return int(text)


def one_of(rows: Iterable[Row], text: Any) -> Row:
    """The row with the ID in an address.

    Raises:
        NotFound: it is none, or none of these.
    """
    wanted = number_of(text)
    for row in rows:
        if row.id == wanted:
            return row
    raise NotFound


def run_of_kind(kind: str) -> Callable[[Session, Mapping[str, Any], Principal], RunIn]:
    """A loader of the event's runs of one kind: a run is accepted by its own domain alone."""

    def run_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> RunIn:
        event = event_of_path(session, params, principal)
        return RunIn(event, run_of_event(session, event_id=event.id, run_id=number_of(params["run_id"]), kind=kind))

    return run_of_path
