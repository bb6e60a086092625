"""The whole form, in the order of the decision table (contract, sections 5 and 6)."""

from typing import Final

from hub.domain.asking.field import Field
from hub.domain.asking.form_household import HOUSEHOLD, SUPPORT
from hub.domain.asking.form_request import ACCESS_TO_RIGHTS, BETWEEN_SERVICES, WHO_ASKS_WHAT

FORM: Final[tuple[Field, ...]] = (*WHO_ASKS_WHAT, *ACCESS_TO_RIGHTS, *BETWEEN_SERVICES, *SUPPORT, *HOUSEHOLD)
"""Every field. A field never depends on one after it."""

FIELDS: Final = {field.id: field for field in FORM}
"""The fields by id."""
