"""Where an item of an inbox stands, for the contact whose inbox it is."""

from hub.domain.vocabulary import Labelled


class ItemState(Labelled):
    """What an item still asks of its contact. One item stands for one event, by whatever media it was sent."""

    OPEN = "OPEN", "à prendre en charge"
    TAKEN = "TAKEN", "pris en charge par vous"
    TAKEN_BY_ANOTHER = "TAKEN_BY_ANOTHER", "pris en charge par un autre destinataire"
    OUTDATED = "OUTDATED", "remplacé ou retiré depuis"
    CLOSED = "CLOSED", "sans suite à donner"
