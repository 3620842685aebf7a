"""By what the same person is recognised: address, name and native name, compared without capitals, accents and order.

The keys are digests, so that a column made for comparing does not say a name to whoever reads the table.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import String
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.platform.wording import folded, words_key

KEY_LENGTH = 16


def mail_key(email: str | None) -> str | None:
    """Equal for one address in any capitals; nothing without an address."""
    return _key(folded(email.strip())) if email else None


def name_key(given_name: str | None, family_name: str | None) -> str | None:
    """Equal for "Zhang Wei" and "WEI, Zhang"; nothing without a name."""
    return _key(words_key(f"{given_name or ''} {family_name or ''}"))


def native_key(native_name: str | None) -> str | None:
    """As ``name_key``, for the name in its own script."""
    return _key(words_key(native_name)) if native_name else None


def _key(compared: str) -> str | None:
    return hashlib.sha256(compared.encode()).hexdigest()[:KEY_LENGTH] if compared else None


def _from_row(make: Callable[..., str | None], *columns: str) -> Callable[[DefaultExecutionContext], str | None]:
    def default(context: DefaultExecutionContext) -> str | None:
        row: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
        return make(*(row.get(column) for column in columns))

    return default


class Likened:
    """Keys that follow the names and the address of a row: at each change of a field, and for rows inserted in bulk."""

    mail_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH), default=_from_row(mail_key, "email"), index=True)
    name_key: Mapped[str | None] = mapped_column(
        String(KEY_LENGTH), default=_from_row(name_key, "given_name", "family_name"), index=True
    )
    native_key: Mapped[str | None] = mapped_column(
        String(KEY_LENGTH), default=_from_row(native_key, "native_name"), index=True
    )

    @validates("email", "given_name", "family_name", "native_name")
    def _follow(self, field: str, value: Any) -> Any:
        if field == "email":
            self.mail_key = mail_key(value)
        elif field == "native_name":
            self.native_key = native_key(value)
        else:
            names = {name: getattr(self, name, None) for name in ("given_name", "family_name")} | {field: value}
            self.name_key = name_key(**names)
        return value
