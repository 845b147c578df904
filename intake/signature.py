"""Who may speak: bearer tokens and Segment write keys, compared in constant time. Nothing here raises."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Any

from funnel.errors import TipoffError
from intake.body import parse_json


def bearer(headers: Mapping[str, str], token: str) -> bool:
    """Whether the request carries `Authorization: Bearer <token>`."""
    scheme, value = _authorization(headers)
    return scheme == "bearer" and _same(value, token)


def write_key(headers: Mapping[str, str], token: str, body: bytes = b"") -> bool:
    """Whether the request carries the key as Basic user name, as bearer, or, with no header, in its body.

    `body` is the unpacked body; browsers that may set no header write `writeKey` in it.
    """
    scheme, value = _authorization(headers)
    match scheme:
        case "basic":
            return _same(_user_name(value), token)
        case "bearer":
            return _same(value, token)
        case "":
            return _same(_key_inside(body), token)
        case _:
            return False


def _authorization(headers: Mapping[str, str]) -> tuple[str, str]:
    header = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    scheme, _, value = header.strip().partition(" ")
    return scheme.lower(), value.strip()


def _user_name(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def _key_inside(body: bytes) -> str:
    try:
        value: Any = parse_json(body)
    except TipoffError:
        return ""
    key = value.get("writeKey") if isinstance(value, dict) else None
    return key if isinstance(key, str) else ""


def _same(said: str, token: str) -> bool:
    """Whether both are one secret; an empty secret opens nothing."""
    right = hmac.compare_digest(said.encode(errors="replace"), token.encode(errors="replace"))
    return right and bool(token)
