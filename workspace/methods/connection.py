"""api.test, auth.test and apps.connections.open: am I here, who am I, where do I listen?"""

from __future__ import annotations

from uuid import uuid4

from workspace.arguments import Arguments
from workspace.errors import SlackError
from workspace.methods.method import Method
from workspace.slack import Slack
from workspace.state import Json


def api_test(_slack: Slack, args: Arguments) -> Json:
    if "error" in args:
        raise SlackError(args.text("error"), args=args.values)
    return {"ok": True, "args": args.values}


def auth_test(slack: Slack, _args: Arguments) -> Json:
    config, app = slack.config, slack.app
    return {
        "ok": True,
        "url": f"{slack.url}/",
        "team": config.team_name,
        "team_id": config.team_id,
        "user": slack.world.users[app.bot_user_id].name,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def open_connection(slack: Slack, _args: Arguments) -> Json:
    ticket = uuid4().hex
    slack.socket_tickets.add(ticket)
    return {
        "ok": True,
        "url": f"{slack.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={slack.app.app_id}",
    }


METHODS = (
    Method("api.test", api_test, token="none"),  # noqa: S106 - which kind of token, not one
    Method("auth.test", auth_test),
    Method("apps.connections.open", open_connection, token="app"),  # noqa: S106 - which kind of token
)
