"""Changes to the pairing: runs and accepting them, asking members, their questions and answers, replacements."""

from app.pairing.service.consenting import answer, ask, confirm_for_all, withdraw
from app.pairing.service.explaining import ask_why
from app.pairing.service.proposing import accept_plan, accept_run, start_run
from app.pairing.service.questioning import put_question, reply_to_question
from app.pairing.service.replacing import seek_replacement, take_replacement
from app.pairing.service.tidying import drop_what_ifs, ended_what_ifs

__all__ = [
    "accept_plan",
    "accept_run",
    "answer",
    "ask",
    "ask_why",
    "confirm_for_all",
    "drop_what_ifs",
    "ended_what_ifs",
    "put_question",
    "reply_to_question",
    "seek_replacement",
    "start_run",
    "take_replacement",
    "withdraw",
]
