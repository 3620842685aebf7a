"""The organiser's side of registration: the inbox with its answers, and one form."""

from fastapi import APIRouter

from app.registration.routes.manage import inbox, one

router = APIRouter()
router.include_router(inbox.router)
router.include_router(one.router)
