"""The link in a message to the recipient's own page, where it says that it takes the delivery in charge."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.ledger.claimed import Claim
from hub.settings import Settings
from hub.wire.links import LinkKeys, Purpose, link_keys


@dataclass(frozen=True, slots=True)
class PersonalLinks:
    """How links are made: the keys, the address of the gateway, and for how long a link works."""

    keys: LinkKeys
    public_url: str
    notice: timedelta
    situation: timedelta

    def of(self, claim: Claim, now: datetime) -> str:
        """The link of one delivery; every attempt makes one that works for the whole time."""
        lasts = self.situation if claim.notice is None else self.notice
        return f"{self.public_url}/acknowledge/{self.keys.sign(Purpose.TAKE_IN_CHARGE, claim.delivery.id, now + lasts)}"


def personal_links(settings: Settings) -> PersonalLinks | None:
    """The links of the settings; None without a key."""
    keys = link_keys(settings)
    if keys is None:
        return None
    return PersonalLinks(
        keys,
        settings.public_url.rstrip("/"),
        notice=timedelta(days=settings.notice_link_days),
        situation=timedelta(days=settings.situation_link_days),
    )
