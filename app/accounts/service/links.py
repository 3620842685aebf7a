"""Sign-in links: asked for, mailed, spent once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.accounts.enums import AttemptKind
from app.accounts.models import SignInLink
from app.accounts.queries import account_of_email
from app.accounts.service import limits
from app.accounts.service.limits import count_try
from app.platform import outbox
from app.platform.i18n import ngettext
from app.platform.tokens import digest, new_token

LINK_LIFE = timedelta(minutes=20)
CAUSE = "sign-in"


@dataclass(frozen=True, kw_only=True)
class SpentLink:
    """A link that was valid and now is used."""

    account_id: int
    grant_id: int | None


def ask_for_link(session: Session, *, email: str, peer: str, base_url: str, return_to: str, now: datetime) -> None:
    """Queue a mail with a link when ``email`` (normalised) belongs to an open account and nobody tried too often.

    An unknown address costs the same work and gives the same answer. Counts at most 5 an address and 20 a network
    peer within 10 minutes; refused tries do not count, so that nobody is kept out for longer by trying.

    Raises:
        TooMany: with the seconds until the next try is open.
    """
    count_try(session, {AttemptKind.ADDRESS: email, AttemptKind.PEER: peer}, now=now, sentence=_too_often)
    account = account_of_email(session, email)
    reader = account if account is not None and account.is_active else None
    token = issue_link(session, email=email, account_id=reader.id if reader is not None else None, now=now)
    # The mail to nobody is written like any other and taken back: the same answer in the same time.
    with session.begin_nested() as written:
        outbox.queue(
            session,
            now=now,
            event_id=None,
            cause=CAUSE,
            key=f"sign-in {digest(token)}",
            to=email,
            locale=reader.locale if reader is not None else None,
            template="mail/sign_in",
            context={
                "name": reader.display_name if reader is not None else email,
                "address": link_address(base_url, token, return_to=return_to),
                "minutes": int(LINK_LIFE.total_seconds() // 60),
            },
        )
        if reader is None:
            written.rollback()
    purge_ended(session, now=now)


def issue_link(
    session: Session,
    *,
    email: str,
    account_id: int | None,
    now: datetime,
    grant_id: int | None = None,
    life: timedelta = LINK_LIFE,
) -> str:
    """Store a link and return its token, the only copy. ``grant_id`` chooses the role that it signs in with."""
    token = new_token()
    session.add(
        SignInLink(
            token_digest=digest(token),
            email=email,
            account_id=account_id,
            grant_id=grant_id,
            created_at=now,
            expires_at=now + life,
        )
    )
    session.flush()
    return token


def spend_link(session: Session, *, token: str, now: datetime) -> SpentLink | None:
    """Use a link up. None when it is unknown, used or ended: of any number of clicks at once, one gets an answer."""
    spent = session.execute(
        update(SignInLink)
        .where(
            SignInLink.token_digest == digest(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
            SignInLink.account_id.is_not(None),
        )
        .values(used_at=now)
        .returning(SignInLink.account_id, SignInLink.grant_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if spent is None or spent.account_id is None:
        return None
    return SpentLink(account_id=spent.account_id, grant_id=spent.grant_id)


def purge_ended(session: Session, *, now: datetime) -> None:
    """Forget links, counted tries and mails that can matter no more: they hold addresses, and mails hold links."""
    session.execute(delete(SignInLink).where(SignInLink.expires_at < now - timedelta(days=1)))
    limits.forget_ended(session, now=now)
    session.execute(
        delete(outbox.OutboxMail).where(
            outbox.OutboxMail.cause == CAUSE, outbox.OutboxMail.written_at < now - LINK_LIFE
        )
    )


def link_address(base_url: str, token: str, *, return_to: str = "/") -> str:
    """The address that goes into the mail. It is built on the configured address, never on the request's host."""
    address = f"{base_url.rstrip('/')}/sign-in/{token}"
    return address if return_to == "/" else f"{address}?next={quote(return_to, safe='/')}"


def _too_often(minutes: int) -> str:
    return ngettext(
        "Links were asked for too often. The next one can be sent in %(count)s minute.",
        "Links were asked for too often. The next one can be sent in %(count)s minutes.",
        minutes,
    ) % {"count": minutes}
