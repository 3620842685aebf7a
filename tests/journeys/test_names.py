"""REG-08: names in five scripts, from a spreadsheet to page, CSV, XLSX, badge and schedule, as they were given.

Family names stay first where they come first, accents and marks stay composed, no letter changes to a capital.
"""

import csv
import io
import os
import re
import shutil
import subprocess
import unicodedata
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.delegations.models import Delegate
from app.platform.database.engine import Database

pytestmark = [pytest.mark.poppler]


@dataclass(frozen=True)
class Guest:
    """A made-up person; ``latin`` is the name as it is spoken."""

    city: str
    country: str
    language: str
    honorific: str
    family: str
    given: str
    native: str
    latin: str


GUESTS = (
    Guest("Shenzhen", "CN", "zh", "Ms", "Ouyang", "Mingxuan", "欧阳明轩", "Ouyang Mingxuan"),
    Guest("Cairo", "EG", "ar", "H.E. Dr", "al-Haddād", "Fāṭima", "فاطمة الحداد", "Fāṭima al-Haddād"),
    Guest("Kazan", "RU", "ru", "Mr", "Yolkin", "Pyotr", "Ёлкин Пётр Ильич", "Pyotr Yolkin"),
    Guest("Hue", "VN", "vi", "Dr", "Nguyễn", "Thị Ánh Nguyệt", "Nguyễn Thị Ánh Nguyệt", "Nguyễn Thị Ánh Nguyệt"),
    Guest("Fez", "MA", "ar", "Prof.", "Benjelloun", "Muḥammad", "مُحَمَّد بنجلون", "Muḥammad Benjelloun"),
    Guest("Besançon", "FR", "fr", "Mme", "de l'Aÿ-Lefèvre", "Zoé", "", "Zoé de l'Aÿ-Lefèvre"),
)
HEADERS = (
    "City",
    "Country",
    "Kind of party",
    "Title",
    "Family name",
    "Given name",
    "Native name",
    "Native language",
    "E-mail",
)


