"""Lists and details for the office: people, cities and organisations, delegations."""

from fastapi import APIRouter

from app.delegations.routes.manage import cities, groups, people

router = APIRouter()
for part in (people, cities, groups):
    router.include_router(part.router)
