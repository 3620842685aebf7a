"""What needs an organiser now: each with why it matters, how many, when it is due, and what to do."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.agenda.models import AgendaRelease
from app.agenda.preview import preview_of
from app.events.models import Event
from app.meetings.enums import Answer
from app.meetings.queries import answer_counts, held_count
from app.office.absence import placed_while_away
from app.office.leavers import paired_without_coming, planned_without_coming
from app.office.needed import Needed
from app.office.overlaps import overlapping_drafts
from app.office.pairing_needs import needs_of_pairing
from app.office.people_needs import needs_of_people
from app.pairing.models import Partnership
from app.pairing.queries import partnerships_of
from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext
from app.platform.outbox import MailState, OutboxMail
from app.printing.reprints import outdated_count
from app.visits.queries import unconfirmed_count


def needs_of(
    session: Session,
    event: Event,
    *,
    standing: Sequence[Needed] | None = None,
    answers: Mapping[Answer, int] | None = None,
    held: int | None = None,
) -> tuple[Needed, ...]:
    """All things to do, in order of harm; ``standing`` needs and numbers of wishes where they were read before."""
    base = f"/e/{event.slug}/manage"
    found = [
        *_away(session, event),
        *(standing_needs(session, event) if standing is None else standing),
        *_meetings(
            base,
            accepted=(answer_counts(session, event.id) if answers is None else answers)[Answer.ACCEPTED],
            held=held_count(session, event.id) if held is None else held,
        ),
        *_visits(session, event, base),
        *_outbox(session, event, base),
        *_sheets(session, event, base),
    ]
    order: dict[str, int] = {"danger": 0, "warn": 1, "accent": 2}
    return tuple(sorted(found, key=lambda one: order[one.harm]))


def standing_needs(
    session: Session, event: Event, *, pairs: Sequence[Partnership] | None = None, release: AgendaRelease | None = None
) -> tuple[Needed, ...]:
    """Those that no booking changes; ``pairs`` that stand and the newest release where they were read before."""
    base = f"/e/{event.slug}/manage"
    return (
        *_agenda(session, event, base, release),
        *needs_of_people(session, event, base),
        *_withdrawn(session, event, base),
        *needs_of_pairing(session, event, base, partnerships_of(session, event.id) if pairs is None else pairs),
    )


def _away(session: Session, event: Event) -> Iterator[Needed]:
    """Released sessions, held meetings and confirmed visits of people who are not there then."""
    if found := placed_while_away(session, event):
        people = len({one.delegate_id for one in found})
        yield Needed(
            title=ngettext(
                "%(num)s item is placed while somebody is away",
                "%(num)s items are placed while somebody is away",
                len(found),
            )
            % {"num": len(found)},
            why=found[0].message
            if people == 1
            else ngettext("%(num)s person is touched.", "%(num)s people are touched.", people) % {"num": people},
            harm="danger",
            icon="blocks",
            href=f"/e/{event.slug}/people/{found[0].delegate_id}/times",
            verb=_("Look"),
        )


def _agenda(session: Session, event: Event, base: str, newest: AgendaRelease | None) -> Iterator[Needed]:
    found = preview_of(session, event, known=newest)
    if not found.facts.sessions:
        return
    broken = found.blocking
    unplaced = len(found.facts.sessions) - len(found.entries)
    if unplaced:
        yield Needed(
            title=ngettext("%(num)s session has no place", "%(num)s sessions have no place", unplaced)
            % {"num": unplaced},
            why=_("The solver can place them all in under a minute."),
            harm="warn",
            icon="calendar",
            href=f"{base}/agenda",
            verb=_("Open the board"),
        )
    elif broken:
        yield Needed(
            title=ngettext(
                "%(num)s broken rule blocks the release", "%(num)s broken rules block the release", len(broken)
            )
            % {"num": len(broken)},
            why=broken[0].sentence,
            harm="danger",
            icon="blocks",
            href=f"{base}/agenda",
            verb=_("Fix on the board"),
        )
    release, changes = found.newest, found.changes
    if changes and not broken and not unplaced:
        yield Needed(
            title=_("The agenda differs from what the public sees") if release else _("The agenda is not released yet"),
            why=ngettext("%(num)s session differs.", "%(num)s sessions differ.", len(changes)) % {"num": len(changes)},
            harm="warn",
            icon="calendar",
            href=f"{base}/agenda/release",
            verb=_("Check and release"),
        )


def _withdrawn(session: Session, event: Event, base: str) -> Iterator[Needed]:
    """Named ``person_takes_part``: whoever withdrew still stands on the agenda, on a visit or in a partnership."""
    people = planned_without_coming(session, event.id)
    if people:
        yield Needed(
            title=ngettext(
                "%(num)s person who withdrew is still planned",
                "%(num)s people who withdrew are still planned",
                len(people),
            )
            % {"num": len(people)},
            why=_("Take them off, then release: %(names)s.") % {"names": "; ".join(people[:3])},
            harm="danger",
            icon="blocks",
            href=f"{base}/agenda",
            verb=_("Open the board"),
        )
    cities = paired_without_coming(session, event.id)
    if cities:
        yield Needed(
            title=ngettext(
                "%(num)s city that withdrew is in a partnership",
                "%(num)s cities that withdrew are in partnerships",
                len(cities),
            )
            % {"num": len(cities)},
            why=", ".join(cities),
            harm="danger",
            icon="pair",
            href=f"{base}/pairing",
            verb=_("Look"),
        )


def _meetings(base: str, *, accepted: int, held: int) -> Iterator[Needed]:
    if accepted > held:
        number = accepted - held
        yield Needed(
            title=ngettext("%(num)s accepted meeting has no time", "%(num)s accepted meetings have no time", number)
            % {"num": number},
            why=_("%(held)s of %(accepted)s have a slot and a table.") % {"held": held, "accepted": accepted},
            harm="accent",
            icon="table",
            href=f"{base}/meetings",
            verb=_("Schedule them"),
        )


def _visits(session: Session, event: Event, base: str) -> Iterator[Needed]:
    overlaps = overlapping_drafts(session, event)
    if overlaps:
        visits = len({one.visit_id for one in overlaps})
        yield Needed(
            title=ngettext(
                "%(num)s visit that is not confirmed overlaps something else",
                "%(num)s visits that are not confirmed overlap something else",
                visits,
            )
            % {"num": visits},
            why=overlaps[0].message,
            harm="warn",
            icon="clock",
            href=f"/e/{event.slug}/delegations/{overlaps[0].delegation_id}",
            verb=_("Look"),
        )
    number = unconfirmed_count(session, event.id)
    if number:
        yield Needed(
            title=ngettext("%(num)s visit is not confirmed", "%(num)s visits are not confirmed", number)
            % {"num": number},
            why=_("Only confirmed items keep their people free."),
            harm="accent",
            icon="clock",
            href=f"{base}/delegations",
            verb=_("Look"),
        )


def _outbox(session: Session, event: Event, base: str) -> Iterator[Needed]:
    held = session.scalar(
        select(func.count()).where(OutboxMail.event_id == event.id, OutboxMail.state == MailState.HELD)
    )
    if held:
        yield Needed(
            title=ngettext("%(num)s notice waits in the outbox", "%(num)s notices wait in the outbox", held)
            % {"num": held},
            why=_("One each for the people concerned. Nobody else is written to."),
            harm="accent",
            icon="mail",
            href=f"{base}/outbox",
            verb=_("Look and send"),
        )


def _sheets(session: Session, event: Event, base: str) -> Iterator[Needed]:
    outdated = outdated_count(session, event)
    if outdated:
        yield Needed(
            title=ngettext("%(num)s printed sheet is out of date", "%(num)s printed sheets are out of date", outdated)
            % {"num": outdated},
            why=_("Only these people hold a sheet that differs from the plan."),
            harm="accent",
            icon="print",
            href=f"{base}/print",
            verb=_("Print %(num)s") % {"num": outdated},
        )
