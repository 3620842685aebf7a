"""What needs an organiser about the people: forms that wait, people who look like others, fields to look at."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.agenda.absences import absences_of
from app.delegations.models import Delegate
from app.delegations.names import latin_name_of
from app.delegations.rechecks import waiting_recheck_count
from app.events.models import Event
from app.office.needed import Needed
from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext
from app.registration.duplicates import duplicates_of
from app.registration.enums import RegistrationState
from app.registration.queries import open_erasures, state_counts


def needs_of_people(session: Session, event: Event, base: str) -> Iterator[Needed]:
    """All of them, with the lists that show them."""
    yield from _erasures(session, event, base)
    yield from _registrations(session, event, base)
    yield from _duplicates(session, event, base)
    yield from _unapproved(session, event, base)
    yield from _rechecks(session, event, base)
    yield from _absent(session, event, base)


def _absent(session: Session, event: Event, base: str) -> Iterator[Needed]:
    """Who said that they cannot come to a session, until somebody goes instead, they are taken off, or they come."""
    absences = absences_of(session, event.id)
    if absences:
        first = absences[0]
        said = {"name": latin_name_of(first.delegate), "title": first.session.title}
        yield Needed(
            title=ngettext(
                "%(num)s person cannot come to a session", "%(num)s people cannot come to a session", len(absences)
            )
            % {"num": len(absences)},
            why=_("%(name)s: %(title)s. Another could go.") % said
            if first.instead_id is not None
            else _("%(name)s: %(title)s. Nobody is named instead.") % said,
            harm="danger",
            icon="calendar",
            href=f"{base}/agenda/sessions/{first.session_id}#absent",
            verb=_("Decide"),
        )


def _erasures(session: Session, event: Event, base: str) -> Iterator[Needed]:
    asked = open_erasures(session, event.id)
    if asked:
        yield Needed(
            title=ngettext("%(num)s person asks to be erased", "%(num)s people ask to be erased", len(asked))
            % {"num": len(asked)},
            why=_("The law gives a month: the first is due on %(day)s.") % {"day": asked[0].due_on.isoformat()},
            harm="warn",
            icon="person",
            href=f"{base}/erasures",
            verb=_("Answer"),
        )


def _registrations(session: Session, event: Event, base: str) -> Iterator[Needed]:
    waiting = state_counts(session, event.id)[RegistrationState.SUBMITTED]
    if waiting:
        yield Needed(
            title=ngettext(
                "%(num)s registration waits for a decision", "%(num)s registrations wait for a decision", waiting
            )
            % {"num": waiting},
            why=_("Without a decision nobody of them gets a pass."),
            harm="warn",
            icon="people",
            href=f"{base}/registrations?state=submitted",
            verb=_("Review %(num)s") % {"num": waiting},
        )


def _duplicates(session: Session, event: Event, base: str) -> Iterator[Needed]:
    pairs = duplicates_of(session, event.id)
    forms = {pair.one.registration_id or pair.other.registration_id for pair in pairs} - {None}
    twins = sum(pair.one.registration_id is None and pair.other.registration_id is None for pair in pairs)
    if forms:
        yield Needed(
            title=ngettext(
                "%(num)s registration looks like people we already have",
                "%(num)s registrations look like people we already have",
                len(forms),
            )
            % {"num": len(forms)},
            why=_("Approved as they stand, the same person gets two badges and two schedules."),
            harm="warn",
            icon="people",
            href=f"{base}/registrations?state=all&flag=duplicate",
            verb=_("Compare"),
        )
    if twins:
        yield Needed(
            title=ngettext("%(num)s pair looks like one person", "%(num)s pairs look like one person", twins)
            % {"num": twins},
            why=_("A merge keeps the meetings, roles and log of both."),
            harm="accent",
            icon="people",
            href=f"{base}/duplicates",
            verb=_("Compare"),
        )


def _unapproved(session: Session, event: Event, base: str) -> Iterator[Needed]:
    waiting = session.scalar(
        select(func.count())
        .select_from(Delegate)
        .where(Delegate.event_id == event.id, Delegate.is_active.is_(True), Delegate.approved_at.is_(None))
    )
    if waiting:
        yield Needed(
            title=ngettext("%(num)s person waits for approval", "%(num)s people wait for approval", waiting)
            % {"num": waiting},
            why=_("They came from a list or were added to a delegation."),
            harm="accent",
            icon="people",
            href=f"{base}/people?state=new",
            verb=_("Review %(num)s") % {"num": waiting},
        )


def _rechecks(session: Session, event: Event, base: str) -> Iterator[Needed]:
    waiting = waiting_recheck_count(session, event.id)
    if waiting:
        yield Needed(
            title=ngettext("%(num)s changed field waits for a look", "%(num)s changed fields wait for a look", waiting)
            % {"num": waiting},
            why=_("A name or a photo changed after approval. Until then the old one stands on the badge."),
            harm="accent",
            icon="badge",
            href=f"{base}/people?state=recheck",
            verb=_("Look"),
        )
