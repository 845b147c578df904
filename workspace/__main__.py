"""`python -m workspace`: a local Slack in a process of its own, until Ctrl+C."""

from __future__ import annotations

import argparse
import asyncio
import signal
from dataclasses import replace
from pathlib import Path

import yaml

from workspace.config import App, Config
from workspace.server import Workspace


def main() -> None:
    options = _parser().parse_args()
    asyncio.run(_serve(_config(options), options.host, options.port))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workspace", description="A local Slack with one app installed."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8091)
    parser.add_argument("--rate", type=float, default=1.0, help="messages a second and channel")
    parser.add_argument("--manifest", type=Path, help="the app's manifest, YAML or JSON")
    parser.add_argument("--request-url", help="deliver over HTTP to this address instead of Socket Mode")
    return parser


def _config(options: argparse.Namespace) -> Config:
    app = App()
    if options.manifest:
        app = App.from_manifest(yaml.safe_load(options.manifest.read_text(encoding="utf-8")))
    return Config(app=replace(app, request_url=options.request_url), rate=options.rate)


async def _serve(config: Config, host: str, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with Workspace(config).serve(host, port) as running:
        print(f"Workspace       {running.url}/")  # noqa: T201 - what to put into the app's environment
        print(f"SLACK_API_URL={running.api_url}")  # noqa: T201
        print(f"SLACK_BOT_TOKEN={running.bot_token}")  # noqa: T201
        print(f"SLACK_APP_TOKEN={running.app_token}")  # noqa: T201
        print(f"SLACK_SIGNING_SECRET={running.signing_secret}", flush=True)  # noqa: T201
        await stopped.wait()


if __name__ == "__main__":
    main()
