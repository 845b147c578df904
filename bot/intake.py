"""The HTTP doors: authenticate, read, parse, record; the answer is sent after the commit.

`POST /intake/events` takes CloudEvents with the intake token as bearer; `POST /v1/{kind}` is Segment's
tracking API with the same token as write key.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.body import read_body
from bot.house import House
from bot.metrics import Metrics
from funnel.errors import TipoffError
from intake import cloudevents, segment, signature
from intake.answer import Batch, NotAuthentic, NotUnderstood, Problem, TooLarge, ready
from intake.body import decode

log = logging.getLogger(__name__)

SEGMENT_KINDS = ("identify", "track", "page", "screen", "group", "alias", "batch")
LONG = 8_192  # bytes; what is shorter is read sooner than handed over
HUNG_UP = Response(status_code=400)  # nobody reads it


def routes(house: House, metrics: Metrics) -> list[Route]:
    """The doors of one running Tipoff."""

    async def events(request: Request) -> Response:
        return await _open(house, metrics, request, "cloudevents", _read_cloudevents, _accepted)

    async def tracking(request: Request) -> Response:
        return await _open(house, metrics, request, "segment", _read_segment, _success)

    return [
        Route("/intake/events", events, methods=["POST"]),
        *(Route(f"/v1/{kind}", tracking, methods=["POST"]) for kind in SEGMENT_KINDS),
    ]


Read = Callable[[House, Request, bytes], Awaitable[Batch]]
Answer = Callable[[int, int], Response]


async def _open(
    house: House, metrics: Metrics, request: Request, door: str, read: Read, answer: Answer
) -> Response:
    """One request through a door; whatever comes, the answer says what was kept and what was not."""
    try:
        body = await read_body(request)
        with house.store.coming():
            batch = await read(house, request, body)
            recorded = await house.append(batch.events)
    except ClientDisconnect:
        return HUNG_UP
    except TipoffError as error:
        metrics.refused(door)
        return _refusal(error)
    except (SQLAlchemyError, OSError) as error:
        log.warning("events could not be stored, the sender is asked to come again: %s", error)
        return _problem(503, "The store is away. Nothing was kept; send it again.", {"Retry-After": "5"})
    metrics.accepted(door, recorded.new, recorded.repeated)
    if batch.problems:
        metrics.refused(door, len(batch.problems))
        return _problems(recorded.new, recorded.repeated, batch.problems)
    return answer(recorded.new, recorded.repeated)


def _refusal(error: TipoffError) -> Response:
    match error:
        case TooLarge():
            return _problem(413, str(error))
        case NotAuthentic():
            challenge = {"WWW-Authenticate": 'Bearer realm="tipoff", Basic realm="tipoff"'}
            return _problem(401, str(error), challenge)
        case NotUnderstood(problems=problems):
            return _problems(0, 0, problems)
        case _:
            return _problem(400, str(error))


async def _read_cloudevents(house: House, request: Request, body: bytes) -> Batch:
    if not signature.bearer(request.headers, _token(house)):
        raise NotAuthentic("Send the value of TIPOFF_INTAKE_TOKEN as `Authorization: Bearer <token>`.")
    plain = decode(body, request.headers.get("content-encoding"))
    now = house.now()
    return ready(cloudevents.parse(plain, request.headers, now), now)


async def _read_segment(house: House, request: Request, body: bytes) -> Batch:
    plain = decode(body, request.headers.get("content-encoding"))
    if not signature.write_key(request.headers, _token(house), plain):
        raise NotAuthentic("Use the value of TIPOFF_INTAKE_TOKEN as the write key.")
    job = request.url.path.removeprefix("/v1/"), plain, house.now(), house.playbook
    there = await house.reader.read(*job) if house.store.crowded and len(plain) >= LONG else None
    return there or segment.read(*job)


def _token(house: House) -> str:
    return house.settings.tipoff_intake_token.get_secret_value()


def _accepted(new: int, repeated: int) -> Response:
    return JSONResponse({"accepted": new, "repeated": repeated}, 202)


def _success(_new: int, _repeated: int) -> Response:
    return JSONResponse({"success": True})


def _problem(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"success": False, "problems": [{"message": message}]}, status, headers)


def _problems(new: int, repeated: int, problems: tuple[Problem, ...]) -> Response:
    said = [asdict(one) for one in problems]
    return JSONResponse({"success": False, "accepted": new, "repeated": repeated, "problems": said}, 400)
