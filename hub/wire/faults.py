"""Faults of an event: stable codes, the place in the event, one helpful sentence, and never a value of the sender."""

from dataclasses import dataclass

from hub.errors import HubError


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an event.

    `code` is stable and serves as metric label. `pointer` is a JSON pointer (RFC 6901) relative to the event, empty
    for the whole event. `detail` is an English sentence that names what is expected, never the value that was found.
    """

    code: str
    pointer: str
    detail: str


class EventInvalid(HubError):
    """An event cannot be accepted; `faults` holds every fault found, at least one."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{f.pointer or 'event'}: {f.detail}" for f in faults))
        self.faults = faults


class WireFault(EventInvalid):
    """Bytes that cannot be read as an event's data; always exactly one fault."""

    def __init__(self, code: str, pointer: str, detail: str) -> None:
        super().__init__((Fault(code, pointer, detail),))

    @property
    def fault(self) -> Fault:
        """The one fault."""
        return self.faults[0]
