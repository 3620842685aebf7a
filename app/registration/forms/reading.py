"""A sent page form as nested values: what a model reads, what is shown again, and what a draft keeps."""

from typing import Any

from app.delegations.pasting import pasted_rows
from app.platform.wording import kept
from app.registration.enums import Door
from app.registration.forms.delegation import MOST_MEMBERS
from app.registration.forms.nomination import MOST_PARTNERS

MEMBER_FIELDS = ("honorific", "family_name", "given_name", "native_name", "function", "email", "rank")
PARTNER_FIELDS = ("name", "country", "state")
COMMITMENT_FIELDS = ("by", "function", "on", "is_given")
LISTS = ("languages", "needs", "offers")
FLAT = {
    Door.DELEGATION: (
        "party_kind", "party_name", "native_name", "native_language", "country", "helix_role", "population",
        "may_be_listed", "contact_name", "contact_email", "contact_phone", "locale",
    ),
    Door.CITY: (
        "party_name", "native_name", "native_language", "country", "region", "population", "income_group",
        "partnership_aim", "component", "may_be_listed", "contact_name", "contact_function", "contact_email",
        "contact_phone", "locale",
    ),
    Door.INDIVIDUAL: (
        "given_name", "family_name", "email", "function", "native_name", "badge_name", "origin", "party_name",
        "country",
    ),
}  # fmt: skip


def typed_of(door: Door, form: Any) -> dict[str, Any]:
    """What a page form holds of this door's fields; empty text, empty rows and what nobody asked for left out."""
    flat = {name: _clean(form[name]) for name in FLAT[door] if name in form}
    typed: dict[str, Any] = {name: text for name, text in flat.items() if text}
    typed["languages"] = [_clean(one) for one in form.getlist("languages")]
    if door is Door.INDIVIDUAL:
        typed |= {name: [_clean(one) for one in form.getlist(name)] for name in ("needs", "offers")}
        return typed
    typed |= {"needs": intensities_of(form, "need"), "offers": intensities_of(form, "offer")}
    if door is Door.CITY:
        typed["partners"] = partner_rows_of(form)
        commitment = {name: _clean(form.get(f"commitment-{name}", "")) for name in COMMITMENT_FIELDS}
        if any(commitment.values()):
            typed["commitment"] = {name: text for name, text in commitment.items() if text}
        return typed
    typed["members"] = [
        {**row, "is_head": number == 0}
        for number, row in enumerate((rows_of(form) + pasted_rows(_clean(form.get("pasted", ""))))[: MOST_MEMBERS + 1])
    ]
    return typed


def rows_of(form: Any) -> list[dict[str, str]]:
    """The member rows of a sent page form (``member-0-family_name`` …), rows without any text left out."""
    return _rows(form, "member", MEMBER_FIELDS, most=MOST_MEMBERS, not_alone=("rank",))


def partner_rows_of(form: Any) -> list[dict[str, str]]:
    """The partner rows of a sent page form (``partner-0-name`` …), rows that name nobody left out."""
    return _rows(form, "partner", PARTNER_FIELDS, most=MOST_PARTNERS, not_alone=("state",))


def intensities_of(form: Any, prefix: str) -> dict[str, str]:
    """The challenges of a sent page form (``need-waste=5``), those left at nothing left out."""
    chosen: dict[str, str] = {}
    for key in form:
        if key.startswith(f"{prefix}-") and str(form[key]).strip() not in {"", "0"}:
            chosen[_clean(key.removeprefix(f"{prefix}-"))] = _clean(form[key])
    return chosen


def _rows(
    form: Any, prefix: str, fields: tuple[str, ...], *, most: int, not_alone: tuple[str, ...]
) -> list[dict[str, str]]:
    """Numbered rows; a row that says nothing but ``not_alone`` (a list that starts at a value) is not there."""
    rows: dict[int, dict[str, str]] = {}
    for key in form:
        start, _, rest = key.partition("-")
        number, _, field = rest.partition("-")
        if start != prefix or not number.isdecimal() or int(number) >= most or field not in fields:
            continue
        text = _clean(form[key])
        if text:
            rows.setdefault(int(number), {})[field] = text
    return [rows[number] for number in sorted(rows) if rows[number].keys() - set(not_alone)]


def _clean(content: Any) -> str:
    """Text as it is kept; a file sent in place of text is none."""
    return kept(content) if isinstance(content, str) else ""
