"""The command ``bridge``: everything that an operator types."""

from app.cli import drilling, exporting, keeping, serving  # noqa: F401  (each adds its commands)
from app.cli.running import main
from app.cli.telling import commands

__all__ = ["commands", "main"]
