"""A year and the one before as cells, as the Département might have them; made up, and always the same."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from random import Random

from hub.domain.activity.feedback import Feedback
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.figures import figures
from hub.domain.indicators.masking import MASKED
from hub.domain.indicators.periods import Period, parse_period
from hub.domain.indicators.shapes import Figure, IndicatorFigures
from hub.domain.indicators.showing import masked
from hub.domain.indicators.values import Count, Share
from hub.reports.frame import Audience, Figures, Freeze, Late, ReportFrame
from hub.reports.own_counts import ShownDifference

MADE_AT = datetime(2027, 1, 12, 8, 30, tzinfo=UTC)
YEAR = parse_period("2026")
MARCH = parse_period("2026-03")
RULES = "2026.1"
CDAS = tuple(f"CDAS-{number:02d}" for number in range(1, 23))
_ORIGINS = ("CDAS_RECEPTION", "CDAS_SOCIAL_WORKER", "CAF_RECEPTION", "CAF_SOCIAL_WORK", "CCAS", "FRANCE_SERVICES")
_SERVICES = ("CAF_BENEFITS", "CAF_SOCIAL_WORK", "CDAS", "EXTERNAL_REFERENT")


def _text(id_: str, month: int, theme: str, kind: str, said: str) -> Feedback:
    instant = datetime(2026, month, 12, 8, tzinfo=UTC)
    role = "CDAS_MANAGER" if month == 3 else "CAF_SOCIAL_WORKER"
    return Feedback("urn:hub:cd35:suivi", id_, instant, f"2026-{month:02d}", theme, kind, 4, said, role, 2026, None)


def cells(year: int = 2026, *, without: frozenset[str] = frozenset()) -> Counter[Cell]:
    """The cells of a year; `without` leaves out measures' indicators that nobody provided."""
    chance = Random(year)
    found: Counter[Cell] = Counter()
    for month in parse_period(str(year)).months:
        _activity(found, month, chance)
        _urgencies(found, month, chance)
        _situations(found, month, chance)
        _answers(found, month, chance)
    for cell in list(found):
        if cell.measure == "received" and cell.dims[0] in without:
            del found[cell]
    return found


def of(period: Period, found: Counter[Cell] | None = None) -> Figures:
    """The figures of a period of the year, beside those of the year before, as a reader sees them."""
    return _of_the_year(period) if found is None else _read(period, found)


@cache
def _of_the_year(period: Period) -> Figures:
    return _read(period, cells(without=frozenset({"social_worker_query.received"})))


def _read(period: Period, shown: Counter[Cell]) -> Figures:
    before = cells(2025)

    def read(part: Period) -> tuple[IndicatorFigures, ...]:
        return figures(shown, part, before, agreement_refusals=7)

    months = [read(parse_period(month)) for month in period.months] if len(period.months) > 1 else []
    return masked(read(period), months)


def frame(period: Period = YEAR, *, frozen: bool = True) -> ReportFrame:
    """What stands around the figures of the year, or of its March."""
    monthly = period is MARCH
    course = Period("2026-01..2026-03", "2026-01", "2026-03") if monthly else YEAR
    return ReportFrame(
        audience=Audience.TECHNICAL_MEETING if monthly else Audience.COMMITTEE,
        period=period,
        made_at=MADE_AT,
        rules_versions=("2025.2", RULES),
        course=of(course),
        freeze=Freeze(period, MADE_AT, "cheffe de projet", 18423, "5d" * 32, "a7" * 32, holds=True) if frozen else None,
        late=LATE if frozen else None,
        texts=TEXTS,
        waiting=2,
        differences=DIFFERENCES,
    )


