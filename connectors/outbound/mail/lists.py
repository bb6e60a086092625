"""Mails that their recipient may stop: a mail program shows the way out beside the sender's name.

ASIP actors alone may opt out (R30a, R30b). What goes to the contacts of the CAF and of the CDAS is a duty of the
convention (R27): it carries none of this.
"""

from urllib.parse import quote
from uuid import UUID

from connectors.outbound.mail.headers import encoded_header
from hub.domain.vocabulary import Service


def may_opt_out(service: str) -> bool:
    """Whether the contacts of a service (symbol of contract §4) may ask for no more notices."""
    return service == Service.ASIP


def list_id(domain: str) -> str:
    """The header List-Id, the same for all notices to ASIP actors (RFC 2919): a mailbox can file them by it."""
    return f"{encoded_header('List-Id', 'Informations préalables')}\r\n <informations-prealables.{domain}>\r\n"


def unsubscribe_header(address: str, delivery: UUID) -> str:
    """The header List-Unsubscribe (RFC 2369): a mail to `address`, whose subject names the delivery it answers."""
    return f"List-Unsubscribe: <{mail_to(address)}%20{delivery}>\r\n"


def mail_to(address: str) -> str:
    """The link that begins a mail with the subject « Désinscription » (RFC 6068)."""
    return f"mailto:{quote(address, safe='@+')}?subject={quote('Désinscription')}"
