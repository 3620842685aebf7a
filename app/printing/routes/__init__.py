"""Addresses of schedules and of the print room."""

from fastapi import APIRouter

from app.printing.routes import room, schedules

router = APIRouter()
router.include_router(schedules.router)
router.include_router(room.router)
