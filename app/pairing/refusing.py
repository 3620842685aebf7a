"""What no problem file can say of an organisation's "no": to which triangle it was said."""

from sqlalchemy.orm import Session

from app.pairing.planner import PairingFacts, wanted_of
from app.pairing.queries import partnership_in_event, refusals_of
from app.pairing.wanted import Wanted
from app.platform.i18n import gettext as _
from scheduler.pairing.solution import PairingSolution


def refused_again(
    session: Session, facts: PairingFacts, solution: PairingSolution, wanted: Wanted | None = None
) -> tuple[str, ...]:
    """Triangles of a plan to which their organisation said no, each in a sentence.

    The problem lets an organisation that said no keep as many triangles as it has, not which.

    Args:
        wanted: in place of what organisers have stored, for a what-if.
    """
    resting = (wanted or wanted_of(session, facts)).resting
    planned = {frozenset(facts.parties[one].id for one in proposed.ids) for proposed in solution.partnerships}
    by_id = {party.id: party for party in facts.parties.values()}
    said = []
    for refusal in refusals_of(session, facts.event.id):
        declined = partnership_in_event(session, facts.event.id, refusal.partnership_id)
        members = frozenset(member.party_id for member in declined.members)
        if members not in planned or frozenset((by_id[refusal.organisation_id].slug,)) not in resting:
            continue
        others = sorted(by_id[one].name for one in members if one != refusal.organisation_id)
        said.append(
            _("%(name)s said no to a triangle with %(others)s.")
            % {"name": by_id[refusal.organisation_id].name, "others": ", ".join(others)}
        )
    return tuple(said)
