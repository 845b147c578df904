"""What people do in the workspace, and what the app makes of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from workspace import payloads
from workspace.answers import answer, find
from workspace.config import Channel, Command, User
from workspace.delivery import FAILED, Ack, Delivery
from workspace.errors import SlackError
from workspace.responses import respond
from workspace.slack import Slack
from workspace.state import SLACKBOT, Json, Message
from workspace.tickets import ResponseUrl
from workspace.typed import linked

MESSAGE_EVENTS = {"im": "message.im", "group": "message.groups", "channel": "message.channels"}


class People:
    def __init__(self, slack: Slack, delivery: Delivery) -> None:
        self.slack = slack
        self.world = slack.world
        self.delivery = delivery

    def user(self, user_id: str) -> User:
        if user_id not in self.world.users:
            raise LookupError(f"Nobody here has the id {user_id!r}.")
        return self.world.users[user_id]

    def channel(self, channel_id: str, user: User) -> Channel:
        channel = self.world.channels.get(channel_id)
        if channel is None or user.id not in channel.members:
            raise LookupError(f"{user.real_name} is in no conversation {channel_id!r}.")
        return channel

    async def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Message:
        """Post a person's message and tell the app, if it is there and wants to know."""
        place = self.channel(channel, self.user(user))
        message = Message(place.id, self.world.next_ts(), user, linked(self.world, text), thread_ts=thread_ts)
        self.world.keep(message)
        bot = self.slack.app.bot_user_id
        if bot in place.members:
            event = payloads.message_event(self.slack, place, message)
            self.event(event, MESSAGE_EVENTS[event["channel_type"]])
            if f"<@{bot}>" in message.text and not place.is_im:
                self.event(event | {"type": "app_mention"})
        return message

    def event(self, event: Json, subscription: str | None = None) -> None:
        """Send the app any event it subscribed to."""
        if (subscription or event["type"]) in self.slack.app.events:
            self.delivery.tell(payloads.event_callback(self.slack, event))

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Ack:
        """Run a slash command; the app's failure is told to the person as Slackbot does."""
        person = self.user(user)
        place = self.channel(channel, person)
        declared = next((each for each in self.slack.app.commands if each.command == command), None)
        if declared is None:
            self._slackbot(person, place.id, f"{command} is not a valid command.")
            return Ack("invalid_command")
        sent = linked(self.world, text, with_names=True) if declared.should_escape else text
        payload = payloads.slash_command(self.slack, person, place, command, sent)
        ack = await self.delivery.ask("slash_commands", payload)
        return self._heard(declared, person, place, ack)

    def _heard(self, command: Command, person: User, place: Channel, ack: Ack) -> Ack:
        if ack.error is None and isinstance(ack.payload, dict) and ack.payload:
            url = ResponseUrl(place.id, person.id, self.world.clock())
            try:
                respond(self.slack, url, ack.payload)
            except SlackError:
                ack = Ack(FAILED)
        if ack.error:
            self._slackbot(person, place.id, f'{command.command} failed with the error "{ack.error}"')
        return ack

    async def click(  # noqa: PLR0913 - a click has this many coordinates
        self,
        user: str,
        action_id: str,
        *,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        block_id: str | None = None,
        value: str | None = None,
        selected: Any = None,
    ) -> Ack:
        """Press a button or choose from a menu (`selected`) in a message, a modal or a Home tab."""
        person = self.user(user)
        if view_id:
            return await self._click_in_view(person, view_id, action_id, block_id, value, selected)
        message = self.world.message(channel or "", ts or "")
        if message is None or not message.visible_to(user):
            raise LookupError(f"{person.real_name} sees no message {ts!r} in {channel!r}.")
        action, values = _action(message.blocks, action_id, block_id, value, selected)
        payload = payloads.message_action(self.slack, person, message, [action], values)
        ack = await self.delivery.ask("interactive", payload)
        if ack.error:
            words = f'This action failed with the error "{ack.error}"'
            self._slackbot(person, message.channel, words, message.thread_ts)
        return ack

    async def _click_in_view(self, person: User, view_id: str, *wanted: Any) -> Ack:
        view = self.world.view(view_id)
        if view is None or view.user != person.id:
            raise LookupError(f"{person.real_name} has no view {view_id!r} open.")
        action, values = _action(view.content["blocks"], *wanted)
        state = {block: dict(fields) for block, fields in (view.state or {}).items()}
        for block, fields in values.items():
            state.setdefault(block, {}).update(fields)
        view = self.world.replace_view(replace(view, state=state, trouble=None))
        ack = await self.delivery.ask("interactive", payloads.view_action(self.slack, person, view, [action]))
        now = self.world.view(view_id)
        if ack.error and now:
            self.world.replace_view(replace(now, trouble=f'This action failed with the error "{ack.error}"'))
        return ack

    async def home(self, user: str) -> None:
        """Open the app's Home tab."""
        person = self.user(user)
        self.event(payloads.home_opened(self.slack, person, self.world.homes.get(user)))

    def _slackbot(self, person: User, channel: str, words: str, thread_ts: str | None = None) -> None:
        ts = self.world.next_ts()
        message = Message(channel, ts, SLACKBOT.id, words, thread_ts=thread_ts, ephemeral_to=person.id)
        self.world.keep(message)


def _action(
    blocks: Any, action_id: str, block_id: str | None, value: str | None, selected: Any
) -> tuple[Json, dict[str, dict[str, Json]]]:
    """Return the `actions` entry and what it does to `state.values`."""
    block, element = find(blocks, action_id, block_id, value)
    action: Json = {"type": element["type"], "action_id": action_id, "block_id": block["block_id"]}
    if element["type"] in ("button", "workflow_button"):
        shown = {name: element[name] for name in ("text", "value", "style", "url") if name in element}
        return action | shown, {}
    state = answer(element, value if selected is None else selected)
    return action | state, {block["block_id"]: {action_id: state}}


def is_command(text: str) -> re.Match[str] | None:
    return re.match(r"(/[\w-]+)(?:\s+(.*))?$", text.strip(), re.DOTALL)
