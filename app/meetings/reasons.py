"""Why a wish has no meeting, in the words of the organiser: the rule that binds, and whom it concerns by name."""

import re
from collections.abc import Mapping

from app.platform.i18n import gettext as _

GIVEN = re.compile(r"(?P<rule>[a-z]+(?:_[a-z]+)*): (?P<said>.+)")
PERSON = re.compile(r"\bp(\d+)\b")


def people_in(reason: str | None) -> frozenset[int]:
    """The IDs of the delegates whom a reason of the scheduler names."""
    return frozenset(int(found) for found in PERSON.findall(reason or "")) if _rule_of(reason) else frozenset()


def reason_words(reason: str | None, names: Mapping[int, str]) -> str:
    """A reason as a page says it; what somebody typed, such as why a meeting was cancelled, stays as it is."""
    if not reason:
        return _("not planned yet")
    rule = _rule_of(reason)
    if rule is None:
        return reason
    said = reason.partition(": ")[2]
    people = [names.get(int(one), _("somebody")) for one in PERSON.findall(said)]
    return _words()[rule] % {"who": ", ".join(people) or said.partition(" is ")[0]}


def kind_of(reason: str | None) -> str:
    """The rule that a reason names; ``planned`` where no plan has judged the wish, ``said`` where somebody typed it."""
    if not reason:
        return "planned"
    return _rule_of(reason) or "said"


def kind_words(kind: str) -> str:
    """A kind of reason in few words, without names."""
    return {
        "planned": _("Not planned yet"),
        "said": _("Cancelled, for a reason of its own"),
        "limits_of_person": _("Somebody has as many as allowed"),
        "person_in_one_meeting": _("Somebody has no slot left"),
        "person_not_busy": _("Somebody is engaged elsewhere"),
        "person_not_absent": _("Somebody is not there"),
        "resource_not_overused": _("No team is free"),
        "order_kept": _("No time left around another meeting"),
        "inside_block_and_slots": _("No slot that it could have"),
        "no_veto": _("They do not want to meet"),
    }.get(kind) or _words()[kind]


def _rule_of(reason: str | None) -> str | None:
    given = GIVEN.fullmatch(reason or "")
    return given["rule"] if given and given["rule"] in RULES else None


def _words() -> dict[str, str]:
    """By rule of scheduler/meetings/MODEL.md; ``value`` is none, it says that others came first."""
    return {
        "limits_of_person": _("%(who)s has as many meetings as allowed"),
        "person_in_one_meeting": _("One meeting at a time: %(who)s has no slot left"),
        "person_not_busy": _("%(who)s is engaged elsewhere in every slot in question"),
        "person_not_absent": _("%(who)s is not there in any slot in question"),
        "resource_not_overused": _("No team is free: %(who)s"),
        "order_kept": _("No time is left before or after another meeting that it must follow"),
        "table_hosts_one_meeting": _("Every table is taken"),
        "table_open": _("No table is open"),
        "inside_block_and_slots": _("It names no slot that it could have"),
        "seats_fit": _("No table has enough seats"),
        "zone_kept": _("No table is in its zone"),
        "own_table_kept": _("Its people cannot meet at one table"),
        "no_veto": _("%(who)s do not want to meet"),
        "value": _("Other wishes come first"),
    }


RULES = frozenset(_words())
