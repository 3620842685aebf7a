"""Words of printing."""

import enum


class JobState(enum.StrEnum):
    """How a print that takes a while stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class JobWhat(enum.StrEnum):
    """What is printed all at once."""

    PACKS = "packs"
    PERSONS = "persons"
    OUTDATED = "outdated"
    BADGES = "badges"
    """New or changed ones alone."""


class JobForm(enum.StrEnum):
    """One document, or a document for each delegation in one archive."""

    PDF = "pdf"
    ZIP = "zip"


class Sorting(enum.StrEnum):
    """In which order sheets come out of the printer."""

    DELEGATION = "delegation"
    NAME = "name"
