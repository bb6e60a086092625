"""The notice matrix: what a row may say, whom it adds where, and what two matrices differ in."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from hub.data import load_territory
from hub.data.matrix_file import read_matrix, shipped_matrix
from hub.domain.notices.matrix import COLUMNS, Addition, Difference, Where, differences, scope_of
from hub.domain.notices.rows import build_rows
from hub.domain.rules.notices import BASE_AUDIENCE
from hub.domain.vocabulary import NoticeCode, Role, Service

TERRITORY = load_territory()
VITRE, RENNES_METROPOLE = "35360", "243500139"


def lines(**changes: dict[str, str]) -> list[tuple[int, Mapping[str, str]]]:
    """The shipped rows as lines of a file, some cells changed: code → column → cell."""
    rows = shipped_matrix()
    return [(number, rows[code].cells() | changes.get(code, {})) for number, code in enumerate(NoticeCode, start=2)]


def test_the_shipped_matrix_has_a_row_for_each_code_and_reads_back_as_it_is_written() -> None:
    rows = shipped_matrix()
    assert list(NoticeCode) == list(rows)
    assert rows == build_rows(lines())


@pytest.mark.parametrize(
    ("code", "adds", "days", "asked", "deadline"),
    [
        ("O1", "ASIP/ACTOR@SITE", 15, "CDAS", "5d"),
        ("O2", "ASIP/ACTOR@SITE", 0, "ALL", "2h"),
        ("O3", "", 10, "ALL", "5d"),
        ("O4", "ASIP/ACTOR", 60, "ALL", "5d"),
        ("O5", "", 30, "ALL", "5d"),
        ("O6", "ASIP/ACTOR@EPCI", 15, "", ""),
        ("L1", "", 30, "CDAS", "5d"),
        ("L2", "", 30, "CDAS", "5d"),
        ("L3", "", 15, "", ""),
        ("L4", "ASIP/ACTOR", 10, "", ""),
        ("L5", "", 0, "ALL", "5d"),
        ("D1", "", 30, "CAF", "5d"),
        ("D2", "ASIP/ACTOR|CAF_SOCIAL_WORK/GENERIC_MAILBOX", 30, "CAF", "5d"),
        ("G1", "CAF_SOCIAL_WORK/GENERIC_MAILBOX|CAF_BENEFITS/GENERIC_MAILBOX", 30, "ALL", "5d"),
        ("X1", "", 0, "", ""),
    ],
)
def test_the_shipped_rows_are_those_of_the_handbook(code: str, adds: str, days: int, asked: str, deadline: str) -> None:
    cells = shipped_matrix()[code].cells()
    expected = {"adds": adds, "notice_days": str(days), "acknowledged_by": asked, "acknowledge_by": deadline}
    assert expected == {column: cells[column] for column in expected}


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("code", "Z9", "« Z9 » n’est pas dans la liste"),
        ("code", "O2", "Ligne 3, colonne code : O2 a déjà une ligne"),
        ("change", " ", "colonne change : elle est vide"),
        ("adds", "ASIP", "« ASIP » ne nomme pas un SERVICE/RÔLE"),
        ("adds", "ASIP/CHIEF", "« ASIP/CHIEF » ne nomme pas un SERVICE/RÔLE"),
        ("adds", "EXTERNAL_REFERENT/SOCIAL_WORKER", "n’ont pas d’annuaire"),
        ("adds", "CDAS/MANAGER@EPCI", "seuls les acteurs locaux"),
        ("adds", "ASIP/ACTOR@", "seuls les acteurs locaux"),
        ("adds", "ASIP/ACTOR|ASIP/ACTOR@EPCI", "un même public"),
        ("media", "FAX", "« FAX » n’est pas dans la liste"),
        ("media", "MAIL|MAIL", "s’y trouve deux fois"),
        ("notice_days", "-1", "un nombre entier"),
        ("notice_days", "٣", "un nombre entier"),
        ("notice_days", "366", "dépasse 365"),
        ("acknowledged_by", "", "vont ensemble"),
        ("acknowledge_by", "", "vont ensemble"),
        ("acknowledge_by", "0d", "des heures ouvrées"),
        ("shown_to", "EVERYBODY", "n’est pas dans la liste"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_its_line(column: str, cell: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"Ligne [23], ") as told:
        build_rows(lines(O1={column: cell}))
    assert said in str(told.value).replace("\u00a0", " ")


def test_a_matrix_without_a_row_for_a_code_is_refused() -> None:
    with pytest.raises(ValueError, match="Il manque une ligne pour O1, X1"):
        build_rows(lines()[1:-1])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"code,change\nO1,x\n", "les colonnes doivent être"),
        (",".join(COLUMNS).encode() + b"\nO1,x\n", "Ligne 2"),
        (",".join(COLUMNS).encode() + b'\nO1,"x\n', "guillemets"),
        (b"\xff\xfe", "UTF-8"),
        (None, "n’existe pas"),
    ],
    ids=["columns", "cells", "quotes", "encoding", "absent"],
)
def test_a_file_that_cannot_be_read_is_named(content: bytes | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "matrice.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=r"matrice\.csv ne peut pas servir") as told:
        read_matrix(file)
    assert said in str(told.value)


def test_a_difference_names_the_code_the_column_and_both_cells() -> None:
    after = build_rows(lines(O4={"notice_days": "45"}, G1={"adds": "", "media": "HUB"}))
    assert [
        Difference("O4", "notice_days", "60", "45"),
        Difference("G1", "adds", "CAF_SOCIAL_WORK/GENERIC_MAILBOX|CAF_BENEFITS/GENERIC_MAILBOX", ""),
        Difference("G1", "media", "HUB|MAIL|MEETING", "HUB"),
    ] == differences(shipped_matrix(), after)
    assert [] == differences(after, after)


def actors(where: Where) -> Addition:
    """The addition of local actors."""
    return Addition(Service.ASIP, Role.ACTOR, where)


@pytest.mark.parametrize(
    ("where", "communes", "epci", "expected"),
    [
        (Where.NAMED, [], [], ((), ())),
        (Where.NAMED, [VITRE], [RENNES_METROPOLE], ((VITRE,), (RENNES_METROPOLE,))),
        (Where.SITE, [], [], None),
        (Where.SITE, [VITRE], [], ((VITRE,), ())),
        (Where.EPCI, [], [], ((), ())),
        (Where.EPCI, [VITRE], [RENNES_METROPOLE], ((), (TERRITORY.communes[VITRE].epci, RENNES_METROPOLE))),
        (Where.EPCI, ["22278"], [], (("22278",), ())),
    ],
    ids=["all", "named", "no-site", "site", "no-epci", "epci", "outside"],
)
def test_local_actors_are_those_of_the_territory_that_the_addition_means(
    where: Where, communes: list[str], epci: list[str], expected: object
) -> None:
    assert expected == scope_of(actors(where), communes, epci, TERRITORY)


def test_no_row_can_take_away_what_the_convention_gives() -> None:
    """Whatever the cells say, they name additions only: an empty matrix leaves the base audience as it is."""
    nothing = {"adds": "", "media": "", "notice_days": "0", "acknowledged_by": "", "acknowledge_by": "", "shown_to": ""}
    rows = build_rows(lines(**dict.fromkeys(NoticeCode, nothing)))
    assert {()} == {row.adds for row in rows.values()}
    assert not any(row.asks(service) for row in rows.values() for service, _ in BASE_AUDIENCE)


def test_who_is_asked_follows_the_groups() -> None:
    rows = shipped_matrix()
    assert {"CAF_REFERENTS", "CAF_SOCIAL_WORK", "CAF_BENEFITS"} == {s for s in Service if rows["D1"].asks(s)}
    assert {"CDAS"} == {s for s in Service if rows["O1"].asks(s)}
    assert set(Service) == {s for s in Service if rows["O2"].asks(s)}
    assert not replace(rows["O2"], acknowledged_by=()).asks("CDAS")
