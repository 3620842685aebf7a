"""Erasing a person: one transaction, after which nothing in the database tells who they were."""

from app.office.service.erasing.person import Erased, erase_person

__all__ = ["Erased", "erase_person"]
