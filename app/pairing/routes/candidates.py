"""One city at the workbench: who could work with it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts.policies import ORGANISERS, Access, Policy
from app.delegations.loaders import CityIn, city_of_path
from app.pairing.choices import Choices, token
from app.pairing.planner import build_problem, read_facts, wanted_of
from app.pairing.queries import title_of
from app.pairing.refusing import said_no
from app.pairing.wanted import SHARED, WEIGHED
from app.pairing.workbench import words
from app.pairing.workbench.candidates import suggestions_for
from app.pairing.workbench.words import Names
from app.platform.database.sessions import ReadSession
from app.platform.rendering import render

router = APIRouter()

READ = Policy("pairing.candidates", roles=ORGANISERS, loader=city_of_path)

PAGE_SIZE = 8
MOST_SHOWN = 40


@router.get("/e/{slug}/manage/pairing/cities/{city_id}")
def candidates(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[CityIn], Depends(READ)],
    form: Literal["", "pairs", "triangles"] = "",
    many: Annotated[int, Query(ge=PAGE_SIZE, le=MOST_SHOWN)] = PAGE_SIZE,
) -> Response:
    """Who could work with this city, and why?"""
    event, city = access.found.event, access.found.city
    facts = read_facts(session, event)
    wanted = wanted_of(session, facts)
    manage = f"/e/{event.slug}/manage"
    mine = [row for row in facts.standing if any(member.party_id == city.id for member in row.members)]
    refused = {members: by for members, by in said_no(session, facts).items() if city.slug in members}
    found = None
    if city.slug in facts.parties:
        found = suggestions_for(
            facts,
            build_problem(session, facts, wanted),
            city,
            wanted=wanted,
            refused=refused,
            members={"": None, "pairs": 2, "triangles": 3}[form],
            limit=many,
            base=manage,
        )
    context = {
        "event": event,
        "city": city,
        "found": found,
        "mine": mine,
        "titles": {row.id: title_of(row) for row in facts.standing},
        "refused": refused,
        "resting": [one for one in wanted.resting if one & set(refused.values())],
        "kept_apart": [(couple, by) for couple, by in wanted.vetoes.items() if city.slug in couple],
        "form": form,
        "many": many,
        "step": PAGE_SIZE,
        "most": MOST_SHOWN,
        "here": f"{manage}/pairing/what-if",
        "names": Names(facts.parties),
        "choices": Choices(),
        "modalities": SHARED,
        "kinds": [(name, words.weight_word(name)) for name in WEIGHED],
        "words": words,
        "token": token,
    }
    return render(request, "pairing/candidates.html", context)
