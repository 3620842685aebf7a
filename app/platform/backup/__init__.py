"""Copies of the whole database that are proved equal before anybody relies on them."""

from app.platform.backup.manifest import BackupFault, Manifest, OtherSchema, TableSum
from app.platform.backup.service import back_up, restore

__all__ = ["BackupFault", "Manifest", "OtherSchema", "TableSum", "back_up", "restore"]
