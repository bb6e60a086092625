"""What a contact may choose, how its choices are read and written, and the sentences in which it reads them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.delivery.digests import Pace, Rhythm
from hub.domain.rules.catalogue import RULES
from hub.domain.subscriptions.data import read_rows, subscription_data
from hub.domain.subscriptions.faults import MOST_ROWS, ChoiceFaultCode, choice_faults
from hub.domain.subscriptions.lines import describe, explain, how_duty_goes
from hub.domain.subscriptions.preview import Occurrence, month_before, preview, sentence
from hub.domain.subscriptions.rows import CHOOSABLE_CODES, Basis, Facts, Subscription
from hub.domain.vocabulary import Kind, Medium, NoticeCode, Role, Service, Urgency

TERRITORY = load_territory()
MAIL = frozenset({Medium.MAIL})
DAILY = Rhythm(Pace.DAILY, 8)
GOOD = {"basis": "DUTY", "media": ["MAIL"], "pace": "DAILY", "hour": 8}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"media": []}, {("media", "DUTY_NEEDS_A_MEDIUM"), ("media", "DIGEST_BY_MAIL")}),
        ({"media": ["PORTAL"]}, {("media", "DIGEST_BY_MAIL")}),
        ({"media": ["PORTAL"], "pace": None, "hour": None, "kind": "urgencies"}, {("media", "SITUATION_NEEDS_A_PUSH")}),
        ({"kind": "referrals"}, {("pace", "SITUATION_AT_ONCE")}),
        ({"kind": "activity"}, {("kind", "NOT_READABLE")}),
        ({"basis": "CHOICE", "kind": "referrals", "pace": "AT_ONCE", "hour": None}, {("kind", "CHOICE_OF_NOTICES")}),
        ({"basis": "CHOICE", "urgency": "SOCIAL"}, {("kind", "CHOICE_OF_NOTICES")}),
        ({"kind": "urgencies", "benefits": ["AAH"], "pace": None, "hour": None}, {("kind", "CRITERION_OF_NOTICES")}),
        ({"kind": "notices", "urgency": "SOCIAL"}, {("urgency", "URGENCY_OF_URGENCIES")}),
        ({"codes": ["X1"]}, {("codes", "CODE_NOT_CHOOSABLE")}),
        ({"codes": ["O2", "L5"]}, {("pace", "CODE_AT_ONCE")}),
        ({"benefits": ["Mme Perrin"]}, {("benefits", "BENEFIT_INVALID")}),
        ({"communes": ["99999"]}, {("communes", "COMMUNE_UNKNOWN")}),
        ({"communes": ["44109"]}, {("communes", "COMMUNE_UNKNOWN")}),
        ({"epci": ["000000000"]}, {("epci", "EPCI_UNKNOWN")}),
        ({"hour": 24}, {("hour", "HOUR_NEEDED")}),
        ({"hour": None}, {("hour", "HOUR_NEEDED")}),
        ({"pace": "WEEKLY"}, {("weekday", "WEEKDAY_NEEDED")}),
        ({"weekday": 1}, {("weekday", "TIME_NOT_NEEDED")}),
        ({"pace": "AT_ONCE"}, {("hour", "TIME_NOT_NEEDED")}),
        ({"pace": "HOURLY"}, {("pace", "NOT_READABLE")}),
        ({"hour": "8"}, {("hour", "NOT_READABLE")}),
        ({"hour": True}, {("hour", "NOT_READABLE")}),
        ({"media": "MAIL"}, {("media", "NOT_READABLE")}),
        ({"media": ["SMS"]}, {("media", "NOT_READABLE")}),
        ({"basis": "NONE"}, {("basis", "NOT_READABLE")}),
        ({"sector": "35"}, {("sector", "NOT_READABLE")}),
        ({}, set()),
        ({"codes": ["O2", "L1"], "benefits": ["APL"], "communes": ["35238"], "epci": ["243500139"]}, set()),
    ],
)  # fmt: skip
def test_what_cannot_be_chosen_is_told_with_its_field(change: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    rows, faults = read_rows([GOOD | change], TERRITORY)
    assert expected == {(fault.field, fault.code.value) for fault in faults}
    assert {1} >= {fault.row for fault in faults}
    assert expected or len(rows) == 1


@pytest.mark.parametrize("missing", ["basis", "media"])
def test_a_row_says_at_least_its_basis_and_its_media(missing: str) -> None:
    _, faults = read_rows([{name: value for name, value in GOOD.items() if name != missing}], TERRITORY)
    assert [(missing, "NOT_READABLE")] == [(fault.field, fault.code.value) for fault in faults]


def test_two_rows_with_the_same_criteria_contradict_each_other() -> None:
    duty, choice = Subscription(Basis.DUTY, MAIL, DAILY), Subscription(Basis.CHOICE, MAIL)
    assert () == choice_faults([duty, choice], TERRITORY)
    (fault,) = choice_faults([duty, choice, replace(duty, media=frozenset({Medium.MAIL, Medium.FEED}))], TERRITORY)
    assert (3, ChoiceFaultCode.REPEATED) == (fault.row, fault.code)


def test_rows_are_limited_in_number() -> None:
    rows = [Subscription(Basis.DUTY, MAIL, benefits=frozenset({f"B{number}"})) for number in range(MOST_ROWS + 1)]
    assert () == choice_faults(rows[1:], TERRITORY)
    assert [(0, ChoiceFaultCode.TOO_MANY)] == [(fault.row, fault.code) for fault in choice_faults(rows, TERRITORY)]


ROWS = st.builds(
    Subscription,
    basis=st.sampled_from(Basis),
    media=st.frozensets(st.sampled_from(Medium), min_size=1),
    rhythm=st.sampled_from([Rhythm(), DAILY, Rhythm(Pace.WEEKLY, 0, 7)]),
    kind=st.none() | st.sampled_from([Kind.NOTICES, Kind.REFERRALS, Kind.URGENCIES]),
    codes=st.frozensets(st.sampled_from(CHOOSABLE_CODES), max_size=3),
    benefits=st.frozensets(st.sampled_from(["AAH", "RSA"])),
    communes=st.sampled_from([(), ("35238", "35095")]),
    epci=st.sampled_from([(), ("243500139",)]),
    urgency=st.none() | st.sampled_from(Urgency),
)


@given(ROWS)
def test_a_row_read_from_its_own_data_is_the_same_row(row: Subscription) -> None:
    rows, faults = read_rows([subscription_data(row)], TERRITORY)
    assert (row,) == rows
    assert choice_faults([row], TERRITORY) == faults


@given(ROWS)
def test_every_row_has_a_sentence_in_french_typography(row: Subscription) -> None:
    told = describe(row, TERRITORY)
    assert told.endswith(".")
    assert "\u00a0: " in told
    assert " :" not in told
    assert " ;" not in told


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Subscription(Basis.DUTY, MAIL), "Tout\u00a0: par courriel, dès la publication."),
        (
            Subscription(Basis.DUTY, MAIL, Rhythm(Pace.WEEKLY, 8, 1), kind=Kind.NOTICES, benefits=frozenset({"RSA"})),
            "Les informations préalables, prestation RSA\u00a0: par courriel, le lundi à 8\u00a0h.",
        ),
        (
            Subscription(Basis.DUTY, frozenset({Medium.MAIL, Medium.PORTAL}), DAILY, epci=("243500139",)),
            "Les informations préalables, territoire «\u00a0Rennes Métropole\u00a0»\u00a0: "  # noqa: ISC004
            "par courriel une fois par jour à 8\u00a0h, et sur le portail.",
        ),
        (
            Subscription(Basis.CHOICE, frozenset(), codes=frozenset({NoticeCode.L4})),
            "Les informations préalables, L4 (revalorisation annuelle)\u00a0: jamais.",
        ),
        (
            Subscription(
                Basis.CHOICE,
                frozenset({Medium.FEED}),
                codes=frozenset({NoticeCode.L1, NoticeCode.L2}),
                benefits=frozenset({"APL", "RSA", "AAH"}),
            ),
            "Les informations préalables, L1 (loi\u00a0: droits nouveaux) ou L2 (loi\u00a0: droits modifiés), "  # noqa: ISC004
            "prestation AAH, APL ou RSA\u00a0: par flux.",
        ),
        (
            Subscription(Basis.DUTY, frozenset({Medium.WEBHOOK}), kind=Kind.URGENCIES, urgency=Urgency.SOCIAL),
            "Les situations urgentes, situation sociale urgente\u00a0: par webhook.",
        ),
    ],
    ids=["everything", "weekly", "two-media", "nothing", "several-criteria", "urgencies"],
)
def test_a_row_reads_as_a_sentence(row: Subscription, expected: str) -> None:
    assert expected == describe(row, TERRITORY)


@pytest.mark.parametrize(
    ("service", "role", "rules", "stoppable"),
    [
        (Service.CDAS, Role.GENERIC_MAILBOX, ["R27", "R28", "X1", "R04"], []),
        (Service.CDAS, Role.SOCIAL_WORKER, ["R28", "X1", "R04"], []),
        (Service.CAF_REFERENTS, Role.REFERENT, ["R27", "R28", "X1"], []),
        (Service.ASIP, Role.ACTOR, ["R30a", "R28", "X1"], ["R30a", "R28", "X1"]),
    ],
)
def test_duty_is_told_apart_from_choice_with_its_rules(
    service: Service, role: Role, rules: list[str], stoppable: list[str]
) -> None:
    chosen = Subscription(Basis.CHOICE, MAIL, codes=frozenset({NoticeCode.D1}))
    *duty, choice = explain(service, role, [chosen], TERRITORY)
    assert rules == [line.rules[0] for line in duty]
    assert {Basis.DUTY} == {line.basis for line in duty}
    assert stoppable == [line.rules[0] for line in duty if line.can_stop]
    assert (Basis.CHOICE, (), True) == (choice.basis, choice.rules, choice.can_stop)


def test_the_rules_of_every_duty_are_rules_of_the_convention_or_rows_of_the_matrix() -> None:
    known = set(RULES) | {code.value for code in NoticeCode}
    told = {
        rule for one in Service for role in Role for line in explain(one, role, (), TERRITORY) for rule in line.rules
    }
    assert set() == told - known  # fmt: skip


def test_how_duty_goes_says_the_default_unless_everything_was_chosen() -> None:
    general, precise = Subscription(Basis.DUTY, MAIL, DAILY), Subscription(Basis.DUTY, MAIL, kind=Kind.REFERRALS)
    assert 2 == len(how_duty_goes([precise], TERRITORY))
    assert (describe(general, TERRITORY), describe(precise, TERRITORY)) == how_duty_goes([precise, general], TERRITORY)


def at(day: int, hour: int = 9) -> datetime:
    """An instant of September 2024."""
    return datetime(2024, 9, day, hour, tzinfo=UTC)


def test_the_month_before_is_a_calendar_month_of_paris() -> None:
    assert (date(2024, 9, 1), date(2024, 9, 30)) == month_before(datetime(2024, 9, 30, 22, 30, tzinfo=UTC))
    assert (date(2023, 12, 1), date(2023, 12, 31)) == month_before(datetime(2024, 1, 15, tzinfo=UTC))


def test_a_preview_counts_mails_as_the_person_does() -> None:
    facts = Facts(Kind.NOTICES, code=NoticeCode.O3)
    duty = [Occurrence(facts, duty=True, at=at(day, hour)) for day, hour in ((2, 9), (2, 10), (3, 5), (3, 9))]
    others = [Occurrence(replace(facts, code=code), duty=False, at=at(10)) for code in (NoticeCode.D1, NoticeCode.L4)]
    urgency = Occurrence(Facts(Kind.URGENCIES), duty=True, at=at(5))
    chosen = Subscription(Basis.CHOICE, MAIL, codes=frozenset({NoticeCode.D1}))

    def counted(*rows: Subscription) -> tuple[int, int, int, int]:
        first, last = date(2024, 9, 1), date(2024, 9, 30)
        events = [*duty, *others, urgency]
        found = preview(events, rows, first, last, webhook=False, territory=TERRITORY)
        return found.mails, found.digests, found.told, found.by_choice

    assert (5, 0, 5, 0) == counted()
    assert (6, 0, 6, 1) == counted(chosen)
    # Two in the digest of the 3rd with the one of that early morning, one in that of the 4th, and the urgency.
    assert (3, 2, 5, 0) == counted(Subscription(Basis.DUTY, MAIL, DAILY))
    assert (1, 0, 5, 0) == counted(Subscription(Basis.DUTY, frozenset({Medium.PORTAL})))


def test_a_preview_reads_as_a_sentence() -> None:
    facts = Facts(Kind.NOTICES)
    rows = [Subscription(Basis.DUTY, frozenset({Medium.MAIL, Medium.PORTAL}), DAILY), Subscription(Basis.CHOICE, MAIL)]
    first, last = date(2024, 9, 1), date(2024, 9, 30)
    events = [Occurrence(facts, duty=True, at=at(1)), Occurrence(facts, duty=True, at=at(1, 10))]
    events.append(Occurrence(facts, duty=False, at=at(1)))
    assert (
        "Du 1er au 30\u00a0septembre 2024, vous auriez reçu 2\u00a0courriels, dont 1\u00a0regroupement\u00a0; "
        "2\u00a0messages sur le portail (3\u00a0évènements en tout, dont 1 à votre demande)."
    ) == sentence(preview(events, rows, first, last, webhook=False, territory=TERRITORY))
    assert "Du 1er au 30\u00a0septembre 2024, rien ne vous aurait été envoyé." == sentence(
        preview([], rows, first, last, webhook=False, territory=TERRITORY)
    )
