"""REG-06: a long list says how many of its rows were read and checked so far; nothing is written meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delegations.models import Delegate
from app.registration.importing.enums import ImportKind, ImportState
from app.registration.importing.models import ImportFile
from app.registration.importing.reading.starting import read_in_child
from app.registration.importing.service import read_upload, take_upload, taking
from tests.app.registration.importing.conftest import workbook

ROWS = 1000


def _list(rows: int = ROWS) -> bytes:
    head = "Family name,Given name,Function,Mail,City or organisation,Country,Kind of party\n"
    body = (f"Family {n},Given,Adviser,p{n}@city.example,Dakar,SN,city" for n in range(rows))
    return (head + "\n".join(body)).encode()


@pytest.fixture
def waiting(client: Any, event: Any, sign_in: Any, now: Any) -> str:
    """The key of a list that was taken and that nobody has begun to read."""
    account = sign_in("organiser", event_id=event.id)
    with client.app.state.database.writing() as session:
        file = take_upload(
            session, event=event, account_id=account.id, kind=ImportKind.PEOPLE, name="list.csv", content=_list(),
            now=now,
        )  # fmt: skip
        return file.key


def test_the_child_tells_how_many_rows_it_has_read() -> None:
    told: list[int] = []
    found = read_in_child(_list(), on_rows=told.append)
    assert len(found["rows"]) == ROWS + 1
    assert told and told == sorted(told) and set(told) <= {250, 500, 750, 1000}


def test_a_workbook_tells_too() -> None:
    told: list[int] = []
    read_in_child(workbook([["Family name"], *[[f"Family {n}"] for n in range(600)]]), on_rows=told.append)
    assert 500 in told


def test_reg_06_the_page_shows_the_rows_read_and_checked_so_far(
    client: Any, event: Any, waiting: str, monkeypatch: Any
) -> None:
    """Looked at in the middle, as a browser does that asks every second."""
    path = f"/e/{event.slug}/manage/import/{waiting}"
    monkeypatch.setattr(taking, "TOLD_EVERY_SECONDS", 0)
    seen: list[str] = []
    say = taking._Told.say

    def look(told: Any, **figures: int) -> None:
        say(told, **figures)
        if figures.get("checked", 0) in {0, 1, ROWS}:
            seen.append(client.get(path).text)

    monkeypatch.setattr(taking._Told, "say", look)
    database, clock = client.app.state.database, client.app.state.clock
    assert "Reading the list" in client.get(path).text and "rows read" not in client.get(path).text
    read_upload(database, waiting, clock=clock)
    assert any("rows read" in page for page in seen)
    assert "1 of 1,000 rows checked" in seen[-2] and "1,000 of 1,000 rows checked" in seen[-1]
    assert f'<progress id="checking" value="{ROWS}" max="{ROWS}">' in seen[-1]
    assert all("Import 1,000 rows" not in page for page in seen), "nothing to agree to before it is done"
    page = client.get(path).text
    assert "Import 1,000 rows" in page and "rows checked" not in page
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delegate)) == 0


def test_a_short_list_notes_nothing(client: Any, event: Any, waiting: str, monkeypatch: Any) -> None:
    """Nobody waits a second for it: no transaction is spent on how far it is."""
    monkeypatch.setattr(taking, "TOLD_EVERY_SECONDS", 3600)
    read_upload(client.app.state.database, waiting, clock=client.app.state.clock)
    with client.app.state.database.reading() as session:
        file = session.scalars(select(ImportFile)).one()
        assert (file.state, file.progress) == (ImportState.READY, {})


def test_a_list_that_ends_while_it_is_read_stays_gone(client: Any, event: Any, waiting: str, clock: Any) -> None:
    clock.advance(timedelta(hours=3))
    read_upload(client.app.state.database, waiting, clock=clock)
    with client.app.state.database.reading() as session:
        assert session.scalars(select(ImportFile)).one().state is ImportState.READING
