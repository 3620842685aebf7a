"""Sessions of browsers: opened by a spent link, listed, moved to another role, ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.enums import STAFF_ROLES, Role
from app.accounts.models import Account, SignInSession
from app.accounts.principal import NOBODY, Principal
from app.accounts.queries import factors_of, last_grant_used, principal_of_session, role_choices
from app.accounts.service.second_step.telling import note
from app.platform import audit
from app.platform.actor import Actor
from app.platform.errors import NotFound
from app.platform.tokens import digest, new_token

STAFF_LIFE = timedelta(hours=12)
GUEST_LIFE = timedelta(days=14)
WAITING_LIFE = timedelta(minutes=10)
"""How long a browser may take for its second step."""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session just opened or changed: the token goes into the cookie and is stored nowhere else.

    Where it waits for a second step, the principal is nobody yet.
    """

    token: str
    expires_at: datetime
    principal: Principal


def open_session(
    session: Session,
    *,
    account_id: int,
    grant_id: int | None,
    device: str,
    replaces: str | None,
    now: datetime,
) -> SignedIn | None:
    """Sign a browser in under a new token. None when the account was closed meanwhile.

    An account with a second factor is not signed in by this: its session waits for the second step, whoever calls.
    ``replaces`` is the token that the browser held before: that session ends, a planted one is worth nothing.
    The role is the link's, else the one used last, else the oldest grant.
    """
    account = session.scalar(select(Account).where(Account.id == account_id, Account.is_active))
    if account is None:
        return None
    choices = role_choices(session, account_id=account_id, now=now)
    wanted = [grant_id, last_grant_used(session, account_id=account_id)]
    held = {choice.grant_id: choice for choice in choices}
    chosen = next((held[wish] for wish in wanted if wish in held), choices[0] if choices else None)
    if replaces is not None:
        _end(session, token=replaces, now=now)
    token = new_token()
    row = SignInSession(
        token_digest=digest(token),
        account_id=account_id,
        grant_id=chosen.grant_id if chosen is not None else None,
        device=device[:200],
        created_at=now,
        awaits_second_step=bool(factors_of(session, account_id)),
        expires_at=now + WAITING_LIFE,
    )
    session.add(row)
    if row.awaits_second_step:
        actor = Actor(account_id=account_id, label=account.display_name)
        note(session, account_id=account_id, action="account.second_step_asked", actor=actor, now=now)
        return SignedIn(token=token, expires_at=row.expires_at, principal=NOBODY)
    return let_in(session, row=row, account=account, token=token, now=now)


def let_in(
    session: Session, *, row: SignInSession, account: Account, token: str, now: datetime, by: str | None = None
) -> SignedIn:
    """Sign in the browser that holds ``token``, for as long as its role may be. ``by`` names its second step."""
    choices = role_choices(session, account_id=account.id, now=now)
    role = next((choice.role for choice in choices if choice.grant_id == row.grant_id), Role.PUBLIC)
    row.expires_at = now + _life(role)
    account.last_seen_at = now
    session.flush()
    principal = just_written(session, token=token, now=now)
    audit.record(
        session,
        actor=principal.actor(),
        now=now,
        event_id=principal.event_id,
        action="account.signed_in",
        entity="account",
        entity_id=account.id,
        changes={"role": (None, principal.role.value)} | ({"second_step": (None, by)} if by else {}),
    )
    return SignedIn(token=token, expires_at=row.expires_at, principal=principal)


def choose_role(session: Session, *, principal: Principal, grant_id: int, now: datetime) -> SignedIn:
    """Act in another role from now on, under a new token. Raises ``NotFound`` for a role that is not theirs."""
    choice = next((choice for choice in principal.choices if choice.grant_id == grant_id), None)
    if choice is None or principal.session_id is None:
        raise NotFound
    row = session.scalars(select(SignInSession).where(SignInSession.id == principal.session_id)).one()
    token = new_token()
    row.token_digest = digest(token)
    row.grant_id = grant_id
    row.expires_at = min(row.expires_at, now + _life(choice.role))
    session.execute(update(Account).where(Account.id == principal.account_id).values(last_seen_at=now))
    session.flush()
    audit.record(
        session,
        actor=principal.actor(),
        now=now,
        event_id=choice.event_id,
        action="account.role_chosen",
        entity="account",
        entity_id=row.account_id,
        changes={"role": (principal.role.value, choice.role.value)},
    )
    return SignedIn(token=token, expires_at=row.expires_at, principal=just_written(session, token=token, now=now))


def choose_language(session: Session, *, principal: Principal, locale: str, now: datetime) -> None:
    """Keep the language of a person's pages and mails."""
    account = session.scalars(select(Account).where(Account.id == principal.account_id)).one()
    before, account.locale = account.locale, locale
    if before == locale:
        return
    audit.record(
        session,
        actor=principal.actor(),
        now=now,
        event_id=None,
        action="account.language_chosen",
        entity="account",
        entity_id=account.id,
        changes={"locale": (before, locale)},
    )


def end_session(session: Session, *, principal: Principal, session_id: int, now: datetime) -> None:
    """Sign one of the person's own browsers out. Raises ``NotFound`` for anybody else's."""
    row = session.scalar(
        select(SignInSession).where(
            SignInSession.id == session_id,
            SignInSession.account_id == principal.account_id,
            SignInSession.revoked_at.is_(None),
        )
    )
    if row is None:
        raise NotFound
    row.revoked_at = now
    audit.record(
        session,
        actor=principal.actor(),
        now=now,
        event_id=principal.event_id,
        action="account.signed_out",
        entity="account",
        entity_id=row.account_id,
        changes={"session": (row.id, None)},
    )


def end_other_sessions(session: Session, *, principal: Principal, now: datetime) -> int:
    """Sign every other browser of the person out. Gives how many."""
    ended = session.execute(
        update(SignInSession)
        .where(
            SignInSession.account_id == principal.account_id,
            SignInSession.id != principal.session_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
        )
        .values(revoked_at=now)
        .returning(SignInSession.id)
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        audit.record(
            session,
            actor=principal.actor(),
            now=now,
            event_id=principal.event_id,
            action="account.signed_out_elsewhere",
            entity="account",
            entity_id=principal.account_id or 0,
            changes={"sessions": (len(ended), 0)},
        )
    return len(ended)


def _life(role: Role) -> timedelta:
    return STAFF_LIFE if role in STAFF_ROLES else GUEST_LIFE


def _end(session: Session, *, token: str, now: datetime) -> None:
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_digest == digest(token), SignInSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def just_written(session: Session, *, token: str, now: datetime) -> Principal:
    """Who holds the token of a session that this transaction wrote."""
    principal = principal_of_session(session, token=token, now=now)
    if principal is None:
        raise LookupError("the session that was just written cannot be read")
    return principal
