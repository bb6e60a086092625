"""Mails beyond the first: they say why they come, and nothing of the situation."""

from dataclasses import replace

import pytest

from connectors.outbound.channel import SituationContent
from hub.domain.delivery.occasions import (
    Occasion,
    escalation_occasion,
    read_occasion,
    reminder_occasion,
    taken_occasion,
)
from tests.unit.dispatcher.test_mail_rendering import NOTICE, mail_of

LINK = "https://hub.example/acknowledge/x"


def words(form: str, content: object, acknowledge: str | None = LINK) -> str:
    part = mail_of(content, acknowledge).get_body((form,))  # type: ignore[arg-type]
    assert part is not None
    return " ".join(part.get_content().replace("&nbsp;", " ").replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.mark.parametrize("form", ["plain", "html"])
def test_an_escalation_says_that_nobody_has_it_and_asks_in_turn(form: str) -> None:
    content = SituationContent("ESCALATION")
    assert "Personne ne l’a encore prise en charge : elle vous est adressée à votre tour." in words(form, content)
    assert LINK in words(form, content)
    assert "Une situation attend toujours une réponse" == mail_of(content, LINK)["Subject"]


@pytest.mark.parametrize("form", ["plain", "html"])
def test_the_others_learn_which_service_and_role_has_it(form: str) -> None:
    text = words(form, SituationContent("TAKEN", ("CAF_SOCIAL_WORK", "MANAGER")), None)
    assert "service social de la CAF (responsable)" in text
    assert "Vous n’avez plus rien à faire." in text
    assert "rendre en charge" not in text


@pytest.mark.parametrize("form", ["plain", "html"])
def test_a_reminder_of_a_notice_says_so_and_the_first_mail_does_not(form: str) -> None:
    said = "Personne n’a encore confirmé en avoir pris connaissance."
    assert said in words(form, replace(NOTICE, reminder=True))
    assert said not in words(form, NOTICE)
    assert mail_of(replace(NOTICE, reminder=True))["Subject"].startswith("Rappel")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Occasion("first")),
        (escalation_occasion("SUPPORT", 3), Occasion("escalation", "SUPPORT")),
        (taken_occasion("SUPPORT", "CDAS", "MANAGER"), Occasion("taken", "SUPPORT", "CDAS", "MANAGER")),
        (reminder_occasion(2), Occasion("reminder")),
        ("something/newer", Occasion("first")),
    ],
    ids=["first", "escalation", "taken", "reminder", "unknown"],
)
def test_an_occasion_is_read_as_it_was_written(text: str, expected: Occasion) -> None:
    assert expected == read_occasion(text)