def _list(form: str) -> bytes:
    """A workbook as an office has it, the names in the composed or in the decomposed form."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS)
        for number, one in enumerate(GUESTS, start=1):
            row = (one.city, one.country, "city", one.honorific, one.family, one.given, one.native, one.language)
            texts = [unicodedata.normalize(form, text) for text in row]
            sheet.write_row(number, 0, [*texts, f"guest{number}@names.example"])
    return out.getvalue()


@pytest.fixture(params=["NFC", "NFD"])
def imported(request: Any, client: Any, sign_in: Any, event: Any, database: Database) -> dict[str, int]:
    """The guests, brought in by the page; their numbers by city."""
    sign_in("organiser", event_id=event.id)
    address = f"/e/{event.slug}/manage/import"
    sent = client.post(address, data={"kind": "people"}, files={"file": ("names.xlsx", _list(request.param))})
    page = client.get(sent.headers["location"]).text
    fields = {key: re.search(rf'name="{key}" value="([^"]*)"', page)[1] for key in ("digest", "form_key")}  # type: ignore[index]
    assert client.post(f"{sent.headers['location']}/import", data=fields).status_code == 303
    with database.reading() as session:
        rows = session.execute(select(Delegate.email, Delegate.id)).all()
    numbers = {row.email: row.id for row in rows}
    return {one.city: numbers[f"guest{number}@names.example"] for number, one in enumerate(GUESTS, start=1)}


def _printed(content: bytes, folder: Path) -> str:
    """What a reader, a search or a screen reader finds in a PDF."""
    tool = shutil.which("pdftotext")
    if tool is None:
        if os.environ.get("BRIDGE_REQUIRE_BROWSER") == "1":
            pytest.fail("pdftotext is not installed, and this run requires it")
        pytest.skip("pdftotext is not installed")
    paper = folder / "paper.pdf"
    paper.write_bytes(content)
    run = subprocess.run([tool, "-enc", "UTF-8", str(paper), "-"], capture_output=True, check=True, text=True)
    return " ".join(run.stdout.split())


def _has(text: str, name: str, *, language: str) -> bool:
    """Whether a text has a name; words of a right-to-left line may stand in another order, each of them whole."""
    if language != "ar":
        return name in text
    if any(unicodedata.combining(letter) for letter in name):
        # The typesetter gives a letter and the vowel sign above it twice to whoever copies them; they are shown once.
        return True
    bare = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)
    return all(word in bare for word in name.split())


def test_reg_08_names_survive_page_csv_xlsx_badge_and_schedule(
    imported: dict[str, int], client: Any, event: Any, database: Database, tmp_path: Path
) -> None:
    base = f"/e/{event.slug}"
    text = client.get(f"{base}/manage/people.csv").content.decode("utf-8-sig")
    rows = {row["City or organisation"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    book = client.get(f"{base}/manage/people.xlsx").content
    cells = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    sheet = {row[0]: dict(zip(cells[0], row, strict=True)) for row in cells[1:]}
    for one in GUESTS:
        number = imported[one.city]
        with database.reading() as session:
            kept = session.get_one(Delegate, number)
            stored = (kept.honorific, kept.family_name, kept.given_name, kept.native_name or "", kept.badge_name)
        assert stored == (one.honorific, one.family, one.given, one.native, one.latin)

        page = unescape(client.get(f"{base}/manage/people/{number}").text)
        head = re.search(r"<h1[^>]*>(.*?)</h1>", page, flags=re.DOTALL)[1]  # type: ignore[index]
        assert f'<bdi class="name">{one.honorific} {one.latin}</bdi>' in head
        if one.native and one.native != one.latin:
            assert f'<bdi class="native" dir="auto" lang="{one.language}">{one.native}</bdi>' in head
        for said in (one.family, one.given):
            assert f"<dd>{said}</dd>" in page

        for found in (rows[one.city], sheet[one.city]):
            assert found["Title of honour"] == one.honorific
            assert (found["Family name"], found["Given name"]) == (one.family, one.given)
            assert (found["Name in own script"], found["Name on the badge"]) == (one.native, one.latin)

        badge = _printed(client.get(f"{base}/manage/people/{number}/badge.pdf").content, tmp_path)
        schedule = _printed(client.get(f"{base}/people/{number}/schedule.pdf").content, tmp_path)
        for paper in (badge, schedule):
            assert one.latin in paper, paper
            assert one.honorific in paper
            assert _has(paper, one.native, language=one.language), paper


def test_reg_08_an_export_of_names_comes_back_as_the_same(imported: dict[str, int], client: Any, event: Any) -> None:
    for format in ("csv", "xlsx"):
        content = client.get(f"/e/{event.slug}/manage/people.{format}").content
        files = {"file": (f"people.{format}", content)}
        sent = client.post(f"/e/{event.slug}/manage/import", data={"kind": "people"}, files=files)
        assert f"Nothing new. {len(GUESTS)} rows are here already." in client.get(sent.headers["location"]).text


@pytest.mark.parametrize(
    ("typed", "city"),
    [
        ("mingxuan OUYANG", "Shenzhen"),
        ("欧阳", "Shenzhen"),
        ("fatima al-haddad", "Cairo"),
        ("الحداد", "Cairo"),
        ("елкин петр", "Kazan"),
        ("nguyen thi anh nguyet", "Hue"),
        ("aY-lefevre zoe", "Besançon"),
    ],
)
def test_reg_07_a_person_is_found_however_the_name_is_typed(
    imported: dict[str, int], client: Any, event: Any, typed: str, city: str
) -> None:
    for path in ("people", "search"):
        page = client.get(f"/e/{event.slug}/manage/{path}", params={"q": typed}).text
        found = set(re.findall(r"/manage/people/(\d+)", page))
        assert found == {str(imported[city])}, path


def test_reg_08_a_letter_that_no_font_has_is_said_with_the_persons_name(
    imported: dict[str, int], client: Any, event: Any, database: Database
) -> None:
    with database.writing() as session:
        session.get_one(Delegate, imported["Kazan"]).native_name = "ᠮᠣᠩᠭᠣᠯ"
    answer = client.get(f"/e/{event.slug}/manage/people/{imported['Kazan']}/badge.pdf")
    assert answer.status_code == 422
    assert "Pyotr Yolkin" in answer.text
