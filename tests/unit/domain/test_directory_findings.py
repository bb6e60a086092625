"""What is wrong with a directory, in the words that people read: on the command line and in the weekly letter."""

from datetime import date, datetime
from typing import Any

import pytest

from hub.data import load_territory
from hub.domain.calendar.paris import paris
from hub.domain.directory.absence import NotThere
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.directory.findings import days_between, details, heading, summary, where
from hub.domain.directory.hours_lint import Desk, HourGap, Topic, Why
from hub.domain.directory.lint import Finding, FindingKind
from hub.domain.directory.weekly_report import LINES_AT_MOST, Report, Section, gap_line, weekly_report

TERRITORY = load_territory()
EVERYWHERE = tuple(sorted(TERRITORY.communes))
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 6)
HERE = Directory(TERRITORY)
HERE.apply(Contact("a", "CD35", "CDAS", "MANAGER", cdas="CDAS-01", label="Responsable", valid_from=date(2024, 1, 1)))


def finding(kind: FindingKind, **more: Any) -> Finding:
    return Finding(kind, FIRST, LAST, **more)


def plain(text: str) -> str:
    """The text with its no-break spaces shown, so that a table reads as people see it."""
    return text.replace("\u00a0", "~")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(FIRST, FIRST, "le 02/03/2026"), (FIRST, LAST, "du 02/03/2026 au 06/03/2026")],
)
def test_days_are_told_as_one_or_from_one_to_another(first: date, last: date, expected: str) -> None:
    assert expected == days_between(first, last)


def test_a_heading_counts_its_findings() -> None:
    assert "Personne n’est joignable (3)" == heading(FindingKind.UNREACHABLE, 3)


def test_a_summary_counts_each_kind_worst_first() -> None:
    loop, gap = finding(FindingKind.LOOP), finding(FindingKind.GAP)
    assert "Rien à signaler du 02/03/2026 au 06/03/2026." == summary([], FIRST, LAST)
    assert "1~constat le 02/03/2026. Absence dont aucun suppléant n’est là~: 1." == plain(summary([gap], FIRST, FIRST))
    assert (
        "3~constats du 02/03/2026 au 06/03/2026. Absences qui se renvoient l’une à l’autre~: 1~; "
        "absence dont aucun suppléant n’est là~: 2."
    ) == plain(summary([gap, loop, gap], FIRST, LAST))


WHERE: dict[str, tuple[Finding, str]] = {
    "every contact of a loop": (finding(FindingKind.LOOP, contacts=("a", "b")), "Responsable (a), b"),
    "a contact by its label": (finding(FindingKind.GAP, contacts=("a", "b")), "Responsable (a)"),
    "a contact that is gone": (finding(FindingKind.GAP, contacts=("gone",)), "gone"),
    "the territory": (finding(FindingKind.UNHELD, places=("35024",)), "territoire"),
    "the territory, with claimants": (finding(FindingKind.CONTESTED, service="CDAS", cdas=("A", "B")), "territoire"),
    "no service": (finding(FindingKind.UNREACHABLE, role="MANAGER"), "territoire"),
    "a CDAS and a role": (
        finding(FindingKind.UNREACHABLE, service="CDAS", role="MANAGER", cdas=("CDAS-01",)),
        "CDAS-01, responsable",
    ),
    "two CDAS and a role": (
        finding(FindingKind.UNREACHABLE, service="CDAS", role="MANAGER", cdas=("CDAS-01", "CDAS-02")),
        "CDAS-01, CDAS-02, responsable",
    ),
    "a service and a role": (
        finding(FindingKind.UNREACHABLE, service="CAF_SOCIAL_WORK", role="SECRETARIAT"),
        "service social de la CAF, secrétariat",
    ),
}


@pytest.mark.parametrize(("found", "expected"), WHERE.values(), ids=WHERE)
def test_where_it_is_wrong(found: Finding, expected: str) -> None:
    assert expected == where(found, HERE)


def named(codes: tuple[str, ...]) -> str:
    return ", ".join(f"{TERRITORY.communes[code].name} ({code})" for code in codes)


