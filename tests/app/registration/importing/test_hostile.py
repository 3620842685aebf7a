"""REG-06: what strangers may send: it is refused in words, or read rightly, and never harms the server.

Every file is made here. The measure of time is generous: what is asked is that nothing runs away.
"""

import datetime
import io
import os
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from app.registration.importing.reading.limits import MOST_ROWS, Unreadable
from app.registration.importing.reading.starting import read_in_child
from app.registration.importing.words import why_unreadable
from tests.app.registration.importing.conftest import Desk, workbook

ENOUGH_SECONDS = 30.0


def _packed(entries: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def _with(content: bytes, **more: bytes) -> bytes:
    """A good workbook with entries added or replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return _packed(entries | {name.replace("__", "/"): body for name, body in more.items()})


def _good() -> bytes:
    return workbook([("City", "Country"), ("Nairobi", "Kenya")])


def _sheet(body: str) -> bytes:
    head = '<?xml version="1.0"?>{dtd}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return (head.format(dtd="") + f"<sheetData>{body}</sheetData></worksheet>").encode()


def _replaced_sheet(sheet: bytes) -> bytes:
    return _with(_good(), **{"xl__worksheets__sheet1.xml": sheet})


def zip_bomb() -> bytes:
    return _replaced_sheet(b" " * (50 * 2**20))


def many_bombs() -> bytes:
    return _with(_good(), **{f"xl__media__{n}.xml": os.urandom(200_000) * 5 for n in range(80)})


def lying_header() -> bytes:
    """The directory says 100 bytes where 50 MB come out."""
    content = bytearray(_replaced_sheet(b" " * (50 * 2**20)))
    large = struct.pack("<L", 50 * 2**20)
    at = content.find(large)
    while at >= 0:
        content[at : at + 4] = struct.pack("<L", 100)
        at = content.find(large, at + 4)
    return bytes(content)


def overlapping() -> bytes:
    """Many entries that share the bytes of one: a small file that unpacks to a large one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(b"x" * 900_000) + packer.flush()
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(body), 900_000, 1, 0) + b"a" + body
    names = [b"[Content_Types].xml", b"xl/workbook.xml", *(b"m%d" % n for n in range(50))]
    directory = b"".join(
        struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(body), 900_000, len(name), 0, 0, 0, 0, 0, 0
        )
        + name
        for name in names
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), len(local), 0)
    return local + directory + end


def entity_bomb() -> bytes:
    definitions = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE lolz [<!ENTITY a0 "lol">{definitions}]>'
    return _replaced_sheet(f'<?xml version="1.0"?>{dtd}<worksheet><sheetData/></worksheet>'.encode())


def entity_bomb_in_utf16() -> bytes:
    return _replaced_sheet('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'.encode("utf-16"))


