"""The arguments of a Web API call, wherever the client put them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request

from workspace.errors import SlackError, refused

TRUE = {True, "true", "True", "1"}  # 1 equals True


class Arguments:
    """Query, form and JSON merged: slack_sdk uses all three."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = {name: value for name, value in values.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def require(self, names: Iterable[str]) -> None:
        missing = [name for name in names if self.values.get(name) in (None, "")]
        if missing:
            raise refused("invalid_arguments", [f"missing required field: {name}" for name in missing])

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        if isinstance(value, (dict, list)):
            raise refused("invalid_arguments", [f"must be a string [json-pointer:/{name}]"])
        return str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self.values.get(name, default) in TRUE

    def whole(self, name: str, default: int, *, most: int) -> int:
        try:
            value = int(self.values.get(name, default))
        except (TypeError, ValueError):
            raise refused("invalid_arguments", [f"must be an integer [json-pointer:/{name}]"]) from None
        if not 0 < value <= most:
            raise refused("invalid_arguments", [f"must be between 1 and {most} [json-pointer:/{name}]"])
        return value

    def structure(self, name: str, error: str) -> Any:
        """Return a JSON argument; in a form or query it comes as a string."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError(error) from None


async def read_arguments(request: Request) -> Arguments:
    values: dict[str, Any] = dict(request.query_params)
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        values |= await _json_body(request)
    elif request.method == "POST":
        async with request.form() as form:
            values |= dict(form)
    return Arguments(values)


async def _json_body(request: Request) -> dict[str, Any]:
    body = await request.body()
    try:
        parsed = json.loads(body) if body else {}
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(parsed, dict):
        raise SlackError("json_not_object")
    return parsed


def token_of(request: Request, arguments: Arguments) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else arguments.text("token")
