"""A sentence goes and ends as its script does, whatever the sheet's language is (PRT-05)."""

import subprocess
from typing import Any

import pytest

from app.printing.sheets import Edition, sheet_of
from app.printing.typesetting import typeset


def _sheet(press: Any, *, rows: int, lang: str = "en") -> dict[str, Any]:
    """A schedule of one day with so many meetings."""
    edition = Edition(number=1, printed_at=press.now, before=None, live_address=None)
    sheet = sheet_of(press.event, press.itinerary("trieste"), edition)
    row = sheet["days"][0]["items"][0]
    sheet["days"] = [{**sheet["days"][0], "items": [{**row, "title": f"Row {number}"} for number in range(rows)]}]
    return {**sheet, "lang": lang, "rtl": lang == "ar"}


@pytest.mark.poppler
def test_prt_05_an_english_sentence_ends_at_its_right_on_an_arabic_sheet(press: Any, tmp_path: Any) -> None:
    """PRT-05: the full stop belongs to the last word; an Arabic sentence beside it goes from right to left."""
    sheet = {**_sheet(press, rows=2, lang="ar"), "notes": "Bring an identity card."}
    sheet["days"][0]["items"][0]["note"] = "Back at the bus."
    sheet["days"][0]["items"][1]["note"] = "العودة بالحافلة."
    file = tmp_path / "sheet.pdf"
    file.write_bytes(typeset([sheet], title="a test", at=press.now))
    boxes = subprocess.run(["pdftotext", "-bbox", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert ">card.<" in boxes
    assert ">bus.<" in boxes
    assert ">.Bring<" not in boxes
    letters = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert "العودة" in letters
