"""Addresses of meetings: a delegate's own, the answer from a mail, and the organiser's desk."""

from fastapi import APIRouter

from app.meetings.routes import answer, manage, own

router = APIRouter()
router.include_router(own.router)
router.include_router(answer.router)
router.include_router(manage.router)
