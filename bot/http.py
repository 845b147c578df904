"""One ASGI app: the doors, health, metrics and, where asked, Slack's requests behind their guard."""

from typing import cast

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot import intake
from bot.guard import SlackGuard
from bot.house import House
from bot.metrics import Metrics

SLACK_PATH = "/slack/events"


def build(house: House) -> Starlette:
    """The HTTP side of one running Tipoff."""
    metrics = Metrics()

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(_request: Request) -> Response:
        try:
            await house.store.health()
        except (SQLAlchemyError, OSError) as error:
            return JSONResponse({"ok": False, "why": f"the store does not answer: {error}"}, 503)
        return JSONResponse({"ok": True})

    async def prometheus(_request: Request) -> Response:
        return Response(await metrics.page(house.store), media_type="text/plain; version=0.0.4")

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", prometheus),
            *intake.routes(house, metrics),
        ]
    )


def add_slack(app: Starlette, house: House, slack_app: AsyncApp) -> None:
    """Take Slack's events, commands and clicks too, now that Slack is known."""
    secret = house.settings.slack_signing_secret.get_secret_value()
    handler = cast("ASGIApp", AsyncSlackRequestHandler(slack_app, path=SLACK_PATH))
    app.router.routes.insert(0, Route(SLACK_PATH, SlackGuard(handler, secret), methods=["POST"]))
