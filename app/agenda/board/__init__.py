"""The organiser's board as values: the grid of a day, what is in hand, broken rules and costs beside their sessions."""

from app.agenda.board.grid import Card, FreeStretch, Grid, grid_of
from app.agenda.board.reading import Board, read_board
from app.agenda.board.steps import StepShown
from app.agenda.board.strips import Strips

__all__ = ["Board", "Card", "FreeStretch", "Grid", "StepShown", "Strips", "grid_of", "read_board"]
