"""What `hub absences` does: the steps behind its commands. An address goes in, and never comes out."""

import asyncio
import getpass
import sys
from datetime import UTC, datetime
from uuid import UUID, uuid4

from pydantic import SecretStr
from rich.console import Console

from connectors.inbound.absences.fetching import calendar_fetcher
from connectors.inbound.absences.lines import NotACalendar
from connectors.inbound.absences.reading import Reading, read_calendar
from connectors.inbound.absences.recurrence import TooComplex
from hub.cli.key_acts import in_ledger
from hub.cli.local import local_endpoints, local_settings
from hub.domain.calendar.paris import paris
from hub.domain.directory.absence_calendar import CalendarFault, CalendarReads
from hub.errors import HubError, SettingsError
from hub.ledger.absence_calendars import AbsenceCalendar, CalendarRefused, add_calendar, list_calendars
from hub.processes.connectors import PURPOSE
from hub.settings import Settings
from hub.up.home import find_home
from hub.up.link_key import local_calendar_key
from hub.wire.sealing import SealingKeys, sealing_keys


class CalendarNotRead(HubError):
    """The calendar could not be read."""


_WAYS_OUT = {
    CalendarFault.ADDRESS_REFUSED: "It must be https on a public address, or stand in HUB_CALENDAR_ALLOWED.",
    CalendarFault.UNREACHABLE: "Does its server run, and can this machine reach it?",
    CalendarFault.TIMED_OUT: "HUB_CALENDAR_TIMEOUT_SECONDS says how long is waited.",
    CalendarFault.ENCRYPTION_FAILED: "HUB_CALENDAR_CA_FILE trusts another certificate authority.",
    CalendarFault.REDIRECTED: "Give the address that it leads to: none is followed.",
    CalendarFault.REFUSED: "Its server refuses this address: was it copied whole, is it still shared?",
    CalendarFault.NOT_A_CALENDAR: "Give the address of the calendar itself (iCal, .ics), not that of its page.",
}


def calendar_settings() -> Settings:
    """The settings; beside a local hub that is up, with its key unless a variable gives one."""
    settings = local_settings()
    if "calendar_keys" in settings.model_fields_set or local_endpoints() is None:
        return settings
    return settings.model_copy(update={"calendar_keys": SecretStr(local_calendar_key(find_home().secrets))})


def asked_address() -> str:
    """The address, from the terminal without an echo, or from standard input. Raises CalendarRefused for none."""
    text = getpass.getpass("Address of the calendar: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not text.strip():
        msg = "No address was given."
        raise CalendarRefused(msg, "Type it when asked, or hand it in on standard input.")
    return text.strip()


def read_now(address: str, reads: CalendarReads) -> Reading:
    """What a calendar says now. Raises CalendarNotRead, with nothing of the address."""
    settings = calendar_settings()

    async def fetch() -> bytes | CalendarFault:
        fetcher = calendar_fetcher(settings)
        try:
            found = await fetcher.fetch(address, None, None)
        finally:
            await fetcher.close()
        return found if isinstance(found, CalendarFault) else found.body or b""

    body = asyncio.run(fetch())
    fault = body if isinstance(body, CalendarFault) else None
    if isinstance(body, bytes):
        try:
            return read_calendar(body, reads, datetime.now(paris()).date())
        except NotACalendar:
            fault = CalendarFault.NOT_A_CALENDAR
        except TooComplex:
            fault = CalendarFault.TOO_COMPLEX
    assert fault is not None  # noqa: S101 -- a calendar that was read was returned
    msg = f"The calendar cannot be read: {fault.value}."
    raise CalendarNotRead(msg, _WAYS_OUT.get(fault, "docs/guides/absences.md says what each fault means."))


def add(contact: str, address: str, reads: CalendarReads, by: str) -> UUID:
    """Seal the address and add the calendar. Raises CalendarRefused, and SettingsError without a key."""
    of = uuid4()
    sealed = _keys().seal(address, str(of))
    in_ledger(lambda connection: add_calendar(connection, of, contact, reads, sealed, by, datetime.now(UTC)))
    return of


def calendar_of(of: UUID) -> AbsenceCalendar:
    """One calendar that was not removed. Raises CalendarRefused."""
    found = in_ledger(lambda connection: list_calendars(connection, of))
    if not found:
        msg = f"There is no calendar {of}."
        raise CalendarRefused(msg, "`hub absences calendars list` shows the ids.")
    return found[0]


def address_of(calendar: AbsenceCalendar) -> str:
    """The address, for a call and nothing else. Raises SettingsError without its key."""
    found = None if calendar.address is None else _keys().open(calendar.address, str(calendar.id))
    if found is None:
        msg = "HUB_CALENDAR_KEYS lacks the key that sealed this address."
        raise SettingsError(msg, "Add the key that it was sealed with, or remove the calendar and add it again.")
    return found


def who(by: str | None) -> str:
    """Who acts: the name given, or the user of this machine."""
    return f"operator:{by or getpass.getuser()}"


def say(text: str) -> None:
    """Say something beside the answer."""
    Console(stderr=True, soft_wrap=True).print(text, highlight=False, markup=False)


def _keys() -> SealingKeys:
    found = sealing_keys(calendar_settings().calendar_keys, PURPOSE)
    if found is None:
        msg = "HUB_CALENDAR_KEYS is empty: no address can be sealed."
        raise SettingsError(msg, "Give it the value that the connectors have.")
    return found
