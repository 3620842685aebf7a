"""Who changed what?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import or_, select

from app.accounts.policies import ADMINISTRATORS, Access, Policy
from app.delegations import readers
from app.office.queries import values_of
from app.platform import audit
from app.platform.audit import AuditEntry
from app.platform.database.sessions import ReadSession
from app.platform.pagination import paginate
from app.platform.rendering import render

router = APIRouter()

LOG = Policy[None]("log.read", roles=ADMINISTRATORS)


@router.get("/admin/log")
def log(
    request: Request,
    session: ReadSession,
    _access: Annotated[Access[None], Depends(LOG)],
    who: str = "",
    what: str = "",
    page: int = 1,
) -> Response:
    """Time, who and for whom, what, before and after; and whether the chain holds."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc())
    if who:
        named = audit.keys_named(session, who)
        statement = statement.where(
            or_(
                AuditEntry.actor.in_(named),
                AuditEntry.acting_for.in_(named),
                AuditEntry.actor.icontains(who, autoescape=True),
            )
        )
    if what:
        statement = statement.where(AuditEntry.action.icontains(what, autoescape=True))
    found = paginate(session, statement, page=page)
    context = {
        "page": found,
        "names": audit.names_of(session, [one for line in found.items for one in (line.actor, line.acting_for)]),
        # Of lines from before the log said no more than that something was given.
        "values": {
            line: [one for one in values if one.field not in readers.NEEDS_FIELDS]
            for line, values in values_of(session, list(found.items)).items()
        },
        "who": who,
        "what": what,
        "broken": audit.verify(session),
    }
    return render(request, "office/log.html", context)
