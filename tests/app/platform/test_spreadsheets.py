"""T42: what a file says is text to whoever opens it, and comes back as it was."""

import csv
import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.platform.formulas import quoted, unquoted
from app.platform.spreadsheets import written
from app.platform.wording import kept

STARTS = ["=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠", " =", "  +", "\n=", "'=", "''@", "'", " '-"]
SOME_TEXT = st.text(
    alphabet=st.one_of(
        st.characters(codec="utf-8", exclude_categories=("Cs",)), st.sampled_from("=+-@'\"\t\r\n,;|!{}_x0041_")
    ),
    max_size=40,
)
DANGEROUS = st.builds(lambda start, rest: start + rest, st.sampled_from(STARTS), SOME_TEXT)


def _csv_cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@settings(max_examples=1000, deadline=None)
@given(st.lists(DANGEROUS | SOME_TEXT, min_size=1, max_size=4))
def test_t42_a_csv_has_no_cell_that_calculates_and_gives_every_value_back(texts: list[str]) -> None:
    content = written("csv", title="List", headers=["a"] * len(texts), rows=[texts, ["end"]])
    assert content.startswith(b"\xef\xbb\xbf")
    cells = _csv_cells(content)[1]
    for cell in cells:
        assert not re.match(r"\s*[=+\-@\t\r＝＋－＠]", cell), repr(cell)
    assert [unquoted(cell) for cell in cells] == [kept(text) for text in texts]


@settings(max_examples=1000, deadline=None)
@given(st.lists(DANGEROUS | SOME_TEXT, min_size=1, max_size=4))
def test_t42_an_xlsx_holds_text_and_no_formula_and_gives_every_value_back(texts: list[str]) -> None:
    content = written("xlsx", title="List", headers=["a"] * len(texts), rows=[texts])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<f " not in sheet
    assert "hyperlink" not in sheet
    row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    cells = [*row[1], *[""] * len(texts)][: len(texts)] if len(row) > 1 else [""] * len(texts)
    assert all(isinstance(cell, str) for cell in cells)
    assert [kept(cell) for cell in cells] == [kept(text) for text in texts]


@given(st.text())
def test_the_quote_comes_off_again(text: str) -> None:
    assert unquoted(quoted(text)) == text


@pytest.mark.parametrize("text", ["Nairobi", "O'Brien", "'s-Hertogenbosch", "a=b", "3-4", "", "'"])
def test_what_is_harmless_is_left_alone(text: str) -> None:
    assert quoted(text) == text
    assert unquoted(text) == text


def test_numbers_stay_numbers_even_below_zero() -> None:
    rows = [["Lima", -12.05, 10_000_000, None]]
    assert _csv_cells(written("csv", title="x", headers=["a", "b", "c", "d"], rows=rows))[1] == [
        "Lima",
        "-12.05",
        "10000000",
        "",
    ]
    content = written("xlsx", title="x", headers=["a", "b", "c", "d"], rows=rows)
    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1]
    assert cells[:3] == ["Lima", -12.05, 10_000_000.0]
