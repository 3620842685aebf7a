"""Addresses of meetings: a delegate's own, answers from mails, and the organiser's desk."""

from fastapi import APIRouter

from app.meetings.routes import answer, manage, offers, own, people, wish

router = APIRouter()
# What is new comes before a meeting's number: both stand in one place of an address.
for part in (wish, own, people, answer, offers, manage):
    router.include_router(part.router)
