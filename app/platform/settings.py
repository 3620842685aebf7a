"""All settings, from the environment: names begin with ``BRIDGE_``; ``DATABASE_URL`` alone goes without."""

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.platform.tokens import new_token


class Settings(BaseSettings):
    """What an installation may choose. Each name stands in the README's table; a test says so."""

    model_config = SettingsConfigDict(env_prefix="BRIDGE_", extra="ignore", frozen=True, populate_by_name=True)

    database_url: str = Field(
        default="sqlite:///var/bridge.sqlite", validation_alias=AliasChoices("DATABASE_URL", "database_url")
    )
    base_url: str = "http://127.0.0.1:8000"
    secret: str = Field(default="", description="key of digests in the log; made and kept under var/ when empty")
    demonstration: bool = False
    var: Path = Path("var")
    trusted_proxies: tuple[str, ...] = ()
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_starttls: bool = False
    mail_from: str = "bridge@bridge.example"
    largest_body_bytes: int = 10 * 1024 * 1024
    log_level: str = "INFO"
    scheduler_command: str = ""
    solver_memory_mb: int = 4096
    solver_concurrency: int = 1

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    def key(self) -> bytes:
        """The key of digests: the secret, or one that is made at first use and kept under ``var``."""
        return self.secret.encode() if self.secret else _kept_key(self.var)


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
