"""Changes to meetings: wishing, answering, holding, cancelling, waiting, and accepting a plan."""

from app.meetings.service.booking import book, book_for
from app.meetings.service.cancelling import call_off
from app.meetings.service.closing import close_tables
from app.meetings.service.holding import cancel, hold_meeting
from app.meetings.service.hosting import set_host_table
from app.meetings.service.ruling import set_rules
from app.meetings.service.solving import accept_run, start_run
from app.meetings.service.substituting import substitute
from app.meetings.service.vetoing import take_back_veto, veto
from app.meetings.service.waiting import decline_offer, offer_freed, pass_on, take_offer
from app.meetings.service.wishing import (
    answer_wish,
    end_wishes_of,
    expire_wishes,
    give_up_wish,
    propose_other_time,
    wish_meeting,
    withdraw_wish,
)

__all__ = [
    "accept_run",
    "answer_wish",
    "book",
    "book_for",
    "call_off",
    "cancel",
    "close_tables",
    "decline_offer",
    "end_wishes_of",
    "expire_wishes",
    "give_up_wish",
    "hold_meeting",
    "offer_freed",
    "pass_on",
    "propose_other_time",
    "set_host_table",
    "set_rules",
    "start_run",
    "substitute",
    "take_back_veto",
    "take_offer",
    "veto",
    "wish_meeting",
    "withdraw_wish",
]
