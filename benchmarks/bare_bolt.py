"""The baseline: a Bolt app that only acknowledges, behind the same server with the same settings.

python -m benchmarks.bare_bolt PORT
"""

import asyncio
import os
import sys

import uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient


def build() -> AsyncApp:
    """As in Bolt's own getting started, with the token's owner known so that Slack is never asked."""
    token = os.environ["SLACK_BOT_TOKEN"]
    known = AuthorizeResult(enterprise_id=None, team_id="T0LOCAL", bot_token=token, bot_id="B0APP")

    async def authorize() -> AuthorizeResult:
        return known

    app = AsyncApp(
        client=AsyncWebClient(token, base_url=os.environ["SLACK_API_URL"]),
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        authorize=authorize,
    )

    @app.command("/funnel")
    async def funnel(ack: AsyncAck) -> None:
        await ack()

    return app


async def main(port: int) -> None:
    config = uvicorn.Config(
        AsyncSlackRequestHandler(build(), path="/slack/events"),
        host="127.0.0.1",
        port=port,
        backlog=2048,
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
