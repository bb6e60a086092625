"""How own counts and differences are shown: in French, tables on a terminal, plain lines in a pipe."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import typer
from sqlalchemy import RowMapping

from hub.cli.output import on_terminal, print_json, print_line, print_records, print_table
from hub.domain.calendar.paris import paris
from hub.domain.french import NO_BREAK, plural
from hub.domain.french_numbers import signed, whole
from hub.domain.indicators.cells import MEASURES
from hub.domain.indicators.differences import EVENT_LABELS, EventDifference, FigureDifference, Whereabouts, WhyLacking
from hub.domain.indicators.masking import Masked
from hub.domain.indicators.own_counts import CountKind, LineReceipt, LineStatus
from hub.domain.indicators.periods import Period, month_label
from hub.domain.vocabulary import Institution
from hub.ledger.own_counts import Imported

_SHORT: Final = {Institution.CAF: "CAF", Institution.CD35: "Département"}
_LACKED_BY: Final = {Institution.CAF: "manque à la CAF", Institution.CD35: "manque au Département"}
_NOT_PROVIDED: Final = "non fourni"
_MASKED: Final = "masqué"
_KINDS: Final = {CountKind.EVENTS.value: "événements", CountKind.FIGURES.value: "chiffres"}


def show_import(
    receipts: Sequence[LineReceipt], taken: Imported | None, institution: Institution, *, as_json: bool
) -> None:
    """Print the receipt of every line, then what stands of the institution now."""
    refused = sum(receipt.status is LineStatus.REFUSED for receipt in receipts)
    if as_json:
        for receipt in receipts:
            row = {"line": receipt.line, "names": receipt.names, "status": receipt.status.value}
            print_json(row | {"reason": receipt.reason})
        months = None if taken is None else [taken.first, taken.last]
        summary = {"read": len(receipts), "taken": len(receipts) - refused, "refused": refused}
        print_json({"summary": summary, "counts": [] if taken is None else taken.names, "months": months})
        return
    print_table(
        ("ligne", "événement ou mesure", "résultat", "détail"),
        ((receipt.line, receipt.names, receipt.status.label, receipt.reason) for receipt in receipts),
        numbers=("ligne",),
    )
    read, kept = len(receipts), len(receipts) - refused
    typer.echo(
        f"{whole(read)} {plural('ligne', read)} {plural('lue', read)}{NO_BREAK}: "
        f"{whole(kept)} {plural('prise', kept)} en compte, {whole(refused)} {plural('refusée', refused)}."
    )
    if taken is None:
        typer.echo("Rien n’a été pris en compte.")
    elif taken.first is not None and taken.last is not None:
        names = ", ".join(_name(name) for name in taken.names)
        label = Period("", taken.first, taken.last).label()
        typer.echo(f"Comptage retenu pour {_of(institution)}, {label}{NO_BREAK}: {names}.")


def show_files(rows: Iterable[RowMapping], *, as_json: bool) -> None:
    """Print every import."""
    found = list(rows)
    if as_json:
        for row in found:
            print_json({**row, "sha256": row["sha256"].hex()})
        return
    if on_terminal():
        print_records(map(_file_record, found))
    for row in () if on_terminal() else found:
        print_line(*_file(row))
    if not found and on_terminal():
        typer.echo("Aucun comptage n’a été importé.")


def _file(row: RowMapping) -> tuple[str, ...]:
    """Number, institution, what it holds, months, lines taken and refused, by whom, when, start of its hash."""
    return (
        str(row["seq"]),
        _SHORT[Institution(row["institution"])],
        _KINDS[row["kind"]],
        "" if row["first"] is None else Period("", row["first"], row["last"]).label(),
        whole(row["taken"]),
        whole(row["refused"]),
        row["imported_by"],
        row["imported_at"].astimezone(paris()).strftime("%d/%m/%Y %H:%M"),
        row["sha256"].hex()[:16],
    )


def _file_record(row: RowMapping) -> tuple[str, list[str]]:
    number, institution, kind, months, taken, refused, who, at, digest = _file(row)
    lines = f"{taken} {plural('ligne', row['taken'])} {plural('prise', row['taken'])} en compte"
    return f"n°{NO_BREAK}{number}  {institution}, {kind}{f', {months}' if months else ''}", [
        f"{lines}{NO_BREAK}; {plural('refusée', row['refused'])}{NO_BREAK}: {refused}",
        f"importé le {at} par {who}{NO_BREAK}; empreinte {digest}",
    ]


def show_differences(
    period: Period,
    events: Sequence[EventDifference],
    figures: Sequence[FigureDifference],
    *,
    everything: bool,
    as_json: bool,
) -> None:
    """Print what differs; with `everything` also what agrees and what was not given."""
    shown = [row for row in events if everything or not row.agrees]
    numbers = [row for row in figures if everything or not row.agrees]
    if as_json:
        for row in shown:
            print_json(_plain_events(row))
        for figure in numbers:
            print_json(_plain_figure(figure))
        return
    if not on_terminal():
        _print_lines(shown, numbers)
        return
    if shown:
        print_table(
            ("événements", "mois", "institution", "hub", "son comptage", "écart"),
            (
                (EVENT_LABELS.get(row.type, row.type), month_label(row.month), _SHORT[row.institution], *_numbers(row))
                for row in shown
            ),
            title=f"Événements comptés, {period.label()}",
            numbers=("hub", "son comptage", "écart"),
        )
        _print_lacking(shown)
    if numbers:
        print_table(
            ("chiffre", "mois", "hub", "CAF", "Département"),
            ((figure.label, month_label(figure.month), *_figure_numbers(figure)) for figure in numbers),
            title=f"Chiffres donnés, {period.label()}",
            numbers=("hub", "CAF", "Département"),
        )
    _print_summary(events, figures)


def _print_lines(events: Iterable[EventDifference], figures: Iterable[FigureDifference]) -> None:
    for row in events:
        print_line("événements", row.type, row.month, row.institution.value, *_numbers(row))
        for lacking in row.lacked_by_hub:
            source, id_ = lacking.key
            print_line("manque au hub", row.type, row.month, row.institution.value, source, id_, _why(lacking.where))
        for source, id_ in row.lacked_by_institution:
            print_line(_LACKED_BY[row.institution], row.type, row.month, row.institution.value, source, id_, "")
    for figure in figures:
        dims = " ".join(f"{name}={symbol}" for name, symbol in figure.dims)
        print_line("chiffre", figure.measure, figure.month, dims, *_figure_numbers(figure))


def _print_lacking(events: Sequence[EventDifference]) -> None:
    """Under what is lacking to whom: the events' ids and sources, whole, for whoever looks for them."""
    for row in events:
        own = (
            ("manque au hub", [(*reversed(lacking.key), _why(lacking.where)) for lacking in row.lacked_by_hub]),
            (_LACKED_BY[row.institution], [(*reversed(key), "") for key in row.lacked_by_institution]),
        )
        for words, found in own:
            if found:
                of = f"{EVENT_LABELS.get(row.type, row.type)}, {month_label(row.month)}"
                typer.echo()
                columns = ("identifiant", "source", "pourquoi") if found[0][2] else ("identifiant", "source", "")
                print_table(columns, found, title=f"{words[:1].upper()}{words[1:]}{NO_BREAK}: {of}", whole=columns[:2])
    if any(row.lacked_by_hub or row.lacked_by_institution for row in events):
        typer.echo()


