"""What `hub record` shows, in French: questions, the whole before it is published, receipts, the columns of a file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.inbound.files.receipt import HEADINGS, LineReceipt, LineState
from hub.cli.output import on_terminal, print_json, print_line
from hub.domain.activity.building import moment_of
from hub.domain.activity.field import TIME, Field, Form, JsonValue, Kind
from hub.domain.activity.rows import columns
from hub.domain.asking.question import Option
from hub.domain.calendar.paris import paris
from hub.domain.french import NO_BREAK, date_in_full, grouped, plural, without_bad_breaks

WIDTH: Final = 100
MOST_SHOWN: Final = 50
NOT_GIVEN: Final = "non donné"
_GOOD: Final = (LineState.ACCEPTED, LineState.CHECKED)

_HINTS: Final = {
    Kind.DATE: "une date, par exemple 12/03/2026",
    Kind.MOMENT: "par exemple 12/03/2026 14:30, ou « maintenant »",
    Kind.WHOLE: "un nombre entier",
    Kind.DECIMAL: "un nombre, par exemple 22,5",
    Kind.CHOICES: "un ou plusieurs numéros, séparés par des virgules",
    Kind.CODE: "un code, en capitales",
    Kind.CODES: "un ou plusieurs codes, séparés par des virgules",
    Kind.CDAS: "un ou plusieurs codes, séparés par des virgules, par exemple CDAS-07, CDAS-12",
    Kind.ONE_CDAS: "un code, par exemple CDAS-07",
    Kind.EPCI: "un ou plusieurs numéros SIREN, séparés par des virgules",
}
_WARNING: Final = "Aucune donnée personnelle : ni nom, ni coordonnées, ni situation reconnaissable."


class Screen:
    """Where a person is asked; on the error stream, so that the standard output holds the receipt alone."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        if self._console.width > WIDTH:
            self._console.width = WIDTH

    def welcome(self, form: Form) -> None:
        """Say what is recorded, and how to answer."""
        self._print(Text(f"Enregistrer : {form.title}", style="bold"))
        self._print(Text(form.about, style="dim"))
        self._print(
            Text("?  à quoi sert la question   <  question précédente   Entrée  passer   Ctrl-C  quitter", style="dim")
        )

    def ask(self, field: Field, number: int, proposed: str) -> None:
        """Show a question, how to answer, and what Enter means."""
        self._print(Text())
        self._print(Text(f"{number}. {field.text}", style="bold cyan"))
        if field.kind is Kind.TEXT:
            self._print(Text(f"   {_WARNING}", style="bold yellow"))
        ends = f"Entrée : {proposed}" if proposed else "Entrée : rien" if field.optional else ""
        hint = f"la date et l’heure, {_HINTS[field.kind]}" if field.name == TIME and not field.optional else ""
        hint = hint or ("" if field.name == TIME else _HINTS.get(field.kind, ""))
        told = " ; ".join(part for part in (hint, ends) if part)
        if told:
            self._print(Text(f"   {told}", style="dim"))
        self.options(field.options)

    def options(self, options: Sequence[Option]) -> None:
        """Show numbered answers."""
        for number, option in enumerate(options, 1):
            self._print(Text(f"   {number:>2}  {option.label}"))

    def title(self, text: str) -> None:
        """Show a question that is no field's."""
        self._print(Text())
        self._print(Text(text, style="bold cyan"))

    def say(self, sentence: str) -> None:
        """Show a sentence about the last answer."""
        self._print(Text(f"   {sentence[:1].upper()}{sentence[1:]}.", style="yellow"))

    def help(self, sentence: str) -> None:
        """Show why a question is asked."""
        self._print(Text(f"   {sentence}", style="italic"))

    def confirm(self, text: str) -> None:
        """Show which answer was understood."""
        self._print(Text(f"   → {text}", style="green"))

    def prompt(self) -> None:
        """Invite to type."""
        if self._console.is_terminal:
            self._console.print(Text("   › "), end="")

    def leave(self) -> None:
        """Say that nothing was published."""
        self._print(Text("\nArrêt. Rien n’a été publié."))

    def whole(self, form: Form, values: Mapping[str, JsonValue], who: str) -> None:
        """Show everything that would be published."""
        table = Table.grid(padding=(0, 3, 0, 3))
        table.add_column(style="dim")
        table.add_column(overflow="fold")
        table.add_row("au nom de", Text(who))
        for field in form.fields:
            if field.applies(values) and not (field.name == "corrects" and values.get(field.name) is None):
                table.add_row(field.column, Text(shown(form, field, values)))
        self._print(Text())
        self._print(Text(f"{form.title[:1].upper()}{form.title[1:]}", style="bold"))
        self._console.print(table)

    def _print(self, text: Text) -> None:
        text.plain = without_bad_breaks(text.plain)
        self._console.print(text)


