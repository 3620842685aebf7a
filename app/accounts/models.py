"""Accounts, the roles granted to them, sign-in links and sessions.

Links and sessions are found by the digest of a token that only the person holds; nothing stored here lets anybody in.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.enums import AttemptKind, Role
from app.platform.database.base import Base, ShortText

DigestText = String(64)


class Account(Base):
    """A person who can sign in by a link mailed to ``email`` (stored normalised, see ``forms.normal_email``)."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    display_name: Mapped[str] = mapped_column(ShortText)
    locale: Mapped[str] = mapped_column(String(20), default="en")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="account", lazy="raise", order_by="RoleGrant.id", cascade="all, delete-orphan"
    )


class RoleGrant(Base):
    """A role given to an account, for one event or (administrator) for all, perhaps until a stated instant.

    ``delegation_id`` narrows a focal point to a delegation, ``delegate_id`` says which delegate the person is. An
    assistant's grant names the person acted for in ``acting_for``, which pages and the log repeat.
    """

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id", ondelete="CASCADE"), index=True)
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"), index=True)
    acting_for: Mapped[str | None] = mapped_column(ShortText)
    until: Mapped[datetime | None]
    granted_at: Mapped[datetime]

    account: Mapped[Account] = relationship(back_populates="grants", lazy="raise")


class SignInLink(Base):
    """A link that was asked for. An unknown address gets one too, with no account, so that both cost the same."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(DigestText, unique=True)
    email: Mapped[str] = mapped_column(String(254))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("role_grant.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SignInSession(Base):
    """A browser that is signed in, acting in one granted role, until it expires, goes unused or is revoked.

    ``used_at`` is its last use that was written down (see ``idle``), None before the first.

    One that ``awaits_second_step`` opens the page of the second step and nothing else. ``challenge`` is what a security
    key was asked to sign last; it is good for one answer.
    """

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(DigestText, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("role_grant.id", ondelete="SET NULL"), index=True)
    device: Mapped[str] = mapped_column(ShortText, default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    awaits_second_step: Mapped[bool] = mapped_column(default=False)
    second_step_at: Mapped[datetime | None]
    challenge: Mapped[str | None] = mapped_column(String(120))
    challenged_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="raise")
    grant: Mapped[RoleGrant | None] = relationship(lazy="raise")


class SignInAttempt(Base):
    """One asking for a link, or one form handed in, counted by ``kind``; only digests of the subjects are kept."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "kind", "subject_digest", "attempted_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AttemptKind]
    subject_digest: Mapped[str] = mapped_column(DigestText)
    attempted_at: Mapped[datetime]


class AppFactor(Base):
    """An app that counts codes (TOTP): its secret sealed with the installation's key, and the last code that was used.

    It counts as a factor once a first code was typed: ``confirmed_at``.
    """

    __tablename__ = "app_factor"
    withheld = frozenset({"sealed_secret"})

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    sealed_secret: Mapped[str] = mapped_column(String(200))
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    added_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class SecurityKey(Base):
    """A security key or passkey (WebAuthn): its public half, and how often it says that it signed."""

    __tablename__ = "security_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    credential_digest: Mapped[str] = mapped_column(DigestText, unique=True)
    credential: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code on paper that stands in for a lost factor once; its digest alone is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    code_digest: Mapped[str] = mapped_column(DigestText)
    used_at: Mapped[datetime | None]
