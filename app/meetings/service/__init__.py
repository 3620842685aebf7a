"""Changes to meetings: wishing, answering, holding, and accepting a plan."""

from app.meetings.service.holding import cancel, hold_meeting
from app.meetings.service.solving import accept_run, start_run
from app.meetings.service.substituting import substitute
from app.meetings.service.wishing import answer_wish, end_wishes_of, expire_wishes, veto, wish_meeting, withdraw_wish

__all__ = [
    "accept_run",
    "answer_wish",
    "cancel",
    "end_wishes_of",
    "expire_wishes",
    "hold_meeting",
    "start_run",
    "substitute",
    "veto",
    "wish_meeting",
    "withdraw_wish",
]
