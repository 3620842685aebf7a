"""One way for all three forms: shown, refused with what was typed, kept for later, handed in, corrected."""

from dataclasses import dataclass, replace
from typing import Any

import pycountry
from fastapi import Request, Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from app.accounts.principal import Principal
from app.delegations.enums import Component, IncomeGroup, PartyKind, Rank
from app.delegations.names import latin_name
from app.delegations.queries import delegation_with_focal_point
from app.delegations.scripts import language_of_script
from app.events.models import Event
from app.events.queries import challenges_of
from app.platform import idempotency
from app.platform.actor import Actor
from app.platform.audit import last_change_of
from app.platform.clock import Now
from app.platform.errors import Conflict, Refused, TooMany
from app.platform.forms import Bound, bind
from app.platform.i18n import current_locale
from app.platform.rendering import country_name, is_htmx, region_name, render
from app.platform.web.browser import peer_of
from app.registration import service
from app.registration.enums import Door, Origin, RegistrationState, WorldRegion
from app.registration.forms import (
    FORMS,
    MOST_PARTNERS,
    WHO_FIELDS,
    AnyForm,
    Email,
    IndividualForm,
    WhoForm,
    form_of,
    typed_of,
)
from app.registration.loaders import OwnRegistration

EMPTY_ROWS = 3
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es", "de", "it", "km", "ms", "pt", "fa", "sv", "tr", "vi")
TEMPLATES = {
    Door.DELEGATION: "registration/form.html",
    Door.CITY: "registration/nominate.html",
    Door.INDIVIDUAL: "registration/individual.html",
}
EMAIL: TypeAdapter[str] = TypeAdapter(Email)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A form that is shown or sent: for which edition, through which door, by whom, and onto what it goes."""

    request: Request
    session: Session
    event: Event
    door: Door
    principal: Principal
    own: OwnRegistration | None = None

    def actor(self, name: str) -> Actor:
        """Whoever fills it in, as the log names them."""
        return Actor(account_id=self.principal.account_id, label=name or "applicant")

    @property
    def is_correction(self) -> bool:
        """Whether the form was handed in before."""
        return self.own is not None and self.own.registration.state is not RegistrationState.DRAFT


def show(asked: Asked) -> Response:
    """The form, with what the draft or the handed-in form says."""
    if asked.own is None:
        return _page(asked, _shown({}))
    registration = asked.own.registration
    typed = registration.answers if asked.is_correction else registration.draft
    return _page(asked, _shown(typed), screen=2 if asked.request.query_params.get("screen") == "2" else 1)


def take(asked: Asked, form: FormData, now: Now) -> Response:
    """What was sent: more rows, the other screen, kept for later, corrected, or handed in."""
    typed = typed_of(asked.door, form)
    if "keep" in form and not asked.is_correction:
        return _keep(asked, typed, now)
    if "add_row" in form or "fill" in form:
        return _page(asked, _shown(typed), more=EMPTY_ROWS if "add_row" in form else 0)
    if asked.door is Door.INDIVIDUAL:
        turned = _turned(asked, form, typed)
        if turned is not None:
            return turned
        typed["locale"] = current_locale()
    # The models differ by door; what binds them reads only their fields.
    bound: Bound[Any] = bind(FORMS[asked.door], typed)
    if bound.value is None:
        screen = 1 if set(bound.errors) & set(WHO_FIELDS) else 2
        return _page(asked, replace(bound, typed=typed), screen=screen, status=422)
    try:
        if asked.is_correction:
            return _correct(asked, bound.value, form, now)
        return _hand_in(asked, bound.value, form, now)
    except Refused as refused:
        # Nothing was written before it was refused: the form comes back as it was typed.
        return _page(asked, Bound(None, refused.errors, typed), screen=2, status=422)
    except TooMany as refused:
        return _too_many(asked, refused, typed, screen=2)


def _hand_in(asked: Asked, value: AnyForm, form: FormData, now: Now) -> Response:
    found = None
    if isinstance(value, IndividualForm):
        kind = PartyKind.CITY if value.origin is Origin.CITY else PartyKind.ORGANISATION
        found = delegation_with_focal_point(
            asked.session, asked.event.id, kind=kind, name=value.party_name, country=value.country
        )
        if found is not None and str(form.get("join")) not in {"yes", "no"}:
            return _page(asked, _shown(typed_of(asked.door, form)), screen=2, found=found.name)
    for_delegation = found if form.get("join") == "yes" else None
    # What is refused leaves neither a counted form nor a spent key behind.
    with asked.session.begin_nested():
        idempotency.spend(asked.session, sender="applicant", key=_text(form.get(idempotency.FIELD)), form=form, now=now)
        service.count_form(
            asked.session,
            email=value.contact_email,
            peer=peer_of(asked.request),
            for_delegation=for_delegation,
            now=now,
        )
        submitted = service.submit(
            asked.session,
            event=asked.event,
            form=value,
            base_url=asked.request.app.state.settings.base_url,
            for_delegation=for_delegation,
            draft=asked.own.registration if asked.own else None,
            token=asked.own.token if asked.own else None,
            actor=asked.actor(value.contact_name),
            now=now,
        )
    return RedirectResponse(f"/r/{submitted.token}", status_code=303)


def _correct(asked: Asked, value: AnyForm, form: FormData, now: Now) -> Response:
    assert asked.own is not None
    version = str(form.get("version", ""))
    try:
        service.correct(
            asked.session,
            event=asked.event,
            registration=asked.own.registration,
            form=value,
            version=int(version) if version.isdecimal() else -1,
            actor=asked.actor(asked.own.registration.contact_name),
            now=now,
        )
    except Conflict:
        return _page(asked, _shown(typed_of(asked.door, form)), screen=2, mine=value, status=409)
    return RedirectResponse(f"/r/{asked.own.token}", status_code=303)


def _keep(asked: Asked, typed: dict[str, Any], now: Now) -> Response:
    is_alone = asked.door is Door.INDIVIDUAL
    names = ("given_name", "family_name") if is_alone else ("contact_name",)
    name = " ".join(typed[one] for one in names if typed.get(one))
    try:
        email = EMAIL.validate_python(typed.get("email" if is_alone else "contact_email", ""))
    except ValidationError:
        email = None
    # Keeping again costs nobody anything, unless it is the first time that a mail goes out.
    is_counted = asked.own is None or (email and not asked.own.registration.contact_email)
    try:
        with asked.session.begin_nested():
            if is_counted:
                service.count_form(asked.session, email=email, peer=peer_of(asked.request), now=now)
            kept = service.keep_draft(
                asked.session,
                event=asked.event,
                door=asked.door,
                typed=typed,
                party_name=typed.get("party_name", ""),
                contact_name=name,
                contact_email=email,
                locale=current_locale(),
                base_url=asked.request.app.state.settings.base_url,
                draft=asked.own.registration if asked.own else None,
                token=asked.own.token if asked.own else None,
                actor=asked.actor(name),
                now=now,
            )
    except Refused as refused:
        return _page(asked, Bound(None, refused.errors, typed), status=422)
    except TooMany as refused:
        return _too_many(asked, refused, typed, screen=1)
    return RedirectResponse(f"/r/{kept.token}", status_code=303)


def _turned(asked: Asked, form: FormData, typed: dict[str, Any]) -> Response | None:
    """The other screen of the form for one person, or its preview; nothing where it is to be handed in."""
    if "preview" in form:
        return _page(asked, _shown(typed), block="badge_preview" if is_htmx(asked.request) else None)
    if "back" in form:
        return _page(asked, _shown(typed), screen=1)
    if form.get("step") != "1":
        return None
    first = bind(WhoForm, typed)
    if first.value is None:
        return _page(asked, Bound(None, first.errors, typed), screen=1, status=422)
    return _page(asked, _shown(typed), screen=2)


def _too_many(asked: Asked, refused: TooMany, typed: dict[str, Any], *, screen: int) -> Response:
    """The form as it was typed, with the minutes to wait."""
    answer = _page(asked, Bound(None, {"": str(refused)}, typed), screen=screen, status=429)
    answer.headers["Retry-After"] = str(refused.retry_after_seconds)
    return answer


def _shown(typed: dict[str, Any]) -> Bound[Any]:
    return Bound(None, {}, typed)


def _name_of(typed: dict[str, Any]) -> str:
    """The name as a badge would say it, also while the form is half typed."""
    language = language_of_script(typed.get("native_name"), typed.get("languages", []))
    family_name, given_name = (typed.get(name) or "" for name in ("family_name", "given_name"))
    return latin_name(family_name=family_name, given_name=given_name, native_language=language)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _page(
    asked: Asked,
    bound: Bound[Any],
    *,
    screen: int = 1,
    more: int = 0,
    found: str | None = None,
    block: str | None = None,
    mine: AnyForm | None = None,
    status: int = 200,
) -> Response:
    rows, partners = bound.typed.get("members", []), bound.typed.get("partners", [])
    context = {
        "event": asked.event,
        "form": bound,
        "own": asked.own,
        "is_correction": asked.is_correction,
        "screen": screen,
        "is_next": asked.request.method == "POST",
        "name": _name_of(bound.typed) if asked.door is Door.INDIVIDUAL else "",
        "found": found,
        "rows": rows + [{} for _number in range(more or max(1, EMPTY_ROWS - len(rows)))],
        "partners": partners + [{} for _number in range(min(more or 2, MOST_PARTNERS - len(partners)))],
        "countries": countries(),
        "challenges": challenges_of(asked.session, asked.event.id),
        "languages": LANGUAGES,
        "ranks": [(rank.value, rank.name.lower()) for rank in Rank],
        "regions": [(region.value, region_name(region.value)) for region in WorldRegion],
        "income_groups": [group.value for group in IncomeGroup],
        "components": [component.value for component in Component],
        "origins": [origin.value for origin in Origin],
        **_both(asked, mine),
    }
    return render(asked.request, TEMPLATES[asked.door], context, block=block, status=status)


def _both(asked: Asked, mine: AnyForm | None) -> dict[str, Any]:
    """What is stored and what was typed, where somebody else saved meanwhile."""
    if mine is None or asked.own is None:
        return {"theirs": None}
    registration = asked.own.registration
    typed = mine.model_dump(mode="json")
    return {
        "theirs": form_of(asked.door, registration.answers),
        "mine": mine,
        "differs": frozenset(name for name in typed if typed[name] != registration.answers.get(name)),
        "changed_at": last_change_of(asked.session, entity="registration", entity_id=registration.id)[1],
        "door": asked.door.value,
        "codes": {one.code: one for one in challenges_of(asked.session, asked.event.id)},
    }


def countries() -> list[tuple[str, str]]:
    """All countries as (code, name in the language of the page), by name."""
    named = ((one.alpha_2, country_name(one.alpha_2)) for one in pycountry.countries)
    return sorted(named, key=lambda pair: pair[1])
