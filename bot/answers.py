"""Answers that are still true: a crowd that asks the same is answered from one count."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from briefs.message import Message

TRUE_FOR = timedelta(seconds=5)  # while nothing is written: some numbers go by the time of asking
MOST = 32


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer, of when it is, and the version of the store that it was counted from."""

    message: Message
    at: datetime
    version: str


class Answers:
    """The answers that were given last, by what was asked.

    An answer says of when it is, and its buttons count as of then, whoever presses them.
    """

    def __init__(self) -> None:
        self._given: dict[Hashable, _Given] = {}

    def still_true(self, question: Hashable, at: datetime, version: str) -> Message | None:
        """The answer that was given a moment before `at`, of the same `version` of the store; else None."""
        given = self._given.get(question)
        if given is None or given.version != version or not timedelta() <= at - given.at < TRUE_FOR:
            return None
        return given.message

    def keep(self, question: Hashable, at: datetime, version: str, message: Message) -> None:
        """Remember an answer; `version` was read before anything was counted. The oldest makes room."""
        self._given.pop(question, None)
        self._given[question] = _Given(message, at, version)
        while len(self._given) > MOST:
            del self._given[next(iter(self._given))]
