"""A city's profile changed after registration."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.delegations.enums import PartyKind, TieState
from app.delegations.models import City, Need, Offer, Tie
from app.delegations.queries import party_named
from app.delegations.scripts import language_of_script
from app.events.models import Challenge, Event
from app.events.queries import challenges_of
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.database.base import Attestation
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.registration.forms.profile import ENDED, ProfileForm
from app.registration.service.nominating import tie_cities

COLUMNS = (
    "native_name", "country", "region", "population", "income_group", "languages", "partnership_aim", "component",
)  # fmt: skip
Changes = dict[str, tuple[Any, Any]]


def change_profile(
    session: Session, *, event: Event, city: City, form: ProfileForm, actor: Actor, now: datetime
) -> None:
    """Write a profile: one line in the log with what differs; the same again changes nothing.

    Raises:
        Conflict: somebody saved it meanwhile.
        Refused: a challenge or a tie that is not there.
    """
    if city.version != form.version:
        raise Conflict(_("Somebody saved this profile meanwhile."))
    ids = {challenge.code: challenge.id for challenge in challenges_of(session, event.id)}
    unknown = sorted((form.needs.keys() | form.offers.keys()) - ids.keys())
    if unknown:
        raise Refused({"needs": _("The event has no challenge '%(code)s'.") % {"code": unknown[0]}})
    ties = {tie.id: tie for tie in ties_of_city(session, city.id)}
    if form.ties.keys() - ties.keys():
        raise Refused({"ties": _("One of these partnerships is no longer there. Load the page again.")})
    changes = (
        _columns(city, form)
        | _sizes(session, city, form, ids)
        | _ties(session, ties, form)
        | _partners(session, event, city, form)
    )
    if not changes:
        return
    # The row counts as changed also where only what hangs on it did: a page opened before must not overwrite this.
    flag_modified(city, "languages")
    # It is the city's own word now, not that of the source it was loaded from.
    city.attestation, city.source = Attestation.ENTERED, None
    session.flush()
    session.expire(city, ["needs", "offers"])
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="city.profile",
        entity="city",
        entity_id=city.id,
        changes={name: (_said(before), _said(after)) for name, (before, after) in changes.items()},
    )


def _columns(city: City, form: ProfileForm) -> Changes:
    changes: Changes = {}
    for name in COLUMNS:
        before, after = getattr(city, name), getattr(form, name)
        after = after.value if name == "region" else after
        if before != after:
            changes[name] = (before, after)
            setattr(city, name, after)
    city.native_language = language_of_script(city.native_name, city.languages) or city.native_language
    return changes


def _sizes(session: Session, city: City, form: ProfileForm, ids: dict[str, int]) -> Changes:
    changes: Changes = {}
    for name, model, chosen in (("needs", Need, form.needs), ("offers", Offer, form.offers)):
        present = sizes_of(session, city.id, model)
        if present == chosen:
            continue
        changes[name] = (present, chosen)
        session.execute(delete(model).where(model.party_id == city.id))
        rows = [model(party_id=city.id, challenge_id=ids[code], intensity=size) for code, size in chosen.items()]
        session.add_all(rows)
    return changes


def _ties(session: Session, ties: dict[int, Tie], form: ProfileForm) -> Changes:
    changes: Changes = {}
    for tie_id, state in form.ties.items():
        tie = ties[tie_id]
        if tie.state.value == str(state):
            continue
        changes[f"tie {tie_id}"] = (tie.state.value, str(state))
        if state == ENDED:
            session.delete(tie)
        else:
            tie.state, tie.attestation, tie.source = TieState(state), Attestation.ENTERED, None
    return changes


def _partners(session: Session, event: Event, city: City, form: ProfileForm) -> Changes:
    """Partners that are named anew: a tie where the city is here, else kept until it comes."""
    elsewhere = list(city.other_partners)
    for partner in form.partners:
        other = party_named(session, event.id, kind=PartyKind.CITY, name=partner.name, country=partner.country)
        if isinstance(other, City) and other.id != city.id:
            tie_cities(session, event, city, other, partner.state)
        else:
            elsewhere.append(partner.model_dump(mode="json"))
    if form.partners:
        city.other_partners = elsewhere
    return {f"partner {one.name}"[:80]: (None, one.state.value) for one in form.partners}


def ties_of_city(session: Session, city_id: int) -> list[Tie]:
    """The ties of a city with others of the edition, oldest first."""
    either = (Tie.city_id == city_id) | (Tie.other_city_id == city_id)
    return list(session.scalars(select(Tie).where(either).order_by(Tie.id)))


def sizes_of(session: Session, party_id: int, model: type[Need] | type[Offer]) -> dict[str, int]:
    """What a party seeks or offers, as intensity by the code of the challenge."""
    rows = session.execute(
        select(Challenge.code, model.intensity)
        .join(Challenge, Challenge.id == model.challenge_id)
        .where(model.party_id == party_id)
        .order_by(Challenge.code)
    )
    return {code: size for code, size in rows}  # noqa: C416  (a Result looks like a mapping)


def _said(value: Any) -> Any:
    return getattr(value, "value", value)
