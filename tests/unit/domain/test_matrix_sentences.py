"""A cell of a matrix that cannot be read is named with its line, its column and what is expected there."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hub.data import load_parameters
from hub.data.matrix_file import shipped_matrix
from hub.domain.calendar.paris import paris
from hub.domain.calendar.working_time import OfficeHours
from hub.domain.delivery.digests import AT_ONCE, Pace, Rhythm
from hub.domain.notices.deadlines import acknowledge_by
from hub.domain.notices.matrix import ADDED_RULE, Addition, Group, MatrixMedium, Where, notice_given
from hub.domain.notices.rows import build_rows
from hub.domain.notices.versions import Act, MatrixAct, Version, check_application, in_force_on, state_on
from hub.domain.rules.catalogue import RULES
from hub.domain.vocabulary import Institution, NoticeCode, Role, Service
from tests.unit.domain.test_notice_matrix import lines

CODES = ", ".join(code.value for code in NoticeCode)
GROUPS = ", ".join(group.value for group in Group)
MEDIA = ", ".join(medium.value for medium in MatrixMedium)
CELLS = {
    "no code": ("code", "Z9", f"« Z9 » n’est pas dans la liste {CODES}"),
    "no medium": ("media", "FAX", f"« FAX » n’est pas dans la liste {MEDIA}"),
    "a medium twice": ("media", "MAIL|MAIL", "une valeur s’y trouve deux fois"),
    "no group": ("shown_to", "TOUS", f"« TOUS » n’est pas dans la liste {GROUPS}"),
    "no days": ("notice_days", "", "il faut un nombre entier de jours, 0 pour « sans délai »"),
    "more than a year": ("notice_days", "366", "le délai dépasse 365 jours"),
    "no deadline": (
        "acknowledge_by",
        "5",
        "il faut des heures ouvrées (2h) ou des jours avant la prise d’effet (5d)",
    ),
    "nobody by a deadline": ("acknowledged_by", "", "le délai et la colonne acknowledged_by vont ensemble"),
    "an audience twice": ("adds", "ASIP/ACTOR|ASIP/ACTOR", "un même public s’y trouve deux fois"),
    "no audience": ("adds", "ASIP/ACTOR/X", "« ASIP/ACTOR/X » ne nomme pas un SERVICE/RÔLE du contrat"),
    "an audience in three": ("adds", "X/ASIP/ACTOR", "« X/ASIP/ACTOR » ne nomme pas un SERVICE/RÔLE du contrat"),
    "whom no directory names": (
        "adds",
        "EXTERNAL_REFERENT/SOCIAL_WORKER",
        "les référents d’autres organismes n’ont pas d’annuaire",
    ),
    "a limit that is none": (
        "adds",
        "ASIP/ACTOR@ICI",
        "« @ICI » : seuls les acteurs locaux (ASIP) se limitent, par @EPCI ou @SITE",
    ),
}


@pytest.mark.parametrize(("column", "cell", "why"), CELLS.values(), ids=CELLS)
def test_a_wrong_cell_says_what_is_expected(column: str, cell: str, why: str) -> None:
    with pytest.raises(ValueError, match=r"^Ligne 2") as told:
        build_rows(lines(O1={column: cell}))
    where = "acknowledge_by" if column == "acknowledged_by" else column
    assert f"Ligne 2, colonne {where} : {why}." == str(told.value).replace("\u00a0", " ")


def test_a_whole_year_of_notice_may_be_asked_for() -> None:
    assert 365 == build_rows(lines(O1={"notice_days": "365"}))[NoticeCode.O1].notice_days


def test_several_groups_are_written_as_they_are_read() -> None:
    changed = {"acknowledged_by": "CAF|CDAS", "shown_to": "CD35|ASIP"}
    cells = build_rows(lines(O1=changed))[NoticeCode.O1].cells()
    assert changed == {column: cells[column] for column in changed}


def test_the_note_of_a_line_is_kept() -> None:
    assert "à revoir" == build_rows(lines(O1={"note": " à revoir "}))[NoticeCode.O1].note


def test_what_the_matrix_adds_is_added_under_a_rule_of_the_catalogue() -> None:
    assert "R28" == ADDED_RULE
    assert ADDED_RULE in RULES


def test_an_addition_without_a_limit_is_for_the_territory_that_is_named() -> None:
    made = Addition(Service.ASIP, Role.ACTOR)
    assert (Where.NAMED, "ASIP/ACTOR") == (made.where, str(made))


MEDIA_AND_RHYTHM = {
    "a digest": ((MatrixMedium.HUB, MatrixMedium.DIGEST), Rhythm(Pace.WEEKLY, 8, 1)),
    "a digest and a mail": ((MatrixMedium.MAIL, MatrixMedium.DIGEST), AT_ONCE),
    "a mail": ((MatrixMedium.MAIL,), AT_ONCE),
    "nothing": ((), AT_ONCE),
}


@pytest.mark.parametrize(("media", "expected"), MEDIA_AND_RHYTHM.values(), ids=MEDIA_AND_RHYTHM)
def test_a_row_that_is_told_by_a_digest_alone_waits_for_monday(
    media: tuple[MatrixMedium, ...], expected: Rhythm
) -> None:
    assert expected == replace(shipped_matrix()["O1"], media=media).rhythm


def test_notice_is_counted_in_days() -> None:
    assert [28, 0, -1] == [notice_given(date(2026, 5, 4), date(2026, *day)) for day in ((6, 1), (5, 4), (5, 3))]


BOTH = tuple(
    Act(datetime(2026, 3, 2, tzinfo=UTC), who, MatrixAct.APPROVED, side)
    for who, side in (("a", Institution.CAF), ("b", Institution.CD35))
)
SHIPPED = Version(0, date.min, shipped_matrix(), date.min)
SECOND = Version(2, date(2026, 3, 1), shipped_matrix(), date(2026, 3, 1), BOTH)
FIRST = Version(1, date(2026, 4, 1), shipped_matrix(), date(2026, 4, 1), BOTH)


def test_the_version_that_took_force_last_holds_whatever_its_number() -> None:
    versions = [SHIPPED, SECOND, FIRST]
    assert [2, 1] == [in_force_on(versions, date(2026, month, 31)).number for month in (3, 5)]


def test_a_version_is_in_force_from_its_first_day() -> None:
    assert "IN_FORCE" == state_on([SHIPPED, SECOND], SECOND, date(2026, 3, 1)).value


def test_a_version_that_both_approved_can_be_applied_even_where_nothing_was_before() -> None:
    waiting = replace(SECOND, in_force_from=None)
    check_application([waiting], waiting)
    assert (None, ()) == (Version(3, date.min, {}).in_force_from, Version(3, date.min, {}).acts)
    assert Act(datetime(2026, 3, 2, tzinfo=UTC), "a", MatrixAct.PROPOSED).side is None


OFFICE = OfficeHours(load_parameters().on(date(2026, 3, 2)).service_opening_hours)


@pytest.mark.parametrize(("code", "service"), [("O2", "ASIP"), ("O4", "CDAS")], ids=["hours", "days"])
def test_a_deadline_is_in_utc_whatever_it_counts_from(code: str, service: str) -> None:
    since = datetime(2026, 3, 2, 9, tzinfo=paris())
    found = acknowledge_by(shipped_matrix()[code], service, date(2026, 5, 1), since, OFFICE)
    assert found is not None
    assert UTC is found.tzinfo


def test_working_time_begins_on_the_day_of_paris() -> None:
    late = datetime(2026, 3, 2, 0, 30, tzinfo=paris()).astimezone(UTC)
    found = acknowledge_by(shipped_matrix()["O2"], "CDAS", date(2026, 3, 2), late, OFFICE)
    assert datetime(2026, 3, 2, 11, tzinfo=paris()) == found
