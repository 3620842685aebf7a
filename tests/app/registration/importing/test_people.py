"""REG-06: a list of people is looked at, imported once, and the same list brings nothing new."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delegations.models import City, Delegate, Delegation, Organisation, Party
from app.platform.audit import AuditEntry, AuditValue, verify
from app.platform.database.engine import Database
from app.registration.importing.models import ImportFile
from app.registration.tasks import sweep
from tests.app.registration.importing.conftest import Desk, workbook

HEADERS = (
    "Organisation", "Country", "Kind of party", "Title", "Surname", "First name", "Native name", "Native language",
    "Position", "Rank", "E-Mail", "Languages",
)  # fmt: skip
PLACES = (
    ("Nairobi", "Kenya", "city"), ("Universität Graz", "Österreich", "university"), ("深圳", "中国", "city"),
    ("Énergie SA", "France", "company"), ("WaterAid", "United Kingdom", "NGO"),
)  # fmt: skip


def person(number: int) -> list[Any]:
    name, country, kind = PLACES[number % len(PLACES)]
    return [
        name, country, kind, "Dr", f"Family{number:04}", f"Given{number:04}", "", "", "Director", "director",
        f"person{number}@list.example", "en; fr",
    ]  # fmt: skip


def _count(database: Database, model: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


FAULTS: tuple[tuple[int, str, Any], ...] = (
    *((number, "Country", "Atlantis") for number in range(10, 20)),
    *((number, "E-Mail", "not an address") for number in range(100, 108)),
    *((number, "Rank", "emperor") for number in range(200, 206)),
    *((number, "Kind of party", "guild") for number in range(300, 304)),
    *((number, "Languages", "Elbonian") for number in range(400, 404)),
    *((number, "Organisation", "") for number in range(500, 503)),
    *((number, "Surname", "") for number in range(600, 602)),
)
"""37 faults, each in a row of its own: position in the list, column, what stands there."""


SAID = {
    "Country": ("Country", "There is no country &#39;Atlantis&#39;."),
    "E-Mail": ("E-mail", "This is not a mail address."),
    "Rank": ("Rank", "&#39;emperor&#39; is not one of:"),
    "Kind of party": ("Kind of party", "&#39;guild&#39; is not one of:"),
    "Languages": ("Languages", "There is no language &#39;Elbonian&#39;."),
    "Organisation": ("City or organisation", "This is missing."),
    "Surname": ("Family name", "The name is missing."),
}
"""What each fault is called on the page: the column, and the sentence, before the words that may stand there."""


def _as_told(header: str) -> tuple[str, str]:
    column, sentence = SAID[header]
    return (f"{column}:" if column else "", sentence)


def _pieces(said: str) -> list[str]:
    pieces = (" ".join(one.split()) for one in re.split(r"<[^>]*>", said))
    return [re.sub(r"(is not one of:).*", r"\1", one) for one in pieces if one]


def _comma_separated(rows: list[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize(("name", "written"), [("list.xlsx", workbook), ("list.csv", _comma_separated)])
def test_reg_06_a_thousand_rows_with_37_faults_report_exactly_those_and_the_second_time_bring_nothing(
    desk: Desk, database: Database, name: str, written: Any
) -> None:
    """Each fault at its row and cell and in its words, and no other row: from XLSX and from CSV."""
    rows = [person(number) for number in range(1000)]
    for number, header, text in FAULTS:
        rows[number][HEADERS.index(header)] = text
    for number in (600, 601):
        rows[number][HEADERS.index("First name")] = ""
    assert len(FAULTS) == len({number for number, _header, _text in FAULTS}) == 37
    address = desk.send(written([HEADERS, *rows]), name=name)
    page = desk.look(address)
    assert desk.counts(page) == {"new": 963, "changed": 0, "the same": 0, "refused": 37}
    assert _count(database, Delegate) == 0, "nothing is written by looking"
    refused = desk.client.get(f"{address}/refused.csv").content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(refused)))
    planted = [[str(cell) for cell in rows[number]] for number, _header, _text in FAULTS]
    assert [line[: len(HEADERS)] for line in lines[1:]] == planted, "the file of refused rows is those rows"
    shown = re.findall(r'data-label="Row">(\d+)</td>.*?What to mend">(.*?)</td>', page, flags=re.DOTALL)
    told = {int(row): _pieces(said) for row, said in shown}
    expected = {number + 2: [part for part in _as_told(header) if part] for number, header, _text in FAULTS}
    assert told == expected, "the row of the spreadsheet, the column and the sentence: these 37 and nothing else"

    assert desk.agree(address).status_code == 303
    assert "Done: 963 new, 0 changed." in desk.look(address)
    assert _count(database, Delegate) == 963
    assert _count(database, Party) == 5
    assert _count(database, City) == 2
    assert _count(database, Delegation) == 5

    good = [row for number, row in enumerate(rows) if number not in {fault[0] for fault in FAULTS}]
    again = desk.look(desk.send(written([HEADERS, *good]), name=name))
    assert "Nothing new. 963 rows are here already." in again
    assert "Import 0" not in again and f"{address}/import" not in again
    assert _count(database, Delegate) == 963


def test_reg_06_a_changed_row_shows_what_would_change_and_writes_a_line_of_its_own(
    desk: Desk, database: Database, clock: Any
) -> None:
    desk.bring_in(workbook([HEADERS, person(1), person(2)]))
    row = person(1)
    row[HEADERS.index("Position")] = "Rector"
    row[HEADERS.index("First name")] = ""
    address = desk.send(workbook([HEADERS, row, person(2), person(3)]))
    page = desk.look(address)
    assert desk.counts(page) == {"new": 1, "changed": 1, "the same": 1, "refused": 0}
    assert "<strong>Function:</strong> <bdi>Director</bdi> → <bdi>Rector</bdi>" in page
    desk.agree(address)
    with database.reading() as session:
        changed = session.scalars(select(Delegate).where(Delegate.email == "person1@list.example")).one()
        assert (changed.function, changed.given_name) == ("Rector", "Given0001"), "an empty cell empties nothing"
        assert changed.approved_at == clock.now()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "delegate.imported")).one()
        values = session.scalars(select(AuditValue).where(AuditValue.entry_id == entry.id)).all()
        assert [(one.field, one.before, one.after) for one in values] == [("function", "Director", "Rector")]
        whole = session.scalars(select(AuditEntry).where(AuditEntry.action == "people.imported")).all()
        assert len(whole) == 2
        assert verify(session) is None


def test_what_was_uploaded_is_gone_after_the_import(desk: Desk, database: Database) -> None:
    desk.bring_in(workbook([HEADERS, person(1)]))
    with database.reading() as session:
        file = session.scalars(select(ImportFile)).one()
        assert (file.content, file.cells) == (None, [])


def test_an_upload_is_its_owners_alone_and_expires(
    desk: Desk, client: Any, sign_in: Any, event: Any, clock: Any, database: Database
) -> None:
    address = desk.send(workbook([HEADERS, person(1)]))
    sign_in("administrator")
    for path in (address, f"{address}/refused.csv"):
        assert client.get(path).status_code == 404
    for path in (address, f"{address}/import"):
        assert client.post(path, data={"digest": "x"}).status_code == 404
    sign_in("organiser", event_id=event.id)
    assert client.get(address).status_code == 200
    clock.set(datetime(2019, 8, 20, 9, 13, tzinfo=UTC))
    assert client.get(address).status_code == 410
    desk.send(workbook([HEADERS, person(2)]), kind="people")
    assert _count(database, ImportFile) == 1, "what has expired is deleted with the next upload"


def test_an_upload_that_nobody_imports_is_swept(desk: Desk, clock: Any, database: Database) -> None:
    desk.send(workbook([HEADERS, person(1)]))
    assert sweep(database, clock) == 0
    clock.set(datetime(2019, 8, 20, 9, 13, tzinfo=UTC))
    assert sweep(database, clock) == 1
    assert _count(database, ImportFile) == 0


@pytest.mark.parametrize("role", ["desk", "protocol"])
def test_only_organisers_import(client: Any, sign_in: Any, event: Any, role: str) -> None:
    sign_in(role, event_id=event.id)
    assert client.get(f"/e/{event.slug}/manage/import").status_code == 403


def test_the_button_writes_what_was_shown_or_nothing(desk: Desk, database: Database) -> None:
    """Somebody changes a person between the look and the button: 409, the page as it is now, nothing written."""
    desk.bring_in(workbook([HEADERS, person(1)]))
    row = person(1)
    row[HEADERS.index("Position")] = "Rector"
    address = desk.send(workbook([HEADERS, row, person(2)]))
    page = desk.look(address)
    fields = {key: re.search(rf'name="{key}" value="([^"]*)"', page)[1] for key in ("digest", "form_key")}  # type: ignore[index]
    with database.writing() as session:
        session.scalars(select(Delegate)).one().function = "Dean"
    answer = desk.client.post(f"{address}/import", data=fields)
    assert answer.status_code == 409
    assert "has changed since you looked" in answer.text
    assert "<bdi>Dean</bdi> → <bdi>Rector</bdi>" in answer.text
    assert _count(database, Delegate) == 1
    assert desk.agree(address).status_code == 303
    assert _count(database, Delegate) == 2


def test_the_same_button_twice_imports_once(desk: Desk, database: Database) -> None:
    address = desk.send(workbook([HEADERS, person(1)]))
    page = desk.look(address)
    fields = {key: re.search(rf'name="{key}" value="([^"]*)"', page)[1] for key in ("digest", "form_key")}  # type: ignore[index]
    assert desk.client.post(f"{address}/import", data=fields).status_code == 303
    assert desk.client.post(f"{address}/import", data=fields).status_code == 409
    assert _count(database, Delegate) == 1


def test_a_second_list_knows_people_by_name_and_organisation_in_any_order_and_script(
    desk: Desk, database: Database
) -> None:
    first = [("City", "Country", "Helix", "Surname", "First name", "Native name"),
             ("Shenzhen", "CN", "city", "Zhang", "Wei", "张伟")]  # fmt: skip
    desk.bring_in(workbook(first))
    later = [("City", "Name", "Position"), ("SHENZHEN", "wei ZHANG", "Director"), ("Shenzhen", "张伟", "Director")]
    page = desk.look(desk.send(workbook(later)))
    assert desk.counts(page) == {"new": 0, "changed": 1, "the same": 0, "refused": 1}
    assert "The same person stands in row 2." in page
    assert _count(database, Delegate) == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("Nairobi", "Kenya", "", "A", "a@x.example")], "Say what it is"),
        ([("Nairobi", "", "city", "A", "a@x.example")], "Give the country."),
        ([("Nairobi", "Kenya", "city", "A", "a@x.example"), ("Nairobi", "", "company", "B", "")], "Give the country"),
        ([("Nairobi", "Kenya", "city", "A", "a@x.example"), ("Nairobi", "", "", "Zed", "a@x.example")], "row 2"),
        ([("=HYPERLINK(1)", "Kenya", "city", "A" * 121, "")], "At most 120 letters."),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_reason(desk: Desk, rows: Any, said: str) -> None:
    page = desk.look(desk.send(workbook([("City", "Country", "Helix role", "Surname", "Mail"), *rows])))
    if said == "Give the country":  # a second row of a known new party needs no country
        assert desk.counts(page)["refused"] == 0
        return
    assert said in page
    assert desk.counts(page)["refused"] == 1


def test_an_address_that_two_people_share_is_refused_for_the_second(desk: Desk, database: Database) -> None:
    desk.bring_in(workbook([HEADERS, person(5)]))
    row = person(10)
    row[HEADERS.index("E-Mail")] = "person5@list.example"
    page = desk.look(desk.send(workbook([HEADERS, row])))
    assert "This is the address of Given0005 Family0005." in page


def test_columns_can_be_matched_by_hand_without_script(desk: Desk, database: Database) -> None:
    address = desk.send(b"A;B;C;D;E\nNairobi;Kenya;city;Otieno;\n", name="list.csv")
    page = desk.look(address)
    assert "Choose the column that holds: City or organisation." in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]  # type: ignore[index]
    twice = {"version": version, "column-0": "party", "column-1": "party"}
    answer = desk.client.post(address, data=twice)
    assert answer.status_code == 422
    assert "City or organisation is chosen twice." in answer.text
    chosen = {"column-0": "party", "column-1": "country", "column-2": "helix_role", "column-3": "family_name"}
    assert desk.client.post(address, data={"version": version, **chosen}).status_code == 303
    assert desk.client.post(address, data={"version": version, **chosen}).status_code == 409
    assert desk.counts(desk.look(address))["new"] == 1
    desk.agree(address)
    assert _count(database, Organisation) == 0


def test_letters_can_be_chosen_and_the_file_is_read_again(desk: Desk) -> None:
    content = "Город;Страна;Тип организации;Фамилия\nМосква;Россия;город;Ёлкина\n".encode("cp1251")
    address = desk.send(content, name="list.csv")
    page = desk.look(address)
    assert "Ёлкина" in page and desk.counts(page)["new"] == 1
    version = re.search(r'name="version" value="(\d+)"', page)[1]  # type: ignore[index]
    answer = desk.client.post(address, data={"version": version, "encoding": "cp1252"})
    assert answer.status_code == 303
    assert "¨ëêèíà" in desk.look(address)


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        (("Ville", "Pays", "Nom de famille", "Prénom", "Courriel"), ("party", "country", "family_name", "given_name", "email")),
        (("CIUDAD", "País", "Apellidos", "Nombre", "Correo electrónico"), ("party", "country", "family_name", "given_name", "email")),
        (("Институция", "Страна", "Фамилия", "Имя", "Должность"), ("", "country", "family_name", "given_name", "function")),
        (("城市", "国家", "姓名", "职务", "电子邮箱"), ("party", "country", "whole_name", "function", "email")),
        (("المدينة", "البلد", "الاسم الكامل", "المنصب", "البريد الإلكتروني"), ("party", "country", "whole_name", "function", "email")),
        (("Organization ", "country_code", "LAST NAME", "first-name", "e-mail address"), ("party", "country", "family_name", "given_name", "email")),
        (("Stadt", "Land", "Familienname", "Vorname", "???"), ("party", "country", "family_name", "given_name", "email")),
        (("Organistion", "Countri", "Surname", "Given nam", "Contact"), ("party", "country", "family_name", "given_name", "email")),
    ],
)  # fmt: skip
def test_reg_06_columns_are_suggested_from_headers_in_several_languages(headers: Any, fields: Any) -> None:
    from app.registration.importing.columns import sheet_of, suggested
    from app.registration.importing.enums import ImportKind

    sheet = sheet_of(ImportKind.PEOPLE, [(1, headers), (2, ["a", "b", "c", "d", "x@y.example"])])
    chosen = suggested(ImportKind.PEOPLE, sheet)
    assert tuple(chosen.get(str(position), "") for position in range(5)) == fields


def test_a_title_above_the_headers_is_passed_over(desk: Desk) -> None:
    rows = [("Guests of the conference",), (), HEADERS, person(1)]
    assert desk.counts(desk.look(desk.send(workbook(rows))))["new"] == 1


def _people(*rows: str) -> bytes:
    head = "Organisation,Country,Kind of party,Surname,First name,Languages,Arrives,Departs"
    return "\n".join((head, *rows)).encode()


def test_reg_08_parts_in_their_own_script_are_one_word_and_the_same_list_brings_nothing_new(
    desk: Desk, database: Database
) -> None:
    rows = ("Shenzhen,China,city,李,小龙,zh,,", "Seoul,South Korea,city,김,민수,ko,,", "Graz,AT,city,Rossi,Maria,it,,")
    desk.bring_in(_people(*rows), name="list.csv")
    with database.reading() as session:
        assert set(session.scalars(select(Delegate.badge_name))) == {"李小龙", "김민수", "Maria Rossi"}
    page = desk.look(desk.send(_people(*reversed(rows)), name="list.csv"))
    assert "Nothing new. 3 rows are here already." in page


@pytest.mark.parametrize("field", ["Arrives", "Departs"])
def test_reg_06_a_day_far_from_the_event_is_refused_at_its_cell(desk: Desk, field: str) -> None:
    """The event is on 3 and 4 September 2019."""
    days = ("1066-10-14", "2091-09-03", "2019-07-04", "2019-07-05", "2019-11-03", "2019-11-04")
    cells = [(day, "") if field == "Arrives" else ("", day) for day in days]
    rows = [f"Graz,AT,city,Family{number},Given,de,{one},{two}" for number, (one, two) in enumerate(cells)]
    page = desk.look(desk.send(_people(*rows), name="list.csv"))
    assert desk.counts(page) == {"new": 2, "changed": 0, "the same": 0, "refused": 4}
    assert page.count("</strong> This is more than 60 days away from the event.") == 4


def test_a_name_of_which_nothing_is_seen_is_missing(desk: Desk) -> None:
    page = desk.look(
        desk.send(_people("Graz,AT,city,\u200b\u2060,,de,,", "Graz,AT,city,Ro\u202essi,M,de,,"), name="list.csv")
    )
    assert desk.counts(page) == {"new": 1, "changed": 0, "the same": 0, "refused": 1}
    assert "The name is missing." in page
    assert "\u202e" not in page


def test_reg_06_what_two_cells_or_rows_say_of_each_other_is_at_a_cell_too(desk: Desk) -> None:
    rows = (
        ("Surname", "Mail", "Phone", "Arrives", "Departs"),
        ("Adler", "a@x.example", "+43 1 555 01 20", "2019-09-02", "2019-09-05"),
        ("Berg", "b@x.example", "", "2019-09-05", "2019-09-02"),
        ("Celik", "A@X.example", "", "", ""),
        ("Adler", "", "", "", ""),
        ("Dahl", "", "call me", "", ""),
        ("", "", "+43 1 555 01 21", "", ""),
    )
    where = [("City", "Country", "Helix role"), *[("Graz", "Austria", "city")] * 6]
    page = desk.look(desk.send(workbook([(*one, *row) for one, row in zip(where, rows, strict=True)])))
    shown = re.findall(r'data-label="Row">(\d+)</td>.*?What to mend">(.*?)</td>', page, flags=re.DOTALL)
    assert {int(row): _pieces(said) for row, said in shown} == {
        3: ["Leaves:", "The departure must come after the arrival."],
        4: ["E-mail:", "The same person stands in row 2."],
        5: ["Family name:", "The same person stands in row 2."],
        6: ["Phone:", "A phone number is wanted, such as +43 1 555 01 20."],
        7: ["Family name:", "The name is missing."],
    }
