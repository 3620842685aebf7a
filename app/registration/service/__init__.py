"""From a draft to an approved delegate, delegation or case city. Each legal change writes one log line and one mail."""

from app.registration.service.correcting import correct
from app.registration.service.deciding import approve, decide, withdraw
from app.registration.service.drafting import DRAFT_LIFE, Kept, keep_draft, sweep_drafts
from app.registration.service.handing_in import Submitted, submit
from app.registration.service.joining import by_age, join_forms, may_be_joined
from app.registration.service.limiting import count_form
from app.registration.service.making import Approved, free_code, free_slug, slug_of

__all__ = [
    "DRAFT_LIFE",
    "Approved",
    "Kept",
    "Submitted",
    "approve",
    "by_age",
    "correct",
    "count_form",
    "decide",
    "free_code",
    "free_slug",
    "join_forms",
    "keep_draft",
    "may_be_joined",
    "slug_of",
    "submit",
    "sweep_drafts",
    "withdraw",
]
