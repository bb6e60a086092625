"""The communes and intercommunalities (EPCI) of Ille-et-Vilaine, as an immutable table built from rows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

DEPARTEMENT_PREFIX: Final = "35"
_INSEE: Final = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")
_SPREADS_KEPT: Final = 4096


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today: INSEE code, name, postal codes, inhabitants, and the EPCI that it belongs to."""

    code: str
    name: str
    postal_codes: tuple[str, ...]
    population: int
    arrondissement: str
    epci: str


@dataclass(frozen=True, slots=True)
class Epci:
    """An intercommunality: SIREN, name, and those of its communes that lie in the département."""

    code: str
    name: str
    communes: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Territory:
    """The département: communes of today, former codes with the code that replaces each, and EPCI."""

    communes: Mapping[str, Commune]
    former: Mapping[str, str]
    epci: Mapping[str, Epci]
    _spreads: dict[tuple[tuple[str, ...], tuple[str, ...]], frozenset[str]] = field(default_factory=dict, repr=False)

    def current(self, code: str) -> str:
        """Today's code for a former one; any other code stands for itself."""
        return self.former.get(code, code)

    def knows_commune(self, code: str) -> bool:
        """Whether `code` is acceptable: well formed, and, where it begins with 35, in one of the two lists."""
        if code in self.communes or code in self.former:
            return True
        return not code.startswith(DEPARTEMENT_PREFIX) and _INSEE.fullmatch(code) is not None

    def in_departement(self, code: str) -> bool:
        """Whether the commune lies in the département: its INSEE prefix decides, never its EPCI (C18)."""
        return code.startswith(DEPARTEMENT_PREFIX)

    def spread(self, communes: tuple[str, ...], epci: tuple[str, ...]) -> frozenset[str]:
        """Every commune of today that the two lists name together; empty when both are (the whole département)."""
        key = (communes, epci)
        found = self._spreads.get(key)
        if found is None:
            named = {self.former.get(code, code) for code in communes}
            for code in epci:
                known = self.epci.get(code)
                # An EPCI that this table lacks keeps the scope limited: it must never widen to the whole département.
                named |= known.communes if known else {code}
            found = frozenset(named)
            if len(self._spreads) < _SPREADS_KEPT:
                self._spreads[key] = found
        return found


def build_territory(communes: Sequence[Mapping[str, str]], former: Iterable[Mapping[str, str]]) -> Territory:
    """Build the territory from the rows of the two shipped tables (column names as in the files).

    Raises KeyError for a missing column and ValueError for a population that is no number.
    """
    table = {
        row["code_insee"]: Commune(
            code=row["code_insee"],
            name=row["nom"],
            postal_codes=tuple(row["codes_postaux"].split("|")),
            population=int(row["population"]),
            arrondissement=row["arrondissement"],
            epci=row["siren_epci"],
        )
        for row in communes
    }
    members: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for row in communes:
        members.setdefault(row["siren_epci"], set()).add(row["code_insee"])
        names[row["siren_epci"]] = row["nom_epci"]
    epci = {code: Epci(code, names[code], frozenset(held)) for code, held in members.items()}
    replaced = {
        row["code_ancien"]: row["code_chef_lieu"] for row in former if row["code_ancien"] != row["code_chef_lieu"]
    }
    return Territory(table, replaced, epci)
