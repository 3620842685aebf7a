"""Addresses of the agenda."""

from fastapi import APIRouter

from app.agenda.routes import board, moving, public, rules, solving

router = APIRouter()
for part in (public, board, moving, rules, solving):
    router.include_router(part.router)
