"""CloudEvents 1.0 over HTTP: structured, batch and binary (`POST /intake/events`).

An envelope's `data` and its `id`, `source`, `time` and `type` are one event of `funnel.events`.
Parsed by Pydantic rather than by the PyPI package `cloudevents`, because the answer has to say of every event
of a batch what was wrong and where.
"""

import base64
import binascii
import difflib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, ValidationError

from funnel.events import Event, Key
from intake.answer import NotUnderstood, Parsed, Problem, gather, problems_of, refuse, shown
from intake.body import parse_json, storable
from intake.moment import Moment

MODELS: dict[str, type[Event]] = {model.model_fields["type"].default: model for model in get_args(Event)}
ENVELOPE = ("id", "source", "time", "type", "quiet")
_JSON = re.compile(r"(?:application|text)/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)


class Envelope(BaseModel):
    """The attributes of one CloudEvent; those that the specification does not name are extensions."""

    model_config = ConfigDict(frozen=True, extra="allow")

    specversion: Literal["1.0"]
    id: Key
    source: Key
    type: str
    time: Moment | None = None
    subject: str | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    data: Any = None
    data_base64: str | None = None
    tipoffquiet: bool = False

    @property
    def extensions(self) -> dict[str, Any]:
        subject = {"subject": self.subject} if self.subject else {}
        return subject | (self.model_extra or {})


def parse(body: bytes, headers: Mapping[str, str], received: datetime) -> Parsed:
    """The events of a request in any of the three modes; an event without a `time` happened when `received`.

    Raises:
        NotUnderstood: the body as a whole is not JSON, or not a CloudEvent nor a list of them.

    """
    plain = {name.lower(): value for name, value in headers.items()}
    kind = plain.get("content-type", "")
    if not kind.lower().startswith("application/cloudevents") and any(
        name.startswith("ce-") for name in plain
    ):
        return _binary(body, plain, received)
    if kind and not _JSON.fullmatch(kind):
        raise refuse(
            "Content-Type must be application/cloudevents+json, application/cloudevents-batch+json, or "
            "application/json with the attributes in ce- headers.",
            "Content-Type",
            kind,
        )
    value = parse_json(body)
    if isinstance(value, list):
        return gather((_structured(item, received) for item in value), batch=True)
    return gather([_structured(value, received)], batch=False)


def _structured(value: Any, received: datetime) -> Parsed:
    if not isinstance(value, dict):
        return _problem(
            "", "A CloudEvent must be a JSON object with id, source, type and specversion.", value
        )
    attributes = {name: item for name, item in value.items() if item is not None}
    return _event(attributes, received, {})


def _binary(body: bytes, headers: Mapping[str, str], received: datetime) -> Parsed:
    attributes: dict[str, Any] = {
        name.removeprefix("ce-"): _header_value(value)
        for name, value in headers.items()
        if name.startswith("ce-")
    }
    kind = headers.get("content-type")
    names = {name: f"ce-{name}" for name in (*Envelope.model_fields, *attributes)}
    content = {"datacontenttype": kind} if kind else {}
    names["datacontenttype"] = "Content-Type"
    data = {"data": parse_json(body)} if body and _is_json(kind) else {}
    return _event({**attributes, **content, **data}, received, names | {"data": "data"})


def _header_value(value: str) -> str:
    """A header's value as the HTTP binding packs it: perhaps quoted, and percent-encoded."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return storable(unquote(value))


def _event(attributes: dict[str, Any], received: datetime, names: Mapping[str, str]) -> Parsed:
    try:
        envelope = Envelope.model_validate(attributes)
    except ValidationError as error:
        return problems_of(error, names)
    model = MODELS.get(envelope.type)
    if model is None:
        return _unknown_type(envelope.type, names.get("type", "type"))
    try:
        data = _data(envelope, names)
        event = model.model_validate(_draft(envelope, data, received))
    except NotUnderstood as refusal:
        return Parsed(problems=refusal.problems)
    except ValidationError as error:
        own = {name: names.get(name, name) for name in ENVELOPE}
        return problems_of(error, own, inside="data")
    return Parsed((event,))


def _draft(envelope: Envelope, data: dict[str, Any], received: datetime) -> dict[str, Any]:
    """The event's fields: the envelope has the last word, and what it overrules is kept aside."""
    overruled = {name: data[name] for name in ENVELOPE if name in data}
    return {
        **data,
        **({"extensions": envelope.extensions} if envelope.extensions else {}),
        **({"data": overruled} if overruled else {}),
        "id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "time": envelope.time or received,
        "quiet": envelope.tipoffquiet,
    }


def _data(envelope: Envelope, names: Mapping[str, str]) -> dict[str, Any]:
    if not _is_json(envelope.datacontenttype):
        path = names.get("datacontenttype", "datacontenttype")
        raise refuse(f"{path} must be application/json.", path, envelope.datacontenttype)
    data = envelope.data
    if envelope.data_base64 is not None:
        if data is not None:
            raise refuse("data and data_base64 exclude each other: send one of them.", "data_base64")
        data = _from_base64(envelope.data_base64)
    if not isinstance(data, dict):
        raise refuse("data must be an object with the event's fields.", "data", data)
    return data


def _from_base64(text: str) -> Any:
    try:
        return parse_json(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise refuse("data_base64 is not base64.", "data_base64", text) from None
    except NotUnderstood as refusal:
        said = refusal.problems[0].message.replace("The body", "data_base64")
        raise refuse(said, "data_base64") from None


def _is_json(kind: str | None) -> bool:
    return kind is None or _JSON.fullmatch(kind) is not None


def _unknown_type(name: str, path: str) -> Parsed:
    nearest = difflib.get_close_matches(name, MODELS, n=1)
    hint = f" Did you mean {nearest[0]}?" if nearest else ""
    return _problem(path, f"{path} is not a known type of event.{hint} Known: {', '.join(MODELS)}.", name)


def _problem(path: str, message: str, got: object) -> Parsed:
    return Parsed(problems=(Problem(None, path, message, shown(got)),))
