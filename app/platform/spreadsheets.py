"""Tables as files that a spreadsheet opens without running anything: CSV and XLSX.

A cell that begins like a formula is written as text: in CSV with a quote before it, which the import takes off
again; in XLSX by the type of the cell.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Literal

import xlsxwriter

from app.platform.formulas import quoted
from app.platform.wording import kept

Cell = str | int | float | None
Format = Literal["csv", "xlsx"]

MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WIDEST_COLUMN = 50


def written(format: Format, *, title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as a file; text is composed and freed of control characters, numbers stay numbers."""
    lines = [[_clean(cell) for cell in row] for row in rows]
    heads = [kept(header) for header in headers]
    return _csv(heads, lines) if format == "csv" else _xlsx(title, heads, lines)


def _clean(cell: Cell) -> Cell:
    return kept(cell) if isinstance(cell, str) else cell


def _csv(headers: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
    # Headers too: a list of refused rows has those of a stranger's file.
    for row in (headers, *rows):
        writer.writerow(["" if cell is None else quoted(cell) if isinstance(cell, str) else cell for cell in row])
    # With a mark at its start Excel reads it as UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _xlsx(title: str, headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        sheet = workbook.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31] or "List")
        head = workbook.add_format({"bold": True})
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, head)
            texts = [str(row[column] or "") for row in rows[:200] if column < len(row)]
            sheet.set_column(column, column, min(WIDEST_COLUMN, max(map(len, [header, *texts])) + 2))
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and cell:
                    sheet.write_string(number, column, cell)
                elif cell not in (None, ""):
                    sheet.write_number(number, column, cell)
        sheet.freeze_panes(1, 0)
    return out.getvalue()
