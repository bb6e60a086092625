"""A row fits an event criterion by criterion; the most precise rows count, and the earliest rhythm among them."""

from datetime import UTC, date, datetime

import pytest

from hub.data import load_territory
from hub.domain.delivery.digests import AT_ONCE, DAYS_OF_THE_WEEK, Pace, Rhythm, next_digest
from hub.domain.delivery.reaching import Way, media_for
from hub.domain.subscriptions.rows import (
    CHOOSABLE_CODES,
    Basis,
    Facts,
    Subscription,
    Wish,
    fits,
    of_contact,
    wish,
)
from hub.domain.vocabulary import Kind, Medium, NoticeCode, Urgency

TERRITORY = load_territory()
RENNES, DOL, RENNES_METROPOLE = "35238", "35095", "243500139"
MAIL = frozenset({Medium.MAIL})
NOTICE = Facts(Kind.NOTICES, code=NoticeCode.L4, benefits=frozenset({"APL"}), communes=(RENNES,))
URGENCY = Facts(Kind.URGENCIES, urgency=Urgency.SOCIAL)


def row(**criteria: object) -> Subscription:
    return Subscription(Basis.DUTY, MAIL, **criteria)  # type: ignore[arg-type]  # the fields of a row


FITTING: dict[str, tuple[Subscription, Facts, bool]] = {
    "no criterion": (row(), NOTICE, True),
    "its kind": (row(kind=Kind.NOTICES), NOTICE, True),
    "another kind": (row(kind=Kind.REFERRALS), NOTICE, False),
    "its urgency": (row(urgency=Urgency.SOCIAL), URGENCY, True),
    "another urgency": (row(urgency=Urgency.BENEFIT), URGENCY, False),
    "its code": (row(codes=frozenset({NoticeCode.L4, NoticeCode.D1})), NOTICE, True),
    "another code": (row(codes=frozenset({NoticeCode.D1})), NOTICE, False),
    "a code of no notice": (row(codes=frozenset({NoticeCode.D1})), URGENCY, False),
    "a benefit of its": (row(benefits=frozenset({"APL", "RSA"})), NOTICE, True),
    "another benefit": (row(benefits=frozenset({"RSA"})), NOTICE, False),
    "a benefit of no notice": (row(benefits=frozenset({"RSA"})), URGENCY, False),
    "its commune": (row(communes=(RENNES,)), NOTICE, True),
    "its EPCI": (row(epci=(RENNES_METROPOLE,)), NOTICE, True),
    "another commune": (row(communes=(DOL,)), NOTICE, False),
    "a notice of everywhere": (row(communes=(DOL,)), Facts(Kind.NOTICES), True),
    "a territory of a situation": (row(communes=(RENNES,)), Facts(Kind.REFERRALS), False),
    "one of two criteria": (row(codes=frozenset({NoticeCode.L4}), communes=(DOL,)), NOTICE, False),
}


@pytest.mark.parametrize(("chosen", "facts", "expected"), FITTING.values(), ids=FITTING)
def test_a_row_fits_where_each_of_its_criteria_holds(chosen: Subscription, facts: Facts, *, expected: bool) -> None:
    assert expected is fits(chosen, facts, TERRITORY)


PRECISE = {
    "nothing": (row(), 0),
    "a kind": (row(kind=Kind.NOTICES), 1),
    "codes": (row(codes=frozenset({NoticeCode.L4, NoticeCode.D1})), 1),
    "benefits": (row(benefits=frozenset({"RSA"})), 1),
    "communes": (row(communes=(RENNES,)), 1),
    "an EPCI": (row(epci=(RENNES_METROPOLE,)), 1),
    "communes and an EPCI": (row(communes=(DOL,), epci=(RENNES_METROPOLE,)), 1),
    "an urgency": (row(urgency=Urgency.NONE), 1),
    "all": (
        row(
            kind=Kind.NOTICES,
            codes=frozenset({NoticeCode.L4}),
            benefits=frozenset({"RSA"}),
            communes=(DOL,),
            urgency=Urgency.SOCIAL,
        ),
        5,
    ),
}


@pytest.mark.parametrize(("chosen", "expected"), PRECISE.values(), ids=PRECISE)
def test_a_row_is_as_precise_as_it_has_criteria(chosen: Subscription, expected: int) -> None:
    assert expected == chosen.precision


def test_rows_with_the_same_criteria_contradict_each_other_whatever_their_order() -> None:
    one = row(communes=(RENNES, DOL), epci=(RENNES_METROPOLE,), kind=Kind.NOTICES, rhythm=Rhythm(Pace.DAILY, 8))
    other = row(communes=(DOL, RENNES), epci=(RENNES_METROPOLE,), kind=Kind.NOTICES)
    assert one.criteria == other.criteria
    given: tuple[object, ...] = (Kind.NOTICES, frozenset(), frozenset(), {RENNES, DOL}, {RENNES_METROPOLE}, None)
    assert given == one.criteria


