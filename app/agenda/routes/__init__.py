"""Addresses of the agenda."""

from fastapi import APIRouter

from app.agenda.routes import board, manage, moving, public, rules

router = APIRouter()
for part in (public, board, moving, manage, rules):
    router.include_router(part.router)