LATE = (
    Late(
        "V1.2", Figure("messages", "Messages reçus", Count(13124)), Figure("messages", "Messages reçus", Count(13127))
    ),
    Late("V1.2", Figure("urgent", "Part urgente", Share(1, 3)), Figure("urgent", "Part urgente", Share(1000, 3001))),
)
TEXTS = (
    _text("1", 3, "PRIORITY_LINE", "SUCCESS", "La ligne répond vite, et les collègues savent quand l’utiliser."),
    _text("2", 9, "HANDOVER", "IMPROVEMENT", "Prévoir la concertation plus tôt : trois relais ont attendu une date."),
    _text("3", 10, "OTHER", "SUCCESS", "Un annuaire à jour change tout."),
)
DIFFERENCES = (
    ShownDifference("messages CDAP reçus", "2026-03", 1204, 1207, None, ("m-0412", "m-0977", "m-1033")),
    ShownDifference("interpellations (CCAS)", "2026-04", MASKED, MASKED, None),
    ShownDifference("passages de relais demandés", "2026-05", 31, None, 29, (), ("h-2201", "h-2207")),
)


def _activity(found: Counter[Cell], month: str, chance: Random) -> None:
    def add(measure: str, dims: tuple[str, ...], amount: int) -> None:
        if amount > 0:
            found[Cell(month, measure, dims)] += amount

    for cdas in CDAS:
        for nature in ("RSA", "AAH", "LOGEMENT", "PRIME_ACTIVITE", "AUTRE"):
            number = chance.randint(2, 16)
            urgent = chance.randint(0, 2)
            add("cdap_messages", (nature, "no", cdas), number)
            add("cdap_messages", (nature, "yes", cdas), urgent)
            add("cdap_requests", ("YES", cdas), number // 3)
            add("cdap_requests", ("NO", cdas), number - number // 3 + urgent)
    if int(month[5:]) % 3 == 0:
        site = chance.choice(("RENNES", "SAINT-MALO", "FOUGERES"))
        add("asip_sessions", (site,), 1)
        add("asip_participants", (site,), chance.randint(8, 15))
        add("asip_audience", (f"{month}-15T09:00:00+00:00", "64"), 1)
        add("cdap_workshops", (), 1)
        add("cdap_workshop_participants", (), chance.randint(6, 18))
        for cdas in chance.sample(CDAS, 4):
            add("cdap_workshop_cdas", (cdas,), 1)
        add("mission_sessions", ("CAF_MISSIONS_FOR_CDAS",), 1)
        add("mission_cdas", ("CAF_MISSIONS_FOR_CDAS", chance.choice(CDAS)), 1)
        add("received", ("training.held", "CAF"), 3)
    for code, days, issuer in (("O1", 18, "CAF"), ("L1", 33, "CAF"), ("O2", 0, "CD35"), ("D1", 62, "CD35")):
        number = chance.randint(0, 4)
        add("notices", (code, issuer, "yes" if days else "no", RULES), number)
        add("notice_leads", (code, issuer, str(days + chance.randint(0, 9) if days else 0)), number)
        add("notice_asked", (code, issuer, "CDAS"), 22 * number)
        add("notice_acknowledged", (code, issuer, "CDAS"), 19 * number)
        add("received", ("notice.published", issuer), number)
    for theme, kind in (("PRIORITY_LINE", "SUCCESS"), ("PRIORITY_LINE", "IMPROVEMENT"), ("HANDOVER", "IMPROVEMENT")):
        add("feedback", (theme, kind, str(chance.randint(2, 5))), chance.randint(0, 3))
    add("received", ("cdap_message.received", "CAF"), 900)
    add("received", ("field_feedback.submitted", "CD35"), 3)


def _urgencies(found: Counter[Cell], month: str, chance: Random) -> None:
    def add(measure: str, dims: tuple[str, ...], amount: int) -> None:
        if amount > 0:
            found[Cell(month, measure, dims)] += amount

    for kind, share in (("RSA", 30), ("AAH", 14), ("OTHER", 5)):
        add("urgency_contacts", ("PRIORITY_LINE", kind, "CDAS-01", "no", "yes", "yes"), chance.randint(1, share))
        add("urgency_contacts", ("PRIORITY_LINE", kind, "CDAS-07", "yes", "yes", "yes"), chance.randint(0, share // 5))
        add("urgency_contacts", ("PRIORITY_LINE", kind, "CDAS-12", "no", "no", "no"), chance.randint(0, share // 6))
        add("urgency_contacts", ("CDAP_FORM", kind, "CDAS-03", "no", "yes", "no"), chance.randint(0, share // 3))
    for hours in ("0.5", "2", "3.5", "26"):
        add("handling_delays", ("PRIORITY_LINE", hours), chance.randint(1, 9))
        add("handling_delays", ("CDAP_FORM", hours), chance.randint(0, 3))
    add("urgencies", ("benefit_urgency", "CDAS_TO_CAF", "ROUTED", RULES), chance.randint(40, 90))
    add("urgencies", ("social_urgency", "CDAS_TO_CAF", "ROUTED", RULES), chance.randint(15, 40))
    add("urgencies", ("social_urgency", "CAF_TO_CDAS", "ROUTED", RULES), chance.randint(3, 20))
    for category in ("DOMESTIC_VIOLENCE", "OTHER"):
        add("unhandled_urgencies", (category, chance.choice(CDAS), RULES), chance.randint(0, 2))
    for name in ("benefit_urgency.contacted", "benefit_urgency.reported", "social_urgency.reported"):
        add("received", (name, "CD35"), 40)
    for name in ("referral.requested", "referral.concluded", "handover.accepted"):
        add("received", (name, "CD35"), 90)


def _situations(found: Counter[Cell], month: str, chance: Random) -> None:
    def add(measure: str, dims: tuple[str, ...], amount: int) -> None:
        if amount > 0:
            found[Cell(month, measure, dims)] += amount

    for origin in _ORIGINS:
        for service in _SERVICES:
            number = chance.randint(12, 90) if (origin[:4] == "CDAS") != (service == "CDAS") else 0
            direction = "CDAS_TO_CAF" if origin[:4] == "CDAS" else "CAF_TO_CDAS" if origin[:3] == "CAF" else "OTHER"
            add("referral_services", (origin, service, "ROUTED", RULES), number)
            add("referrals", (direction, "ROUTED", RULES), number)
    add("referrals", ("CDAS_TO_CAF", "INCOMPLETE", RULES), chance.randint(0, 12))
    add("referrals", ("OTHER", "REJECTED", RULES), chance.randint(0, 2))


def _answers(found: Counter[Cell], month: str, chance: Random) -> None:
    def add(measure: str, dims: tuple[str, ...], amount: int) -> None:
        if amount > 0:
            found[Cell(month, measure, dims)] += amount

    for direction, size in (("CDAS_TO_CAF", 160), ("CAF_TO_CDAS", 70)):
        add("conclusions", (direction, "YES", ""), chance.randint(size // 2, size))
        add("conclusions", (direction, "NOT_KNOWN", ""), chance.randint(0, 9))
        for reason in ("WRONG_SERVICE", "INFORMATION_IN_CDAP", "NOT_URGENT"):
            add("conclusions", (direction, "NO", reason), chance.randint(0, size // 20))
        add("instructions", (direction, "HOUSING_FUND"), chance.randint(0, 4))
        add("handover_requests", (direction, "yes"), chance.randint(5, 14))
        add("handover_requests", (direction, "no"), chance.randint(0, 3))
        for transfer, yes in (("handover", "accepted"), ("joint_intervention", "validated")):
            accepted = chance.randint(2, 9)
            add("transfer_answers", (transfer, direction, yes), accepted)
            add("transfer_answers", (transfer, direction, "refused"), chance.randint(0, 2))
            add("transfer_delays", (transfer, direction, str(chance.randint(4, 30))), accepted)
            last = "completed" if transfer == "handover" else "ended"
            for state, most in (("requested", 4), (yes, 6), ("refused", 2), (last, 9)):
                add("transfers", (transfer, direction, state, "ROUTED", RULES), chance.randint(0, most))
            add("received", (f"{transfer}.requested", "CD35"), 20)
