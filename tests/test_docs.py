"""The documents are promises: every example in them works."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from funnel.events import EVENT_TYPES
from intake import cloudevents
from intake.mapping import Mapping, parse_mapping

EVENTS = (Path(__file__).parent.parent / "docs" / "events.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", EVENTS, re.DOTALL)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: json.loads(example)["type"])
def test_every_example_event_is_understood(example: str) -> None:
    parsed = cloudevents.parse(
        example.encode(), {"content-type": "application/cloudevents+json"}, received=NOW
    )

    assert parsed.problems == ()
    assert [event.type for event in parsed.events] == [json.loads(example)["type"]]


def test_every_type_of_event_has_an_example() -> None:
    assert {json.loads(example)["type"] for example in EXAMPLES} == set(EVENT_TYPES)


def test_the_example_mapping_is_a_mapping() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", EVENTS, re.DOTALL)

    assert isinstance(parse_mapping(example, "docs/events.md"), Mapping)
