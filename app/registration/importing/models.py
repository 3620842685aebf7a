"""A file between its upload and its import."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database.base import Base, ShortText, Versioned
from app.registration.importing.enums import ImportKind, ImportState


class ImportFile(Versioned, Base):
    """One upload of one account, read by nobody else, gone when it expires.

    ``content`` holds the bytes until the import; ``cells`` the rows that were read from them, as text; ``columns``
    the field that each column was matched with, by its position; ``progress`` how many rows were ``read`` and
    ``checked`` so far.
    """

    __tablename__ = "import_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[ImportKind]
    state: Mapped[ImportState] = mapped_column(default=ImportState.READING)
    name: Mapped[str] = mapped_column(ShortText)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    cells: Mapped[list[Any]] = mapped_column(default=list, deferred=True)
    about: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    columns: Mapped[dict[str, str]] = mapped_column(default=dict)
    encoding: Mapped[str | None] = mapped_column(String(20))
    message: Mapped[str | None] = mapped_column(Text)
    uploaded_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    imported_at: Mapped[datetime | None]
