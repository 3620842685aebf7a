"""Addresses of the agenda."""

from fastapi import APIRouter

from app.agenda.routes import board, drafts, importing, moving, public, resources, rooms, rules, sessions, solving

router = APIRouter()
for part in (public, board, moving, rules, solving, drafts, sessions, resources, rooms, importing):
    router.include_router(part.router)
