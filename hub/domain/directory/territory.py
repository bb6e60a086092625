"""The communes and intercommunalities (EPCI) of Ille-et-Vilaine, as an immutable table built from rows.

A *place* is a commune (INSEE code, five characters) or a part of one: an IRIS of the statistical institute, whose nine
digits are the commune's code and four more. Parts are for the communes that several CDAS or sectors share.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

DEPARTEMENT_PREFIX: Final = "35"
_INSEE: Final = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")
_PART: Final = re.compile(r"[0-9]{9}")
_COMMUNE_LENGTH: Final = 5
_SPREADS_KEPT: Final = 4096

Held = TypeVar("Held")


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
        """Today's code for a former one, and for a part of a former one; any other code stands for itself."""
        return self.former.get(code) or self.former.get(code[:_COMMUNE_LENGTH], code)

    def commune_of(self, code: str) -> str:
        """The commune of today that the place is, or is a part of."""
        commune = code[:_COMMUNE_LENGTH]
        return self.former.get(commune, commune)

    def knows_commune(self, code: str) -> bool:
        """Whether `code` is acceptable as a place.

        A commune: well formed, and, where it begins with 35, in one of the two lists. A part: of a commune in one of
        the two lists.
        """
        if code in self.communes or code in self.former:
            return True
        if _PART.fullmatch(code):
            commune = code[:_COMMUNE_LENGTH]
            return commune in self.communes or commune in self.former
        return not code.startswith(DEPARTEMENT_PREFIX) and _INSEE.fullmatch(code) is not None

    def is_part(self, code: str) -> bool:
        """Whether `code` is that of a part of a commune of today."""
        return _PART.fullmatch(code) is not None and code[:_COMMUNE_LENGTH] in self.communes

    def in_departement(self, code: str) -> bool:
        """Whether the place lies in the département: its INSEE prefix decides, never its EPCI (C18)."""
        return code.startswith(DEPARTEMENT_PREFIX)

    def find(self, table: Mapping[str, Held], code: str) -> Held | None:
        """What a table by places of today says of `code`: of the part first, then of its commune; None for neither."""
        found = table.get(self.current(code))
        return found if found is not None else table.get(self.commune_of(code))

    def meet(self, one: frozenset[str], other: frozenset[str]) -> bool:
        """Whether two scopes share some ground: a part meets itself and its commune, not another part."""
        return not (
            one.isdisjoint(other)
            and one.isdisjoint(self._communes_of_parts(other))
            and other.isdisjoint(self._communes_of_parts(one))
        )

    def _communes_of_parts(self, scope: frozenset[str]) -> list[str]:
        return [code[:_COMMUNE_LENGTH] for code in scope if len(code) > _COMMUNE_LENGTH and self.is_part(code)]

    def spread(self, communes: tuple[str, ...], epci: tuple[str, ...]) -> frozenset[str]:
        """Every place of today that the two lists name together; empty when both are (the whole département)."""
        key = (communes, epci)
        found = self._spreads.get(key)
        if found is None:
            named = {self.current(code) for code in communes}
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
