"""How a call may begin: the playbook's talk tracks, and the opener made of what the person knowingly did."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from funnel.glob import Globs, fits
from funnel.part import Part
from funnel.stage import Stage

LONGEST_TOPIC = 40
_PLACE = re.compile(r"{(?:a_)?topic}")


def _known_places(text: str) -> str:
    if {*_PLACE.sub("", text)} & {"{", "}"}:
        raise ValueError("may name {topic} and {a_topic} and nothing else: an opener says what they gave us")
    return text


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_known_places)
]


class TalkTrack(Part):
    """What to ask and to offer; for whom, by patterns of which each kind that is given must match one.

    `{topic}` is the topic of what they took last, `{a_topic}` the same with its article.
    """

    name: str
    titles: Globs = ()
    topics: Globs = ()
    stages: tuple[Stage, ...] = ()
    question: Line = "Was that helpful?"
    offer: Line

    @property
    def needs_topic(self) -> bool:
        return _PLACE.search(self.question + self.offer) is not None

    def fits(self, title: str | None, topic: str | None, stage: Stage) -> bool:
        """Whether the track is for somebody of that job title, who took something on `topic`."""
        return (
            (topic is not None or not self.needs_topic)
            and (not self.stages or stage in self.stages)
            and (not self.titles or fits(title, self.titles))
            and (not self.topics or fits(topic, self.topics))
        )


TRACKS: tuple[TalkTrack, ...] = (
    TalkTrack(
        name="by topic",
        offer="Any {topic} initiatives I can help with, or can I connect you with {a_topic} expert?",
    ),
)
ANYBODY = TalkTrack(
    name="anybody",
    offer="Is there anything I can help with, or can I connect you with one of our experts?",
)
Tracks = Annotated[
    tuple[TalkTrack, ...], Field(description="tried in order; the first that fits makes the opener")
]


@dataclass(frozen=True, slots=True)
class Pitch:
    """The words of a talk track for one person."""

    track: str
    question: str
    offer: str


def pitch(tracks: Sequence[TalkTrack], title: str | None, topic: str | None, stage: Stage) -> Pitch:
    """The question and the offer of the first track that fits; there always is one."""
    plain = " ".join(topic.split())[:LONGEST_TOPIC] if topic and topic.strip() else None
    track = next((one for one in tracks if one.fits(title, plain, stage)), ANYBODY)
    return Pitch(track.name, _filled(track.question, plain), _filled(track.offer, plain))


_VOWELS = frozenset("aeiou")
_NAMED_WITH_A_VOWEL = frozenset("aefhilmnorsx")
"""Letters whose names begin with one: an ROI expert, an SLA."""


def _filled(line: str, topic: str | None) -> str:
    if topic is None:
        return line
    spelled_out = len(topic.split()[0]) > 1 and topic.split()[0].isupper()
    article = "an" if topic[:1].casefold() in (_NAMED_WITH_A_VOWEL if spelled_out else _VOWELS) else "a"
    return _PLACE.sub(lambda place: topic if place[0] == "{topic}" else f"{article} {topic}", line)
