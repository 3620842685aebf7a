"""Ways into the demonstration: a fresh link for each role, printed where the server was started."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.models import Account, RoleGrant, SignInLink
from app.accounts.service.links import issue_link, link_address
from app.platform.database.base import Base

DEMONSTRATION_LIFE = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class DemonstrationLink:
    """A link that signs its reader in as a made-up person."""

    role: Role
    display_name: str
    address: str


def demonstration_links(session: Session, *, base_url: str, now: datetime) -> list[DemonstrationLink]:
    """One new link for each role that a made-up account holds, in the order of the roles.

    Only accounts under ``.example`` whose every role is in a demonstration event (or the administrator's) count, and
    nothing is given as soon as one event of the database is real: these links last 12 hours and would open it.
    Links of an earlier start end now.
    """
    event = Base.metadata.tables["event"]
    has_real_event = session.scalar(select(event.c.id).where(event.c.is_demonstration.is_(False)).limit(1)) is not None
    if has_real_event:
        return []
    rows = session.execute(
        select(RoleGrant, Account)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            Account.is_active,
            Account.email.endswith(".example", autoescape=True),
            or_(RoleGrant.until.is_(None), RoleGrant.until > now),
        )
        .order_by(RoleGrant.id)
    ).all()
    first: dict[Role, tuple[RoleGrant, Account]] = {}
    for grant, account in rows:
        first.setdefault(grant.role, (grant, account))
    links = []
    for role in Role:
        if role not in first:
            continue
        grant, account = first[role]
        _end_earlier(session, grant_id=grant.id, now=now)
        token = issue_link(
            session,
            email=account.email,
            account_id=account.id,
            grant_id=grant.id,
            now=now,
            life=DEMONSTRATION_LIFE,
        )
        links.append(
            DemonstrationLink(role=role, display_name=account.display_name, address=link_address(base_url, token))
        )
    return links


def _end_earlier(session: Session, *, grant_id: int, now: datetime) -> None:
    for link in session.scalars(
        select(SignInLink).where(
            SignInLink.grant_id == grant_id, SignInLink.used_at.is_(None), SignInLink.expires_at > now
        )
    ):
        link.expires_at = now
