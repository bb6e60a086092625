"""What the roles, the recipients and the operators do to a ledger, each one transaction of the product's own functions.

An act is given a number that chooses among what it may be done to. It returns what the world remembers of it once it is
committed; None: there was nothing to do.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.outbound.channel import Accepted, Permanent, Result, Transient
from hub.dispatcher.messages import message_for
from hub.domain.delivery.operations import OperatorReason
from hub.domain.delivery.states import DeliveryReason
from hub.ledger.acknowledgements import show, take
from hub.ledger.audience_planner import LedgerDirectory, next_waiting, plan
from hub.ledger.choices import chosen_by
from hub.ledger.claimed import Claim
from hub.ledger.claims import claim_due, renew_leases
from hub.ledger.decided import DecidedEvent
from hub.ledger.delivery_operations import ActRefused, Operator, redirect, retry
from hub.ledger.digest_claims import claim_digests
from hub.ledger.escalation_steps import do_step, due_escalations, hurry_unreachable
from hub.ledger.escalations import start_escalations
from hub.ledger.handled import end_handled, handled_escalations
from hub.ledger.intake import take_in
from hub.ledger.outcomes import reclaim_expired, record
from hub.ledger.reminders import due_reminders, remind
from hub.wire.schemas import load_catalogue
from tests.integration.model.world import LEASE, PEOPLE, Held, World, absence, apply

CATALOGUE: Final = load_catalogue()

Remember = Callable[[], None]
Act = Callable[[World, AsyncConnection, int], Awaitable[Remember | None]]

_RESULTS: Final[tuple[Result, ...]] = (
    Accepted("250"),
    Transient(DeliveryReason.TIMED_OUT, "no answer"),
    Permanent(DeliveryReason.ADDRESS_REFUSED, "550"),
    Transient(DeliveryReason.UNCONFIRMED, "no answer to the message"),
    Transient(DeliveryReason.TEMPORARILY_REFUSED, "enough under way", retry_after=30.0, tried=False),
)
_READERS: Final = (("mailbox", "manager"), ("mailbox",), ("caf-referent", "mailbox"))


async def _take_in(world: World, connection: AsyncConnection, event: DecidedEvent) -> Remember:
    await take_in(connection, CATALOGUE, [event], world.clock())
    return lambda: world.published.append(event)


async def report(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """An urgency is taken in."""
    return await _take_in(world, connection, world.urgency(choice))


async def publish(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """A notice is taken in."""
    return await _take_in(world, connection, world.notice(_READERS[choice % len(_READERS)]))


async def correct(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """A notice is corrected, for other readers perhaps."""
    return await _overtake(world, connection, choice, "corrected")


async def withdraw(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """A notice is withdrawn."""
    return await _overtake(world, connection, choice, "withdrawn")


async def _overtake(world: World, connection: AsyncConnection, choice: int, kind: str) -> Remember | None:
    notices = [event for event in world.published if event.type == "notice.published"]
    if not notices:
        return None
    of = notices[choice % len(notices)].subject
    versions = [event for event in world.published if event.subject == of]
    if any(event.type == "notice.withdrawn" for event in versions):
        return None
    version = len(versions) + (kind == "corrected")
    to = _READERS[choice % len(_READERS)] if kind == "corrected" else ()
    return await _take_in(world, connection, world.notice(to, kind=kind, of=of, version=version))


async def say_handled(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """An institution's own system says that it has a situation."""
    urgencies = [event for event in world.published if event.type.endswith(".reported")]
    if not urgencies:
        return None
    return await _take_in(world, connection, world.handled(urgencies[choice % len(urgencies)]))


async def plan_audience(world: World, connection: AsyncConnection, _: int) -> Remember | None:
    """The planner finds a notice's further audience."""
    waiting = await next_waiting(connection)
    if waiting is not None:
        await plan(connection, CATALOGUE, LedgerDirectory(), waiting, world.clock(), (chosen_by,))
    return lambda: None


