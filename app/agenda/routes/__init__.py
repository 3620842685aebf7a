"""Addresses of the agenda."""

from fastapi import APIRouter

from app.agenda.routes import board, drafts, moving, public, resources, rules, sessions, solving

router = APIRouter()
for part in (public, board, moving, rules, solving, drafts, sessions, resources):
    router.include_router(part.router)
