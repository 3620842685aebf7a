"""What a job prints: the sheets, in which documents, and whose they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.platform.wording import folded
from app.printing.badges import address_of, badge_of, imposed
from app.printing.comparing import rows_of
from app.printing.enums import JobForm, JobWhat, Sorting
from app.printing.itinerary import Itinerary
from app.printing.models import PrintedSheet, PrintJob, SheetKind
from app.printing.queries import itineraries_of_event, last_digests, personal_itineraries_of_event, sheets_by_id
from app.printing.queries.badges import due_badges, kept_codes
from app.printing.queries.sheets import Holder
from app.printing.reprints import kind_of, reprint_queue
from app.printing.service import Noted, live_address, noted_of
from app.printing.sheets import Edition, Sheet, sheet_of

MOST_WEIGHT = 350
"""So much is set at once, in tenths of a megabyte that a child needs for it besides the sixty of its own."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is printed, in which form and order; ``copies`` counts papers of each protected sheet."""

    what: JobWhat
    form: JobForm
    sorting: Sorting
    copies: int = 1


@dataclass(frozen=True, kw_only=True)
class Work:
    """One itinerary or badge to print: its papers, what is kept of them, and the sheet held until now."""

    name: str
    group: str
    sheets: tuple[Sheet, ...]
    noted: Noted
    held_id: int | None
    held_number: int | None


@dataclass(frozen=True, kw_only=True)
class Document:
    """Sheets that are set together; ``name`` is its name in an archive, without an ending."""

    name: str
    sheets: tuple[Sheet, ...]


def wanted(session: Session, event: Event, what: JobWhat) -> list[Itinerary]:
    """The itineraries of a job, by delegation and rank."""
    if what is JobWhat.PACKS:
        return itineraries_of_event(session, event)
    if what is JobWhat.PERSONS:
        return personal_itineraries_of_event(session, event)
    queue = reprint_queue(session, event)
    return [one.itinerary for one in (*queue.delegations, *queue.persons)]


def order_of(job: PrintJob) -> Order:
    return Order(what=job.what, form=job.form, sorting=job.sorting, copies=job.copies)


def gathered(session: Session, event: Event, order: Order, *, base_url: str, now: datetime) -> list[Work]:
    """Everything that is set, in the order in which it comes out of the printer."""
    if order.what is JobWhat.BADGES:
        works = _badges(session, event, base_url=base_url)
    else:
        digests = last_digests(session, event.id)
        held = sheets_by_id(session, [found[0] for found in digests.values()])
        works = [
            _work(event, one, digests, held, copies=order.copies, base_url=base_url, now=now)
            for one in wanted(session, event, order.what)
        ]
    # Sorting keeps the order of delegations and ranks among equal names.
    return sorted(works, key=lambda one: folded(one.name)) if order.sorting is Sorting.NAME else works


def _badges(session: Session, event: Event, *, base_url: str) -> list[Work]:
    due = due_badges(session, event)
    codes = kept_codes(session, event.id)
    return [
        Work(
            name=one.delegate.badge_name,
            group=one.delegate.delegation.code,
            sheets=(badge_of(event, one.delegate) | {"live": address_of(base_url, event, codes[one.delegate.id])},),
            noted=Noted(
                kind=SheetKind.BADGE,
                delegation_id=one.delegate.delegation_id,
                delegate_id=one.delegate.id,
                locale=one.delegate.locale or one.delegate.delegation.locale,
                content=one.content,
            ),
            held_id=one.held.id if one.held else None,
            held_number=one.held.number if one.held else None,
        )
        for one in due
    ]


def _work(
    event: Event,
    itinerary: Itinerary,
    digests: Mapping[Holder, tuple[int, str]],
    held: Mapping[int, PrintedSheet],
    *,
    copies: int,
    base_url: str,
    now: datetime,
) -> Work:
    found = digests.get((kind_of(itinerary), itinerary.delegation_id, itinerary.delegate_id))
    last = held[found[0]] if found else None
    counted = [(number, copies) for number in range(1, copies + 1)] if itinerary.is_protected else [None]
    editions = [
        Edition(
            number=last.number + 1 if last else 1,
            printed_at=now,
            before=rows_of(last.content, locale=itinerary.locale) if last else None,
            live_address=None,
            copy=copy,
        )
        for copy in counted
    ]
    # The child draws the code: a thousand of them take seconds.
    live = {"live": live_address(base_url, event, itinerary)}
    return Work(
        name=itinerary.name,
        group=itinerary.delegation_code,
        noted=noted_of(event, itinerary, copies=len(counted)),
        sheets=tuple(sheet_of(event, itinerary, edition) | live for edition in editions),
        held_id=last.id if last else None,
        held_number=last.number if last else None,
    )


def documents_of(works: Sequence[Work], order: Order) -> list[Document]:
    """What is set together: for an archive each delegation, for one document as many sheets as a child can bear."""
    bound = imposed if order.what is JobWhat.BADGES else list[Sheet]
    if order.form is JobForm.ZIP:
        groups: dict[str, list[Sheet]] = {}
        for work in works:
            groups.setdefault(work.group, []).extend(work.sheets)
        return [Document(name=name, sheets=tuple(bound(sheets))) for name, sheets in groups.items()]
    parts: list[list[Sheet]] = []
    weight = MOST_WEIGHT
    for sheet in bound([sheet for work in works for sheet in work.sheets]):
        weight += weight_of(sheet)
        if weight > MOST_WEIGHT:
            parts.append([])
            weight = weight_of(sheet)
        parts[-1].append(sheet)
    return [Document(name=f"{number:06d}", sheets=tuple(part)) for number, part in enumerate(parts)]


def weight_of(sheet: Sheet) -> int:
    """Tenths of a megabyte that setting a sheet takes: measured, a row takes half of one and a badge a whole one."""
    if "badges" in sheet:
        return 10 * len(sheet["badges"])
    return 3 + 4 * sum(len(day["items"]) for day in sheet["days"])
