"""Every worked case through the real topics: published as an institution does, decided by the running router."""

from hub.domain.events import never_stored
from hub.domain.vocabulary import Outcome
from tests.contract.test_scenarios import CASES, assert_answers, read_scenario
from tests.integration.router.router_desk import READER, Desk


async def test_every_worked_case_is_decided_on_the_topics_as_it_is_by_the_function(desk: Desk) -> None:
    cases = {case["event"]["id"]: case for case in map(read_scenario, CASES)}
    events = [READER.from_json(case["event"]) for case in cases.values()]
    leave_no_trace = {e.envelope.id for e in events if e.data and never_stored(e.envelope.type, e.data)}
    async with desk.routing():
        await desk.publish(*events)
        decided = await desk.decided(*(event for event in cases if event not in leave_no_trace))
    for record in decided:
        case = cases[record["envelope"]["id"]]
        if "as_of" not in case:
            assert_answers(case["expect"], record["decision"])
    stored = {row["envelope"]["id"] for row in await desk.decisions()}
    assert stored.isdisjoint(leave_no_trace)
    keys = {event.envelope.subject.encode() for event in events}
    assert [] == [reject for reject in await desk.rejects() if reject.key in keys]
    refusals = {cases[event]["expect"]["outcome"] for event in leave_no_trace}
    assert {Outcome.OFF_HUB, Outcome.REJECTED} == refusals
