"""Addresses of schedules, badges, dossiers and the print room."""

from fastapi import APIRouter

from app.printing.routes import badges, calendars, desk, dossiers, jobs, programme, room, schedules

router = APIRouter()
router.include_router(schedules.router)
router.include_router(jobs.router)
router.include_router(room.router)
router.include_router(badges.router)
router.include_router(calendars.router)
router.include_router(desk.router)
router.include_router(dossiers.router)
router.include_router(programme.router)
