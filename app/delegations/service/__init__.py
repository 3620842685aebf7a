"""What changes for a delegate: own data, fields in re-check, photos, the pass and the door."""

from app.delegations.service.acting import end_acting, let_act
from app.delegations.service.approving import answer_people, approve_person, ask_person, turn_down_person
from app.delegations.service.case_cities import move_stage, set_group, steps_from
from app.delegations.service.changing import Changed, change_person, propose_photo
from app.delegations.service.editing import correct_person
from app.delegations.service.listing import set_listed
from app.delegations.service.passes import accredit, check_in, take_back_check_in, take_back_pass
from app.delegations.service.rechecking import decide_recheck

__all__ = [
    "Changed",
    "accredit",
    "answer_people",
    "approve_person",
    "ask_person",
    "change_person",
    "check_in",
    "correct_person",
    "decide_recheck",
    "end_acting",
    "let_act",
    "move_stage",
    "propose_photo",
    "set_group",
    "set_listed",
    "steps_from",
    "take_back_check_in",
    "take_back_pass",
    "turn_down_person",
]
