"""users.*: who works here."""

from __future__ import annotations

from workspace.arguments import Arguments
from workspace.errors import SlackError
from workspace.methods.method import Method
from workspace.shapes import user_json
from workspace.slack import Slack
from workspace.state import Json


def info(slack: Slack, args: Arguments) -> Json:
    user = slack.world.users.get(args.text("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"ok": True, "user": user_json(slack.world, user)}


def list_users(slack: Slack, _args: Arguments) -> Json:
    members = [user_json(slack.world, user) for user in slack.world.users.values()]
    return {"ok": True, "members": members, "response_metadata": {"next_cursor": ""}}


def lookup_by_email(slack: Slack, args: Arguments) -> Json:
    email = args.text("email").casefold()
    for user in slack.world.users.values():
        if user.email.casefold() == email:
            return {"ok": True, "user": user_json(slack.world, user)}
    raise SlackError("users_not_found")


METHODS = (
    Method("users.info", info, ("user",), "users:read"),
    Method("users.list", list_users, scope="users:read"),
    Method("users.lookupByEmail", lookup_by_email, ("email",), "users:read.email"),
)
