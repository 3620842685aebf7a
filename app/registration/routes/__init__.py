"""Addresses of registrations."""

from fastapi import APIRouter

from app.registration.routes import exporting, importing, manage, public, questions

router = APIRouter()
router.include_router(public.router)
router.include_router(exporting.router)
router.include_router(importing.router)
router.include_router(manage.router)
router.include_router(questions.router)
