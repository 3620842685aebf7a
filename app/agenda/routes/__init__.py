"""Addresses of the agenda."""

from fastapi import APIRouter

from app.agenda.routes import manage, public, rules

router = APIRouter()
for part in (public, manage, rules):
    router.include_router(part.router)
