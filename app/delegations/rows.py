"""The rows of the office's list of people, rendered once for each state of the edition, language and kind of reader."""

from collections.abc import Collection, Sequence

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.delegations.enums import Rank
from app.delegations.lists import Listed, whole
from app.events.models import Event
from app.platform import i18n
from app.platform.kept import kept
from app.platform.rendering import macro_of

RANKS = {rank.value: rank.name.lower() for rank in Rank}


def rows_of(
    session: Session,
    event: Event,
    shown: Sequence[Listed],
    *,
    state: str | None,
    decides: bool,
    reads_needs: bool,
    ticked: Collection[str] = (),
) -> list[Markup]:
    """The rows of these people in their order, in the language that is spoken.

    Args:
        state: of the edition, for rows that are kept; none where ticks stand in them, or where the edition was changed.
        decides: whether there is something to tick.
        reads_needs: whether the reader may know who needs something.
        ticked: what is ticked, as ``id:version``.
    """
    written: dict[int, Markup] = {}
    if state is not None:
        reader = (i18n.current_locale(), decides, reads_needs)
        written = kept(session, "rows of people", event_id=event.id, state=state, of=reader, read=dict)
    missing = {one.id: one for one in shown if one.id not in written}
    row = macro_of("delegations/person_row.html", "row")
    for one in whole(session, list(missing.values())):
        listed = missing[one.id]
        written[one.id] = row(
            one,
            base=f"/e/{event.slug}",
            helix=listed.helix,
            rank=RANKS.get(one.rank, "staff"),
            decides=decides,
            is_ticked=f"{one.id}:{one.version}" in ticked,
            needs=(listed.needs_access, listed.has_diet) if reads_needs else None,
        )
    return [written[one.id] for one in shown]
