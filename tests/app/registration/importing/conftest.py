"""Lists as files, and a desk that sends them as a person would: by forms."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import xlsxwriter

Rows = Sequence[Sequence[Any]]


def workbook(rows: Rows, **options: Any) -> bytes:
    """An XLSX of one sheet, all text as text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, **options}) as book:
        sheet = book.add_worksheet("List")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell)
    return out.getvalue()


@dataclass
class Desk:
    """An organiser with a browser that runs no script."""

    client: Any
    slug: str

    def send(self, content: bytes, *, kind: str = "people", name: str = "list.xlsx") -> str:
        """Upload a file; the address of its page."""
        answer = self.client.post(f"/e/{self.slug}/manage/import", data={"kind": kind}, files={"file": (name, content)})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def look(self, address: str) -> str:
        page = self.client.get(address)
        assert page.status_code == 200, page.text
        return str(page.text)

    def counts(self, page: str) -> dict[str, int]:
        """New, changed, same, refused as the page shows them."""
        found = re.findall(r"<dt>(new|changed|the same|refused)</dt><dd>([\d,]+)</dd>", page)
        return {word: int(number.replace(",", "")) for word, number in found}

    def agree(self, address: str) -> Any:
        """Press the button of the page that imports."""
        page = self.look(address)
        fields = {key: re.search(rf'name="{key}" value="([^"]*)"', page)[1] for key in ("digest", "form_key")}  # type: ignore[index]
        return self.client.post(f"{address}/import", data=fields)

    def bring_in(self, content: bytes, **more: Any) -> str:
        """Upload, look, agree; the page that says what was done."""
        address = self.send(content, **more)
        answer = self.agree(address)
        assert answer.status_code == 303, answer.text
        return self.look(address)


@pytest.fixture
def desk(client: Any, sign_in: Callable[..., Any], event: Any) -> Desk:
    sign_in("organiser", event_id=event.id)
    return Desk(client, event.slug)
