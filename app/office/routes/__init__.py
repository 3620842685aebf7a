"""Addresses that look down on all domains."""

from fastapi import APIRouter

from app.office.routes import (
    availability,
    cannot_come,
    consent,
    day,
    delegation,
    duplicates,
    erasure,
    find,
    first,
    home,
    listing,
    log,
    outbox,
    partnership,
    people,
    privacy,
    release,
    withdrawal,
)

router = APIRouter()
for part in (
    first,
    home,
    find,
    day,
    duplicates,
    people,
    release,
    outbox,
    log,
    privacy,
    erasure,
    availability,
    cannot_come,
    delegation,
    listing,
    withdrawal,
    consent,
    partnership,
):
    router.include_router(part.router)
