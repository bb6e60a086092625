"""How field feedback is printed for a moderator: a table on a terminal, tab-separated lines in a pipe."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from hub.cli.output import on_terminal, print_json, print_line, print_records, print_table
from hub.domain.activity.feedback import FeedbackState
from hub.domain.activity.personal import personal_signs
from hub.domain.calendar.paris import paris
from hub.domain.french import date_in_full
from hub.domain.indicators.periods import month_label
from hub.domain.indicators.vocabulary import label_of
from hub.ledger.feedback import Moderated, ModerationAct

_STYLES: Final = {FeedbackState.WAITING: "yellow", FeedbackState.SHOWN: "green", FeedbackState.WITHHELD: "red"}
_ERASED: Final = "(texte effacé)"
_REPLACED: Final = "remplacé"


def show_list(found: Sequence[Moderated], limit: int, *, as_json: bool) -> None:
    """Print feedback; on a terminal with a mark where a text seems to hold personal data."""
    if as_json:
        for one in found:
            print_json(_plain(one))
        return
    if not on_terminal():
        for one in found:
            print_line(*_cells(one), ", ".join(_signs(one)))
        return
    print_records(map(_record, found))
    told = f"Les {limit} premiers." if len(found) == limit else "" if found else "Aucun retour."
    if told:
        Console(stderr=True).print(told, style="dim")


def show_feedback(one: Moderated, acts: Sequence[ModerationAct], *, as_json: bool) -> None:
    """Print one feedback in whole, then what was done to it."""
    if as_json:
        history = [{"at": act.at, "who": act.who, "what": act.what.value, "reason": act.reason} for act in acts]
        print_json({**_plain(one), "history": history})
        return
    said = one.feedback
    rows = [
        ("identifiant", said.id),
        ("source", said.source),
        ("mois", month_label(said.month)),
        ("sujet", label_of("theme", said.theme)),
        ("sorte", label_of("feedback", said.kind)),
        ("note", "non donnée" if said.score is None else f"{said.score} sur 5"),
        ("fonction", label_of("role", said.role)),
        ("année", str(said.year)),
        ("corrige", said.corrects or ""),
        ("état", _state(one)),
        ("texte", _text(one)),
        *(("attention", f"semble contenir {sign}") for sign in _signs(one)),
        *(("relecture", _act(act)) for act in acts),
    ]
    print_table(("champ", "valeur"), [(name, value) for name, value in rows if value])


def _cells(one: Moderated) -> tuple[str, ...]:
    said = one.feedback
    kind = label_of("feedback", said.kind)
    return said.id, said.month, label_of("theme", said.theme), kind, _state(one), _text(one)


def _record(one: Moderated) -> tuple[Text, list[str | Text]]:
    id_, _, theme, kind, state, text = _cells(one)
    signs = [Text(f"⚠ semble contenir {sign}", style="bold yellow") for sign in _signs(one)]
    heading = Text.assemble((id_, "bold"), "  ", (state, _STYLES[one.state]))
    return heading, [Text(f"{theme}, {kind}, {month_label(one.feedback.month)}", style="dim"), text, *signs]


def _state(one: Moderated) -> str:
    return f"{one.state.label}, {_REPLACED}" if one.replaced else one.state.label


def _signs(one: Moderated) -> tuple[str, ...]:
    return personal_signs(one.feedback.text or "")


def _text(one: Moderated) -> str:
    return _ERASED if one.erased else one.feedback.text or ""


def _act(act: ModerationAct) -> str:
    reason = "" if act.reason is None else f", {act.reason.label}"
    return f"{_at(act.at)} : {act.what.label}{reason} ({act.who})"


def _at(moment: datetime) -> str:
    local = moment.astimezone(paris())
    return f"{date_in_full(local.date())} à {local:%H h %M}"


def _plain(one: Moderated) -> dict[str, Any]:
    said = one.feedback
    return {
        "source": said.source,
        "id": said.id,
        "time": said.time,
        "month": said.month,
        "theme": said.theme,
        "kind": said.kind,
        "score": said.score,
        "text": said.text,
        "role": said.role,
        "year": said.year,
        "corrects": said.corrects,
        "state": one.state.value,
        "erased": one.erased,
        "replaced": one.replaced,
        "moderated_by": one.moderated_by,
        "moderated_at": one.moderated_at,
        "signs": list(_signs(one)),
    }
