"""What can be imported, and where an uploaded file stands."""

import enum


class ImportKind(enum.StrEnum):
    PEOPLE = "people"
    CITIES = "cities"


class ImportState(enum.StrEnum):
    """Reading until the child has read the file; then ready for a dry run or unreadable; in the end imported."""

    READING = "reading"
    READY = "ready"
    UNREADABLE = "unreadable"
    IMPORTED = "imported"


class Outcome(enum.StrEnum):
    """What an import would do with a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"
