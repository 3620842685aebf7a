"""Addresses of pairing: the workbench, and the partnerships that are public."""

from fastapi import APIRouter

from app.pairing.routes import candidates, consent, history, manage, parties, public, report, unpaired, what_if

router = APIRouter()
router.include_router(public.router)
router.include_router(manage.router)
router.include_router(what_if.router)
router.include_router(candidates.router)
router.include_router(unpaired.router)
router.include_router(parties.router)
router.include_router(consent.router)
router.include_router(history.router)
router.include_router(report.router)
