"""A person's own data after approval, through the applicant's own link: changed at once, or looked at again first."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse

from app.accounts.policies import ANYONE, Access, Policy
from app.delegations.photographs import MOST_BYTES
from app.delegations.rechecks import photo_in_force, photo_of, rechecks_of
from app.delegations.service import change_person, propose_photo
from app.events.loaders import number_of
from app.platform.audit import last_change_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render
from app.registration.forms.fields import Email, Language, Line, Name, Phone
from app.registration.loaders import OwnPerson, person_of_link
from app.registration.routes.answering import LANGUAGES

router = APIRouter()

OWN_PERSON = Policy("registration.own_person", roles=ANYONE, loader=person_of_link)

Owning = Annotated[Access[OwnPerson], Depends(OWN_PERSON)]

PHOTO_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": "inline",
    "X-Content-Type-Options": "nosniff",
}


class PersonForm(BaseModel):
    """What a person may change of their own."""

    model_config = ConfigDict(extra="ignore")

    version: int
    honorific: Annotated[str, Field(max_length=60)] | None = None
    family_name: Name
    given_name: Line = ""
    native_name: Line | None = None
    badge_name: Name
    function: Line | None = None
    email: Email | None = None
    phone: Phone | None = None
    languages: list[Language] = Field(default_factory=list, max_length=6)


FIELDS = tuple(name for name in PersonForm.model_fields if name != "version")


@router.get("/r/{token}/people/{person_id}")
def own_person(request: Request, session: ReadSession, access: Owning) -> Response:
    """Is what you know of me right?"""
    delegate = access.found.delegate
    waiting = {row.field.value: row.after for row in rechecks_of(session, [delegate.id])}
    typed = {name: waiting.get(name, getattr(delegate, name)) for name in FIELDS}
    return _page(request, session, access, Bound(None, {}, typed))


@router.post("/r/{token}/people/{person_id}")
def change_own_person(request: Request, session: DbSession, form: FormData, now: Now, access: Owning) -> Response:
    """Save: a phone at once, a name after a look."""
    bound = bind(PersonForm, form)
    if bound.value is None:
        return _page(request, session, access, bound, status=422)
    found = access.found
    try:
        change_person(
            session,
            event=found.own.event,
            delegate=found.delegate,
            changes=bound.value.model_dump(exclude={"version"}),
            version=bound.value.version,
            actor=found.own.actor(access.principal),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, access, Bound(None, refused.errors, bound.typed), status=422)
    except Conflict:
        stored = {name: getattr(found.delegate, name) for name in FIELDS}
        mine = bound.value.model_dump(exclude={"version"})
        theirs = {name: stored[name] for name in FIELDS if (stored[name] or None) != (mine[name] or None)}
        return _page(request, session, access, Bound(None, {}, mine), theirs=theirs, status=409)
    return RedirectResponse(f"/r/{found.own.token}", status_code=303)


@router.post("/r/{token}/people/{person_id}/photo")
def send_photo(request: Request, session: DbSession, form: FormData, now: Now, access: Owning) -> Response:
    """Take a photo for the badge."""
    sent = form.get("photo")
    # One byte more than may be is enough to know that it is too large.
    content = sent.file.read(MOST_BYTES + 1) if isinstance(sent, UploadFile) else b""
    found = access.found
    try:
        propose_photo(
            session,
            event=found.own.event,
            delegate=found.delegate,
            content=content,
            actor=found.own.actor(access.principal),
            now=now,
        )
    except Refused as refused:
        typed = {name: getattr(found.delegate, name) for name in FIELDS}
        return _page(request, session, access, Bound(None, refused.errors, typed), status=422)
    return RedirectResponse(f"/r/{found.own.token}", status_code=303)


@router.get("/r/{token}/people/{person_id}/photos/{photo_id}")
def own_photo(session: ReadSession, photo_id: str, access: Owning) -> Response:
    """The photo on the badge, or the one that waits for a look."""
    photo = photo_of(session, access.found.delegate.id, number_of(photo_id))
    return Response(photo.content, media_type=photo.media_type, headers=PHOTO_HEADERS)


def _page(
    request: Request,
    session: Session,
    access: Access[OwnPerson],
    bound: Bound[PersonForm],
    *,
    theirs: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    found = access.found
    context = {
        "event": found.own.event,
        "registration": found.own.registration,
        "token": found.own.token,
        "person": found.delegate,
        "photo": photo_in_force(session, found.delegate.id),
        "rechecks": {row.field.value: row for row in rechecks_of(session, [found.delegate.id])},
        "form": bound,
        "theirs": theirs,
        "changed_at": None
        if theirs is None
        else last_change_of(session, entity="delegate", entity_id=found.delegate.id)[1],
        "languages": LANGUAGES,
    }
    return render(request, "registration/person.html", context, status=status)