def _print_summary(events: Sequence[EventDifference], figures: Sequence[FigureDifference]) -> None:
    for institution, name in _SHORT.items():
        own = [row for row in events if row.institution is institution]
        given = [row for row in own if row.theirs is not None]
        differ = sum(not row.agrees for row in given)
        if not given:
            typer.echo(f"{name}{NO_BREAK}: aucun comptage d’événements fourni.")
            continue
        silent = len(own) - len(given)
        rest = f"{NO_BREAK}; {whole(silent)} non {plural('fourni', silent)}" if silent else ""
        typer.echo(
            f"{name}{NO_BREAK}: {whole(len(given))} {plural('comptage', len(given))} {plural('fourni', len(given))}, "
            f"{whole(differ)} {plural('écart', differ)}{rest}."
        )
    if figures:
        differ = sum(not figure.agrees for figure in figures)
        typer.echo(
            f"Chiffres{NO_BREAK}: {whole(len(figures))} {plural('comparé', len(figures))}, "
            f"{whole(differ)} {plural('écart', differ)}."
        )


def _name(counted: str) -> str:
    """An event type or a measure, in French."""
    measure = MEASURES.get(counted)
    return EVENT_LABELS.get(counted, counted) if measure is None else measure.label


def _why(where: Whereabouts) -> str:
    match where.why:
        case WhyLacking.OTHER_MONTH:
            return f"compté par le hub en {month_label(where.detail)}"
        case WhyLacking.OTHER_TYPE:
            return f"compté par le hub parmi les {EVENT_LABELS.get(where.detail, where.detail)}"
        case WhyLacking.REFUSED:
            return f"{where.why.label} ({where.detail})"
        case _:
            return where.why.label


def _numbers(row: EventDifference) -> tuple[str, str, str]:
    if row.theirs is None:
        return whole(row.hub), _NOT_PROVIDED, ""
    return whole(row.hub), whole(row.theirs), signed(row.theirs - row.hub)


def _figure_numbers(figure: FigureDifference) -> tuple[str, ...]:
    hub = _MASKED if isinstance(figure.shown, Masked) else whole(figure.shown)
    given = (figure.theirs.get(institution) for institution in _SHORT)
    return hub, *(_NOT_PROVIDED if number is None else whole(number) for number in given)


def _plain_events(row: EventDifference) -> dict[str, Any]:
    return {
        "events": row.type,
        "month": row.month,
        "institution": row.institution.value,
        "hub": row.hub,
        "theirs": row.theirs,
        "lacked_by_hub": [
            {"source": lacking.key[0], "id": lacking.key[1], "why": lacking.where.why.value}
            | ({"detail": lacking.where.detail} if lacking.where.detail else {})
            for lacking in row.lacked_by_hub
        ],
        "lacked_by_institution": [{"source": source, "id": id_} for source, id_ in row.lacked_by_institution],
    }


def _plain_figure(figure: FigureDifference) -> dict[str, Any]:
    theirs: Mapping[str, int] = {institution.value: number for institution, number in figure.theirs.items()}
    masked = isinstance(figure.shown, Masked)
    return {
        "measure": figure.measure,
        "month": figure.month,
        "dims": dict(figure.dims),
        "hub": None if masked else figure.shown,
        "masked": masked,
        "theirs": theirs,
        "agrees": figure.agrees,
    }


def _of(institution: Institution) -> str:
    return "la CAF" if institution is Institution.CAF else "le Département"