def million_rows() -> bytes:
    return _replaced_sheet(_sheet("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 1_048_577))))


def far_corner() -> bytes:
    return _replaced_sheet(
        _sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    )


def wide() -> bytes:
    return workbook([[f"column {n}" for n in range(16_384)]])


def long_cell() -> bytes:
    return workbook([("City",), ("x" * 32_000,)])


def macros() -> bytes:
    return _with(_good(), **{"xl__vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def too_many_entries() -> bytes:
    return _with(_good(), **{f"xl__media__{n}": b"x" for n in range(300)})


def password() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000)


REFUSED: list[tuple[Callable[[], bytes], str]] = [
    (zip_bomb, "bomb"),
    (many_bombs, "unpacked"),
    (lying_header, "bomb"),
    (overlapping, "bomb"),
    (entity_bomb, "entities"),
    (entity_bomb_in_utf16, "entities"),
    (million_rows, "rows"),
    (far_corner, "memory"),
    (wide, "columns"),
    (long_cell, "cell"),
    (macros, "macros"),
    (too_many_entries, "entries"),
    (password, "old_office"),
    (lambda: _packed({"word/document.xml": b"<x/>"}), "not_xlsx"),
    (lambda: _good()[: len(_good()) // 2], "broken"),
    (lambda: b"PK\x03\x04" + os.urandom(50_000), "broken"),
    (lambda: os.urandom(200_000), "bytes"),
    (lambda: b"a,b\n" + b"1," * 4_900_000, "line"),
    (lambda: b"City,Country\nNai\x00robi,Kenya\n", "bytes"),
    (lambda: "City,Country\nMünchen,Łódź\nКазань,深圳\n".encode() + b"K\xff\xfe,x\n", "bytes"),
    (lambda: "City,Country\nMünchen,Köln\nBesançon,Orléans\n".encode()[:-5] + b"\xe9", "bytes"),
    (lambda: b'City,Country\n"Nairobi' + b"x" * 150_000, "quote"),
    (lambda: b"City\n" + b"Nairobi\n" * (MOST_ROWS + 1), "rows"),
    (lambda: b"City\n" + b"\n" * 9_000_000 + b"Nairobi\n", ""),
    (lambda: b"<html><table><tr><td>City</td></tr></table></html>", "web_page"),
    (lambda: b"  \n \r\n", "empty"),
    (lambda: workbook([]), "empty"),
    (lambda: _replaced_sheet(b"<worksheet><sheetData><row"), "broken"),
]
NAMES = [getattr(make, "__name__", "").replace("<lambda>", code or "blank lines") for make, code in REFUSED]


@pytest.mark.parametrize(("make", "code"), REFUSED, ids=[f"{n}-{name}" for n, name in enumerate(NAMES)])
def test_reg_06_a_hostile_file_is_refused_in_words_and_in_time(make: Callable[[], bytes], code: str) -> None:
    """T41."""
    content, began = make(), time.monotonic()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if code:
        with pytest.raises(Unreadable) as refused:
            read_in_child(content)
        assert refused.value.code == code
        assert len(why_unreadable(refused.value)) > 20
    else:
        assert len(read_in_child(content)["rows"]) == 2
    assert time.monotonic() - began < ENOUGH_SECONDS
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100 * 1024, f"{grown} kB in the process that serves pages"


@pytest.mark.parametrize("rows", [MOST_ROWS + 1, 700_000])
def test_reg_06_how_many_rows_a_long_list_has_is_not_guessed(rows: int) -> None:
    """Reading ends at the first row too many: how many more there are is not known."""
    with pytest.raises(Unreadable) as refused:
        read_in_child(b"City\n" + b"Nairobi\n" * rows)
    assert why_unreadable(refused.value).startswith("There are more than 5000 rows")


def test_reg_06_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(Unreadable) as refused:
        read_in_child(million_rows(), seconds=0.01)
    assert refused.value.code == "time"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_reg_06_letters_and_delimiters_are_found(encoding: str, delimiter: str) -> None:
    rows = [["Город", "Страна", "Население"], ["Москва", "Россия", "13000000"], ["Казань", "Россия", "1300000"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    found = read_in_child(text.encode(encoding))
    assert [cells for _number, cells in found["rows"]] == rows


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("cp1252", "Müller Köln Gonçalves"),
        ("cp1256", "محمد القاهرة"),
        ("gb18030", "王伟 深圳市"),
        ("cp1250", "Łukasz Świdnica"),
    ],
)
def test_reg_06_old_letters_are_told_apart(encoding: str, word: str) -> None:
    found = read_in_child(f"Name;City\n{word};x\n".encode(encoding))
    assert found["rows"][1][1][0] == word


def test_reg_06_dates_of_both_systems_numbers_formulas_and_links_are_read_as_they_show() -> None:
    for since_1904 in (False, True):
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": since_1904}) as book:
            sheet = book.add_worksheet()
            moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
            sheet.write_row(0, 0, ["Name", "Arrives", "Number", "Formula", "Link", "Yes"])
            sheet.write_string(1, 0, "Nairobi")
            sheet.write_datetime(1, 1, datetime.datetime(2019, 9, 2, 14, 30), moment)
            sheet.write_number(1, 2, 1)
            sheet.write_formula(1, 3, '=WEBSERVICE("http://example.invalid/")', None, "kept value")
            sheet.write_url(1, 4, "external:\\\\server\\share.xlsx", string="a link")
            sheet.write_boolean(1, 5, True)
        found = read_in_child(out.getvalue())
        assert found["rows"][1] == [2, ["Nairobi", "2019-09-02 14:30", "1", "kept value", "a link", "yes"]]
        assert found["formulas"] is True


def test_reg_06_numbers_of_rows_are_those_of_the_spreadsheet() -> None:
    found = read_in_child(workbook([(), ("City",), (), ("Nairobi",)]))
    assert found["rows"] == [[2, ["City"]], [4, ["Nairobi"]]]


def test_reg_06_the_page_says_why_and_the_server_goes_on(desk: Desk) -> None:
    page = desk.look(desk.send(zip_bomb(), name="guests.xlsx"))
    assert "This file unpacks to something else than it says. It was not opened." in page
    assert "Nothing was written." in page
    assert desk.client.get(f"/e/{desk.slug}/manage/import").status_code == 200


def test_reg_06_a_body_over_the_limit_never_reaches_the_route(desk: Desk) -> None:
    answer = desk.client.post(
        f"/e/{desk.slug}/manage/import", data={"kind": "people"}, files={"file": ("a.csv", b"x" * 11_000_000)}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"kind": "people"}, "Choose a file."), ({"kind": "boats"}, "Choose one from the list.")],
)
def test_a_form_without_its_parts_is_shown_again(desk: Desk, sent: Any, said: str) -> None:
    answer = desk.client.post(f"/e/{desk.slug}/manage/import", data=sent)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_name_of_a_file_is_no_path(desk: Desk) -> None:
    page = desk.look(desk.send(_good(), name="../../etc/<b>passwd\x00.xlsx"))
    assert "<b>passwd" not in page
    assert "etc/" not in page
