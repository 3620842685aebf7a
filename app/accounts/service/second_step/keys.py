"""Security keys and passkeys (WebAuthn): a key signs a challenge for this address alone: no other site can use it."""

import json
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.accounts.models import SecurityKey, SignInSession
from app.accounts.principal import Principal
from app.accounts.queries import factors_of
from app.accounts.service.second_step.adding import factor_added
from app.platform.tokens import digest

CHALLENGE_LIFE = timedelta(minutes=5)
MOST_KEYS = 10
UNUSABLE = (WebAuthnException, ValueError, KeyError, TypeError)
"""What a made-up answer of a key can cause."""


def site_of(base_url: str) -> str | None:
    """The name that keys are bound to; None where the address is a number, which browsers refuse."""
    host = urlsplit(base_url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return None


def ask_to_add(session: Session, *, principal: Principal, site: str, now: datetime) -> str:
    """What the browser must be told to make a credential, as JSON; the challenge is kept with its session."""
    account_id = principal.account_id or 0
    held = factors_of(session, account_id).keys
    options = generate_registration_options(
        rp_id=site,
        rp_name="BRIDGE",
        user_id=digest(f"account {account_id}").encode(),
        user_name=principal.display_name,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential)) for one in held],
    )
    _keep(session, session_id=principal.session_id, challenge=options.challenge, now=now)
    return options_to_json(options)


def add_key(
    session: Session, *, principal: Principal, name: str, answer: str, base_url: str, site: str, now: datetime
) -> bool:
    """Keep the public half of a new key. False where the answer is not one to this browser's last challenge."""
    account_id = principal.account_id or 0
    challenge = _taken(session, session_id=principal.session_id, now=now)
    if challenge is None or len(factors_of(session, account_id).keys) >= MOST_KEYS:
        return False
    try:
        made = verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site,
            expected_origin=_origin(base_url),
        )
    except UNUSABLE:
        return False
    credential = bytes_to_base64url(made.credential_id)
    if session.scalar(select(SecurityKey.id).where(SecurityKey.credential_digest == digest(credential))) is not None:
        return False
    session.add(
        SecurityKey(
            account_id=account_id,
            name=name,
            credential=credential,
            credential_digest=digest(credential),
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            added_at=now,
        )
    )
    session.flush()
    factor_added(session, principal=principal, factor="key", now=now)
    return True


def ask_to_sign(session: Session, *, account_id: int, session_id: int, site: str, now: datetime) -> str:
    """What the browser must be told to have one of the account's keys sign, as JSON."""
    held = factors_of(session, account_id).keys
    options = generate_authentication_options(
        rp_id=site,
        allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential)) for one in held],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    _keep(session, session_id=session_id, challenge=options.challenge, now=now)
    return options_to_json(options)


def spend_signature(
    session: Session, *, account_id: int, session_id: int, answer: str, base_url: str, site: str, now: datetime
) -> bool:
    """Whether a key of the account signed this browser's last challenge; a challenge is good for one answer.

    A key that counts its signatures and says a number that was there before was copied: it is refused.
    """
    challenge = _taken(session, session_id=session_id, now=now)
    if challenge is None:
        return False
    try:
        credential = _read(answer)
        held = session.scalar(
            select(SecurityKey).where(
                SecurityKey.account_id == account_id, SecurityKey.credential_digest == digest(str(credential["id"]))
            )
        )
        if held is None:
            return False
        proved = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site,
            expected_origin=_origin(base_url),
            credential_public_key=base64url_to_bytes(held.public_key),
            credential_current_sign_count=held.sign_count,
        )
    except UNUSABLE:
        return False
    held.sign_count, held.used_at = proved.new_sign_count, now
    return True


def _keep(session: Session, *, session_id: int | None, challenge: bytes, now: datetime) -> None:
    row = session.scalars(select(SignInSession).where(SignInSession.id == session_id)).one()
    row.challenge, row.challenged_at = bytes_to_base64url(challenge), now


def _taken(session: Session, *, session_id: int | None, now: datetime) -> bytes | None:
    """The challenge that waits, taken so that it is answered once; None where there is none or it is too old."""
    row = session.scalars(select(SignInSession).where(SignInSession.id == session_id).with_for_update()).one()
    kept, since = row.challenge, row.challenged_at
    if kept is None or since is None:
        return None
    session.execute(update(SignInSession).where(SignInSession.id == row.id).values(challenge=None, challenged_at=None))
    return base64url_to_bytes(kept) if now - since <= CHALLENGE_LIFE else None


def _read(answer: str) -> dict[str, Any]:
    read = json.loads(answer)
    if not isinstance(read, dict):
        raise TypeError("the answer of a key is an object")
    return read


def _origin(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"
