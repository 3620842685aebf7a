"""What the pairing needs of an organiser: sessions without a partnership or a moderator, answers and questions."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from app.agenda.partnerships import case_sessions_without_moderator, sessions_without_partnership
from app.events.models import Event
from app.office.needed import Needed
from app.pairing.answers import questions_of
from app.pairing.enums import Consent, PartnershipState
from app.pairing.models import Partnership
from app.pairing.queries import declined_without_successor, title_of
from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext


def needs_of_pairing(session: Session, event: Event, base: str, standing: Sequence[Partnership]) -> Iterator[Needed]:
    """Of the partnerships that stand, of those that ended, and of their sessions."""
    if orphans := sessions_without_partnership(session, event.id):
        yield Needed(
            title=ngettext(
                "%(num)s session belongs to a partnership that ended",
                "%(num)s sessions belong to partnerships that ended",
                len(orphans),
            )
            % {"num": len(orphans)},
            why=_("%(title)s. Cancel it, or give it another purpose.") % {"title": orphans[0].title},
            harm="danger",
            icon="pair",
            href=f"{base}/agenda/sessions/{orphans[0].id}",
            verb=_("Look"),
        )
    unmoderated = case_sessions_without_moderator(session, event.id)
    if unmoderated:
        yield Needed(
            title=ngettext(
                "%(num)s case city session has no moderator",
                "%(num)s case city sessions have no moderator",
                len(unmoderated),
            )
            % {"num": len(unmoderated)},
            why=unmoderated[0].title,
            harm="warn",
            icon="pair",
            href=f"{base}/agenda/sessions/{unmoderated[0].id}",
            verb=_("Name one"),
        )
    declined = declined_without_successor(session, event.id, standing)
    if declined:
        yield Needed(
            title=ngettext("%(num)s partnership was declined", "%(num)s partnerships were declined", len(declined))
            % {"num": len(declined)},
            why=_("%(title)s. The best replacement leaves all other partnerships alone.")
            % {"title": title_of(declined[0])},
            harm="danger",
            icon="pair",
            href=f"{base}/partnerships/{declined[0].id}",
            verb=_("Look and propose"),
        )
    to_ask = [one for one in standing if one.state is PartnershipState.PROPOSED]
    asked = [one for one in standing if one.state is PartnershipState.ASKED]
    silent = sum(member.consent is Consent.PENDING for one in asked for member in one.members)
    if to_ask:
        yield Needed(
            title=ngettext("%(num)s partnership is proposed", "%(num)s partnerships are proposed", len(to_ask))
            % {"num": len(to_ask)},
            why=_("Their cities have not been asked."),
            harm="warn",
            icon="pair",
            href=f"{base}/pairing",
            verb=_("Ask the cities"),
        )
    if silent:
        yield Needed(
            title=ngettext("%(num)s member has not answered", "%(num)s members have not answered", silent)
            % {"num": silent},
            why=_("Before all members agree a partnership is not public."),
            harm="warn",
            icon="pair",
            href=f"{base}/pairing/consent?state=waiting",
            verb=_("Look"),
        )
    questions = [one for asked in questions_of(session, event.id).values() for one in asked if one.reply is None]
    if questions:
        yield Needed(
            title=ngettext(
                "%(num)s question about a partnership waits",
                "%(num)s questions about partnerships wait",
                len(questions),
            )
            % {"num": len(questions)},
            why=_("A side that asked does not answer before it has a reply."),
            harm="warn",
            icon="pair",
            href=f"{base}/partnerships/{questions[0].partnership_id}#questions",
            verb=_("Reply"),
        )
