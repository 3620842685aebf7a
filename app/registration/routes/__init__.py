"""Addresses of registrations."""

from fastapi import APIRouter

from app.registration.routes import doors, exporting, importing, manage, member, own, person, profile, questions, sheet

router = APIRouter()
for part in (doors, own, person, member, sheet, profile, exporting, importing, manage, questions):
    router.include_router(part.router)
