"""Addresses of registrations."""

from fastapi import APIRouter

from app.registration.routes import doors, exporting, importing, manage, own, person, questions

router = APIRouter()
for part in (doors, own, person, exporting, importing, manage, questions):
    router.include_router(part.router)
