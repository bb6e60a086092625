"""`hub indicators freeze|frozen`: close a period for good, and prove that closed ones stand."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

import typer
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.cli.indicators_period import PeriodArgument, PeriodUsage, period_named
from hub.cli.local import local_settings
from hub.cli.output import AsJson, on_terminal, print_json, print_line, print_records
from hub.domain.calendar.paris import paris
from hub.domain.french import NO_BREAK, plural
from hub.domain.french_numbers import whole
from hub.domain.indicators.catalogue import INDICATORS
from hub.errors import HubError
from hub.ledger.engine import ledger_engine, unavailable
from hub.ledger.faults import UNAVAILABLE
from hub.ledger.indicators.cells import adjustments_of
from hub.ledger.indicators.periods import (
    Definitions,
    Frozen,
    NotFreezable,
    Verified,
    freezable,
    freeze,
    frozen_periods,
    later_facts,
    verify,
)

T = TypeVar("T")

_EXAMPLE: Final = "hub indicators freeze 2026-03"
_BROKEN: Final = {
    "seal": "le contenu ne correspond plus au sceau",
    "inputs": "les événements comptés ont changé",
    "recount": "un nouveau comptage donne d’autres chiffres",
    "cells": "les chiffres du registre ont changé",
}


class PeriodNotFrozen(HubError):
    """The period is in no state to be frozen; nothing was changed."""


class PeriodUnknown(HubError):
    """No period is frozen under this name."""

    exit_code = 2


def freeze_command(
    period: PeriodArgument,
    *,
    by: Annotated[str | None, typer.Option(help="Login of who freezes; without it, this machine's user.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Freeze a month or a reference year that is over: its figures never change again.

    Numbers, definitions, rules versions and a hash of the events that were counted are kept under a seal. What arrives
    later is told beside the period and never mixed in.

    Exit code: 0; 1 when it cannot be frozen, or PostgreSQL does not answer; 2 for what names no period.
    """
    settings = local_settings()
    wanted = period_named(period, settings, _EXAMPLE)
    if not freezable(wanted):
        msg = "Seuls se figent un mois (2026-03) ou une année de référence (2026)."
        raise PeriodUsage(msg, f"Exemple{NO_BREAK}: {_EXAMPLE}")
    _confirm(f"Figer {wanted.label()}{NO_BREAK}? Ses chiffres ne changeront plus jamais.", yes=yes)
    who = f"operator:{by or getpass.getuser()}"
    try:
        frozen = _with_engine(lambda engine: freeze(engine, wanted, who, lambda: datetime.now(UTC), definitions()))
    except NotFreezable as error:
        raise PeriodNotFrozen(str(error), error.way_out) from None
    if as_json:
        print_json(_plain(frozen))
        return
    events = f"{whole(frozen.inputs)} {plural('événement', frozen.inputs)} {plural('compté', frozen.inputs)}"
    typer.echo(f"{frozen.period.label()}{NO_BREAK}: période figée, {events}.")
    typer.echo(f"Sceau{NO_BREAK}: {frozen.seal.hex()}")


