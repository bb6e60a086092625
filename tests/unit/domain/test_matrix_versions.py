"""A version of the matrix is in force once both institutions approved it and its day has come."""

from datetime import UTC, date, datetime

import pytest

from hub.data.matrix_file import shipped_matrix
from hub.domain.notices.versions import (
    Act,
    MatrixAct,
    Version,
    VersionActRefused,
    VersionState,
    check_application,
    check_approval,
    check_refusal,
    in_force_on,
    state_on,
)
from hub.domain.vocabulary import Institution

CAF, CD35 = Institution.CAF, Institution.CD35
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
SHIPPED = Version(0, date.min, shipped_matrix(), date.min)


def version(number: int, in_force_from: date | None = None, *acts: Act) -> Version:
    """A version of which only what is said matters."""
    return Version(number, in_force_from or MARCH, shipped_matrix(), in_force_from, acts)


def approved(side: Institution, who: str = "operator:a") -> Act:
    """An approval."""
    return Act(NOW, who, MatrixAct.APPROVED, side)


BOTH = (approved(CAF), approved(CD35, "operator:b"))


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 2, 28), 0), (MARCH, 2), (date(2026, 3, 31), 2), (APRIL, 3)],
)
def test_the_latest_version_that_took_force_holds(day: date, expected: int) -> None:
    versions = [SHIPPED, version(1, MARCH), version(2, MARCH), version(3, APRIL), version(4)]
    assert expected == in_force_on(versions, day).number


def test_a_version_is_proposed_adopted_in_force_and_replaced() -> None:
    versions = [
        SHIPPED,
        version(1, MARCH),
        version(2, APRIL),
        version(3),
        version(4, None, Act(NOW, "x", MatrixAct.REFUSED, CAF)),
    ]
    assert ["REPLACED", "IN_FORCE", "ADOPTED", "PROPOSED", "REFUSED"] == [
        state_on(versions, each, date(2026, 3, 15)) for each in versions
    ]
    assert VersionState.REPLACED is state_on(versions, versions[1], APRIL)


@pytest.mark.parametrize(
    ("of", "side", "who", "said"),
    [
        (version(1, None, approved(CAF)), CAF, "operator:b", "déjà approuvée pour CAF"),
        (version(1, None, approved(CAF)), CD35, "operator:a", "il faut une autre personne"),
        (version(1, MARCH, *BOTH), CAF, "operator:c", "déjà adoptée"),
        (version(1, None, Act(NOW, "x", MatrixAct.REFUSED, CD35)), CAF, "operator:a", "est refusée"),
        (SHIPPED, CAF, "operator:a", "livrée avec le hub"),
    ],
    ids=["twice", "same-person", "applied", "refused", "shipped"],
)
def test_an_approval_that_cannot_count_is_refused(of: Version, side: Institution, who: str, said: str) -> None:
    with pytest.raises(VersionActRefused, match=said):
        check_approval(of, side, who)


def test_each_side_approves_by_a_person_of_its_own() -> None:
    check_approval(version(1), CAF, "operator:a")
    check_approval(version(1, None, approved(CAF)), CD35, "operator:b")


@pytest.mark.parametrize(
    ("acts", "missing"),
    [((), "CAF d’Ille-et-Vilaine, Département"), (BOTH[:1], "Département"), (BOTH[1:], "CAF")],
    ids=["nobody", "only-caf", "only-cd35"],
)
def test_a_version_takes_no_force_before_both_sides_approved(acts: tuple[Act, ...], missing: str) -> None:
    one = version(1, None, *acts)
    with pytest.raises(VersionActRefused, match=f"n’est pas approuvée pour.*{missing}"):
        check_application([SHIPPED, one], one)


def test_a_version_older_than_an_adopted_one_must_be_proposed_again() -> None:
    one = version(1, None, *BOTH)
    check_application([SHIPPED, one], one)
    with pytest.raises(VersionActRefused, match="version 2, plus récente"):
        check_application([SHIPPED, one, version(2, APRIL, *BOTH)], one)


def test_an_adopted_version_can_no_longer_be_refused() -> None:
    check_refusal(version(1))
    with pytest.raises(VersionActRefused, match="déjà adoptée"):
        check_refusal(version(1, MARCH, *BOTH))
