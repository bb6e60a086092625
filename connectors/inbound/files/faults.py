"""The gateway's refusals as a person reads them: the column of each fault, and a French sentence for its code."""

from collections.abc import Sequence
from typing import Final

from hub.domain.activity.field import Form
from hub.domain.activity.rows import columns
from hub.domain.french import without_bad_breaks

_OF_EVENT: Final = {
    "NOT_AUTHENTICATED": "le jeton n’est pas connu du hub",
    "EVENT_TOO_LARGE": "l’enregistrement est trop long",
    "ID_CONFLICT": "un autre enregistrement a déjà cet identifiant : ce qui est publié ne change plus, et se corrige "
    "par la colonne « corrige »",
}
_OF_FIELD: Final = {
    "SOURCE_NOT_YOURS": "le jeton n’est pas celui de ce système",
    "KIND_NOT_ALLOWED": "ce système n’a pas le droit de publier cette sorte d’enregistrement",
    "CDAS_CODE_INVALID": "un code de CDAS est attendu, par exemple CDAS-07",
    "EPCI_UNKNOWN": "aucun EPCI d’Ille-et-Vilaine n’a ce numéro SIREN",
    "DATE_OUT_OF_RANGE": "la date doit se situer entre 1900 et 2199",
    "NUMBER_OUT_OF_RANGE": "le nombre est hors des bornes",
    "TEXT_INVALID": "le texte contient des caractères de commande",
    "FIELD_MISSING": "une valeur est attendue",
    "SYMBOL_UNKNOWN": "cette valeur n’est pas de la liste",
}


def french_faults(
    form: Form, code: str | None, errors: Sequence[tuple[str, str, str]], otherwise: str
) -> tuple[tuple[str, str], ...]:
    """Column ('' for none) and reason of each fault of a refusal; `errors` are code, pointer and detail of each.

    A code that has no sentence here is told as it is: a newer gateway may know more of them.
    """
    if not errors:
        return (("", without_bad_breaks(_OF_EVENT.get(code or "", f"refusé par le hub : {otherwise or code}"))),)
    return tuple(
        (_column(form, pointer), without_bad_breaks(_OF_FIELD.get(name, f"refusé par le hub : {name}, {detail}")))
        for name, pointer, detail in errors
    )


def _column(form: Form, pointer: str) -> str:
    named = pointer.removeprefix("/data/").removeprefix("/").split("/")[0]
    return next((field.column for field in columns(form) if field.name == named), "")
