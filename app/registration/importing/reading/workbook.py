"""A workbook into rows of text: the first sheet that shows something."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from app.registration.importing.reading.archive import check_archive
from app.registration.importing.reading.limits import MOST_COLUMNS, MOST_ROWS, Unreadable
from app.registration.importing.reading.rows import Rows


def read_workbook(path: Path) -> dict[str, Any]:
    """The rows of a workbook, and about it: the sheet that was read, how many there are, whether it has formulas.

    Raises:
        Unreadable: see ``check_archive``; or a sheet that is too long or too wide.
    """
    has_formulas = check_archive(path)
    try:
        with path.open("rb") as file:
            workbook = CalamineWorkbook.from_filelike(file)
            names = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
            ]
            for name in names:
                sheet = workbook.get_sheet_by_name(name)
                if sheet.end is not None:
                    rows = _rows(sheet)
                    return {"sheet": name, "sheets": len(names), "formulas": has_formulas, "rows": rows}
    except (CalamineError, OSError, ValueError):
        raise Unreadable("broken") from None
    raise Unreadable("empty")


def _rows(sheet: CalamineSheet) -> list[Any]:
    assert sheet.end is not None
    last_row, last_column = sheet.end
    if last_column >= MOST_COLUMNS:
        raise Unreadable("columns", found=last_column + 1, most=MOST_COLUMNS)
    if last_row > 4 * MOST_ROWS:
        raise Unreadable("rows", most=MOST_ROWS)
    rows = Rows()
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        rows.add(number, [cell_text(cell) for cell in cells])
    return rows.done()


def cell_text(cell: Any) -> str:
    """A cell as text: 1.0 as 1, yes and no, dates and times as ISO writes them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    return str(cell)
