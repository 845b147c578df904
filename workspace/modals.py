"""A person fills in a modal: submitting, being told what is wrong, and closing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workspace import payloads
from workspace.answers import answer, initial, is_empty, stateful
from workspace.delivery import Ack
from workspace.errors import SlackError
from workspace.methods.views import accepted, changed_view, new_view
from workspace.people import People
from workspace.state import Json, View

Values = Mapping[str, Mapping[str, Any]]
REQUIRED = "Please complete this required field."
TROUBLE = "We had some trouble connecting. Try again?"


class Modals:
    def __init__(self, people: People) -> None:
        self._people = people
        self._slack = people.slack
        self._world = people.world

    def top(self, user: str, view_id: str | None = None) -> View:
        """Return the named modal, or the one on top of the person's stack."""
        stack = self._world.modals.get(user) or []
        for view in reversed(stack):
            if view_id in (None, view.id):
                return view
        raise LookupError(f"{user} has no modal {view_id or ''} open.")

    def fill(self, view: View, values: Values) -> View:
        """Remember what was typed, as the state of every input."""
        return self._world.replace_view(replace(view, state=_state(view, values), errors=None, trouble=None))

    async def submit(self, user: str, values: Values, view_id: str | None = None) -> Ack:
        view = self.fill(self.top(user, view_id), values)
        missing = _missing(view)
        if missing:
            self._world.replace_view(replace(view, errors=missing))
            return Ack("validation_failed")
        person = self._people.user(user)
        ack = await self._people.delivery.ask(
            "interactive", payloads.view_submission(self._slack, person, view)
        )
        try:
            self._obey(self._world.view(view.id) or view, ack)
        except SlackError as refusal:
            ack = Ack(refusal.error)
        if ack.error:
            self._world.replace_view(replace(self._world.view(view.id) or view, trouble=TROUBLE))
        return ack

    def _obey(self, view: View, ack: Ack) -> None:
        """Do to the stack of modals what the app's answer says; an empty answer closes the view."""
        if ack.error:
            return
        answer_body: Json = ack.payload if isinstance(ack.payload, dict) else {}
        action = answer_body.get("response_action")
        if action == "errors":
            self._world.replace_view(replace(view, errors=answer_body.get("errors")))
        elif action == "update":
            self._world.replace_view(changed_view(self._world, view, accepted(answer_body.get("view"))))
        elif action == "push":
            self._world.open_modal(new_view(self._world, view.user, accepted(answer_body.get("view")), view))
        elif action == "clear":
            self._world.close_modals(view.user)
        else:
            self._world.close_modals(view.user, down_to=self._depth(view))

    def _depth(self, view: View) -> int:
        stack = self._world.modals.get(view.user, [])
        return next((depth for depth, each in enumerate(stack) if each.id == view.id), len(stack))

    async def close(self, user: str) -> None:
        """Close the modal on top, or all of them if it says so, and tell the app if it asked to know."""
        top = self.top(user)
        is_cleared = bool(top.content.get("clear_on_close"))
        depth = 0 if is_cleared else len(self._world.modals[user]) - 1
        for view in reversed(self._world.close_modals(user, down_to=depth)):
            if view.content.get("notify_on_close"):
                person = self._people.user(user)
                payload = payloads.view_closed(self._slack, person, view, is_cleared=is_cleared)
                await self._people.delivery.ask("interactive", payload)


def _state(view: View, values: Values) -> dict[str, dict[str, Json]]:
    """Return `state.values`: what was given now, else what was there before, else the initial value."""
    state: dict[str, dict[str, Json]] = {}
    before = view.state or {}
    for block, element in stateful(view.content["blocks"]):
        block_id, action_id = block["block_id"], element["action_id"]
        given = values.get(block_id, {})
        if action_id in given:
            value = answer(element, given[action_id])
        else:
            value = before.get(block_id, {}).get(action_id) or initial(element)
        state.setdefault(block_id, {})[action_id] = value
    return state


def _missing(view: View) -> dict[str, str]:
    """Return what Slack's own client would complain about before it asks the app."""
    state = view.state or {}
    return {
        block["block_id"]: REQUIRED
        for block, element in stateful(view.content["blocks"])
        if block["type"] == "input"
        and not block.get("optional")
        and is_empty(state[block["block_id"]][element["action_id"]])
    }