def shown(form: Form, field: Field, values: Mapping[str, JsonValue]) -> str:
    """The value of a field in French words."""
    if field.name == TIME:
        local = moment_of(form, values).astimezone(paris())
        return f"{date_in_full(local.date())} à {local:%H}{NO_BREAK}h{NO_BREAK}{local:%M}"
    value = values.get(field.name)
    if value is None or value == []:
        return NOT_GIVEN
    if isinstance(value, bool):
        return "oui" if value else "non"
    labels = {option.value: option.label for option in field.options}
    if isinstance(value, list):
        return ", ".join(labels.get(item, item) for item in value)
    if field.kind is Kind.DATE:
        return date_in_full(date.fromisoformat(str(value)))
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return labels.get(str(value), str(value))


def show_receipts(receipts: Sequence[LineReceipt], *, as_json: bool) -> None:
    """Print the receipt of every line; on a terminal, of a long file only the lines that were not accepted."""
    if as_json:
        for receipt in receipts:
            print_json(receipt.as_json())
        return
    if not on_terminal():
        for receipt in receipts:
            for row in receipt.rows():
                print_line(*row)
        return
    listed = receipts if len(receipts) <= MOST_SHOWN else [one for one in receipts if one.state not in _GOOD]
    if listed:
        Console().print(_table(listed[:MOST_SHOWN]))
    if len(listed) > MOST_SHOWN:
        told = f"Et {grouped(len(listed) - MOST_SHOWN)} autres ; --receipt FICHIER les donne toutes."
        Console(stderr=True).print(without_bad_breaks(told), style="dim", highlight=False)


def _table(receipts: Sequence[LineReceipt]) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold", no_wrap=heading == "identifiant")
    for receipt in receipts:
        style = "green" if receipt.state in _GOOD else "red" if receipt.state is LineState.REFUSED else "yellow"
        for number, (line, state, *rest) in enumerate(receipt.rows()):
            first = (Text(line), Text(state, style=style)) if number == 0 else (Text(), Text())
            table.add_row(*first, *(Text(cell) for cell in rest))
    return table


def summary(receipts: Sequence[LineReceipt]) -> str:
    """How many lines came to what, in one sentence."""
    counts = Counter(receipt.state for receipt in receipts)
    parts = [f"{grouped(number)}{NO_BREAK}{_agreed(state, number)}" for state in LineState if (number := counts[state])]
    total = len(receipts)
    read = f"{grouped(total)}{NO_BREAK}{plural('ligne', total)} {plural('lue', total)}"
    return f"{read}{NO_BREAK}: {', '.join(parts)}." if parts else f"{read}."


def _agreed(state: LineState, number: int) -> str:
    return state.label if state is LineState.UNANSWERED else plural(state.label, number)


def explain_columns(form: Form) -> None:
    """Say, on the error stream, what each column of a file may hold."""
    console = Console(stderr=True, highlight=False)
    table = Table("colonne", "nom technique", "", "contenu", header_style="bold", box=None, pad_edge=False)
    for field in columns(form):
        allowed = "".join(f"\n  {option.label}" for option in field.options)
        must = "" if field.optional else "obligatoire"
        table.add_row(field.column, field.name, must, Text(field.help + allowed))
    console.print(table)
