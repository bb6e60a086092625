"""How the figures are counted: the rules that hold for all of them, in words for those who use them."""

from typing import Final

from hub.reports.document import Paragraph, Section, Terms
from hub.reports.frame import Figures, ReportFrame
from hub.reports.state import versions
from hub.reports.summary import not_provided

_RULES: Final = {
    "Le mois": "Un fait compte au mois où il s’est produit, à l’heure de Paris, et non à celui où il a été transmis.",
    "Une seule fois": "Chaque événement compte une fois, même s’il est transmis plusieurs fois. Une correction "
    "remplace ce qu’elle corrige, qu’elle arrive avant ou après. L’ordre d’arrivée ne change aucun total.",
    "Les événements tardifs": "Tant qu’une période est ouverte, un événement tardif y entre. Une fois la période "
    "figée, il figure à côté, parmi les ajustements, et n’y entre plus.",
    "Non fourni": "Quand rien n’a été transmis sur un sujet, le chiffre est « non fourni » ; il n’est jamais remplacé "
    "par zéro. Une part dit toujours sur combien de cas elle repose.",
    "Masqué": "Dans un tableau, un nombre de 1 à 4 est masqué, et avec lui d’autres nombres quand un total permettrait "
    "de le retrouver : un nombre masqué n’est donc pas toujours petit. Zéro n’est pas masqué. Les totaux du "
    "département ne le sont pas ; quand un total est lui-même de 1 à 4, son détail n’est pas montré.",
    "La protection de l’enfance": "Elle n’est jamais montrée comme telle : une urgence de cette nature compte avec les "
    "autres urgences.",
    "La médiane": "La valeur qui partage les cas en deux moitiés égales ; un cas extrême la change moins que la "
    "moyenne.",
    "Le recomptage": "Les chiffres peuvent être recalculés depuis le premier événement conservé, avec la même "
    "fonction, et comparés à l’unité près à ceux de ce rapport.",
}


def method(figures: Figures, frame: ReportFrame) -> Section:
    """The part « Méthode »."""
    missing = not_provided(figures)
    terms = (
        *_RULES.items(),
        ("Les règles", f"Versions des règles d’orientation qui ont décidé dans la période : {versions(frame)}."),
        ("Ce qui n’est pas fourni", " ; ".join(missing) + "." if missing else "Tous les indicateurs sont fournis."),
    )
    opening = Paragraph(
        "Les définitions sont celles de la convention et de son suivi, telles que chaque indicateur les rappelle. Tous "
        "les indicateurs sont facultatifs."
    )
    return Section("methode", "Méthode", (opening, Terms(terms)), starts_page=True)
