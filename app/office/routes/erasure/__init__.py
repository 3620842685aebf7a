"""Erasing: by oneself, and by the office."""

from fastapi import APIRouter

from app.office.routes.erasure import office, own

router = APIRouter()
for part in (own, office):
    router.include_router(part.router)
