"""Reading a request's body without believing what it says of its own size."""

from starlette.requests import Request

from intake.answer import TooLarge
from intake.body import LIMIT


async def read_body(request: Request) -> bytes:
    """The whole body, `LIMIT` bytes at most.

    Raises:
        TooLarge: it is longer; the rest is not read.

    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > LIMIT:
        raise TooLarge(LIMIT)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LIMIT:
            raise TooLarge(LIMIT)
        chunks.append(chunk)
    return b"".join(chunks)
