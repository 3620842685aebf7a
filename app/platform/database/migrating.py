"""Bringing a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config

ROOT = Path(__file__).parent.parent.parent.parent


def config_for(url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Upgrade to the newest revision; nothing happens when it is there already."""
    command.upgrade(config_for(url), "head")