def frozen_command(
    period: Annotated[str | None, typer.Argument(metavar="[PERIOD]", help="This one only.")] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Check the seals only; count nothing again.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the frozen periods, and prove of each that it stands: its seal, its events, and the same figures again.

    Exit code: 0; 1 when one does not stand, or PostgreSQL does not answer; 2 when no such period is frozen.
    """
    found = _with_engine(lambda engine: _look(engine, period, quick=quick))
    if period is not None and not found:
        msg = f"Aucune période figée ne s’appelle « {period} »."
        raise PeriodUnknown(msg, "« hub indicators frozen » les donne toutes.")
    if as_json:
        for one in found:
            later = {"later_events": one.later, "later_differences": one.differing}
            said = {"stands": one.verified.stands, "broken": _broken(one.verified)}
            print_json(_plain(one.frozen) | later | said)
    else:
        _show(found, quick=quick)
    if not all(one.verified.stands for one in found):
        raise typer.Exit(1)


def definitions() -> Definitions:
    """What a frozen period keeps of each indicator's meaning."""
    return [
        {
            "id": indicator.id,
            "title": indicator.title,
            "article": indicator.article,
            "quote": indicator.quote,
            "definition": indicator.definition,
        }
        for indicator in INDICATORS.values()
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    """A frozen period, whether it stands, events of its months counted since, and numbers that differ since."""

    frozen: Frozen
    verified: Verified
    later: int
    differing: int


async def _look(engine: AsyncEngine, name: str | None, *, quick: bool) -> list[_Found]:
    found = []
    async with engine.connect() as connection:
        for frozen in await frozen_periods(connection):
            if name in {None, frozen.period.name}:
                verified = await verify(connection, frozen, seal_only=quick)
                beside = await adjustments_of(connection, frozen.period)
                later = await later_facts(connection, frozen)
                found.append(_Found(frozen, verified, later, sum(map(len, beside.values()))))
    return found


def _with_engine(act: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    async def run() -> T:
        engine = ledger_engine(local_settings())
        try:
            return await act(engine)
        except UNAVAILABLE as error:
            raise unavailable(engine, error) from error
        finally:
            await engine.dispose()

    return asyncio.run(run())


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        msg = "Figer ne se défait pas, et personne n’est là pour confirmer."
        raise PeriodNotFrozen(msg, "Ajouter --yes.")
    if not typer.confirm(question):
        msg = "Rien n’a été figé."
        raise PeriodNotFrozen(msg)


def _broken(verified: Verified) -> list[str]:
    return [name for name in _BROKEN if not getattr(verified, name)]


def _show(found: Sequence[_Found], *, quick: bool) -> None:
    if on_terminal() and found:
        print_records(_record(one, quick=quick) for one in found)
    elif on_terminal():
        typer.echo("Aucune période n’est figée.")
    for one in () if on_terminal() else found:
        print_line(*_row(one, quick=quick))


def _record(found: _Found, *, quick: bool) -> tuple[Text, list[str]]:
    name, at, who, inputs, later, differing, rules, seal, state = _row(found, quick=quick)
    style = "green" if found.verified.stands else "bold red"
    label = f"{found.frozen.period.label()} ({name})"
    counted = f"{inputs} {plural('événement', found.frozen.inputs)}"
    return Text.assemble((label, "bold"), "  ", (state, style)), [
        f"figée le {at} par {who}{NO_BREAK}; règles {rules or 'non précisées'}",
        f"{counted}{NO_BREAK}; arrivés depuis{NO_BREAK}: {later}{NO_BREAK}; écarts depuis{NO_BREAK}: {differing}",
        f"sceau {seal}",
    ]


def _row(found: _Found, *, quick: bool) -> tuple[str, ...]:
    """Period, when and by whom it was frozen, events, those that came since, numbers that differ since, rules, seal."""
    frozen = found.frozen
    broken = [_BROKEN[name] for name in _broken(found.verified)]
    intact = "sceau intact" if quick else "intacte"
    return (
        frozen.period.name,
        frozen.frozen_at.astimezone(paris()).strftime("%d/%m/%Y %H:%M"),
        frozen.frozen_by,
        whole(frozen.inputs),
        whole(found.later),
        whole(found.differing),
        ", ".join(frozen.rules_versions),
        frozen.seal.hex()[:16],
        f"{NO_BREAK}; ".join(broken) or intact,
    )


def _plain(frozen: Frozen) -> dict[str, Any]:
    return {
        "period": frozen.period.name,
        "first": frozen.period.first,
        "last": frozen.period.last,
        "frozen_at": frozen.frozen_at,
        "frozen_by": frozen.frozen_by,
        "rules_versions": list(frozen.rules_versions),
        "inputs": frozen.inputs,
        "inputs_sha256": frozen.inputs_sha256.hex(),
        "seal": frozen.seal.hex(),
    }
