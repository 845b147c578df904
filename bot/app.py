"""The Slack surface: Bolt's listeners, registered from the tables of commands and actions.

Every listener acknowledges first and hands its work to a tracked task, so that none raises after `ack` and
all of them are finished before the process ends.
"""

import asyncio
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Literal

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot import roles
from bot.actions import ACTIONS, SUBMISSIONS
from bot.actions.action import Action, Press, Submission, Submitted, lead_id
from bot.commands import COMMANDS
from bot.commands.command import Command
from bot.house import House, Sight
from bot.levels import NOT_DRAWN
from bot.lull import Lull
from bot.roles import Actor, NotAllowedError
from bot.slack import NETWORK
from briefs import catalog
from briefs.message import Level, Message
from funnel.errors import NotFoundError, QuestionError, TipoffError
from funnel.masks import Refusal

log = logging.getLogger(__name__)
bolt_log = logging.getLogger("tipoff.bolt")
bolt_log.setLevel(logging.ERROR)  # Bolt's INFO prints the bodies of forged requests

ANYTHING = re.compile(".*")
TOLD_AT_ONCE = 16  # of those who share an answer
PATIENCE = 1.0  # seconds that answers let acknowledgements go first: those have to come within three
Body = dict[str, Any]
Say = Callable[[Message], Coroutine[Any, Any, None]]


class StrangerError(TipoffError):
    """Somebody of another Slack workspace asks; says so."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in its Slack workspace, from `auth.test`."""

    team_id: str
    bot_id: str
    bot_user_id: str
    enterprise_id: str | None = None


async def who_am_i(client: AsyncWebClient) -> Identity:
    """The bot's identity, asked of Slack.

    Raises:
        SlackApiError: Slack does not know the token.

    """
    found = await client.auth_test()
    return Identity(found["team_id"], found["bot_id"], found["user_id"], found.get("enterprise_id"))


def build(house: House, identity: Identity, client: AsyncWebClient) -> AsyncApp:
    """The Bolt app with every listener; nothing is connected yet."""
    app = AsyncApp(
        logger=bolt_log,
        client=client,
        signing_secret=house.settings.slack_signing_secret.get_secret_value() or "socket-mode-signs-nothing",
        authorize=_authorize(identity, client),
        process_before_response=True,
    )
    lull = Lull()
    for command in COMMANDS:
        app.command(command.name)(_command(house, command, lull))
    for action_id, action in ACTIONS.items():
        app.action(action_id)(_action(house, identity, action_id, action))
    for callback_id, submission in SUBMISSIONS.items():
        app.view(callback_id)(_submission(house, identity, callback_id, submission))
    app.event("member_joined_channel")(_joined(house, identity))
    _acknowledge_the_rest(app)
    app.error(_on_error)
    return app