SIX, SEVEN, EIGHT = EVERYWHERE[:6], EVERYWHERE[:7], EVERYWHERE[:8]
NAMES = named(SIX)
BETTON = "35024"
INSTEAD = "le reste du service ou sa boîte générique reçoit ses situations"
TRIED = (("b", NotThere.AWAY), ("c", NotThere.UNKNOWN))
DETAILS: dict[str, tuple[Finding, str]] = {
    "a whole CDAS": (
        finding(FindingKind.UNREACHABLE, cdas=("CDAS-01",), places=(BETTON,), unplaced=True),
        "pour tout ce CDAS",
    ),
    "places of a CDAS": (finding(FindingKind.UNREACHABLE, cdas=("CDAS-01",), places=(BETTON,)), "Betton (35024)"),
    "everywhere": (finding(FindingKind.UNREACHABLE, places=EVERYWHERE), "dans tout le département"),
    "everywhere but one place": (
        finding(FindingKind.UNREACHABLE, places=EVERYWHERE[1:]),
        f"{named(EVERYWHERE[1:7])} et {len(EVERYWHERE) - 7}~autres",
    ),
    "a place and none": (
        finding(FindingKind.UNREACHABLE, places=(BETTON,), unplaced=True),
        "Betton (35024), et lorsque la commune n’est pas connue",
    ),
    "no place known": (finding(FindingKind.UNREACHABLE, unplaced=True), "lorsque la commune n’est pas connue"),
    "six places": (finding(FindingKind.UNHELD, places=SIX), NAMES),
    "seven places": (finding(FindingKind.UNHELD, places=SEVEN), f"{NAMES} et 1~autre"),
    "eight places": (finding(FindingKind.UNHELD, places=EIGHT), f"{NAMES} et 2~autres"),
    "claimed twice": (
        finding(FindingKind.CONTESTED, places=(BETTON,), cdas=("CDAS-01", "CDAS-02")),
        "Betton (35024)~: CDAS-01, CDAS-02 (CDAS-01 est retenu)",
    ),
    "a loop comes back": (finding(FindingKind.LOOP, contacts=("a", "b")), "a → b → a"),
    "nobody stands in": (
        finding(FindingKind.GAP, tried=TRIED),
        f"b (absent lui aussi), c (inconnu de l’annuaire)~; {INSTEAD}",
    ),
    "another stands in": (
        finding(FindingKind.DEPUTY_AWAY, tried=TRIED[:1], stand_in="d"),
        "b (absent lui aussi)~; d le remplace",
    ),
    "several deputies, one there": (
        finding(FindingKind.OVERLAP, contacts=("a", "b", "c"), stand_in="c"),
        "b, c~; c est retenu",
    ),
    "several deputies, none there": (
        finding(FindingKind.OVERLAP, contacts=("a", "b", "c")),
        f"b, c~; {INSTEAD}",
    ),
    "no address": (finding(FindingKind.NO_ADDRESS), "ses envois échoueront"),
}


@pytest.mark.parametrize(("found", "expected"), DETAILS.values(), ids=DETAILS)
def test_what_is_wrong_beyond_its_kind(found: Finding, expected: str) -> None:
    assert expected == plain(details(found, HERE))


