"""What a contact reads of its choices, to the word: faults, explanations, and what would have been sent."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hub.data import load_territory
from hub.domain.calendar.paris import paris
from hub.domain.delivery.digests import Pace, Rhythm
from hub.domain.subscriptions.data import read_rows, subscription_data
from hub.domain.subscriptions.faults import MOST_ROWS, choice_faults
from hub.domain.subscriptions.lines import describe, explain, how_duty_goes
from hub.domain.subscriptions.preview import Occurrence, Preview, month_before, preview, sentence
from hub.domain.subscriptions.rows import CHOOSABLE_CODES, Basis, Facts, Subscription
from hub.domain.vocabulary import Kind, Medium, NoticeCode, Role, Service

TERRITORY = load_territory()
MAIL = frozenset({Medium.MAIL})
FIRST, LAST = date(2024, 9, 1), date(2024, 9, 30)
DAILY = Rhythm(Pace.DAILY, 8)
NOON = datetime(2024, 9, 2, 12, tzinfo=UTC)


def plain(text: str) -> str:
    """The text with its no-break spaces shown."""
    return text.replace("\u00a0", "~")


def test_no_medium_at_all_is_written_down() -> None:
    assert {"basis": "CHOICE", "media": [], "pace": "AT_ONCE"} == subscription_data(
        Subscription(Basis.CHOICE, frozenset())
    )


def test_every_row_is_told_what_is_wrong_with_it_and_only_good_ones_are_read() -> None:
    good = {"basis": "DUTY", "media": ["MAIL"]}
    rows, faults = read_rows([good | {"pace": "HOURLY"}, good, good | {"sector": "35"}], TERRITORY)
    assert [(1, "pace"), (3, "sector")] == [(fault.row, fault.field) for fault in faults]
    assert (Subscription(Basis.DUTY, MAIL),) == rows


def test_faults_of_rows_as_a_whole_name_no_field() -> None:
    assert 30 == MOST_ROWS
    faults = choice_faults([Subscription(Basis.DUTY, MAIL)] * 31, TERRITORY)
    repeated = [(number, "", "REPEATED") for number in range(2, 32)]
    assert [*repeated, (0, "", "TOO_MANY")] == [(fault.row, fault.field, fault.code.value) for fault in faults]


OF_REFERRALS = Subscription(Basis.DUTY, MAIL, kind=Kind.REFERRALS)


@pytest.mark.parametrize(
    "row", [replace(OF_REFERRALS, communes=("35238",)), replace(OF_REFERRALS, epci=("243500139",))], ids=["one", "epci"]
)
def test_a_place_is_a_criterion_of_notices(row: Subscription) -> None:
    assert ["CRITERION_OF_NOTICES"] == [fault.code.value for fault in choice_faults([row], TERRITORY)]


def test_all_codes_may_be_chosen_at_once() -> None:
    assert () == choice_faults([Subscription(Basis.CHOICE, MAIL, codes=frozenset(CHOOSABLE_CODES))], TERRITORY)


HERE = Subscription(Basis.CHOICE, MAIL, communes=("35238",))
METROPOLE = Subscription(Basis.DUTY, MAIL, epci=("243500139",))
DEFAULT = "Par courriel, dès la publication~; par webhook aussi, si votre service en a un."
OF_RENNES = "Les informations préalables, territoire «~Rennes~»~: par courriel, dès la publication."
OF_METROPOLE = "Les informations préalables, territoire «~Rennes Métropole~»~: par courriel, dès la publication."


def test_each_line_of_the_explanation_has_its_sentence() -> None:
    told = explain(Service.CAF_REFERENTS, Role.REFERENT, [METROPOLE, HERE], TERRITORY)
    assert [
        "Les changements qui touchent la collaboration ou les droits des allocataires vous sont annoncés.",
        "Les informations que l’écrit de référence destine à votre service vous parviennent.",
        "Le rectificatif ou le retrait d’une information que vous avez reçue vous parvient aussitôt.",
        OF_RENNES,
    ] == [plain(line.sentence) for line in told]


def test_how_duty_goes_begins_with_the_default() -> None:
    assert [DEFAULT, OF_METROPOLE] == list(map(plain, how_duty_goes([HERE, METROPOLE], TERRITORY)))


def test_places_are_named_and_one_that_is_gone_by_its_code() -> None:
    row = Subscription(Basis.DUTY, MAIL, communes=("35238", "35999"), epci=("243500139", "000000000"))
    named = "«~Rennes Métropole~», «~000000000~», «~Rennes~» ou «~35999~»"
    assert f"Les informations préalables, territoire {named}~: par courriel, dès la publication." == plain(
        describe(row, TERRITORY)
    )


def test_media_are_joined_as_people_do() -> None:
    row = Subscription(Basis.DUTY, frozenset(Medium))
    expected = "Tout~: par courriel dès la publication, et sur le portail, par webhook et par flux."
    assert expected == plain(describe(row, TERRITORY))


def counted(*occurrences: Occurrence, rows: tuple[Subscription, ...] = (), webhook: bool = False) -> Preview:
    return preview(occurrences, rows, FIRST, LAST, webhook=webhook, territory=TERRITORY)


FACTS = Facts(Kind.NOTICES, code=NoticeCode.O3)
DUTY = Occurrence(FACTS, duty=True, at=NOON)
DIGEST = Subscription(Basis.DUTY, MAIL, DAILY)


def test_a_preview_follows_every_rule_of_the_media() -> None:
    """An endpoint, an answer awaited before the digest, the rhythm of whoever chose nothing, and a territory."""
    with_endpoint = counted(DUTY, webhook=True)
    assert (1, 1) == (with_endpoint.webhooks, with_endpoint.single)
    awaited = Occurrence(FACTS, duty=True, at=NOON, latest=NOON + timedelta(hours=1))
    assert (0, 1) == (counted(DUTY, rows=(DIGEST,)).single, counted(awaited, rows=(DIGEST,)).single)
    assert 1 == counted(Occurrence(FACTS, duty=True, at=NOON, otherwise=DAILY)).digests
    here = Facts(Kind.NOTICES, code=NoticeCode.O3, communes=("35238",))
    assert 1 == counted(Occurrence(here, duty=False, at=NOON), rows=(HERE,)).by_choice


def test_a_preview_counts_each_medium() -> None:
    rows = (Subscription(Basis.DUTY, frozenset(Medium)),)
    told = counted(DUTY, DUTY, rows=rows, webhook=True)
    assert (2, 2, 2, 2) == (told.single, told.webhooks, told.portal, told.feed)
    assert (
        "Du 1er au 30~septembre 2024, vous auriez reçu 2~courriels~; 2~appels de webhook~; 2~messages sur le portail~; "
        "2~messages dans votre flux (2~évènements en tout)."
    ) == plain(sentence(told))
    once = counted(DUTY, rows=(Subscription(Basis.DUTY, frozenset({Medium.FEED})),))
    assert (
        "vous auriez reçu 1~message dans votre flux (1~évènement en tout)." == plain(sentence(once)).partition(", ")[2]
    )


@pytest.mark.parametrize("instant", ["2024-09-01T00:30", "2024-09-30T23:30"])
def test_the_month_before_is_that_of_paris_at_both_ends(instant: str) -> None:
    now = datetime.fromisoformat(instant).replace(tzinfo=paris())
    assert (date(2024, 8, 1), date(2024, 8, 31)) == month_before(now)
