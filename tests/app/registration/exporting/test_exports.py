"""REG-06: lists go out as they are shown, safe to open, without what is protected, and come back as the same."""

import csv
import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.delegations.models import City, Delegate, PassportDetail
from app.events.models import Event
from app.platform.audit import AuditEntry, ReadLog
from app.platform.database.engine import Database

LISTS = ("people", "delegations", "cities", "registrations")
SECRETS = ("Wheelchair to the podium", "No pork, no alcohol", "SPECIMEN-999")


@pytest.fixture
def demo(client: Any, loaded: Database) -> str:
    """The demonstration with a person who has secrets and whose function is a formula; its slug."""
    with loaded.writing() as session:
        person = session.scalars(select(Delegate).where(Delegate.email.is_not(None)).order_by(Delegate.id)).first()
        assert person is not None
        person.access_needs, person.diet = SECRETS[:2]
        person.function = '=HYPERLINK("http://evil.example","x")'
        person.phone = "+43 1 555 01 20"
        session.merge(PassportDetail(delegate_id=person.id, number=SECRETS[2], nationality="AT"))
        return session.scalars(select(Event.slug)).one()


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _sheet(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("name", LISTS)
def test_reg_06_a_list_is_the_same_in_both_forms(client: Any, sign_in: Any, demo: str, name: str) -> None:
    sign_in("administrator")
    text = client.get(f"/e/{demo}/manage/{name}.csv")
    book = client.get(f"/e/{demo}/manage/{name}.xlsx")
    assert text.status_code == book.status_code == 200
    assert text.headers["content-disposition"] == f'attachment; filename="{demo}-{name}.csv"'
    rows, cells = _rows(text.content), _sheet(book.content)
    assert len(rows) == len(cells) > (1 if name != "registrations" else 0)
    assert rows[0] == cells[0]
    assert client.get(f"/e/{demo}/manage/{name}.pdf").status_code in {404, 422}


def test_reg_06_an_export_holds_what_the_list_shows(client: Any, sign_in: Any, demo: str) -> None:
    sign_in("administrator")
    everybody = _rows(client.get(f"/e/{demo}/manage/people.csv").content)
    asked = {"q": "MAYOR tehran", "sort": "-name"}
    page = client.get(f"/e/{demo}/manage/people", params=asked)
    some = _rows(client.get(f"/e/{demo}/manage/people.csv", params=asked).content)
    assert 1 < len(some) < len(everybody)
    assert all(f"{row[8]}</bdi>" in page.text for row in some[1:])  # a title of honour may stand before it
    assert f"{len(some) - 1} people come" in page.text
    assert "people.xlsx?q=MAYOR+tehran&amp;sort=-name" in page.text
    assert page.text.count('<th scope="row">') == len(some) - 1


def test_reg_09_nothing_protected_is_in_any_list(client: Any, sign_in: Any, demo: str) -> None:
    """ADM-01: not for the highest role either; these go by their own pages, which log each look."""
    sign_in("administrator")
    for name in LISTS:
        text = client.get(f"/e/{demo}/manage/{name}.csv").content.decode()
        cells = str(_sheet(client.get(f"/e/{demo}/manage/{name}.xlsx").content))
        for secret in SECRETS:
            assert secret not in text and secret not in cells, name
        assert "Diet" not in text and "Access" not in text


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("organiser", {"E-mail", "Phone", "Arrives", "Leaves"}, set()),
        ("protocol", {"Arrives", "Leaves"}, {"E-mail", "Phone"}),
        ("desk", set(), {"E-mail", "Phone", "Arrives", "Leaves"}),
    ],
)
def test_adm_01_each_role_gets_the_columns_it_works_with(
    client: Any, sign_in: Any, demo: str, database: Database, role: str, shown: set[str], hidden: set[str]
) -> None:
    with database.reading() as session:
        event_id = session.scalars(select(Event.id)).one()
    sign_in(role, event_id=event_id)
    headers = set(_rows(client.get(f"/e/{demo}/manage/people.csv").content)[0])
    assert shown <= headers
    assert not hidden & headers
    registrations = set(_rows(client.get(f"/e/{demo}/manage/registrations.csv").content)[0])
    assert ("E-mail" in registrations) is (role == "organiser")


def test_adm_03_who_took_a_list_is_noted(client: Any, sign_in: Any, demo: str, database: Database) -> None:
    account = sign_in("administrator")
    with database.reading() as session:
        before = len(session.scalars(select(AuditEntry)).all())
    for name in LISTS:
        client.get(f"/e/{demo}/manage/{name}.csv")
    with database.reading() as session:
        taken = session.scalars(select(ReadLog).where(ReadLog.action.endswith(".exported"))).all()
        assert [one.action for one in taken] == [f"{name}.exported" for name in LISTS]
        assert {one.account_id for one in taken} == {account.id}
        assert len(session.scalars(select(AuditEntry)).all()) == before, "looking changes nothing"


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ["people", "cities"])
def test_reg_06_what_goes_out_comes_back_as_the_same(
    client: Any, sign_in: Any, demo: str, database: Database, format: str, kind: str
) -> None:
    """An export read by an import is the same in each row: formulas, phones, scripts, dates, weights and all."""
    sign_in("administrator")
    with database.writing() as session:
        city = session.scalars(select(City)).first()
        assert city is not None
        city.region, city.latitude = "-East + West", -33.8688
    content = client.get(f"/e/{demo}/manage/{kind}.{format}").content
    files = {"file": (f"list.{format}", content)}
    sent = client.post(f"/e/{demo}/manage/import", data={"kind": kind}, files=files)
    page = client.get(sent.headers["location"]).text
    count = len(_rows(client.get(f"/e/{demo}/manage/{kind}.csv").content)) - 1
    assert f"Nothing new. {count} rows are here already." in page, page
