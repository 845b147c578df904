"""From the bytes of a request to JSON that the store can keep."""

import json
import re
import zlib
from typing import Any, NoReturn

from pydantic_core import from_json

from intake.answer import NotUnderstood, TooLarge, refuse

LIMIT = 1 << 20
DEEPEST = 190
SPARE = 201 - DEEPEST  # Pydantic reads 201 levels; an event adds some of its own around what was sent
LONGEST_NUMBER = 300

_WINDOW = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UNSTORABLE_ESCAPE = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)


def decode(body: bytes, content_encoding: str | None, limit: int = LIMIT) -> bytes:
    """The body as it was before it was packed; never more than `limit` bytes are unpacked.

    Raises:
        TooLarge: the body is over the limit, packed or unpacked.
        NotUnderstood: the body is not packed as it says.

    """
    if len(body) > limit:
        raise TooLarge(limit)
    encoding = (content_encoding or "identity").strip().lower()
    if encoding in {"identity", ""}:
        return body
    if encoding not in _WINDOW:
        raise refuse("Content-Encoding must be gzip, deflate or absent.", "Content-Encoding", encoding)
    return _unpacked(body, encoding, limit)


def _unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    unpacker = zlib.decompressobj(_WINDOW[encoding])
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise refuse(f"The body says Content-Encoding: {encoding} but is not packed that way.") from None
    if len(plain) > limit:
        raise TooLarge(limit)
    if not unpacker.eof:
        raise refuse(f"The body ends in the middle of its {encoding} data. Send it again in full.")
    return plain


def parse_json(body: bytes) -> Any:
    """The JSON value of a body, with every character that PostgreSQL cannot store replaced by U+FFFD.

    Raises:
        NotUnderstood: the body is not JSON, or nests too deep; says where.

    """
    if not _UNSTORABLE_ESCAPE.search(body):
        try:
            return _read(body)
        except ValueError:
            pass  # the careful reader knows better what is wrong, and whether anything is
    return _read_carefully(body)


def _read(body: bytes) -> Any:
    """The value, if it nests no deeper than `DEEPEST`: the brackets around it use up the levels to spare."""
    value = from_json(b"[" * SPARE + body + b"]" * SPARE, allow_inf_nan=False)
    for _ in range(SPARE):
        (value,) = value
    return value


def _read_carefully(body: bytes) -> Any:
    """The value, with what cannot be stored replaced, and what is not JSON told by line and column."""
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_no_number, parse_int=_int)
    except UnicodeDecodeError as error:
        raise refuse(f"The body is not UTF-8: byte {error.start} is {body[error.start]:#04x}.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise refuse(f"The body is not JSON: {error.msg} at {where}.", got=_near(error)) from None
    except RecursionError:
        raise _too_deep() from None
    if _deeper(value, DEEPEST):
        raise _too_deep()
    return _storable(value)


def storable(text: str) -> str:
    """The text without the characters that PostgreSQL cannot store: NUL and lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", text)


def _storable(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {storable(name): _storable(item) for name, item in value.items()}
        case _:
            return value


def _no_number(name: str) -> NoReturn:
    raise refuse(f"The body is not JSON: {name} is not a JSON number. Send null or leave it out.", got=name)


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _near(error: json.JSONDecodeError) -> str | None:
    return error.doc[error.pos : error.pos + 20] or None


def _deeper(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _too_deep() -> NotUnderstood:
    return refuse(f"The body nests lists and objects more than {DEEPEST} deep. Send it flatter.")
