"""Addresses of cities, organisations, delegations and delegates."""

from fastapi import APIRouter

from app.delegations.routes import acting, manage, photos

router = APIRouter()
router.include_router(manage.router)
router.include_router(acting.router)
router.include_router(photos.router)
