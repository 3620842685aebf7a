"""Who may act for whom in a delegation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.models import Account, RoleGrant
from app.accounts.policies import ORGANISERS
from app.accounts.principal import Principal
from app.delegations.models import Delegate, Delegation


@dataclass(frozen=True, kw_only=True)
class ActingRight:
    """The right of an account to act for a member, until an instant or the end of the event (None)."""

    grant_id: int
    assistant: str
    email: str
    member_id: int
    until: datetime | None


def acting_rights(session: Session, members: Collection[Delegate], *, now: datetime) -> tuple[ActingRight, ...]:
    """The rights in force to act for these members, in the order in which they were given."""
    rows = session.execute(
        select(RoleGrant, Account)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            RoleGrant.acting_for.is_not(None),
            RoleGrant.delegate_id.in_([one.id for one in members]),
            or_(RoleGrant.until.is_(None), RoleGrant.until > now),
        )
        .order_by(RoleGrant.id)
    )
    return tuple(
        ActingRight(
            grant_id=grant.id,
            assistant=account.display_name,
            email=account.email,
            member_id=grant.delegate_id or 0,
            until=grant.until,
        )
        for grant, account in rows
    )


def may_give(principal: Principal, delegation: Delegation) -> bool:
    """The office, the delegation's focal point, and its head in person; whoever acts for somebody gives nothing on."""
    if principal.role in ORGANISERS:
        return True
    if principal.acting_for is not None:
        return False
    if principal.role is Role.FOCAL_POINT:
        return principal.delegation_id == delegation.id
    heads = {one.id for one in delegation.delegates if one.is_head and one.is_active}
    return principal.role is Role.DELEGATE and principal.delegate_id in heads
