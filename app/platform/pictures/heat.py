"""Tables in use by slot and zone: the table is the picture, five steps of one colour, the figure always printed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Tables held and there; ``step`` 0 stands for none, 1 to 5 for fifths."""

    held: int
    tables: int

    @property
    def step(self) -> int:
        return heat_step(self.held, self.tables)


@dataclass(frozen=True, kw_only=True)
class HeatTable:
    """Rows of cells under the columns' words, with totals (shown by ``ui.heat_table``)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]

    def of_row(self, number: int) -> Cell:
        return _sum(self.rows[number][1])

    def of_column(self, number: int) -> Cell:
        return _sum([cells[number] for _name, cells in self.rows])


def heat_step(held: int, tables: int) -> int:
    """0 for nothing held, else 1 to 5 by fifths of the tables."""
    if held <= 0 or tables <= 0:
        return 0
    return min(5, -(-held * 5 // tables))


def _sum(cells: Sequence[Cell]) -> Cell:
    return Cell(held=sum(cell.held for cell in cells), tables=sum(cell.tables for cell in cells))
