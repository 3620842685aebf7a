"""Sheets for the desk, for doors and tables, for interpreters and for protocol: each from one button."""

from collections.abc import Callable, Mapping

from app.printing.desk.doors import door_sheets, table_cards
from app.printing.desk.lists import interpreter_roster, pick_up_list, precedence_list, speaking_order
from app.printing.desk.values import Desk, Setting

KINDS: Mapping[str, Callable[[Desk], Setting]] = {
    "pick-up": pick_up_list,
    "doors": door_sheets,
    "tables": table_cards,
    "interpreters": interpreter_roster,
    "speaking": speaking_order,
    "precedence": precedence_list,
}
"""Every sheet that a button prints, by the word in its address."""

__all__ = ["KINDS", "Desk", "Setting"]
