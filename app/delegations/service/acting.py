"""Acting for somebody of the own delegation: a right that the delegation gives and takes back at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.models import RoleGrant
from app.accounts.service.roles import end_role, ensure_account, grant_role
from app.delegations.models import Delegation
from app.delegations.names import latin_name_of
from app.events.models import Event
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.errors import NotFound, Refused
from app.platform.i18n import gettext as _


def let_act(
    session: Session,
    *,
    event: Event,
    delegation: Delegation,
    assistant_id: int,
    member_id: int,
    until: datetime | None,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> RoleGrant:
    """Let a member act for another: one line in the log and one mail to whom may act.

    ``delegation`` has its delegates loaded; ``until`` is an instant, None for the whole event.

    Raises:
        Refused: one of them is no active member, both are one, the assistant has no mail address, or the day is past.
    """
    members = {one.id: one for one in delegation.delegates if one.is_active}
    assistant, member = members.get(assistant_id), members.get(member_id)
    if assistant is None:
        raise Refused({"assistant_id": _("Choose who acts: a member of this delegation.")})
    if member is None:
        raise Refused({"member_id": _("Choose for whom: a member of this delegation.")})
    if assistant is member:
        raise Refused({"assistant_id": _("Nobody needs a right to act for themselves. Choose two members.")})
    if not assistant.email:
        raise Refused({"assistant_id": _("This member has no mail address to sign in with. Add it first.")})
    if until is not None and until <= now:
        raise Refused({"until_on": _("This day is past.")})
    account = ensure_account(
        session,
        email=assistant.email,
        display_name=latin_name_of(assistant),
        locale=assistant.locale or delegation.locale,
        actor=actor,
        now=now,
    )
    grant = grant_role(
        session,
        account_id=account.id,
        role=Role.DELEGATE,
        event_id=event.id,
        delegation_id=delegation.id,
        delegate_id=member.id,
        acting_for=member.badge_name,
        until=until,
        actor=actor,
        now=now,
    )
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="acting",
        key=f"acting {grant.id} {now.isoformat()}",
        to=assistant.email,
        locale=assistant.locale or delegation.locale,
        template="mail/acting",
        context={
            "event": event,
            "name": latin_name_of(assistant),
            "member": member.badge_name,
            "until": until,
            "address": f"{base_url}/sign-in",
        },
        is_held=event.is_demonstration,
    )
    return grant


def end_acting(session: Session, *, delegation: Delegation, grant_id: int, actor: Actor, now: datetime) -> None:
    """Take the right back: the next request of whoever uses it is refused.

    Raises:
        NotFound: no such right for a member of this delegation, or it has ended.
    """
    grant = session.get(RoleGrant, grant_id)
    members = {one.id for one in delegation.delegates}
    if grant is None or grant.acting_for is None or grant.delegate_id not in members:
        raise NotFound
    end_role(session, grant_id=grant.id, actor=actor, now=now)
