"""Changes that span domains, one transaction each."""

from app.office.service.releasing import Effects, release_agenda

__all__ = ["Effects", "release_agenda"]
