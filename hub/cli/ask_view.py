"""What `hub ask` shows, in French: questions one at a time, then the conclusion; framed on a terminal."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from hub.domain.asking.question import Conclusion, Kind, Option, Question
from hub.domain.asking.reading import choices
from hub.domain.calendar.paris import paris
from hub.domain.directory.contacts import Directory
from hub.domain.routing.decision import Answer, Explanation, Routing
from hub.domain.rules.rule import article_in_full
from hub.domain.vocabulary import Flag, Outcome, Urgency

WIDTH: Final = 100

_HINTS: Final = {
    Kind.DATE: "une date, par exemple 12/03/2025 ou 12 mars 2025",
    Kind.COMMUNE: "le nom de la commune, son code postal ou son code INSEE",
    Kind.CDAS: "le code du CDAS, par exemple CDAS-07",
}
_TITLES: Final = {
    Outcome.ROUTED: ("Où orienter", "green"),
    Outcome.REJECTED: ("La convention ne prévoit pas cette demande", "yellow"),
    Outcome.INCOMPLETE: ("La demande est à compléter", "yellow"),
    Outcome.HUMAN_QUALIFICATION: ("Un professionnel doit d’abord qualifier la demande", "yellow"),
    Outcome.OFF_HUB: ("Hors du hub, sans attendre", "red"),
    Outcome.OUT_OF_SCOPE: ("Hors du territoire de la convention", "yellow"),
    Outcome.INFORMATION_ONLY: ("Pour information", "green"),
}
_LAST_WORDS: Final = {Outcome.OFF_HUB: "Le hub ne transmet et ne conserve rien de cette situation."}
_UNKNOWN: Final[dict[str, str]] = {
    Flag.BENEFICIARY_UNKNOWN: "household.caf_beneficiary",
    Flag.CHILD_UNKNOWN: "household.dependent_child",
}
_CONFIRMATION: Final = "Proposition : un professionnel confirme."


class Screen:
    """Where the conversation is shown; `on_error_stream` leaves the standard output to the result."""

    def __init__(self, *, on_error_stream: bool) -> None:
        self._console = Console(stderr=on_error_stream, highlight=False, soft_wrap=False)
        if self._console.width > WIDTH:
            self._console.width = WIDTH

    @property
    def _framed(self) -> bool:
        return self._console.is_terminal

    def welcome(self, instant: datetime) -> None:
        """Say how to answer, and for which instant the answer holds."""
        local = instant.astimezone(paris())
        self._print(Text(f"Où orienter ? Réponse au {local:%d/%m/%Y} à {local:%H h %M}.", style="bold"))
        self._print(Text("Répondez par un numéro ou par le début d’une réponse.", style="dim"))
        self._print(Text("?  pourquoi cette question   <  question précédente   Ctrl-C  quitter", style="dim"))

    def ask(self, question: Question, number: int) -> None:
        """Show a question and its possible answers."""
        self._print(Text())
        self._print(Text(f"{number}. {question.text}", style="bold cyan"))
        hint = _HINTS.get(question.kind)
        if hint is not None and not (question.kind is Kind.CDAS and question.options):
            self._print(Text(f"   {hint}", style="dim"))
        self._options(choices(question), numbered=question.options != () and question.kind is not Kind.DATE)

    def propose(self, options: Sequence[Option]) -> None:
        """Show what an answer may have meant."""
        self.say("Plusieurs réponses sont possibles. Laquelle ?")
        self._options(options, numbered=True)

    def help(self, question: Question) -> None:
        """Show why a question is asked."""
        self._indent(Text(question.help, style="italic"))

    def say(self, sentence: str) -> None:
        """Show a sentence about the last answer."""
        self._indent(Text(sentence, style="yellow"))

    def confirm(self, option: Option) -> None:
        """Show which answer was understood."""
        self._print(Text(f"   → {option.label}", style="green"))

    def prompt(self) -> None:
        """Invite to type."""
        if self._framed:
            self._console.print(Text("   › "), end="")

    def leave(self) -> None:
        """Say goodbye when the conversation is broken off."""
        self._print(Text("\nArrêt. Aucune réponse n’est conservée."))

    def conclude(self, conclusion: Conclusion, directory: Directory | None, asked: Collection[str]) -> None:
        """Show where to orient, by which channel, why, and what to mind.

        `asked` are the ids of the questions that were put: what nobody asked for is not said to be unknown.
        """
        answer = conclusion.decision.answer
        flags = [flag for flag in answer.flags if flag not in _UNKNOWN or _UNKNOWN[flag] in asked]
        title, colour = _TITLES[answer.outcome]
        lines = [
            *_conclusion(answer, directory, flags),
            _Line("", _LAST_WORDS.get(answer.outcome, _CONFIRMATION), "bold"),
        ]
        self._print(Text())
        if self._framed:
            self._console.print(Panel(Group(*map(_laid_out, lines)), title=title, border_style=colour, padding=(1, 2)))
            return
        self._print(Text(title))
        for line in lines:
            self._print(Text(f"{line.mark}{line.text}"))

    def _options(self, options: Sequence[Option], *, numbered: bool) -> None:
        for number, option in enumerate(options, 1):
            mark = f"{number:>2}" if numbered else " ·"
            self._print(Text(f"   {mark}  {option.label}"))

    def _indent(self, text: Text) -> None:
        if self._framed:
            self._console.print(Padding(text, (0, 0, 0, 3)))
        else:
            self._print(Text("   ") + text)

    def _print(self, part: RenderableType) -> None:
        self._console.print(part, soft_wrap=not self._framed)


class _Line(NamedTuple):
    """A line of the conclusion; what follows the mark is wrapped beside it."""

    mark: str
    text: str
    style: str = ""


_SPACE: Final = _Line("", "")


def _laid_out(line: _Line) -> RenderableType:
    grid = Table.grid()
    grid.add_column(width=len(line.mark))
    grid.add_column(overflow="fold")
    grid.add_row(Text(line.mark, style="dim"), Text(line.text, style=line.style))
    return grid


def _conclusion(answer: Answer, directory: Directory | None, flags: Iterable[str]) -> Iterator[_Line]:
    if answer.instruction is not None:
        yield _Line("", f"Agissez {answer.instruction.label}.", "bold red")
        yield _SPACE
    for routing in answer.routings:
        yield from _routing(routing, answer.keyword, directory)
    yield from _list("Refusé", (code.label for code in answer.rejections))
    yield from _list("Il manque", (code.label for code in answer.missing))
    yield from _list("À envisager", (code.label for code in answer.suggestions))
    yield from _list("Attention", (code.label for code in answer.warnings))
    yield from _list("Pourquoi", (_step(step) for step in answer.explanation if step.matched))
    yield from _list("Pourquoi pas autrement", (_step(step) for step in answer.explanation if not step.matched))
    yield from _list("Points d’attention sur la lecture de la convention", map(_flag, flags))


def _routing(routing: Routing, keyword: str | None, directory: Directory | None) -> Iterator[_Line]:
    """A destination: service and role, then channel, contact, purpose."""
    cdas = f" {routing.cdas}" if routing.cdas is not None else ""
    yield _Line("", f"{_capital(routing.service.label)}{cdas}, {routing.role.label}", "bold green")
    yield _Line("  par       ", routing.channel.label)
    if keyword is not None:
        yield _Line("  mot-clé   ", f"{keyword}, à écrire tel quel")
    for reference in routing.recipients:
        contact = directory.get(reference) if directory is not None else None
        if contact is not None:
            yield _Line("  contact   ", contact.label)
            for way in (contact.phone, contact.email):
                if way:
                    yield _Line("            ", way, "bold")
    yield _Line("  pour      ", routing.purpose.label)
    if routing.urgency is not Urgency.NONE:
        yield _Line("  urgence   ", routing.urgency.label)
    yield _SPACE


def _list(heading: str, texts: Iterable[str]) -> Iterator[_Line]:
    lines = [_Line("  - ", _capital(text)) for text in texts]
    if lines:
        yield _Line("", heading, "bold")
        yield from lines
        yield _SPACE


def _step(step: Explanation) -> str:
    return f"{step.label} ({article_in_full(step.article)}, {step.rule})"


def _flag(code: str) -> str:
    return f"{next((flag.label for flag in Flag if flag == code), code)} ({code})"


def _capital(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]
