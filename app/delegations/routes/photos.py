"""Photos of delegates, for those who let people in and those who decide on them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.accounts.policies import STAFF, Access, Policy
from app.delegations.loaders import DelegateIn, delegate_of_path
from app.delegations.rechecks import photo_of
from app.events.loaders import number_of
from app.platform.database.sessions import ReadSession

router = APIRouter()

PHOTO = Policy("person.photo", roles=STAFF, loader=delegate_of_path)


@router.get("/e/{slug}/manage/people/{delegate_id}/photos/{photo_id}")
def photo(session: ReadSession, photo_id: str, access: Annotated[Access[DelegateIn], Depends(PHOTO)]) -> Response:
    """A photo of a person, in force or in re-check."""
    found = photo_of(session, access.found.delegate.id, number_of(photo_id))
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return Response(found.content, media_type=found.media_type, headers=headers)
