"""Taking a file, reading it in the background, and importing what was agreed to."""

from app.registration.importing.service.taking import choose_columns, purge, read_upload, take_upload
from app.registration.importing.service.writing import import_rows

__all__ = ["choose_columns", "import_rows", "purge", "read_upload", "take_upload"]
