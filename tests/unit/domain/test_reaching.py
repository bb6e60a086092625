"""What a contact chose decides the media and the time; never whether its duty reaches it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.delivery.digests import AT_ONCE, Pace, Rhythm
from hub.domain.delivery.reaching import Way, media_for
from hub.domain.subscriptions.rows import CHOOSABLE_CODES, CHOOSABLE_KINDS, PUSH, Basis, Facts, Subscription
from hub.domain.vocabulary import Kind, Medium, NoticeCode, Urgency

NOW = datetime(2024, 10, 1, 7, 0, tzinfo=UTC)
DAILY = Rhythm(Pace.DAILY, 8)
WEEKLY = Rhythm(Pace.WEEKLY, 8, 1)
TERRITORY = load_territory()
L4 = Facts(Kind.NOTICES, code=NoticeCode.L4, benefits=frozenset({"APL"}), effective_on=date(2025, 1, 1))
RENNES, DOL = "35238", "35095"


def row(basis: Basis, *media: Medium, **more: object) -> Subscription:
    """A row of choices."""
    return Subscription(basis, frozenset(media), **more)  # type: ignore[arg-type]  # the fields of a row


def ways(facts: Facts, *rows: Subscription, duty: bool = True, webhook: bool = False) -> tuple[Way, ...]:
    """The ways for a contact with these rows."""
    return media_for(facts, rows, duty=duty, webhook=webhook, now=NOW, territory=TERRITORY)


def media(facts: Facts, *rows: Subscription, duty: bool = True, webhook: bool = False) -> set[Medium]:
    """The media for a contact with these rows."""
    return {way.medium for way in ways(facts, *rows, duty=duty, webhook=webhook)}


def test_a_duty_without_choices_goes_by_mail_at_once() -> None:
    assert (Way(Medium.MAIL, None, NOW),) == ways(L4)


def test_a_duty_without_choices_also_goes_to_an_active_webhook() -> None:
    assert {Medium.MAIL, Medium.WEBHOOK} == media(L4, webhook=True)


def test_a_digest_waits_for_its_hour() -> None:
    assert (Way(Medium.MAIL, Pace.DAILY, datetime(2024, 10, 2, 6, tzinfo=UTC)),) == ways(
        L4, row(Basis.DUTY, Medium.MAIL, rhythm=DAILY)
    )


def test_only_the_mail_waits_for_the_digest() -> None:
    found = ways(L4, row(Basis.DUTY, Medium.MAIL, Medium.PORTAL, rhythm=WEEKLY))
    assert [(Medium.MAIL, Pace.WEEKLY), (Medium.PORTAL, None)] == [(way.medium, way.digest) for way in found]


@pytest.mark.parametrize(
    "facts",
    [
        replace(L4, code=NoticeCode.O2),
        replace(L4, code=NoticeCode.L5),
        replace(L4, effective_on=date(2024, 10, 2)),
        replace(L4, effective_on=date(2024, 9, 1)),
        replace(L4, at_once=True),
        Facts(Kind.URGENCIES, urgency=Urgency.SOCIAL),
        Facts(Kind.REFERRALS),
    ],
    ids=["unplanned-closure", "late-text", "in-force-that-day", "in-force", "correction", "urgency", "situation"],
)
def test_no_digest_holds_back_what_cannot_wait(facts: Facts) -> None:
    assert (Way(Medium.MAIL, None, NOW),) == ways(facts, row(Basis.DUTY, Medium.MAIL, rhythm=DAILY))


def test_a_digest_may_leave_on_the_eve_of_the_change() -> None:
    (found,) = ways(replace(L4, effective_on=date(2024, 10, 3)), row(Basis.DUTY, Medium.MAIL, rhythm=DAILY))
    assert Pace.DAILY is found.digest


def test_no_digest_leaves_after_its_answer_is_awaited() -> None:
    rows = (row(Basis.DUTY, Medium.MAIL, rhythm=DAILY),)
    eight = datetime(2024, 10, 2, 6, tzinfo=UTC)
    found = [
        media_for(L4, rows, duty=True, webhook=False, now=NOW, territory=TERRITORY, latest=latest)
        for latest in (eight, eight + timedelta(seconds=1))
    ]
    assert [(Way(Medium.MAIL, None, NOW),), (Way(Medium.MAIL, Pace.DAILY, eight),)] == found


def test_a_situation_always_pushes_whatever_was_chosen() -> None:
    portal = row(Basis.DUTY, Medium.PORTAL)
    assert {Medium.PORTAL} == media(L4, portal)
    assert {Medium.PORTAL, Medium.MAIL} == media(Facts(Kind.REFERRALS), portal)
    assert {Medium.WEBHOOK} == media(Facts(Kind.URGENCIES), row(Basis.DUTY, Medium.WEBHOOK), webhook=True)


def test_a_webhook_that_does_not_work_is_replaced_by_mail() -> None:
    assert {Medium.MAIL} == media(L4, row(Basis.DUTY, Medium.WEBHOOK))
    assert {Medium.MAIL} == media(L4, row(Basis.CHOICE, Medium.WEBHOOK), duty=False)
    assert {Medium.PORTAL} == media(L4, row(Basis.DUTY, Medium.WEBHOOK, Medium.PORTAL))


def test_the_row_with_the_most_criteria_counts() -> None:
    general = row(Basis.DUTY, Medium.MAIL, rhythm=WEEKLY, kind=Kind.NOTICES)
    precise = row(Basis.DUTY, Medium.FEED, kind=Kind.NOTICES, codes=frozenset({NoticeCode.L4}))
    assert {Medium.FEED} == media(L4, general, precise) == media(L4, precise, general)
    assert {Medium.MAIL} == media(replace(L4, code=NoticeCode.D1), general, precise)


def test_rows_as_precise_as_each_other_add_their_media_and_the_earliest_counts() -> None:
    by_code = row(Basis.DUTY, Medium.MAIL, rhythm=WEEKLY, codes=frozenset({NoticeCode.L4}))
    by_benefit = row(Basis.DUTY, Medium.MAIL, Medium.PORTAL, rhythm=DAILY, benefits=frozenset({"APL"}))
    found = ways(L4, by_code, by_benefit)
    assert [(Medium.MAIL, Pace.DAILY), (Medium.PORTAL, None)] == [(way.medium, way.digest) for way in found]


def test_urgencies_are_told_apart() -> None:
    social = row(Basis.DUTY, Medium.MAIL, Medium.PORTAL, kind=Kind.URGENCIES, urgency=Urgency.SOCIAL)
    assert {Medium.MAIL, Medium.PORTAL} == media(Facts(Kind.URGENCIES, urgency=Urgency.SOCIAL), social)
    assert {Medium.MAIL} == media(Facts(Kind.URGENCIES, urgency=Urgency.BENEFIT), social)


@pytest.mark.parametrize(
    ("communes", "expected"),
    [((RENNES,), {Medium.FEED}), ((DOL,), {Medium.MAIL}), ((), {Medium.FEED})],
    ids=["inside", "elsewhere", "the-whole-département"],
)
def test_a_territory_fits_notices_that_concern_some_of_it(communes: tuple[str, ...], expected: set[Medium]) -> None:
    assert expected == media(replace(L4, communes=communes), row(Basis.DUTY, Medium.FEED, epci=("243500139",)))


def test_nothing_is_a_choice_unless_it_was_chosen() -> None:
    assert () == ways(L4, row(Basis.DUTY, Medium.PORTAL), duty=False)
    assert () == ways(L4, row(Basis.CHOICE, Medium.MAIL, codes=frozenset({NoticeCode.D1})), duty=False)
    assert {Medium.FEED} == media(L4, row(Basis.CHOICE, Medium.FEED), duty=False)


def test_a_choice_can_be_switched_off_for_some_notices() -> None:
    wanted = row(Basis.CHOICE, Medium.MAIL)
    not_these = row(Basis.CHOICE, codes=frozenset({NoticeCode.L4}))
    assert () == ways(L4, wanted, not_these, duty=False)
    assert {Medium.MAIL} == media(replace(L4, code=NoticeCode.L1), wanted, not_these, duty=False)


def test_switching_a_choice_off_leaves_the_duty() -> None:
    assert {Medium.MAIL} == media(L4, row(Basis.CHOICE))


@pytest.mark.parametrize("kind", [Kind.REFERRALS, Kind.URGENCIES])
def test_a_situation_of_others_cannot_be_chosen(kind: Kind) -> None:
    assert () == ways(Facts(kind), row(Basis.CHOICE, *Medium), duty=False)


ROWS = st.lists(
    st.builds(
        Subscription,
        basis=st.sampled_from(Basis),
        media=st.frozensets(st.sampled_from(Medium), min_size=1),
        rhythm=st.sampled_from([AT_ONCE, DAILY, WEEKLY]),
        kind=st.none() | st.sampled_from(CHOOSABLE_KINDS),
        codes=st.frozensets(st.sampled_from(CHOOSABLE_CODES), max_size=2),
        benefits=st.frozensets(st.sampled_from(["AAH", "RSA", "APL"]), max_size=2),
        communes=st.sampled_from([(), (RENNES,), (DOL,)]),
        urgency=st.none() | st.sampled_from(Urgency),
    ),
    max_size=5,
)
FACTS = st.builds(
    Facts,
    kind=st.sampled_from(CHOOSABLE_KINDS),
    urgency=st.sampled_from(Urgency),
    code=st.none() | st.sampled_from(NoticeCode),
    benefits=st.frozensets(st.sampled_from(["AAH", "RSA", "APL"])),
    communes=st.sampled_from([(), (RENNES,), (DOL,)]),
    effective_on=st.none() | st.dates(date(2024, 9, 1), date(2024, 12, 1)),
)


@given(FACTS, ROWS, st.booleans())
def test_no_choice_whatever_makes_a_duty_silent_or_late(
    facts: Facts,
    rows: list[Subscription],
    webhook: bool,  # noqa: FBT001 -- hypothesis gives it
) -> None:
    found = ways(facts, *rows, webhook=webhook)
    assert found
    if facts.kind is not Kind.NOTICES:
        assert {way.medium for way in found} & PUSH
        assert {(None, NOW)} == {(way.digest, way.due_at) for way in found}
    for way in found:
        assert way.due_at >= NOW
        assert way.digest is None or facts.effective_on is None or way.due_at.date() < facts.effective_on


@given(FACTS, ROWS, st.booleans(), st.randoms())
def test_the_order_of_the_rows_never_matters(
    facts: Facts,
    rows: list[Subscription],
    duty: bool,  # noqa: FBT001 -- hypothesis gives it
    chance: object,
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert ways(facts, *rows, duty=duty) == ways(facts, *shuffled, duty=duty)
