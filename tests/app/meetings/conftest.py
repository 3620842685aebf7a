"""Somebody who is signed in as a delegate, and the mails that were written."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import Delegate
from app.meetings.enums import Keeping
from app.meetings.models import MeetingSettings
from app.meetings.service import start_run
from app.platform.outbox import OutboxMail
from app.solver_runs.models import SolverRun


@pytest.fixture
def as_delegate(client: Any, cast: Any, sign_in: Any) -> Callable[[int], Any]:
    """``as_delegate(id)``: the client is that delegate from now on."""

    def act(delegate_id: int) -> Any:
        with client.app.state.database.reading() as session:
            delegation_id = session.get_one(Delegate, delegate_id).delegation_id
        sign_in("delegate", event_id=cast.event.id, delegate_id=delegate_id, delegation_id=delegation_id)
        return client

    return act


@pytest.fixture
def ask(client: Any, cast: Any) -> Callable[..., Any]:
    """``ask(to, slot_id=…)`` sends a wish as whoever is signed in."""

    def send(to: int, **fields: Any) -> Any:
        return client.post(f"/e/{cast.event.slug}/my/meetings/new", data={"with": to, **fields})

    return send


@pytest.fixture
def mails(client: Any) -> Callable[[str], list[Any]]:
    """``mails(cause)``: what was written for a cause, as (recipient, body)."""

    def read(cause: str) -> list[Any]:
        with client.app.state.database.reading() as session:
            rows = session.scalars(select(OutboxMail).where(OutboxMail.cause == cause).order_by(OutboxMail.id))
            return [(one.recipient, one.body) for one in rows]

    return read


@pytest.fixture
def link_in() -> Callable[[str], str]:
    """The address in a mail that answers, without what it chooses."""

    def find(body: str) -> str:
        found = re.search(r"http://testserver(/m/[^\s?]+)", body)
        assert found is not None
        return found[1]

    return find


@pytest.fixture
def settings_for(client: Any, cast: Any) -> Callable[..., None]:
    """``settings_for(modes={…})``: how meetings are agreed in the edition."""

    def write(**fields: Any) -> None:
        with client.app.state.database.writing() as session:
            row = session.get(MeetingSettings, cast.event.id)
            if row is None:
                row = MeetingSettings(event_id=cast.event.id, fairness=None)
                session.add(row)
            for name, value in fields.items():
                setattr(row, name, value)

    return write


@pytest.fixture
def desk(client: Any, cast: Any, sign_in: Any) -> str:
    """The address of the desk; an organiser is signed in."""
    sign_in("organiser", event_id=cast.event.id)
    return f"/e/{cast.event.slug}/manage/meetings"


@pytest.fixture
def fewest_moves(cast: Any, actor: Any, now: Any) -> Callable[[Any], SolverRun]:
    """``fewest_moves(session)``: the run that is asked for where little may change; nobody solves it by itself."""

    def start(session: Any) -> SolverRun:
        return start_run(
            session,
            event=cast.event,
            label="Fewest moves",
            keeping=Keeping.FEWEST_MOVES,
            time_limit_seconds=3,
            seed=1,
            actor=actor,
            now=now,
        )

    return start
