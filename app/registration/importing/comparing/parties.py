"""Cities and organisations that rows name: those that are here, and those that the list brings."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from app.delegations.enums import HelixRole
from app.delegations.models import Organisation, Party
from app.platform.i18n import gettext as _
from app.platform.rendering import country_name
from app.platform.wording import words_key
from app.registration.importing.comparing.judged import RowFault


@dataclass(frozen=True)
class NewParty:
    """A party that the list brings, as its first row says."""

    name: str
    country: str
    helix_role: HelixRole


class Parties:
    """Finds a party by its name in any script, and by the country where two share a name."""

    def __init__(self, here: Iterable[Party]) -> None:
        self._here: dict[str, list[Party]] = defaultdict(list)
        self._new: dict[str, list[NewParty]] = defaultdict(list)
        for party in here:
            for key in {words_key(name) for name in (party.name, party.native_name) if name}:
                self._here[key].append(party)

    def find(self, name: str, *, country: str | None, helix_role: HelixRole | None) -> Party | NewParty:
        """The party of a row.

        Raises:
            RowFault: two have this name, it is of another kind, or a new one of which too little is said.
        """
        key = words_key(name) or name
        named = self._here[key]
        fitting = [party for party in named if country is None or party.country in {country, None}]
        if len(fitting) > 1 and helix_role is not None:
            fitting = [party for party in fitting if helix_of(party) is helix_role]
        if len(fitting) > 1:
            raise RowFault("country", _("There are two named %(name)s. Give the country.") % {"name": name})
        if fitting:
            if helix_role is not None and helix_of(fitting[0]) is not helix_role:
                raise RowFault(
                    "helix_role",
                    _("%(name)s is here as %(kind)s.") % {"name": name, "kind": said_of(helix_of(fitting[0]))},
                )
            return fitting[0]
        brought = [one for one in self._new[key] if country is None or one.country == country]
        if len(brought) == 1:
            return brought[0]
        return self._bring(key, name, country, helix_role, named)

    def _bring(
        self, key: str, name: str, country: str | None, helix_role: HelixRole | None, named: list[Party]
    ) -> NewParty:
        if country is None:
            raise RowFault("country", _("%(name)s is not here yet. Give the country.") % {"name": name})
        if helix_role is None:
            here = [country_name(party.country, "en") for party in named if party.country]
            known = _("%(name)s is here in %(country)s.") % {"name": name, "country": here[0]} if here else ""
            text = _("%(name)s is not here yet. Say what it is: government for a city, business, academia …")
            raise RowFault("helix_role", " ".join(part for part in (known, text % {"name": name}) if part))
        new = NewParty(name, country, helix_role)
        self._new[key].append(new)
        return new


def helix_of(party: Party) -> HelixRole:
    """A city is government."""
    return party.helix_role if isinstance(party, Organisation) else HelixRole.GOVERNMENT


def said_of(role: HelixRole) -> str:
    return role.value.replace("_", " ")
