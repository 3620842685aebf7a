"""Pages of accounts: signing in, and what a person may see and change about being signed in."""

from fastapi import APIRouter

from app.accounts.routes import account, admin, factors, second_step, sign_in

router = APIRouter()
router.include_router(account.router)
router.include_router(admin.router)
# Before the links: what follows /sign-in/ there is any token.
router.include_router(factors.router)
router.include_router(second_step.router)
router.include_router(sign_in.router)
