"""The rows that are kept of a file, counted while they come."""

import json
import sys
from collections.abc import Sequence

from app.platform.wording import kept
from app.registration.importing.reading.limits import (
    MOST_COLUMNS,
    MOST_LETTERS,
    MOST_LETTERS_IN_A_CELL,
    MOST_ROWS,
    Unreadable,
)

Row = tuple[int, list[str]]
TOLD_EVERY = 250
"""After so many rows whoever started the child reads how far it is."""


class Rows:
    """Collects rows with any text; the number of a row is the one that a spreadsheet shows."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._letters = 0

    def add(self, number: int, cells: Sequence[str]) -> None:
        """Take a row; cells come out composed, without control characters, blanks around them and trailing ones.

        Raises:
            Unreadable: too many rows, columns or letters.
        """
        texts = [kept(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            return
        if len(texts) > MOST_COLUMNS:
            raise Unreadable("columns", found=len(texts), most=MOST_COLUMNS)
        if len(self._rows) > MOST_ROWS:  # one more for the row of headers
            raise Unreadable("rows", most=MOST_ROWS)
        if max(len(text) for text in texts) > MOST_LETTERS_IN_A_CELL:
            raise Unreadable("cell", row=number, most=MOST_LETTERS_IN_A_CELL)
        self._letters += sum(len(text) for text in texts)
        if self._letters > MOST_LETTERS:
            raise Unreadable("letters", most=MOST_LETTERS)
        self._rows.append((number, texts))
        if len(self._rows) % TOLD_EVERY == 0:
            print(json.dumps({"rows": len(self._rows)}), file=sys.stderr, flush=True)

    def done(self) -> list[Row]:
        """All rows.

        Raises:
            Unreadable: there is none.
        """
        if not self._rows:
            raise Unreadable("empty")
        return self._rows
