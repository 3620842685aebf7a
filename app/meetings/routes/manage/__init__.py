"""The organiser's meetings desk: the grid and its runs, one meeting, why not, and how meetings are agreed."""

from fastapi import APIRouter

from app.meetings.routes.manage import booking, desk, runs, settings, tables, why

router = APIRouter()
for part in (desk, runs, settings, tables, why, booking):
    router.include_router(part.router)
