"""What `hub record` does with one event: asks for it or reads its fields, publishes it, prints the receipt."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from typing import Final

import msgspec
import typer
from rich.console import Console

from connectors.inbound.files.faults import french_faults
from hub.cli.output import on_terminal, print_json, print_line
from hub.cli.publish_files import FromFile
from hub.cli.publishing import Answer, GatewayUnreachable, publish_http
from hub.cli.record_asking import ask_choice, ask_values
from hub.cli.record_system import Publisher, RecordUsage, only
from hub.cli.record_view import Screen
from hub.data import load_territory
from hub.domain.activity.building import Values, build_event, field_faults
from hub.domain.activity.field import CORRECTS, Form, JsonValue, ValueInvalid
from hub.domain.activity.reading import read_value
from hub.domain.activity.rows import REFERENCE
from hub.domain.asking.communes import plain
from hub.domain.asking.field import YES_OR_NO
from hub.domain.asking.question import YES, Option

LEFT: Final = 130
_ID_BYTES: Final = 12


def record_one(
    form: Form,
    given: list[str] | None,
    corrects: str | None,
    identifier: str | None,
    found: Sequence[Publisher],
    now: datetime,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Publish one event: asked for field by field, or `given` as FIELD=VALUE; ends the command with its exit code."""
    id_ = _id(identifier)
    screen = None if given is not None else Screen()
    try:
        if screen is None:
            publisher, values = only(found), _given(form, given or [], corrects, now)
        else:
            publisher, values = _asked(form, screen, found, corrects, now)
    except KeyboardInterrupt:
        (screen or Screen()).leave()
        raise typer.Exit(LEFT) from None
    event = build_event(form, values, publisher.source, id_)
    if dry_run:
        print_json(event)
        return
    answer = _publish(publisher, FromFile(msgspec.json.encode(event), publisher.source, id_), screen)
    _tell(form, answer, as_json=as_json)
    raise typer.Exit(0 if answer.status == "accepted" else 1)


def _asked(
    form: Form, screen: Screen, found: Sequence[Publisher], corrects: str | None, now: datetime
) -> tuple[Publisher, Values]:
    """Ask for everything, show it, and return it once it is confirmed; KeyboardInterrupt where it is not."""
    territory = load_territory()
    screen.welcome(form)
    publisher = found[0]
    if len(found) > 1:
        options = tuple(Option(one.source, one.label) for one in found)
        chosen = ask_choice(screen, "Au nom de quel système ?", options, "Celui de votre institution.")
        publisher = next(one for one in found if one.source == chosen)
    values: dict[str, JsonValue] = {CORRECTS: _corrects(form, corrects)}
    while True:
        values = {**values, **ask_values(form, screen, territory, now)}
        screen.whole(form, values, publisher.label)
        why = "Après publication, un enregistrement ne change plus : il se corrige par un autre."
        if ask_choice(screen, "Publier cet enregistrement ?", YES_OR_NO, why) == YES:
            return publisher, values
        again = (Option("AGAIN", "tout reprendre"), Option("LEAVE", "ne rien publier"))
        if ask_choice(screen, "Que faire ?", again, "Rien n’a encore été publié.") == "LEAVE":
            raise KeyboardInterrupt


def _given(form: Form, given: Sequence[str], corrects: str | None, now: datetime) -> Values:
    """The values of --set. Raises RecordUsage with every fault."""
    known = {plain(name): field for field in form.fields for name in (field.column, field.name)}
    texts: dict[str, str] = {} if corrects is None else {CORRECTS: corrects}
    faults: list[str] = []
    for part in given:
        name, sign, text = part.partition("=")
        field = known.get(plain(name))
        if field is None or not sign:
            faults.append("--set attend CHAMP=VALEUR, avec un champ de cette sorte d’enregistrement")
        else:
            texts[field.name] = text
    values: dict[str, JsonValue] = {}
    for field in form.fields:
        try:
            values[field.name] = read_value(field, texts.get(field.name, ""), load_territory())
        except ValueInvalid as error:
            faults.append(f"{field.column} ({field.name}) : {error}")
    if not faults:
        faults = [f"{field.column} ({field.name}) : {reason}" for field, reason in field_faults(form, values, now)]
    if faults:
        msg = "\n".join(faults)
        raise RecordUsage(msg, f"« hub record {form.type} --template » explique les champs.")
    return values


def _publish(publisher: Publisher, event: FromFile, screen: Screen | None) -> Answer:
    """The gateway's answer; a person may try again with the same id, which counts once. Raises GatewayUnreachable."""
    answers: list[Answer] = []
    while not answers:
        try:
            publish_http([event], publisher.address, {None: publisher.token}, answers.append)
        except GatewayUnreachable:
            if screen is None:
                raise
            screen.say(f"le hub ne répond pas à l’adresse {publisher.address}")
            why = "L’identifiant reste le même : ce qui serait déjà arrivé n’est pas compté deux fois."
            if ask_choice(screen, "Essayer encore ?", YES_OR_NO, why) != YES:
                raise
    return answers[0]


def _tell(form: Form, answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer.as_json())
        return
    accepted = answer.status == "accepted"
    if not on_terminal():
        print_line("accepté" if accepted else "refusé", answer.id or "", answer.status_url or answer.code or "")
    console = Console(stderr=not on_terminal(), soft_wrap=True, highlight=False)
    if accepted:
        console.print(f"✓ Enregistré sous l’identifiant {answer.id}.", style="green", markup=False)
        console.print(f"  Pour le corriger : hub record {form.type} --corrects {answer.id}", style="dim", markup=False)
        return
    for column, reason in french_faults(form, answer.code, answer.errors, "; ".join(answer.faults)):
        console.print(f"✗ {f'{column} : ' if column else ''}{reason}", style="red", markup=False)


def _corrects(form: Form, given: str | None) -> JsonValue:
    try:
        return read_value(form.field(CORRECTS), given or "", load_territory())
    except ValueInvalid as error:
        msg = f"--corrects : {error}."
        raise RecordUsage(msg, "L’identifiant est sur le reçu de l’enregistrement.") from None


def _id(given: str | None) -> str:
    if given is None:
        return _fresh()
    try:
        return str(read_value(REFERENCE, given, load_territory()) or _fresh())
    except ValueInvalid as error:
        msg = f"--id : {error}."
        raise RecordUsage(msg) from None


def _fresh() -> str:
    return f"record-{token_hex(_ID_BYTES)}"