def _authorize(identity: Identity, client: AsyncWebClient) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Answer for our own workspace without asking Slack at every request."""
    known = AuthorizeResult(
        enterprise_id=identity.enterprise_id,
        team_id=identity.team_id,
        bot_token=client.token,
        bot_id=identity.bot_id,
        bot_user_id=identity.bot_user_id,
    )

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        if team_id == identity.team_id or (team_id is None and enterprise_id == identity.enterprise_id):
            return known
        raise StrangerError("I work for another workspace, so I can't answer here.")

    return authorize


def _command(house: House, command: Command, lull: Lull) -> Callable[..., Awaitable[None]]:
    """Answers a command; those who ask the same, and may see the same, at once share one answer."""
    asked: dict[tuple[str, Sight], list[Say]] = {}

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        lull.acknowledged()
        actor, say = _asker(body), _reply(house, body)
        deed = roles.deed_of(command.name, body.get("text") or "")
        if why := roles.refusal(house.playbook, actor, deed):
            house.tasks.start(_explained(say, roles.refuse(house, actor, deed, why)))
            return
        seen = roles.as_seen_by(house, actor, deed)
        question = (body.get("text") or "", seen.sight)
        if notice := command.notice(house, question[0]):
            say = _noticed(house, notice, say)
        if question not in asked:
            asked[question] = []
            house.tasks.start(answer(seen, question))
        asked[question].append(say)

    async def answer(seen: House, question: tuple[str, Sight]) -> None:
        await lull.comes(PATIENCE)
        askers = asked.pop(question)  # whoever asks from now on is told what is true then
        message = await _answered(command.answer(seen, question[0]))
        for start in range(0, len(askers), TOLD_AT_ONCE):
            some = askers[start : start + TOLD_AT_ONCE]
            told = await asyncio.gather(*(say(message) for say in some), return_exceptions=True)
            for failed in filter(None, told):
                log.error("an answer could not be said", exc_info=failed)
            await lull.comes(PATIENCE)

    return listener


def _noticed(house: House, notice: Message, say: Say) -> Say:
    """Say a notice now, and what is said with the result after it, however soon that is."""
    noticed = asyncio.Event()

    async def first() -> None:
        try:
            await say(notice)
        finally:
            noticed.set()

    async def then(message: Message) -> None:
        await noticed.wait()
        await say(message)

    house.tasks.start(first())
    return then


def _action(house: House, identity: Identity, deed: str, action: Action) -> Callable[..., Awaitable[None]]:
    async def listener(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        say = _reply(house, body)

        async def carry_out() -> None:
            _refuse_strangers(body, identity)
            press = _press(body, client, say, _reply(house, body, to="in_channel"))
            seen = await roles.admit(house, _actor(body), deed, _lead_of(press.value))
            await action(seen, press)

        house.tasks.start(_explained(say, carry_out()))

    return listener


def _submission(
    house: House, identity: Identity, deed: str, submission: Submission
) -> Callable[..., Awaitable[None]]:
    async def listener(ack: AsyncAck, body: Body) -> None:
        actor = _actor(body)
        why = None if _is_stranger(body, identity) else roles.refusal(house.playbook, actor, deed)
        await ack(**_on_form(body, why) if why else {})  # a form has no other place for an answer

        async def carry_out() -> None:
            _refuse_strangers(body, identity)
            seen = await roles.admit(house, actor, deed, _lead_of(body["view"].get("private_metadata")))
            await submission(seen, _submitted(body))

        house.tasks.start(_explained(_nobody, carry_out()))

    return listener


def _refuse_strangers(body: Body, identity: Identity) -> None:
    """In a channel shared with another company, its people see our buttons; they may not press them."""
    if _is_stranger(body, identity):
        raise StrangerError("Only members of the workspace that I work for can do that.")


def _is_stranger(body: Body, identity: Identity) -> bool:
    return bool(body["user"].get("team_id", identity.team_id) != identity.team_id)


def _joined(house: House, identity: Identity) -> Callable[..., Awaitable[None]]:
    """Somebody invited the bot: what waited for that channel can be said now."""

    async def listener(ack: AsyncAck, event: Body) -> None:
        await ack()
        if event.get("user") == identity.bot_user_id:
            house.tasks.start(_wake(house))

    return listener


async def _wake(house: House) -> None:
    await house.store.cards.wake_waiting()
    house.unsaid.set()


def _acknowledge_the_rest(app: AsyncApp) -> None:
    """What nobody handles is still acknowledged, so that Slack neither retries nor shows an error."""

    async def quietly(ack: AsyncAck) -> None:
        await ack()

    async def with_a_hint(ack: AsyncAck) -> None:
        await ack(
            **catalog.trouble(QuestionError("I don't know that command. Try `/tipoff help`.")).payload()
        )

    app.command(ANYTHING)(with_a_hint)
    app.action(ANYTHING)(quietly)
    app.view(ANYTHING)(quietly)
    app.view_closed(ANYTHING)(quietly)
    app.shortcut(ANYTHING)(quietly)
    app.options(ANYTHING)(quietly)
    app.event(ANYTHING)(quietly)


async def _on_error(error: Exception, request: AsyncBoltRequest) -> BoltResponse:
    """The one error listener: what Bolt's listeners raise before their work is handed over."""
    message = explain(error)
    return BoltResponse(status=200, body=message.payload() if request.body.get("command") else "")


