"""The hours of work in which nobody would answer, as the ledger's directory and calendars stand."""

from datetime import date

from hub.domain.directory.hours_lint import HourGap, hours_without
from hub.domain.rules.parameters import ParameterTable
from hub.ledger.directory_view import DirectoryView


def gaps_of(view: DirectoryView, parameters: ParameterTable, first: date, last: date) -> list[HourGap]:
    """The gaps from `first` to `last`, both included, by the office hours that hold on the first day."""
    held = parameters.on(first)
    usual, site = held.service_opening_hours, held.caf_services_site
    expected = view.hours("", None, usual, "")
    return hours_without(
        view.directory, first, last, expected, lambda service, cdas: view.hours(service, cdas, usual, site)
    )
