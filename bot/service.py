"""One running Tipoff: open the store, serve the doors, connect to Slack, work, and end in good order."""

import asyncio
import contextlib
import json
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import uvicorn
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot import alerting, http, scheduled
from bot import app as slack_app
from bot.garbage import collect_seldom
from bot.house import House, clock
from bot.reading import Reader
from bot.settings import Settings, SettingsError, load_playbook
from bot.slack import ADVICE, NETWORK, Slack, client_of
from bot.tasks import Tasks
from bot.worker import Worker
from briefs.pages import Pages
from funnel.masks import Masks
from storage.store import Store

log = logging.getLogger(__name__)

AT_ONCE = 8  # answers being worked on
TICK = 1.0  # seconds; what the server's Date header is precise to
TURN = 0.001  # seconds that an answer in the making may keep acknowledgements waiting; Python's own is 0.005
COME_AGAIN = 5.0  # seconds between attempts to reach Slack

# A supervisor allows ten seconds to finish what was begun; these are used one after the other.
HANG_UP = 1.0  # seconds to take leave of Slack's socket
ANSWER = 2  # seconds for requests that are being read
LOOPS = 1.5  # seconds for a loop to end; more is needed only by a database that is away
SAY = 3.0  # seconds for the calls to Slack that are under way
ANSWERED = 1.5  # seconds for answers to people


