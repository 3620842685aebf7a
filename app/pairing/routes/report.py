"""How the plan came about and how fair it is: weights, points of the cities, and who would rather have another."""

from statistics import median
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import ORGANISERS, Access, Policy
from app.events.models import Event
from app.events.queries import event_of_path
from app.pairing.choices import Choices, token
from app.pairing.planner import read_facts, wanted_of
from app.pairing.view import plain
from app.pairing.workbench.stability import fairness_of
from app.pairing.workbench.weighing import weighed
from app.pairing.workbench.words import Names
from app.platform.database.sessions import ReadSession
from app.platform.rendering import render

router = APIRouter()

READ = Policy("pairing.report", roles=ORGANISERS, loader=event_of_path)

MOST_PAIRS = 20
MOST_CITIES = 10


@router.get("/e/{slug}/manage/pairing/report")
def report(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """Is the plan fair, and what made it so?"""
    event = access.found
    facts = read_facts(session, event)
    fairness = fairness_of(session, facts)
    points = [value for _slug, value in fairness.values]
    context = {
        "event": event,
        "here": f"/e/{event.slug}/manage/pairing/what-if",
        "ids": {slug: party.id for slug, party in facts.parties.items()},
        "names": Names(facts.parties),
        "choices": Choices(),
        "weights": weighed(session, facts, wanted_of(session, facts)),
        "lowest": fairness.values[:MOST_CITIES],
        "figures": (points[0], plain(median(points)), points[-1] - points[0]) if points else None,
        "cities": len(facts.cities),
        "paired": len(points),
        "rather": fairness.rather[:MOST_PAIRS],
        "rather_more": fairness.rather[MOST_PAIRS:],
        "token": token,
    }
    return render(request, "pairing/report.html", context)
