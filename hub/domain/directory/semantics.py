"""Checks of the directory's events: contacts, absences, calendars."""

import re
from collections.abc import Iterator
from typing import Final

from hub.domain.directory.territory import Territory
from hub.domain.events import Data
from hub.domain.faults import SemanticFault
from hub.domain.vocabulary import UNKNOWN, Institution, Service

REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~+=-]{0,127}")
"""Shape of an opaque reference, here of a contact: what may stand as the subject of an event."""

_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,253}\Z)(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
_PHONE: Final = re.compile(r"\+?[0-9][0-9 .]{3,22}[0-9]")
_WEBHOOK: Final = re.compile(r"https?://[^\s/@]+(?:/\S*)?")
_TIME_OF_DAY: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_LABEL_LENGTH: Final = 200


INSTITUTION_OF: Final = {
    Service.CAF_BENEFITS: Institution.CAF,
    Service.CAF_SOCIAL_WORK: Institution.CAF,
    Service.CAF_REFERENTS: Institution.CAF,
    Service.CDAS: Institution.CD35,
    Service.CD35_SOCIAL_LIFE_REFERENTS: Institution.CD35,
}
"""Whose each service is; what is missing belongs to many bodies, which any institution may declare."""


def contact_faults(data: Data, _: Territory) -> Iterator[SemanticFault]:
    """What the schema of `contact.changed` cannot say."""
    of = INSTITUTION_OF.get(data["service"])
    if of is not None and data["institution"] not in (of, UNKNOWN):
        # Whoever stands in a service is sent what is meant for it, and takes it in charge.
        detail = f"this service is of {of.value}, which alone declares its contacts"
        yield SemanticFault("OWNER_MISMATCH", "/data/service", detail)
    if not data["label"].strip() or len(data["label"]) > _LABEL_LENGTH:
        yield SemanticFault("TEXT_EMPTY", "/data/label", f"label must have 1 to {_LABEL_LENGTH} characters")
    email = data["email"]
    # A dot beside the @ or another dot is legal nowhere; the pattern alone would let it pass.
    if email is not None and (not _EMAIL.fullmatch(email) or ".." in email or ".@" in email or email[0] == "."):
        yield SemanticFault("EMAIL_INVALID", "/data/email", "email must look like name@domain.tld, without a label")
    phone = data["phone"]
    if phone is not None and not _PHONE.fullmatch(phone):
        yield SemanticFault("PHONE_INVALID", "/data/phone", "phone has digits, spaces or dots, and may begin with +")
    webhook = data["webhook"]
    if webhook is not None and not _WEBHOOK.fullmatch(webhook):
        yield SemanticFault("WEBHOOK_INVALID", "/data/webhook", "webhook must be an http or https URL without a user")
    yield from _deputy(data)
    if data["valid_to"] is not None and data["valid_to"] < data["valid_from"]:
        yield SemanticFault("DATES_REVERSED", "/data/valid_to", "valid_to is before valid_from")
    if data["opted_out"] and data["service"] != "ASIP":
        yield SemanticFault("OPT_OUT_RESERVED", "/data/opted_out", "only ASIP actors may opt out")


def absence_faults(data: Data, _: Territory) -> Iterator[SemanticFault]:
    """What the schema of `absence.declared` cannot say."""
    yield from _deputy(data)
    yield from _period(data)


def calendar_faults(data: Data, _: Territory) -> Iterator[SemanticFault]:
    """What the schema of `calendar.changed` cannot say."""
    yield from _period(data)
    if data["scope"] == "CDAS" and data["cdas"] is None:
        yield SemanticFault("FIELD_REQUIRED", "/data/cdas", "cdas is required when the scope is CDAS")
    if data["scope"] == "CAF_SITE" and data["site"] is None:
        yield SemanticFault("FIELD_REQUIRED", "/data/site", "site is required when the scope is CAF_SITE")
    if data["kind"] in ("HOURS", "EXCEPTIONAL_OPENING") and not data["hours"]:
        yield SemanticFault("FIELD_REQUIRED", "/data/hours", "hours are required unless the kind is CLOSURE")
    for index, opening in enumerate(data["hours"]):
        pointer = f"/data/hours/{index}"
        if not 1 <= opening["weekday"] <= 7:
            yield SemanticFault("NUMBER_OUT_OF_RANGE", f"{pointer}/weekday", "weekday is 1 (Monday) to 7 (Sunday)")
        badly = [name for name in ("opens", "closes") if not _TIME_OF_DAY.fullmatch(opening[name])]
        for name in badly:
            yield SemanticFault("TIME_INVALID", f"{pointer}/{name}", "local time of day as HH:MM")
        if not badly and opening["closes"] <= opening["opens"]:
            yield SemanticFault("HOURS_REVERSED", f"{pointer}/closes", "closes must be after opens")


def _deputy(data: Data) -> Iterator[SemanticFault]:
    if data["deputy"] is not None and data["deputy"] == data["contact"]:
        yield SemanticFault("REFERENCE_TO_ITSELF", "/data/deputy", "a contact cannot be its own deputy")


def _period(data: Data) -> Iterator[SemanticFault]:
    if data["to"] < data["from"]:
        yield SemanticFault("DATES_REVERSED", "/data/to", "to is before from")