def test_what_is_not_said_of_a_row_and_of_an_event_limits_nothing() -> None:
    made = row()
    assert (AT_ONCE, None, frozenset(), frozenset(), (), (), None) == (
        *(made.rhythm, made.kind, made.codes, made.benefits),
        *(made.communes, made.epci, made.urgency),
    )
    facts = Facts(Kind.REFERRALS)
    assert (Urgency.NONE, None, frozenset(), (), (), None, False) == (
        *(facts.urgency, facts.code, facts.benefits),
        *(facts.communes, facts.epci, facts.effective_on, facts.at_once),
    )


def test_a_correction_is_no_code_that_somebody_chooses() -> None:
    assert set(NoticeCode) - {NoticeCode.X1} == set(CHOOSABLE_CODES)


def test_of_choices_as_precise_as_each_other_one_that_wants_nothing_wins() -> None:
    rows = (Subscription(Basis.CHOICE, MAIL), Subscription(Basis.CHOICE, frozenset()))
    assert Wish(frozenset(), AT_ONCE) == wish(rows, Basis.CHOICE, NOTICE, TERRITORY)
    assert wish(rows, Basis.DUTY, NOTICE, TERRITORY) is None


EARLIER_FIRST = [
    AT_ONCE,
    Rhythm(Pace.DAILY, 0),
    Rhythm(Pace.DAILY, 1),
    Rhythm(Pace.WEEKLY, 9, 1),
    Rhythm(Pace.WEEKLY, 8, 2),
]


@pytest.mark.parametrize("earlier", range(len(EARLIER_FIRST) - 1))
def test_of_two_rhythms_the_earlier_counts(earlier: int) -> None:
    rows = [row(rhythm=rhythm) for rhythm in EARLIER_FIRST[earlier : earlier + 2]]
    for given in (rows, rows[::-1]):
        found = wish(given, Basis.DUTY, NOTICE, TERRITORY)
        assert found is not None
        assert EARLIER_FIRST[earlier] == found.rhythm


def test_the_rows_of_a_basis_come_with_the_most_general_first() -> None:
    precise, general = row(kind=Kind.NOTICES, communes=(DOL,)), row()
    other = Subscription(Basis.CHOICE, MAIL)
    assert (general, precise) == of_contact((precise, other, general), Basis.DUTY)
    assert (other,) == of_contact((precise, other, general), Basis.CHOICE)


def test_the_days_of_a_week_count_from_monday() -> None:
    assert [1, 2, 3, 4, 5, 6, 7] == list(DAYS_OF_THE_WEEK)
    assert (Pace.AT_ONCE, None, None) == (AT_ONCE.pace, AT_ONCE.hour, AT_ONCE.weekday)


@pytest.mark.parametrize("rhythm", [AT_ONCE, Rhythm(Pace.DAILY, 8), Rhythm(Pace.WEEKLY, 8, 7)], ids=lambda r: r.pace)
def test_the_instant_of_a_digest_is_in_utc(rhythm: Rhythm) -> None:
    assert UTC is next_digest(rhythm, datetime.fromisoformat("2026-05-04T09:00:00+02:00")).tzinfo


def test_a_digest_at_the_very_beginning_of_the_change_comes_too_late() -> None:
    midnight = Rhythm(Pace.DAILY, 0)
    now = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
    told = {
        day: media_for(
            Facts(Kind.NOTICES, effective_on=date(2026, 5, day)),
            (row(rhythm=midnight),),
            duty=True,
            webhook=False,
            now=now,
            territory=TERRITORY,
        )
        for day in (5, 6)
    }
    begins = datetime(2026, 5, 4, 22, 0, tzinfo=UTC)
    assert {5: (Way(Medium.MAIL, None, now),), 6: (Way(Medium.MAIL, Pace.DAILY, begins),)} == told


def test_a_choice_by_territory_is_kept_to_it() -> None:
    chosen = Subscription(Basis.CHOICE, MAIL, communes=(DOL,))
    now = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
    for communes, expected in (((DOL,), (Way(Medium.MAIL, None, now),)), ((RENNES,), ())):
        facts = Facts(Kind.NOTICES, communes=communes)
        found = media_for(facts, (chosen,), duty=False, webhook=False, now=now, territory=TERRITORY)
        assert expected == found


def test_a_change_begins_at_midnight_in_paris() -> None:
    evening = row(rhythm=Rhythm(Pace.DAILY, 20))
    now = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
    facts = Facts(Kind.NOTICES, effective_on=date(2026, 5, 5))
    (found,) = media_for(facts, (evening,), duty=True, webhook=False, now=now, territory=TERRITORY)
    assert Way(Medium.MAIL, Pace.DAILY, datetime(2026, 5, 4, 18, 0, tzinfo=UTC)) == found
