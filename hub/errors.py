"""Errors meant for people: what happened, to what, and the way out."""


class HubError(Exception):
    """Something a person can act on.

    `message` says what happened and to what; `way_out` says what to do. The command line prints both and exits
    with `exit_code`; it prints no traceback.
    """

    exit_code = 1

    def __init__(self, message: str, way_out: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.message} {self.way_out}".strip()


class SettingsError(HubError):
    """A `HUB_` variable is unknown or holds a value that cannot be used."""

    exit_code = 2


class StartError(HubError):
    """A part of the hub could not start: port taken, disk full, data directory in use."""


class BrokerUnavailable(HubError):
    """Kafka did not acknowledge in time. Nothing was accepted; the same request may be sent again."""


class LedgerUnavailable(HubError):
    """PostgreSQL did not answer. Nothing was accepted; the same request may be sent again."""
