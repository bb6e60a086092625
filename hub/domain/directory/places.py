"""Checks of the places that an event names: communes, EPCI and CDAS codes, wherever they stand in the data."""

import re
from collections.abc import Iterator
from typing import Final

from hub.domain.directory.territory import Territory
from hub.domain.events import Data
from hub.domain.faults import SemanticFault

CDAS_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}")
"""Shape of a CDAS code: the list itself (annexe 6) is directory data."""


def place_faults(data: Data, territory: Territory) -> Iterator[SemanticFault]:
    """Faults of the fields `communes`, `epci`, `cdas`, `household.commune`, `emitter.cdas` and `support[].cdas`."""
    household = data.get("household")
    if household is not None:
        yield from _commune(household["commune"], "/data/household/commune", territory)
    for index, code in enumerate(data.get("communes") or ()):
        yield from _commune(code, f"/data/communes/{index}", territory)
    for index, code in enumerate(data.get("epci") or ()):
        if code not in territory.epci:
            detail = "no EPCI of Ille-et-Vilaine has this SIREN; the list ships with the hub"
            yield SemanticFault("EPCI_UNKNOWN", f"/data/epci/{index}", detail)
    yield from _cdas_faults(data)


def _commune(code: str | None, pointer: str, territory: Territory) -> Iterator[SemanticFault]:
    if code is not None and not territory.knows_commune(code):
        detail = (
            "no such commune: five characters of the official geographic code, present or former, "
            "or the nine digits of an IRIS of Ille-et-Vilaine"
        )
        yield SemanticFault("COMMUNE_UNKNOWN", pointer, detail)


def _cdas_faults(data: Data) -> Iterator[SemanticFault]:
    cdas = data.get("cdas")
    if isinstance(cdas, str):
        yield from _cdas(cdas, "/data/cdas")
    elif cdas is not None:
        for index, code in enumerate(cdas):
            yield from _cdas(code, f"/data/cdas/{index}")
    emitter = data.get("emitter")
    if emitter is not None:
        yield from _cdas(emitter["cdas"], "/data/emitter/cdas")
    support = data.get("support")
    if support is not None:
        for index, entry in enumerate(support):
            yield from _cdas(entry["cdas"], f"/data/support/{index}/cdas")


def _cdas(code: str | None, pointer: str) -> Iterator[SemanticFault]:
    if code is not None and not CDAS_CODE.fullmatch(code):
        detail = "a CDAS code has 1 to 32 capital letters, digits, hyphens or underscores"
        yield SemanticFault("CDAS_CODE_INVALID", pointer, detail)