async def claim(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """One of two dispatchers claims what is due."""
    dispatcher, lane = f"dispatcher-{choice % 2}", ("urgent", "standard", "digest")[choice // 2 % 3]
    now = world.clock()
    until = now + LEASE
    claims: list[Claim] = []
    if lane == "digest":
        units = await claim_digests(connection, CATALOGUE, limit=2, dispatcher=dispatcher, now=now, until=until)
        claims = [one for unit in units for one in unit]
    else:
        claims = await claim_due(connection, CATALOGUE, lane=lane, limit=3, dispatcher=dispatcher, now=now, until=until)
    return lambda: _hold(world, [Held(one, dispatcher, until) for one in claims])


def _hold(world: World, claims: list[Held]) -> None:
    for new in claims:
        for old in world.held:
            if old.claim.delivery.id == new.claim.delivery.id:
                assert old.until < world.now, f"{old.dispatcher} and {new.dispatcher} hold the same delivery"
                assert old.claim.attempt < new.claim.attempt, "an attempt was begun twice"
    world.held += claims


async def end_attempt(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """A dispatcher records how an attempt ended, also long after its lease."""
    if not world.held:
        return None
    held = world.held[choice // len(_RESULTS) % len(world.held)]
    result: Result = _RESULTS[choice % len(_RESULTS)]
    message = message_for(held.claim, public_url="https://hub.example", now=world.clock())
    outcome = world.attempts().outcome(held.claim, message if isinstance(message, Permanent) else result)
    await record(connection, CATALOGUE, [outcome], dispatcher=held.dispatcher, now=world.clock())
    return lambda: _let_go(world, held)


async def accept_all(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """A dispatcher records that the channel took everything that it holds."""
    mine = [held for held in world.held if held.dispatcher == f"dispatcher-{choice % 2}"]
    if not mine:
        return None
    outcomes = []
    for held in mine:
        message = message_for(held.claim, public_url="https://hub.example", now=world.clock())
        result = message if isinstance(message, Permanent) else Accepted("250")
        outcomes.append(world.attempts().outcome(held.claim, result))
    await record(connection, CATALOGUE, outcomes, dispatcher=mine[0].dispatcher, now=world.clock())
    return lambda: _let_go(world, *mine)


def _let_go(world: World, *ended: Held) -> None:
    world.held = [held for held in world.held if held not in ended]


async def die(world: World, _: AsyncConnection, choice: int) -> Remember | None:
    """A dispatcher dies with all that it holds: nothing is recorded."""
    return lambda: _let_go(world, *[held for held in world.held if held.dispatcher == f"dispatcher-{choice % 2}"])


async def renew(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """A dispatcher renews the leases of what it holds."""
    name, until = f"dispatcher-{choice % 2}", world.clock() + LEASE
    ids = [held.claim.delivery.id for held in world.held if held.dispatcher == name]
    await renew_leases(connection, ids, dispatcher=name, until=until)
    return lambda: None


async def reclaim(world: World, connection: AsyncConnection, _: int) -> Remember | None:
    """What a dispatcher held too long is taken back."""
    await reclaim_expired(connection, CATALOGUE, now=world.clock(), limit=100)
    return lambda: None


async def go_away(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """A contact is away from today on, perhaps with a deputy of its own choice."""
    contact, deputy = PEOPLE[choice % len(PEOPLE)], (None, "other", "worker")[choice % 3]
    record_ = absence(contact.contact, world.now, deputy if deputy != contact.contact else None)
    await apply(connection, [record_], world.clock())
    return lambda: None


async def come_back(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """An absence is taken back."""
    contact = PEOPLE[choice % len(PEOPLE)].contact
    await apply(connection, [(f"absence-{contact}", None, "")], world.clock())
    return lambda: None


async def leave(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """A contact is removed from the directory."""
    await apply(connection, [(PEOPLE[choice % len(PEOPLE)].contact, None, "")], world.clock())
    return lambda: None


async def join(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """A contact is in the directory (again)."""
    one = PEOPLE[choice % len(PEOPLE)]
    await apply(connection, [(one.contact, one.data(), "contact.changed")], world.clock())
    return lambda: None


async def open_page(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """Somebody opens the page of a delivery."""
    of = _one(world, choice)
    if of is not None:
        await show(connection, CATALOGUE, of, world.clock())
    return lambda: None


async def take_in_charge(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """Somebody takes in charge what a delivery asks; whoever did already changes nothing."""
    of = _one(world, choice)
    if of is not None:
        await take(connection, CATALOGUE, of, world.clock())
    return lambda: None


async def send_again(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """An operator has a failed delivery sent again."""
    found = list(
        await connection.scalars(text("select id from delivery where state = 'FAILED' order by created_at, contact"))
    )
    if not found:
        return None
    operator = Operator("operator", world.clock(), OperatorReason.CHANNEL_REPAIRED)
    try:
        await retry(connection, CATALOGUE, found[choice % len(found)], operator)
    except ActRefused:
        return None
    return lambda: None


async def send_elsewhere(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """An operator has another contact of the service told instead."""
    states = "('FAILED', 'RETRYING', 'SCHEDULED')"
    query = text(f"select id from delivery where state in {states} order by created_at, contact, occasion")
    found = list(await connection.scalars(query))
    if not found:
        return None
    of, to = found[choice % len(found)], PEOPLE[choice // 2 % 5].contact
    operator = Operator("operator", world.clock(), OperatorReason.WRONG_CONTACT)
    try:
        made = await redirect(connection, CATALOGUE, of, to, operator)
    except ActRefused:
        return None

    def remember() -> None:
        world.redirected[made] = of

    return remember


async def start(world: World, connection: AsyncConnection, _: int) -> Remember | None:
    """The clock of escalations looks for what is to be started, ended or hurried."""
    now = world.clock()
    for found in await handled_escalations(connection):
        await end_handled(connection, CATALOGUE, found, now)
    await start_escalations(connection, world.policy, await world.view(connection), now)
    await hurry_unreachable(connection, now)
    return lambda: None


async def climb(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """The clock of escalations does a step that is due."""
    found = await due_escalations(connection, world.clock())
    if found:
        await do_step(connection, CATALOGUE, await world.view(connection), found[choice % len(found)], world.clock())
    return lambda: None


async def remind_of_one(world: World, connection: AsyncConnection, choice: int) -> Remember | None:
    """The clock of escalations reminds of a notice; what is due was looked up just before."""
    due = await due_reminders(connection, world.clock())
    if due:
        await remind(connection, CATALOGUE, await world.view(connection), due[choice % len(due)], world.clock())
    return lambda: None


def _one(world: World, choice: int) -> UUID | None:
    return world.deliveries[choice % len(world.deliveries)] if world.deliveries else None
