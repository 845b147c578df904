"""Segment's HTTP tracking API (`POST /v1/identify|track|page|screen|group|alias|batch`).

Segment's own clients work with nothing but their host changed. What a message means is in `segment_events`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from funnel.playbook import Playbook
from intake.answer import Batch, Parsed, Problem, gather, problems_of, ready, refuse, shown
from intake.body import parse_json
from intake.fingerprint import fingerprint
from intake.segment_events import draft
from intake.segment_message import KINDS, Message

SOURCE = "segment"
ANSWER = {"success": True}
CALLS = (*KINDS, "batch")

_PER_REQUEST = frozenset({"sentAt", "receivedAt", "writeKey"})
_NAMES = {
    "": "The message",
    "id": "messageId",
    "time": "timestamp",
    "person": "userId",
    "person.user_id": "userId",
    "person.anonymous_id": "anonymousId",
    "previous_id": "previousId",
    "experiment": "properties.experiment_name",
    "variant": "properties.variation_name",
}


def read(kind: str, body: bytes, received: datetime, playbook: Playbook) -> Batch:
    """What `parse` understands, ready to be kept.

    Raises:
        NotUnderstood: as `parse` does.

    """
    return ready(parse(kind, body, received, playbook), received)


def parse(kind: str, body: bytes, received: datetime, playbook: Playbook) -> Parsed:
    """The events of a request to `/v1/<kind>`; `kind` is one of `CALLS`.

    Raises:
        NotUnderstood: the body as a whole is not JSON, not a message, or not a batch of them.

    """
    value = parse_json(body)
    if not isinstance(value, dict):
        raise refuse("The body must be a JSON object.", got=value)
    if kind == "batch":
        return gather((_message(item, received, playbook) for item in _items(value)), batch=True)
    if kind not in KINDS:
        raise refuse(f"/v1/{kind} is no call of Segment's. Known: {', '.join(CALLS)}.", "type", kind)
    return gather([_message({**value, "type": kind}, received, playbook)], batch=False)


def _items(batch: dict[str, Any]) -> Iterator[Any]:
    """The messages of a batch, each with what the batch says for all of them."""
    items = batch.get("batch")
    if not isinstance(items, list):
        raise refuse("batch must be a list of messages.", "batch", items)
    sent, context = batch.get("sentAt"), batch.get("context")
    for item in items:
        if isinstance(item, dict) and sent:
            item.setdefault("sentAt", sent)
        yield _with_context(item, context) if isinstance(item, dict) and context else item


def _with_context(item: dict[str, Any], context: Any) -> dict[str, Any]:
    own = item.get("context") or {}
    if isinstance(context, dict) and isinstance(own, dict):
        return {**item, "context": {**context, **own}}
    return item


def _message(item: Any, received: datetime, playbook: Playbook) -> Parsed:
    if not isinstance(item, dict):
        return _problem("", "A message must be a JSON object.", shown(item))
    stated = {name: value for name, value in item.items() if value is not None}
    try:
        message = Message.model_validate(stated)
        made = draft(message, playbook)
        person = made.fields["person"]
        if not (person["email"] or person["user_id"] or person["anonymous_id"]):
            return _problem("userId", "userId, anonymousId or an e-mail address in traits is required.")
        made.fields["id"] = message.message_id or _fingerprint(stated)
        made.fields["source"] = SOURCE
        made.fields["time"] = message.time(received)
        return Parsed((made.model.model_validate(made.fields),))
    except ValidationError as error:
        return problems_of(error, _NAMES)


def _fingerprint(stated: dict[str, Any]) -> str:
    return fingerprint({name: value for name, value in stated.items() if name not in _PER_REQUEST})


def _problem(path: str, message: str, got: str | None = None) -> Parsed:
    return Parsed(problems=(Problem(None, path, message, got),))
