"""Addresses of the agenda."""

from fastapi import APIRouter

from app.agenda.routes import manage, public

router = APIRouter()
router.include_router(public.router)
router.include_router(manage.router)
