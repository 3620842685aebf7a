"""How much of a file is read before it is refused."""

MOST_ENTRIES = 200
MOST_UNPACKED_BYTES = 60 * 2**20
HIGHEST_RATIO = 100
SMALLEST_WATCHED_BYTES = 2**20
"""Of a packed file: entries, bytes of all once unpacked, and unpacked to packed for those above the last."""

MOST_ROWS = 5_000
MOST_COLUMNS = 200
MOST_LETTERS_IN_A_CELL = 5_000
MOST_LETTERS_IN_A_LINE = 200_000
MOST_LETTERS = 8_000_000
"""Of what is read: rows with text, columns, letters of one cell, of one line of a text file, of all cells."""

MEMORY_BYTES = 512 * 2**20
SECONDS = 20.0
"""Of the child that reads: address space, and wall time."""


class Unreadable(Exception):
    """A file that is not read; ``code`` says why, ``figures`` fill the sentence about it."""

    def __init__(self, code: str, **figures: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures
