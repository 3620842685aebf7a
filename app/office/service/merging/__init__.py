"""Two rows of one person become one, in one transaction."""

from app.office.service.merging.forms import approve_and_merge
from app.office.service.merging.ledger import Clash, DoubleBooked
from app.office.service.merging.people import FIELDS, Moves, merge, moves_of

__all__ = ["FIELDS", "Clash", "DoubleBooked", "Moves", "approve_and_merge", "merge", "moves_of"]
