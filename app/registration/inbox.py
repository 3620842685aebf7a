"""The forms of an edition as the office looks through them: filtered, sorted, with what must be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.delegations import readers
from app.delegations.enums import HelixRole
from app.platform.pagination import Page, page_of, paginate
from app.platform.wording import holds
from app.registration.enums import Door, QuestionKind, RegistrationState
from app.registration.flags import Flag, ReviewFacts, blocking_of, flags_of
from app.registration.models import Registration

PAGE_SIZE = 50
SORTS = {
    "submitted": (Registration.submitted_at, Registration.id),
    "party": (func.lower(Registration.party_name), Registration.id),
    "contact": (func.lower(Registration.contact_name), Registration.id),
    "people": (Registration.people, Registration.id),
}
NAMES = ("party_name", "contact_name")
NAMES_AND_MAIL = (*NAMES, "contact_email")


def columns_for(role: Role) -> Sequence[str]:
    """The columns in which a role looks for words: addresses only where it reads them."""
    return NAMES_AND_MAIL if role in readers.CONTACTS else NAMES


CLEAR = "none"
"""The value of the filter of questions for forms that nothing stands against."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A form and its flags."""

    registration: Registration
    flags: tuple[Flag, ...]


def known_filters(given: Mapping[str, str]) -> dict[str, str]:
    """The filters of an address that mean something; others are left out, as if they had not been typed."""
    words: dict[str, set[str]] = {
        "state": set(RegistrationState),
        "door": set(Door),
        "helix": set(HelixRole) | {"city"},
        "flag": set(QuestionKind) | {CLEAR, "any"},
    }
    kept = {name: value for name, value in given.items() if name in words and value in words[name]}
    return kept | ({"q": given["q"].strip()} if given.get("q", "").strip() else {})


def inbox_page(
    session: Session, event_id: int, *, filters: Mapping[str, str], sort: str, number: int, facts: ReviewFacts,
    within: Sequence[str] = NAMES,
) -> Page[Row]:  # fmt: skip
    """One page of forms. Only a filter that looks into the forms reads more of them than it shows.

    Args:
        within: the columns in which words are looked for, of ``columns_for``.
    """
    if filters.keys() & {"flag", "helix", "q"}:
        found = inbox_rows(session, event_id, filters=filters, sort=sort, facts=facts, within=within)
        page: Page[Registration] = page_of(found, page=number, size=PAGE_SIZE)
    else:
        page = paginate(session, _statement(event_id, filters, sort), page=number, size=PAGE_SIZE)
    items = tuple(Row(registration=one, flags=flags_of(one, facts)) for one in page.items)
    return Page(items=items, number=page.number, count=page.count, size=page.size)


def inbox_rows(
    session: Session, event_id: int, *, filters: Mapping[str, str], sort: str, facts: ReviewFacts,
    within: Sequence[str] = NAMES,
) -> list[Registration]:  # fmt: skip
    """All forms that these filters show."""
    return _looked_into(session.scalars(_statement(event_id, filters, sort)).all(), filters, facts, within)


def inbox_count(
    session: Session, event_id: int, *, filters: Mapping[str, str], facts: ReviewFacts, within: Sequence[str] = NAMES
) -> int:
    """How many forms these filters show."""
    return inbox_page(session, event_id, filters=filters, sort="submitted", number=1, facts=facts, within=within).count


def blocking_counts(session: Session, event_id: int, facts: ReviewFacts) -> dict[QuestionKind, int]:
    """How many forms that wait for a decision each question stands against."""
    statement = _statement(event_id, {"state": RegistrationState.SUBMITTED.value}, "submitted")
    counts: dict[QuestionKind, int] = {}
    for registration in session.scalars(statement):
        for kind in {flag.kind for flag in blocking_of(registration, facts)}:
            counts[kind] = counts.get(kind, 0) + 1
    return {kind: counts[kind] for kind in QuestionKind if kind in counts}


def _statement(event_id: int, filters: Mapping[str, str], sort: str) -> Select[Registration]:
    statement = select(Registration).where(Registration.event_id == event_id)
    if "state" in filters:
        statement = statement.where(Registration.state == RegistrationState(filters["state"]))
    if "door" in filters:
        statement = statement.where(Registration.door == Door(filters["door"]))
    first, *others = SORTS.get(sort.lstrip("-"), SORTS["submitted"])
    return statement.order_by(first.desc() if sort.startswith("-") else first, *others)


def _looked_into(
    registrations: Sequence[Registration], filters: Mapping[str, str], facts: ReviewFacts, within: Sequence[str]
) -> list[Registration]:
    found = list(registrations)
    if "q" in filters:
        # Here and not in the database, of which some fold the letters of English alone.
        found = [one for one in found if holds(_said(one, within), filters["q"])]
    if "helix" in filters:
        found = [one for one in found if helix_of(one) == filters["helix"]]
    if "flag" in filters:
        found = [one for one in found if _has_flag(one, filters["flag"], facts)]
    return found


def helix_of(registration: Registration) -> str | None:
    """What hands the form in: ``city``, or the helix role of the organisation."""
    answers = registration.answers
    if registration.door is Door.CITY or answers.get("party_kind") == "city" or answers.get("origin") == "city":
        return "city"
    role: str | None = answers.get("helix_role") or answers.get("origin")
    return role


def _said(registration: Registration, within: Sequence[str]) -> str:
    """What words are looked for in: the columns, and the name of the party or person in its own script."""
    texts = [getattr(registration, name) for name in within]
    return " ".join(text for text in (*texts, registration.answers.get("native_name")) if text)


def _has_flag(registration: Registration, wanted: str, facts: ReviewFacts) -> bool:
    kinds = {flag.kind.value for flag in blocking_of(registration, facts)}
    if wanted == CLEAR:
        return not kinds
    return bool(kinds) if wanted == "any" else wanted in kinds