class Server(uvicorn.Server):
    """Uvicorn that looks around once a second, not ten times, and leaves signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._leaving = asyncio.Event()

    def leave(self) -> None:
        self.should_exit = True
        self._leaving.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), TICK)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True)
class Running:
    """A Tipoff that works, and where its doors are."""

    house: House
    url: str


async def run(settings: Settings, *, over_http: bool, host: str, port: int) -> None:
    """Run until SIGTERM or SIGINT; everything begun is finished first.

    Raises:
        TipoffError: the settings, the playbook or the store cannot be used.

    """
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel if task else loop.stop)
    try:
        async with running(settings, over_http=over_http, host=host, port=port):
            collect_seldom()
            sys.setswitchinterval(TURN)
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        log.info("stopped in good order")


@contextlib.asynccontextmanager
async def running(
    settings: Settings,
    *,
    over_http: bool = False,
    host: str = "127.0.0.1",
    port: int = 0,
    now: Callable[[], datetime] = clock,
) -> AsyncIterator[Running]:
    """A working Tipoff for the length of the block, by the clock `now`.

    The doors open before Slack is reached, so that no lead waits for Slack. If a loop fails for good, the
    block ends with its error: the supervisor starts the process again.
    """
    playbook = load_playbook(settings.tipoff_playbook)
    scheduled.check(playbook, clock(), str(settings.tipoff_playbook))
    alerting.check(playbook, clock(), str(settings.tipoff_playbook))
    patience = settings.tipoff_slack_timeout
    timeout = aiohttp.ClientTimeout(total=patience, sock_connect=patience / 2)  # unconnected is surely unsent
    async with (
        _speaking(Pages(settings.templates)),
        Store.open(settings.database_url, migrate=True) as store,
        aiohttp.ClientSession(timeout=timeout) as session,
        _drained(Tasks(AT_ONCE)) as tasks,
        contextlib.aclosing(Reader()) as reader,
    ):
        house = House(settings, playbook, store, tasks, session, reader, now)
        client = client_of(settings, session)
        app = http.build(house)
        alerted = playbook.alerts.to is not None
        worker = Worker(house, Slack(client))
        async with _working(worker, alerted=alerted), _serving(app, host, port) as url:
            log.info("the doors are open at %s", url)
            identity = await _meet(client)
            tasks.start(_try_again(house))
            bolt = slack_app.build(house, identity, client)
            if over_http:
                http.add_slack(app, house, bolt)
                yield Running(house, url)
            else:
                async with _listening(settings, bolt):
                    yield Running(house, url)


async def _meet(client: AsyncWebClient) -> slack_app.Identity:
    """Who the bot is in Slack, asked until Slack answers.

    Raises:
        SettingsError: Slack does not know the token.

    """
    if not client.token:
        raise SettingsError("Set SLACK_BOT_TOKEN (api.slack.com, your app, OAuth & Permissions, xoxb-...).")
    while True:
        try:
            return await slack_app.who_am_i(client)
        except SlackApiError as error:
            word = str(error.response.get("error"))
            if word in ADVICE:
                raise SettingsError(f"Slack says {word}: {ADVICE[word]}.") from None
            log.warning("Slack answered %s; asking again", word)
        except NETWORK as error:
            log.warning("Slack cannot be reached (%s); asking again, the doors are open meanwhile", error)
        await asyncio.sleep(COME_AGAIN)


async def _try_again(house: House) -> None:
    """Say what waits for somebody to mend something: a new start is a sign that they did.

    What stands in Slack follows the masks that the playbook has now.
    """
    moved = await house.store.cards.move_unposted(house.playbook.channels.briefs)
    masked = await house.store.cards.follow_masks(_as_text(house.playbook.masks))
    if await house.store.cards.wake_waiting() or moved or masked:
        house.unsaid.set()


def _as_text(masks: Masks) -> str:
    return json.dumps(masks, sort_keys=True) if masks else ""


@contextlib.asynccontextmanager
async def _speaking(pages: Pages) -> AsyncIterator[None]:
    """These pages, for everything that is begun within the block."""
    with pages.in_use():
        yield


@contextlib.asynccontextmanager
async def _drained(tasks: Tasks) -> AsyncIterator[Tasks]:
    try:
        yield tasks
    finally:
        await tasks.drain(ANSWERED)


@contextlib.asynccontextmanager
async def _working(worker: Worker, *, alerted: bool) -> AsyncIterator[None]:
    """The loops of `worker`, finished in good order at the end of the block.

    Only where somebody is `alerted` is anything watched.
    """
    async with asyncio.TaskGroup() as loops:
        turns = [
            loops.create_task(worker.tell()),
            loops.create_task(worker.say()),
            loops.create_task(worker.keep_time()),
            *([loops.create_task(worker.watch())] if alerted else []),
        ]
        try:
            yield
        finally:
            worker.stop()
            await asyncio.wait(turns, timeout=LOOPS)
            for turn in turns:
                turn.cancel()
            await worker.drain(SAY)


@contextlib.asynccontextmanager
async def _serving(app: Starlette, host: str, port: int) -> AsyncIterator[str]:
    """`app` over HTTP, at the address that is yielded; requests under way are finished at the end.

    Raises:
        SettingsError: the address cannot be listened at.

    """
    try:
        listener = socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise SettingsError(f"Cannot listen at {host}:{port}: {error.strerror}. Try --port 0.") from None
    config = uvicorn.Config(
        app,
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=ANSWER,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.leave()
        await serving


@contextlib.asynccontextmanager
async def _listening(settings: Settings, bolt: AsyncApp) -> AsyncIterator[None]:
    """A Socket Mode connection, closed first at the end so that nothing new is taken.

    Raises:
        SettingsError: Slack does not know the app token.

    """
    token = settings.slack_app_token.get_secret_value()
    if not token:
        raise SettingsError(
            "Set SLACK_APP_TOKEN (Basic Information, App-Level Tokens, xapp-...), or use --http."
        )
    handler = AsyncSocketModeHandler(bolt, token)
    try:
        await _connect(handler, token)
        yield
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HANG_UP):
                await handler.client.close()


async def _connect(handler: AsyncSocketModeHandler, token: str) -> None:
    """Connect; a token that Slack does not know is told at once, since the SDK would ask for ever."""
    try:
        await handler.client.web_client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        word = str(error.response.get("error"))
        if word in ADVICE:
            raise SettingsError(f"Slack says {word}: check SLACK_APP_TOKEN and connections:write.") from None
    except NETWORK as error:
        log.warning("Slack cannot be reached (%s); the SDK keeps asking", error)
    await handler.client.connect()
