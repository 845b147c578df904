"""views.*: modals and Home tabs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from workspace.arguments import Arguments
from workspace.errors import SlackError, refused
from workspace.methods.method import Method
from workspace.rules.surfaces import check_view
from workspace.shapes import view_json, with_ids
from workspace.slack import Slack
from workspace.state import MODAL_STACK, Json, View, World, fresh_hash, fresh_id

LARGEST_VIEW = 250_000


def open_view(slack: Slack, args: Arguments) -> Json:
    content = _content(slack, args, "modal")
    trigger = slack.triggers.check(args.text("trigger_id"))
    slack.triggers.exchange(args.text("trigger_id"))
    slack.world.close_modals(trigger.user)
    return _answer(slack, slack.world.open_modal(new_view(slack.world, trigger.user, content)))


def push(slack: Slack, args: Arguments) -> Json:
    content = _content(slack, args, "modal")
    trigger = slack.triggers.check(args.text("trigger_id"))
    stack = slack.world.modals.get(trigger.user, [])
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= MODAL_STACK:
        raise SlackError("push_limit_reached")
    slack.triggers.exchange(args.text("trigger_id"))
    return _answer(slack, slack.world.open_modal(new_view(slack.world, trigger.user, content, stack[-1])))


def update(slack: Slack, args: Arguments) -> Json:
    view = _named(slack, args)
    if "hash" in args and args.text("hash") != view.hash:
        raise SlackError("hash_conflict")
    content = _content(slack, args, view.kind, updating=view)
    return _answer(slack, slack.world.replace_view(changed_view(slack.world, view, content)))


def publish(slack: Slack, args: Arguments) -> Json:
    user = args.text("user_id")
    if user not in slack.world.users:
        raise SlackError("user_not_found")
    if not slack.app.home_tab:
        raise SlackError("not_enabled")
    before = slack.world.homes.get(user)
    if before and "hash" in args and args.text("hash") != before.hash:
        raise SlackError("hash_conflict")
    content = _content(slack, args, "home", updating=before)
    view = changed_view(slack.world, before, content) if before else new_view(slack.world, user, content)
    return _answer(slack, slack.world.publish_home(view))


def new_view(world: World, user: str, content: Json, on: View | None = None) -> View:
    """Build a view for the user, lying on the view `on` if there is one."""
    view_id = fresh_id("V")
    return View(
        id=view_id,
        user=user,
        content=content,
        hash=fresh_hash(world.clock),
        root_id=on.root_id if on else view_id,
        previous_id=on.id if on else None,
    )


def changed_view(world: World, view: View, content: Json) -> View:
    return replace(view, content=content, hash=fresh_hash(world.clock), errors=None, trouble=None)


def accepted(content: Any) -> Json:
    """Return a view that Slack would take, with its ids filled in, or raise what Slack answers."""
    if not isinstance(content, dict):
        raise refused("invalid_arguments", ["must be a view [json-pointer:/view]"])
    if len(json.dumps(content).encode()) > LARGEST_VIEW:
        raise SlackError("view_too_large")
    check_view(content)
    return content | {"blocks": with_ids(content["blocks"])}


def _content(slack: Slack, args: Arguments, kind: str, updating: View | None = None) -> Json:
    content = accepted(args.structure("view", "invalid_arguments"))
    if content["type"] != kind:
        raise refused("invalid_arguments", [f"must be a view of type {kind} [json-pointer:/view/type]"])
    taken = {
        view.content.get("external_id")
        for view in slack.world.all_views()
        if updating is None or view.id != updating.id
    }
    if content.get("external_id") and content["external_id"] in taken:
        raise SlackError("duplicate_external_id")
    return content


def _named(slack: Slack, args: Arguments) -> View:
    if "view_id" not in args and "external_id" not in args:
        raise refused("invalid_arguments", ["missing required field: view_id"])
    for view in slack.world.all_views():
        if args.text("view_id") == view.id:
            return view
        if "external_id" in args and args.text("external_id") == view.content.get("external_id"):
            return view
    raise SlackError("not_found")


def _answer(slack: Slack, view: View) -> Json:
    return {"ok": True, "view": view_json(slack.world, view)}


METHODS = (
    Method("views.open", open_view, ("trigger_id", "view")),
    Method("views.push", push, ("trigger_id", "view")),
    Method("views.update", update, ("view",)),
    Method("views.publish", publish, ("user_id", "view")),
)
