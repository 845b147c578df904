"""`tipoff doctor`: looks at everything Tipoff needs, and says what to do where something is amiss."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot import templates
from bot.settings import Settings, load_playbook
from bot.slack import Slack, client_of
from briefs.pages import Pages
from funnel.errors import TipoffError
from funnel.playbook import Playbook
from storage.store import Store

HISTORY = ("channels:history", "groups:history")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, and what was seen or what to do."""

    well: bool
    what: str
    words: str


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Every finding, in the order in which a person would mend them."""
    try:
        playbook = load_playbook(settings.tipoff_playbook)
        found = "read" if settings.tipoff_playbook.exists() else "absent, so the built-in rules hold"
        yield Finding(True, "playbook", f"{settings.tipoff_playbook} {found}")
    except TipoffError as error:
        yield Finding(False, "playbook", str(error))
        return
    for finding in _templates(settings, playbook):
        yield finding
    if not settings.tipoff_intake_token.get_secret_value():
        yield Finding(False, "doors", "set TIPOFF_INTAKE_TOKEN, or every event is refused with 401")
    async for finding in _store(settings):
        yield finding
    async for finding in _slack(settings, playbook):
        yield finding


def _templates(settings: Settings, playbook: Playbook) -> Iterator[Finding]:
    folder = settings.templates
    if settings.tipoff_templates and not folder.is_dir():
        yield Finding(False, "templates", f"{folder} is no folder: `tipoff templates init` makes it")
    if own := Pages(folder).files():
        yield Finding(True, "templates", f"{len(own)} of your own in {folder}")
        for sentence in templates.mistakes(folder, playbook):
            yield Finding(False, "templates", sentence)


async def _store(settings: Settings) -> AsyncIterator[Finding]:
    if _is_absent(settings.database_url):
        yield Finding(True, "store", f"{settings.database_url} is not there yet: `tipoff run` makes it")
        return
    try:
        async with Store.open(settings.database_url) as store:
            totals = await store.counts()
            yield Finding(True, "store", f"{totals.events:,} events, {totals.leads:,} leads")
            if totals.set_aside:
                yield Finding(False, "store", f"{totals.set_aside:,} events could not be told: see the log")
            for one in await store.renderings():
                since = f"{one.since:%Y-%m-%d %H:%M} UTC"
                how = (
                    f"{one.kind} is said as {one.level} since {since}, for Slack answered {one.error} to more"
                )
                yield Finding(False, "rendering", f"{how}. `tipoff doctor --reset-rendering` tries again")
            for trouble in await store.cards.troubles():
                since = f"{trouble.since:%Y-%m-%d %H:%M} UTC"
                yield Finding(
                    False, "card", f"{trouble.key} in {trouble.lane} since {since}: {trouble.error}"
                )
    except (TipoffError, SQLAlchemyError, OSError) as error:
        yield Finding(False, "store", str(error))


def _is_absent(url: str) -> bool:
    """Whether it is a file that nobody has made; looking for tables in it would make one."""
    file = url.removeprefix("sqlite:///")
    return file != url and not Path(file).exists()


async def _slack(settings: Settings, playbook: Playbook) -> AsyncIterator[Finding]:
    if not settings.slack_bot_token.get_secret_value():
        yield Finding(False, "slack", "set SLACK_BOT_TOKEN")
        return
    timeout = aiohttp.ClientTimeout(total=settings.tipoff_slack_timeout)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        slack = Slack(client_of(settings, session))
        scopes = await slack.scopes()
        if not isinstance(scopes, frozenset):
            yield Finding(False, "slack", scopes.sentence)
            return
        yield Finding(True, "slack", "the token is good")
        missing = [scope for scope in HISTORY if scope not in scopes]
        if scopes and missing:  # a Slack that names none does not say
            why = "a post whose outcome is unknown will wait for you instead of being looked up"
            yield Finding(False, "scopes", f"{', '.join(missing)} not granted: {why}")
        for name in dict.fromkeys((playbook.channels.briefs, playbook.alerts.to or playbook.channels.briefs)):
            channel = await slack.channel_id(name)
            if isinstance(channel, str):
                yield Finding(True, "channel", f"{name} is {channel}")
            else:
                yield Finding(False, "channel", f"{name}: {channel.sentence}")
        for name, mask in playbook.masks.items():
            masked = await slack.channel_id(name)
            if not isinstance(masked, str):
                yield Finding(False, "mask", f"{name} ({mask}) hides nothing that I post: {masked.sentence}")
