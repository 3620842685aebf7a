"""All settings, from the environment: names begin with ``BRIDGE_``; ``DATABASE_URL`` alone goes without."""

import json
import os
import re
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.platform.tokens import new_token

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Settings(BaseSettings):
    """What an installation may choose. Each name stands in the README's table; a test says so."""

    model_config = SettingsConfigDict(env_prefix="BRIDGE_", extra="ignore", frozen=True, populate_by_name=True)

    database_url: str = Field(
        default="sqlite:///var/bridge.sqlite", validation_alias=AliasChoices("DATABASE_URL", "database_url")
    )
    base_url: str = "http://127.0.0.1:8000"
    secret: str = Field(
        default="", description="key of digests in the log and of sealed secrets; made and kept under var/ when empty"
    )
    demonstration: bool = False
    second_step: Literal["optional", "required"] = "optional"
    staff_idle_hours: int = Field(default=4, ge=1, le=12)
    guest_idle_hours: int = Field(default=168, ge=1, le=336)
    var: Path = Path("var")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    smtp_host: str = ""
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_starttls: bool = False
    mail_from: str = "bridge@bridge.example"
    largest_body_bytes: int = Field(default=10 * 1024 * 1024, ge=1024)
    log_level: str = "INFO"
    scheduler_command: str = ""
    solver_memory_mb: int = Field(default=4096, ge=128)
    solver_concurrency: int = Field(default=1, ge=1, le=64)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _addresses(cls, typed: Any) -> Any:
        """Addresses with commas between them, or a JSON list."""
        if isinstance(typed, str):
            typed = json.loads(typed) if typed.lstrip().startswith("[") else typed.replace(",", " ").split()
        if not isinstance(typed, list | tuple):
            raise ValueError("it takes network addresses with commas between them")
        return tuple(_address(str(one)) for one in typed)

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, typed: str) -> str:
        if typed.upper() not in LOG_LEVELS:
            raise ValueError(f"it takes one of {', '.join(LOG_LEVELS)}")
        return typed.upper()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, typed: str) -> str:
        kind = re.split(r"[:+]", typed, maxsplit=1)[0]
        if kind not in {"sqlite", "postgresql", "postgres"}:
            raise ValueError(
                f"it begins with '{kind[:20]}' and takes sqlite:///var/bridge.sqlite or postgresql://user@host/name"
            )
        try:
            make_url(typed)
        except ArgumentError:
            raise ValueError("it is no address of a database") from None
        return typed

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    def key(self) -> bytes:
        """The key of digests: the secret, or one that is made at first use and kept under ``var``."""
        return self.secret.encode() if self.secret else _kept_key(self.var)


class WrongSetting(Exception):
    """A setting that leads nowhere; the message names it and says why."""


def complaints_of(error: ValidationError) -> list[str]:
    """A sentence for each setting that is refused, by its name in the environment; none when it is about others."""
    if error.title != Settings.__name__:
        return []
    return [_complaint(one["loc"], one["msg"], one["input"]) for one in error.errors()]


def _complaint(loc: tuple[int | str, ...], message: str, typed: Any) -> str:
    name = str(loc[0]).upper() if loc else "?"
    reason = message.removeprefix("Value error, ")
    reason = reason[:1].lower() + reason[1:]
    # The address of a database may hold a password, and so may what is called one.
    is_secret = name == "DATABASE_URL" or name.endswith(("SECRET", "PASSWORD"))
    called = name if name == "DATABASE_URL" else f"BRIDGE_{name}"
    return f"{called}: {reason}." if is_secret else f"{called} is '{typed}': {reason}."


def _address(typed: str) -> str:
    try:
        return str(ip_address(typed.strip()))
    except ValueError:
        raise ValueError(f"'{typed}' is no network address such as 10.0.0.1") from None


@lru_cache
def _kept_key(folder: Path) -> bytes:
    """The key under ``folder``; the first of several processes makes it, whole, and the others read it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret.key"
    if not path.exists():
        with NamedTemporaryFile("w", dir=folder, prefix="secret.", delete=False) as fresh:
            fresh.write(new_token())
        with suppress(FileExistsError):
            os.link(fresh.name, path)
        Path(fresh.name).unlink()
    return path.read_text().strip().encode()