def test_a_part_of_a_commune_is_named_with_its_number() -> None:
    assert "Rennes (IRIS 0101) (352380101)" == details(finding(FindingKind.UNHELD, places=("352380101",)), HERE)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of March 2026, as the wall clock tells it."""
    return datetime(2026, 3, day, hour, minute, tzinfo=paris())


def gap(desk: Desk, begin: datetime, end: datetime, hours: float) -> HourGap:
    return HourGap(desk, begin, end, hours)


CLOSED = Desk(Topic.ALL, Why.CLOSED, "CDAS", None, "CDAS-01")


def nobody(places: tuple[str, ...] = (), **more: Any) -> Desk:
    return Desk(Topic.CASES, Why.NOBODY, "CAF_SOCIAL_WORK", "SECRETARIAT", places=places, **more)


MORNING = (at(2, 9), at(2, 12, 5), 3.08)
WHEN = "le lundi 2/03 de 9~h à 12~h~05 (3,08~h de travail)"
DESK = "service social de la CAF, secrétariat~: personne pour les situations"
THREE = ("35024", "35051", "35238")
GAPS: dict[str, tuple[HourGap, str]] = {
    "closed, over days": (
        gap(CLOSED, at(1, 9), at(6, 17, 30), 12.0),
        "CDAS-01~: le service est fermé, du dimanche 1er/03 à 9~h au vendredi 6/03 à 17~h~30 (12~h de travail)",
    ),
    "everywhere": (gap(nobody(EVERYWHERE), *MORNING), f"{DESK}, {WHEN}"),
    "no place said": (gap(nobody(), *MORNING), f"{DESK}, {WHEN}"),
    "three places": (gap(nobody(THREE), *MORNING), f"{DESK} de Betton, Cesson-Sévigné, Rennes, {WHEN}"),
    "four places": (
        gap(nobody((*THREE, "35288")), *MORNING),
        f"{DESK} de Betton, Cesson-Sévigné, Rennes et 1~autre, {WHEN}",
    ),
    "five places": (
        gap(nobody((*THREE, "35288", "35001")), *MORNING),
        f"{DESK} de Betton, Cesson-Sévigné, Rennes et 2~autres, {WHEN}",
    ),
    "a CDAS has its places": (
        gap(Desk(Topic.NOTICES, Why.NOBODY, "CDAS", "MANAGER", "CDAS-01", (BETTON,)), *MORNING),
        f"CDAS-01, responsable~: personne pour les informations, {WHEN}",
    ),
}


@pytest.mark.parametrize(("found", "expected"), GAPS.values(), ids=GAPS)
def test_hours_without_anybody_are_told_in_a_line(found: HourGap, expected: str) -> None:
    assert expected == plain(gap_line(found, HERE))


def report(found: list[Finding], gaps: list[HourGap]) -> Report:
    return weekly_report(HERE, found, gaps, FIRST, LAST)


def test_a_letter_about_nothing_says_that_everybody_answers() -> None:
    told = report([], [])
    assert () == told.sections
    assert (
        "Annuaire du hub. Rien à signaler du 02/03/2026 au 06/03/2026. "
        "À chaque heure de travail, chaque service répond."
    ) == told.opening


def test_hours_come_first_and_stand_for_what_nobody_is_reached_for() -> None:
    """The findings of the same kind are one section; those on places and desks without anybody are told by hours."""
    unreachable = finding(FindingKind.UNREACHABLE, service="CDAS", role="MANAGER")
    lost = finding(FindingKind.UNHELD, places=(BETTON,))
    loop = finding(FindingKind.LOOP, service="CDAS", role="MANAGER", contacts=("a", "b"))
    person = {"service": "CDAS", "role": "MANAGER", "cdas": ("CDAS-01",), "contacts": ("a",)}
    away = [finding(FindingKind.GAP, tried=TRIED[:1], **person), finding(FindingKind.GAP, tried=TRIED[1:], **person)]
    told = report([unreachable, lost, loop, *away], [gap(CLOSED, *MORNING)])
    days = "du 02/03/2026 au 06/03/2026"
    expected = [
        ("Heures de travail sans personne (1)", (f"CDAS-01~: le service est fermé, {WHEN}",)),
        ("Commune sans CDAS (1)", (f"Betton (35024), {days}",)),
        ("Absences qui se renvoient l’une à l’autre (1)", (f"A → b → a, {days}",)),
        (
            "Absence dont aucun suppléant n’est là (2)",
            (
                f"CDAS-01, responsable (a)~: b (absent lui aussi)~; {INSTEAD}, {days}",
                f"CDAS-01, responsable (a)~: c (inconnu de l’annuaire)~; {INSTEAD}, {days}",
            ),
        ),
    ]
    assert expected == [(part.title, tuple(map(plain, part.lines))) for part in told.sections]
    assert [0] * 4 == [part.more for part in told.sections]
    assert plain(told.opening).startswith("Annuaire du hub. 5~constats du 02/03/2026 au 06/03/2026. Personne")
    assert plain(told.opening).endswith(". 1~plage de travail sans personne pour répondre.")


def test_a_finding_without_a_contact_is_told_by_its_desk() -> None:
    found = finding(FindingKind.CONTESTED, service="CDAS", role="MANAGER", cdas=("CDAS-01",), places=(BETTON,))
    (part,) = report([found], []).sections
    assert ("CDAS-01, responsable~: Betton (35024)~: CDAS-01 (CDAS-01 est retenu), du 02/03/2026 au 06/03/2026",) == (
        plain(part.lines[0]),
    )


DESKS: dict[tuple[str, ...], str] = {
    (): "Service social de la CAF, secrétariat~: ses envois échoueront, du 02/03/2026 au 06/03/2026",
    ("A", "B"): "A, B, secrétariat~: ses envois échoueront, du 02/03/2026 au 06/03/2026",
}


@pytest.mark.parametrize(("cdas", "expected"), DESKS.items(), ids=["service", "several CDAS"])
def test_a_desk_is_told_by_its_cdas_else_by_its_service(cdas: tuple[str, ...], expected: str) -> None:
    found = finding(FindingKind.NO_ADDRESS, service="CAF_SOCIAL_WORK", role="SECRETARIAT", cdas=cdas)
    assert [(expected,)] == [tuple(map(plain, part.lines)) for part in report([found], []).sections]


def test_the_letter_names_the_places_of_its_gaps() -> None:
    (part,) = report([], [gap(nobody(THREE), *MORNING)]).sections
    assert "de Betton, Cesson-Sévigné, Rennes, " in part.lines[0]
    assert 0 == Section("Titre", ()).more


@pytest.mark.parametrize("missing", [{"service": None}, {"role": None}], ids=["service", "role"])
def test_a_finding_without_a_desk_is_told_without(missing: dict[str, None]) -> None:
    found = finding(FindingKind.NO_ADDRESS, **({"service": "CDAS", "role": "MANAGER"} | missing))
    (part,) = report([found], []).sections
    assert ("Ses envois échoueront, du 02/03/2026 au 06/03/2026",) == part.lines


@pytest.mark.parametrize(("number", "more"), [(12, 0), (13, 1)])
def test_a_section_has_twelve_lines_and_counts_the_others(number: int, more: int) -> None:
    assert 12 == LINES_AT_MOST
    told = report([], [gap(CLOSED, *MORNING)] * number)
    assert [(12, more)] == [(len(part.lines), part.more) for part in told.sections]
    assert plain(told.opening).endswith(f". {number}~plages de travail sans personne pour répondre.")
