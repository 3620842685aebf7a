"""Addresses that look down on all domains."""

from fastapi import APIRouter

from app.office.routes import day, first, home, log, outbox, release

router = APIRouter()
for part in (first, home, day, release, outbox, log):
    router.include_router(part.router)
