"""The router: reads the institutions' topics, decides, and writes the results in one transaction with the offsets."""

import asyncio
from collections.abc import Sequence

import structlog

from hub.data import load_territory
from hub.errors import BrokerUnavailable, StartError
from hub.processes.parameters import read_parameters
from hub.processes.service import Service, run_service
from hub.router.closing import end_all
from hub.router.directory import DirectoryFollower, DirectoryState
from hub.router.judge import Judge, Limits
from hub.router.lane import LaneWork
from hub.router.lanes import ALL, Lane
from hub.router.partition import LaneContext
from hub.router.reject_limit import RejectLimitReached, RejectWindow
from hub.settings import Settings
from hub.wire.schemas import load_catalogue
from hub.wire.topics import DECISIONS, REJECTS, message_limits, read_topics

log = structlog.get_logger()

_RETRY_SECONDS = 1.0


def run(settings: Settings, lanes: Sequence[Lane] = ALL, *, ignore_reject_limit: bool = False) -> None:
    """Run these lanes until SIGTERM.

    A lane whose rejects exceed the limit stops, and the process is not ready; the other lanes go on, so that bad
    notices never stop urgencies. When no lane is left the process ends with RejectLimitReached (exit code 3).
    """

    async def work(service: Service) -> None:
        await route(service, lanes, ignore_reject_limit=ignore_reject_limit)

    run_service("router", settings, work)


async def route(service: Service, lanes: Sequence[Lane], *, ignore_reject_limit: bool = False) -> None:
    """The work of the role inside a running event loop."""
    settings, health = service.settings, service.health
    catalogue, territory = load_catalogue(), load_territory()
    state = DirectoryState(catalogue, territory)
    declared = {topic.name: topic.max_message_bytes for topic in read_topics()}
    limits = Limits(declared[DECISIONS], declared[REJECTS])
    judge = Judge(catalogue, territory, state, limits, read_parameters(settings))
    follower = DirectoryFollower(settings, health, state)

    async def read_limits() -> None:
        try:
            limits = await message_limits(settings, (DECISIONS, REJECTS))
        except BrokerUnavailable:
            return
        judge.limits = Limits(limits[DECISIONS], limits[REJECTS])

    following = asyncio.create_task(follower.run())
    stopping = asyncio.create_task(service.stop.wait())
    try:
        await _wait_for_topics(service)
        await read_limits()
        caught_up = asyncio.create_task(follower.wait_for_end())
        await asyncio.wait({following, stopping, caught_up}, return_when=asyncio.FIRST_COMPLETED)
        caught_up.cancel()
        if not service.stop.is_set() and not following.done():
            contexts = [
                LaneContext(
                    lane,
                    settings,
                    health,
                    judge,
                    follower,
                    RejectWindow(settings.reject_window, settings.reject_share),
                    read_limits,
                    asyncio.Lock() if lane is Lane.DIRECTORY else None,
                    ignore_reject_limit,
                )
                for lane in lanes
            ]
            await _run_lanes(service, contexts, following)
        if following.done():
            following.result()
    finally:
        stopping.cancel()
        await end_all({following})


async def _wait_for_topics(service: Service) -> None:
    """Wait until the topics that the router writes to exist; the broker may be away meanwhile."""
    progress = service.health.loop("start", 60.0)
    while not service.stop.is_set():
        try:
            found = await message_limits(service.settings, (DECISIONS, REJECTS))
            missing = {DECISIONS, REJECTS} - found.keys()
            reason = f"topics are missing: {', '.join(sorted(missing))}; run `hub topics apply`" if missing else ""
        except BrokerUnavailable as error:
            reason = error.message
        progress()
        if not reason:
            break
        service.health.missing("topics", reason)
        log.warning("router_waits", reason=reason)
        await asyncio.sleep(_RETRY_SECONDS)
    service.health.there("topics")
    service.health.forget("start")


async def _run_lanes(service: Service, contexts: Sequence[LaneContext], following: "asyncio.Task[None]") -> None:
    """Run the lanes until all have ended. A lane at its reject limit leaves the others alone; other errors do not."""
    running = {
        asyncio.create_task(LaneWork(context).run(service.stop), name=context.lane.value) for context in contexts
    }
    limit: RejectLimitReached | None = None
    try:
        while running:
            done, _ = await asyncio.wait({*running, following}, return_when=asyncio.FIRST_COMPLETED)
            if following in done:
                following.result()
                message = "The directory is no longer followed."
                raise StartError(message, "Start the router again.")
            running -= done
            for task in done:
                try:
                    task.result()
                except RejectLimitReached as error:
                    limit = error
                    service.health.missing(f"lane-{task.get_name()}", error.message)
                    log.error("lane_stopped", lane=task.get_name(), reason=error.message, way_out=error.way_out)
    finally:
        await end_all(running)
    if limit is not None:
        raise limit
