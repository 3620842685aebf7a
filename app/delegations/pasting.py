"""Rows of people as they are pasted from a spreadsheet or a mail: text in, fields by row out. Nothing is judged here.

Cells are parted by tabs as spreadsheets do, else by semicolons, else by commas; a cell in quotes may hold any of them.
A first row that names columns decides their order; without one it is the order of ``COLUMNS``.
"""

import csv
import io

from app.delegations.enums import Rank
from app.platform.wording import folded, kept

COLUMNS = ("honorific", "family_name", "given_name", "native_name", "function", "email", "rank")
MOST_ROWS = 200
HEADS = {
    "honorific": "title|title of honour|honorific|salutation|titre|tratamiento|обращение|称谓|اللقب",
    "family_name": "family name|last name|surname|nom|nom de famille|apellido|apellidos|фамилия|姓|اسم العائلة",
    "given_name": "given name|first name|prenom|nombre|имя|名|الاسم",
    "native_name": "native form|name in own script|native name|original name|本名|姓名",
    "function": "function|position|job title|fonction|cargo|funcion|должность|职务|المنصب",
    "email": "mail|e-mail|email|e-mail address|mail address|courriel|correo|почта|邮箱|电子邮件|البريد",
    "rank": "rank|protocol rank|rang|rango|ранг|级别|الرتبة",
}
NAMES = {folded(word): column for column, words in HEADS.items() for word in words.split("|")}


def pasted_rows(text: str) -> list[dict[str, str]]:
    """The rows of a pasted block, each with the columns that have text; at most ``MOST_ROWS``, empty rows left out.

    A rank is given as its number where its word is known (``Mayor`` is ``30``), else as it was typed.
    """
    lines = [[kept(cell) for cell in cells] for cells in _cells(text)]
    lines = [cells for cells in lines if any(cells)]
    if not lines:
        return []
    columns = _columns(lines[0])
    body = lines if columns is None else lines[1:]
    order = columns or COLUMNS
    return [_row(cells, order) for cells in body[:MOST_ROWS]]


def _cells(text: str) -> list[list[str]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = next((sign for sign in "\t;," if sign in first), "\t")
    # A quote that nobody closes would swallow all rows behind it: then quotes are letters like others.
    is_quoted = text.count('"') % 2 == 0
    clean = text.replace("\x00", "")
    lines = io.StringIO(clean, newline="")
    try:
        if is_quoted:
            return list(csv.reader(lines, delimiter=delimiter))
        return list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    except csv.Error:
        return [line.split(delimiter) for line in clean.splitlines()]


def _columns(cells: list[str]) -> tuple[str | None, ...] | None:
    """The columns that a first row names, or nothing where it is a person."""
    named = tuple(NAMES.get(folded(cell).strip(" *:.")) for cell in cells)
    known = [one for one in named if one]
    return named if "family_name" in known and len(known) == len(set(known)) else None


def _row(cells: list[str], order: tuple[str | None, ...]) -> dict[str, str]:
    row = {column: " ".join(cell.split()) for column, cell in zip(order, cells, strict=False) if column and cell}
    if "rank" in row:
        row["rank"] = _rank(row["rank"])
    return row


def _rank(typed: str) -> str:
    word = folded(typed).replace(" ", "_").replace("-", "_").upper()
    return str(Rank[word].value) if word in Rank.__members__ else typed
