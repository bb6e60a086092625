"""As which system `hub record` publishes: its source URN, its token, and the gateway's address."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.cli.local import local_endpoints
from hub.domain.events import SourceInvalid, may_emit, parse_source
from hub.domain.french import without_bad_breaks
from hub.errors import HubError


class RecordUsage(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2

    def __init__(self, message: str, way_out: str = "") -> None:
        super().__init__(without_bad_breaks(message), without_bad_breaks(way_out))


@dataclass(frozen=True, slots=True)
class Publisher:
    """A system that publishes: `label` names it for a person; `address` is the gateway's root."""

    source: str
    label: str
    address: str = ""
    token: str = field(default="", repr=False)


def publishers(event_type: str, source: str | None, url: str | None, token: str | None) -> tuple[Publisher, ...]:
    """The systems that may publish this type: the one that the options name, else those of the hub that is up here.

    Raises RecordUsage where there is none, or where the options name half of one.
    """
    if source is not None:
        _check(event_type, source)
    endpoints = local_endpoints()
    address = (url or (endpoints.gateway.url if endpoints is not None else "")).rstrip("/")
    if token is not None:
        if source is None:
            msg = "Il manque le système au nom duquel publier."
            raise RecordUsage(msg, "Donner --source avec le jeton : par exemple urn:hub:caf35:si-partenaires.")
        if not address:
            msg = "Aucun hub n’est en marche ici, et --url n’est pas donné."
            raise RecordUsage(msg, "Donner --url, ou démarrer un hub avec « hub up ».")
        return (Publisher(source, source, address, token),)
    found = tuple(
        Publisher(
            system.source, f"{parse_source(system.source).institution.label} ({system.source})", address, system.token
        )
        for system in (endpoints.systems if endpoints is not None else ())
        if may_emit(parse_source(system.source).institution, event_type) and source in (None, system.source)
    )
    if not found:
        msg = (
            "Aucun hub n’est en marche ici." if endpoints is None else "Le hub d’ici n’a pas de jeton pour ce système."
        )
        raise RecordUsage(
            msg, "Donner --url, --source et --token (ou HUB_TOKEN) ; « hub credentials new » fait un jeton."
        )
    return found


def _check(event_type: str, source: str) -> None:
    try:
        institution = parse_source(source).institution
    except SourceInvalid:
        msg = "--source n’a pas la forme attendue."
        raise RecordUsage(msg, "urn:hub:caf35:<système> ou urn:hub:cd35:<système>") from None
    if not may_emit(institution, event_type):
        msg = "Cette institution ne publie pas cette sorte d’enregistrement."
        raise RecordUsage(msg, "Le faire au nom de la CAF ou du Département.")


def only(found: Sequence[Publisher]) -> Publisher:
    """The one system that is meant. Raises RecordUsage where there are several."""
    if len(found) > 1:
        msg = "Plusieurs systèmes peuvent publier cela."
        raise RecordUsage(msg, f"Choisir par --source : {', '.join(one.source for one in found)}.")
    return found[0]