def explain(error: Exception) -> Message:
    """A failure in words: its own sentence where it has one, else an apology with the id that the log has."""
    if isinstance(error, NotAllowedError):
        return catalog.refused(error.refusal)
    if isinstance(error, TipoffError):
        return catalog.trouble(error)
    reference = uuid.uuid4().hex[:8]
    log.error("unexpected failure %s", reference, exc_info=error)
    return catalog.apology(reference)


async def _explained(say: Say, work: Awaitable[None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - the person who asked is owed an answer
        await say(explain(error))


async def _answered(answer: Awaitable[Message]) -> Message:
    try:
        return await answer
    except Exception as error:  # noqa: BLE001 - the person who asked is owed an answer
        return explain(error)


def _reply(house: House, body: Body, to: Literal["ephemeral", "in_channel"] = "ephemeral") -> Say:
    """Say something to the person who acted, or where they did, through the payload's own `response_url`."""
    url = body.get("response_url")

    async def send(message: Message, level: Level) -> WebhookResponse | None:
        client = AsyncWebhookClient(url or "", session=house.http, retry_handlers=[])
        try:
            return await client.send_dict(
                {"response_type": to, "replace_original": False, **message.payload(level)}
            )
        except (*NETWORK, SlackApiError) as error:
            log.warning("an answer could not be delivered: %s", error)
        return None

    async def say(message: Message) -> None:
        if url is None:
            log.warning("no response_url to say: %s", message.text[:200])
            return
        answer = await house.levels.say(message, partial(send, message), _undrawn)
        if answer and answer.status_code != HTTPStatus.OK:
            log.warning("Slack refused an answer: %s %s", answer.status_code, answer.body[:200])

    return say


def _undrawn(answer: WebhookResponse | None) -> str | None:
    """Slack's word for blocks that it will not draw, from the body of a refusal."""
    if answer is None or answer.status_code == HTTPStatus.OK:
        return None
    return next((word for word in sorted(NOT_DRAWN, reverse=True) if word in answer.body), None)


async def _nobody(message: Message) -> None:
    log.warning("nobody to tell: %s", message.text[:200])


def _asker(body: Body) -> Actor:
    """Who typed a command, and where."""
    return Actor(body["user_id"], _places({"id": body.get("channel_id"), "name": body.get("channel_name")}))


def _actor(body: Body) -> Actor:
    """Who pressed a button or sent a form, and where; a modal remembers where it was opened."""
    if view := body.get("view"):
        places = str(view.get("private_metadata") or "").split(":")[2:]  # after the lead and the page
        return Actor(body["user"]["id"], tuple(places))
    return Actor(body["user"]["id"], _places(body.get("channel") or {}))


def _places(channel: Body) -> tuple[str, ...]:
    if not channel.get("id"):
        return ()
    return (str(channel["id"]), f"#{channel['name']}") if channel.get("name") else (str(channel["id"]),)


def _lead_of(value: str | None) -> int | None:
    """The lead that a button or a form names, None where it names none."""
    try:
        return lead_id((value or "").partition(":")[0])
    except NotFoundError:
        return None


def _on_form(body: Body, why: Refusal) -> Body:
    """The refusal under the first field of a form, which stays open."""
    fields = list(body["view"]["state"]["values"])
    return {
        "response_action": "errors",
        "errors": {field: catalog.refused(why).plain for field in fields[:1]},
    }


def _press(body: Body, client: AsyncWebClient, reply: Say, share: Say) -> Press:
    pressed = body["actions"][0]
    return Press(
        user=body["user"]["id"],
        value=str(_field(pressed) or ""),
        trigger=body.get("trigger_id", ""),
        view=body.get("view"),
        client=client,
        reply=reply,
        share=share,
        places=_actor(body).places,
    )


def _submitted(body: Body) -> Submitted:
    view = body["view"]
    fields = {
        action_id.removeprefix("tipoff."): str(_field(state) or "")
        for block in view["state"]["values"].values()
        for action_id, state in block.items()
    }
    return Submitted(body["user"]["id"], view["id"], str(view.get("private_metadata") or ""), fields)


def _field(state: Body) -> Any:
    """What was typed, pressed or chosen."""
    selected = state.get("selected_option")
    return selected["value"] if selected else state.get("value")
