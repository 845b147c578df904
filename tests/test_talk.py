"""Talk tracks: what is asked and offered, by who they are and what they took."""

import pytest
from pydantic import ValidationError

from funnel.stage import Stage
from funnel.talk import TRACKS, TalkTrack, pitch

OPERATIONS = TalkTrack(
    name="operations",
    titles=("*operations*", "*plant*"),
    offer="Shall I send you {a_topic} case from a plant?",
)
LATE = TalkTrack(name="late", stages=(Stage.OPPORTUNITY,), topics=("ro*",), offer="Shall we talk terms?")


def test_the_first_track_that_fits_speaks() -> None:
    tracks = (LATE, OPERATIONS, *TRACKS)

    assert (
        pitch(tracks, "VP Operations", "ROI", Stage.MQL).offer == "Shall I send you an ROI case from a plant?"
    )
    assert pitch(tracks, "VP Operations", "ROI", Stage.OPPORTUNITY).offer == "Shall we talk terms?"
    assert pitch(tracks, "VP Sales", "infographic", Stage.MQL).offer == (
        "Any infographic initiatives I can help with, or can I connect you with an infographic expert?"
    )


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("automation", "an automation"),
        ("widget", "a widget"),
        ("ROI", "an ROI"),
        ("PLC upgrade", "a PLC upgrade"),
        ("Rotary valves", "a Rotary valves"),
    ],
)
def test_a_topic_has_the_article_that_one_would_say(topic: str, said: str) -> None:
    offer = pitch((OPERATIONS,), "Plant manager", topic, Stage.MQL).offer

    assert offer == f"Shall I send you {said} case from a plant?"


def test_without_a_topic_nobody_names_one() -> None:
    said = pitch((OPERATIONS, *TRACKS), "Plant manager", None, Stage.MQL)

    assert said.track == "anybody"
    assert "{" not in said.offer


def test_a_topic_is_only_ever_a_topic() -> None:
    said = pitch(TRACKS, None, "{a_topic}\\n{0.__class__}" * 100, Stage.MQL)

    assert said.offer.startswith("Any {a_topic}")
    assert len(said.offer) < 200


@pytest.mark.parametrize("offer", ["Hello {name}", "a { b", "{}", "{topic!r}", "{score} points?"])
def test_a_track_may_name_nothing_else(offer: str) -> None:
    with pytest.raises(ValidationError, match="nothing else"):
        TalkTrack(name="bad", offer=offer)
