"""Pages of accounts: signing in, and what a person may see and change about being signed in."""

from fastapi import APIRouter

from app.accounts.routes import account, admin, sign_in

router = APIRouter()
router.include_router(account.router)
router.include_router(admin.router)
router.include_router(sign_in.router)
