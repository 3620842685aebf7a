"""What was typed or stands in an address, as choices that the edition can make sense of."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from app.delegations.models import City, Party
from app.pairing.choices import Choices, of_pairs
from app.pairing.forms import ChoicesForm, CountriesForm, MinimumsForm, SharesForm, TogetherForm, WeightsForm
from app.pairing.planner import PairingFacts
from app.pairing.wanted import RULED, SHARED, SWITCHES, WEIGHED, Couple
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.platform.wording import folded

LARGEST = 2**31 - 1


def choices_of(facts: PairingFacts, form: ChoicesForm) -> Choices:
    """The choices of an address.

    Raises:
        Refused: it is not written as these pages write it, or speaks of parties that are there no more.
    """
    try:
        choices = of_pairs(form.pairs())
    except (ValueError, IndexError):
        raise Refused(_("This address holds a choice that cannot be read. Begin anew from the pairing.")) from None
    _require_parties(facts, choices)
    _require_numbers(choices)
    return choices


def together_of(facts: PairingFacts, form: TogetherForm) -> Choices:
    """A pin or a veto of members given by name.

    Raises:
        Refused: with the field of a name that nobody or more than one has, or members that cannot be put so.
    """
    errors: dict[str, str] = {}
    found: dict[str, Party] = {}
    for field, name in (("first", form.first), ("second", form.second), ("third", form.third)):
        if name is None:
            continue
        named = _named(facts, name)
        if len(named) == 1:
            found[field] = named[0]
        else:
            errors[field] = (
                _("Nobody here is called so.") if not named else _("More than one is called so: use the list.")
            )
    if not errors and len({party.id for party in found.values()}) < len(found):
        errors["second"] = _("These are the same.")
    if form.do == "veto" and form.third is not None:
        errors.setdefault("third", _("Two cities are kept apart at a time."))
    if form.do == "veto" or form.third is None:
        for field in ("first", "second"):
            if field in found and not isinstance(found[field], City):
                errors.setdefault(field, _no_city(form))
    if errors:
        raise Refused(errors)
    members = frozenset(party.slug for party in found.values())
    if form.do == "pin":
        return Choices(pin=(members,))
    return Choices(veto={members: found[form.said_by].slug if form.said_by else None})


def _no_city(form: TogetherForm) -> str:
    if form.do == "pin":
        return _("An organisation facilitates triangles; a pair is of two cities.")
    return _(
        "Two cities are kept apart, not a city and an organisation. What the organisation facilitates, and in how many "
        "triangles, is set on its page: see “Facilitating organisations”."
    )


def countries_of(form: CountriesForm) -> Choices:
    """Two countries to keep apart."""
    return Choices(apart=(frozenset((form.country, form.other_country)),))


def shares_of(form: SharesForm) -> Choices:
    """Limits of the modalities.

    Raises:
        Refused: a least share above the most, or least shares of more than everything.
    """
    shares = {}
    errors: dict[str, str] = {}
    for name in SHARED:
        field = name.replace("-", "_")
        least = getattr(form, f"{field}_min") or Decimal(0)
        most = getattr(form, f"{field}_max")
        shares[name] = (least, Decimal(100) if most is None else most)
        if least > shares[name][1]:
            errors[f"{field}_min"] = _("The least is more than the most.")
    if sum(least for least, _most in shares.values()) > 100:
        errors.setdefault("south_south_min", _("Together the least shares are more than everything."))
    if errors:
        raise Refused(errors)
    return Choices(shares=shares)


def weights_of(form: WeightsForm) -> Choices:
    """Other weights."""
    return Choices(weights={name: getattr(form, name) for name in WEIGHED})


def minimums_of(form: MinimumsForm) -> Choices:
    """Other limits on the value of a pair and the size of a city."""
    return Choices(rules={"min_pair_value": form.min_pair_value, "min_population": form.min_population})


def _require_parties(facts: PairingFacts, choices: Choices) -> None:
    cities = {city.slug for city in facts.cities}
    parties = set(facts.parties)
    pairs: list[Couple] = [*choices.veto, *choices.unveto, *choices.untie, *map(frozenset, choices.unsay)]
    known = (
        all(
            len(pin) in (2, 3) and pin <= (cities if len(pin) == 2 else parties)
            for pin in (*choices.pin, *choices.unpin)
        )
        and all(len(pair) == 2 and pair <= cities for pair in pairs)
        and all(by is None or by in couple for couple, by in choices.veto.items())
        and all(_is_country(code) for pair in (*choices.apart, *choices.unapart) for code in pair)
        and choices.limits.keys() <= parties
        and all(len(one) == 1 and one <= parties - cities for one in choices.again)
    )
    if not known:
        raise Refused(_("A city or an organisation of this what-if is not among those that can be paired any more."))


def _require_numbers(choices: Choices) -> None:
    whole: Iterable[tuple[Mapping[str, int], Mapping[str, int]]] = (
        (choices.weights, WEIGHED),
        (choices.rules, RULED),
        (choices.limits, choices.limits),
    )
    fits = (
        all(names.keys() <= known.keys() and all(0 <= n <= LARGEST for n in names.values()) for names, known in whole)
        and all(choices.rules.get(name, 0) <= 1 for name in SWITCHES)
        and choices.shares.keys() <= set(SHARED)
        and all(0 <= least <= most <= 100 for least, most in choices.shares.values())
    )
    if not fits:
        raise Refused(_("This address holds a number that cannot be. Begin anew from the pairing."))


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()


def _named(facts: PairingFacts, name: str) -> list[Party]:
    """Those called so; the list of the field tells namesakes apart by their country."""
    by_slug = facts.parties.get(name)
    if by_slug is not None:
        return [by_slug]
    wanted = folded(name)
    return [party for party in facts.parties.values() if wanted in (folded(party.name), folded(party.slug))]
