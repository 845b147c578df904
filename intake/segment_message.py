"""One message of Segment's specification, as clients and other systems send it."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from intake.moment import LooseMoment

MessageKind = Literal["identify", "track", "page", "screen", "group", "alias"]
KINDS: tuple[MessageKind, ...] = get_args(MessageKind)
PLUMBING = frozenset({"action", "type", "integrations", "version", "writeKey", "_metadata"})


def _called(name: str, snake: str) -> Any:
    return Field(default=None, validation_alias=AliasChoices(name, snake))


Id = Annotated[str | None, StringConstraints(strip_whitespace=True), Field(coerce_numbers_to_str=True)]


class Message(BaseModel):
    """A message; ids may be numbers, and names may be in snake case (both are in Segment's examples)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: MessageKind = Field(validation_alias=AliasChoices("type", "action"))
    message_id: Id = _called("messageId", "message_id")
    user_id: Id = _called("userId", "user_id")
    anonymous_id: Id = _called("anonymousId", "anonymous_id")
    previous_id: Id = _called("previousId", "previous_id")
    event: str | None = None
    name: str | None = None
    traits: dict[str, Any] = Field(default_factory=dict)
    properties: dict[str, Any] = Field(default_factory=dict)
    context: dict[str, Any] = Field(default_factory=dict)
    timestamp: LooseMoment | None = None
    original_timestamp: LooseMoment | None = _called("originalTimestamp", "original_timestamp")
    sent_at: LooseMoment | None = _called("sentAt", "sent_at")
    received_at: LooseMoment | None = _called("receivedAt", "received_at")

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        if self.type == "track" and not (self.event and self.event.strip()):
            raise ValueError("needs event, the name of what was done")
        if self.type == "alias" and not self.previous_id:
            raise ValueError("needs previousId, the id that the person had before")
        return self

    def time(self, received: datetime) -> datetime:
        """When it happened, the sender's wrong clock corrected: received - (sent - stated).

        A message that Segment itself has received (`receivedAt`) states a corrected `timestamp` already.
        """
        if self.received_at and self.timestamp:
            return self.timestamp
        stated = self.original_timestamp or self.timestamp
        arrived = self.received_at or received
        if stated and self.sent_at:
            return arrived - (self.sent_at - stated)
        return stated or arrived

    @property
    def others(self) -> dict[str, Any]:
        """The fields that the specification does not name, without those that only steer Segment."""
        return {name: value for name, value in (self.model_extra or {}).items() if name not in PLUMBING}
