"""The page of a person, by what is done there."""

from fastapi import APIRouter

from app.office.routes.people import deciding, page, passport

router = APIRouter()
for part in (page, deciding, passport):
    router.include_router(part.router)
