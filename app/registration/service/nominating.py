"""An approved nomination makes a case city: its record, its ties, and the mayor's word."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.delegations.enums import CaseCityStage, PartyKind, TieState
from app.delegations.models import City, Need, Offer, Tie
from app.delegations.queries import party_named
from app.events.models import Event
from app.events.queries import challenges_of
from app.platform.database.base import Attestation
from app.platform.wording import folded
from app.registration.forms import NominationForm

EARLY = (CaseCityStage.NONE, CaseCityStage.NOMINATED)
TIE_KIND = "partnership"


def case_city(session: Session, *, event: Event, city: City, form: NominationForm) -> None:
    """Write what a nomination says onto the city.

    With the mayor's word the city is selected to be paired; without it, it stays nominated until somebody has it.
    """
    city.region, city.population, city.income_group = form.region.value, form.population, form.income_group
    city.languages, city.partnership_aim, city.component = form.languages, form.partnership_aim, form.component
    city.native_name = form.native_name or city.native_name
    # The city's own word, as the rest of the form: a nomination that does not say yes takes an older yes back.
    city.is_listed = form.may_be_listed
    said = form.commitment if form.commitment is not None and form.commitment.is_given else None
    if said is not None:
        city.committed_by, city.committed_function, city.committed_on = said.by, said.function, said.on
    if city.stage in EARLY:
        city.stage = CaseCityStage.SELECTED if said is not None else CaseCityStage.NOMINATED
    ids = {challenge.code: challenge.id for challenge in challenges_of(session, event.id)}
    for model, chosen in ((Need, form.needs), (Offer, form.offers)):
        session.execute(delete(model).where(model.party_id == city.id))
        session.add_all(
            model(party_id=city.id, challenge_id=ids[code], intensity=size) for code, size in chosen.items()
        )
    session.flush()
    session.expire(city, ["needs", "offers"])
    elsewhere = []
    for partner in form.partners:
        other = party_named(session, event.id, kind=PartyKind.CITY, name=partner.name, country=partner.country)
        if isinstance(other, City) and other.id != city.id:
            tie_cities(session, event, city, other, partner.state)
        else:
            elsewhere.append(partner.model_dump(mode="json"))
    city.other_partners = elsewhere
    _meet_those_who_named(session, event, city)


def _meet_those_who_named(session: Session, event: Event, city: City) -> None:
    """A partner that was named before it came becomes a tie now that it is here."""
    for other in session.scalars(select(City).where(City.event_id == event.id, City.id != city.id)):
        mine = [one for one in other.other_partners if _is(one, city)]
        for one in mine:
            tie_cities(session, event, city, other, TieState(one["state"]))
        if mine:
            other.other_partners = [one for one in other.other_partners if not _is(one, city)]


def _is(partner: dict[str, str], city: City) -> bool:
    return partner["country"] == city.country and folded(partner["name"]) in {
        folded(city.name),
        folded(city.native_name or city.name),
    }


def tie_cities(session: Session, event: Event, city: City, other: City, state: TieState) -> None:
    """Note a tie between two cities; one that is there stays as it is."""
    one, two = sorted((city.id, other.id))
    if session.scalar(select(Tie.id).where(Tie.city_id == one, Tie.other_city_id == two)) is not None:
        return
    session.add(
        Tie(
            event_id=event.id,
            city_id=one,
            other_city_id=two,
            state=state,
            kind=TIE_KIND,
            attestation=Attestation.ENTERED,
        )
    )
    session.flush()
