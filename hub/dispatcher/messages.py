"""From a claimed delivery to the message that its channel carries, or the reason why there is none."""

from datetime import datetime
from typing import Final, Literal
from urllib.parse import quote

from connectors.outbound.channel import Content, Message, NoticeContent, NoticeStatus, Permanent, SituationContent
from hub.domain.calendar.paris import paris
from hub.domain.delivery.occasions import Occasion, read_occasion
from hub.domain.delivery.states import DeliveryReason
from hub.domain.vocabulary import UNKNOWN, Medium, WarningCode
from hub.ledger.claimed import Claim, Recipient

_STATUSES: Final[dict[str, NoticeStatus]] = {
    "notice.published": "PUBLISHED",
    "notice.corrected": "CORRECTED",
    "notice.withdrawn": "WITHDRAWN",
}


def message_for(claim: Claim, *, public_url: str, now: datetime) -> Message | Permanent:
    """The message of a delivery as the directory and the notice stand now; Permanent when nobody can be reached."""
    contact = claim.recipient
    if contact is None or (contact.valid_to is not None and contact.valid_to < now.astimezone(paris()).date()):
        return Permanent(DeliveryReason.CONTACT_REMOVED, "the contact is no longer in the directory")
    if contact.opted_out:
        return Permanent(DeliveryReason.CONTACT_OPTED_OUT, "the contact opted out")
    recipient = _recipient(claim, contact)
    if isinstance(recipient, Permanent):
        return recipient
    lane: Literal["standard", "urgent"] = "urgent" if claim.lane == "urgent" else "standard"
    return Message(
        delivery=claim.delivery.id,
        recipient=recipient,
        service=claim.delivery.service,
        role=claim.delivery.role,
        lane=lane,
        content=_content(claim),
        link=_link(claim, public_url.rstrip("/")),
        sent_at=now.astimezone(paris()),
        thread=_thread(claim),
        event_source=claim.delivery.event_source,
        event_id=claim.delivery.event_id,
        decided_at=claim.decided_at,
        number=claim.number,
        duty=claim.duty,
    )


def _recipient(claim: Claim, contact: Recipient) -> str | Permanent:
    """The contact in the terms of the delivery's channel: the webhook's channel finds the address by the contact."""
    if claim.delivery.medium == Medium.WEBHOOK.value:
        return claim.delivery.contact
    return contact.email or Permanent(DeliveryReason.NO_USABLE_CHANNEL, "the contact has no e-mail address")


def _content(claim: Claim) -> Content:
    status = _STATUSES.get(claim.event_type)
    occasion = read_occasion(claim.occasion)
    if claim.notice is None or status is None:
        return _situation(occasion)
    shown = claim.text
    if shown is None:
        # A notice that the ledger knows by its reference only: the link leads to whatever there is.
        return NoticeContent(
            notice=claim.notice,
            version=claim.version or 0,
            status=status,
            issuer=UNKNOWN,
            title=f"Information {claim.notice}",
            summary="À lire en ligne.",
            published_on=None,
            effective_on=None,
            not_prior=False,
            decided_at=claim.decided_at,
            reminder=occasion.kind == "reminder",
        )
    return NoticeContent(
        notice=claim.notice,
        version=shown.version,
        status=status,
        issuer=shown.issuer,
        title=shown.title,
        summary=shown.summary,
        published_on=shown.published_on,
        effective_on=shown.effective_on,
        not_prior=WarningCode.NOT_PRIOR.value in shown.warnings,
        decided_at=claim.decided_at,
        reminder=occasion.kind == "reminder",
    )


def _situation(occasion: Occasion) -> SituationContent:
    if occasion.kind == "taken" and occasion.service is not None and occasion.role is not None:
        return SituationContent("TAKEN", (occasion.service, occasion.role))
    return SituationContent("ESCALATION" if occasion.kind == "escalation" else "FIRST")


def _thread(claim: Claim) -> str:
    if claim.notice is not None:
        return f"notice {claim.notice}"
    return f"situation {claim.delivery.subject}"


def _link(claim: Claim, public_url: str) -> str:
    """What leads to the whole: a page for a person, and for a system the item of the contact's inbox."""
    if claim.delivery.medium == Medium.WEBHOOK.value:
        inbox = f"{public_url}/inbox/{quote(claim.delivery.contact, safe='')}/items"
        of = claim.number
        return inbox if of is None else f"{inbox}?medium={Medium.WEBHOOK.value}&first={of}&last={of}"
    if claim.notice is not None:
        return f"{public_url}/notices/{quote(claim.notice, safe='')}"
    return f"{public_url}/situations/{quote(claim.delivery.subject, safe='')}"
