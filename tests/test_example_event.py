"""What to send for a number without data: the doors accept each example, and it brings the count."""

import json
from datetime import timedelta

import pytest
import yaml
from store_rig import NOW, PLAYBOOK, captured, tell_all

from funnel.counts import COUNTS, GOALS, SPREADS, Ask, Cell
from funnel.events import CampaignSpent, LeadCaptured
from funnel.example_event import SHAPES, Shape, event, examples
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from intake import cloudevents
from storage.store import Store

DAY = NOW.date()
COUNTED = {**COUNTS, **SPREADS}
BY_FIRST_NAME = [pytest.param(shape, id=shape.brings[0]) for shape in SHAPES]
NEEDS_MORE = {
    "known_leads": "takes a trace a day before it",
    "imported_leads": "comes with an import",
    "machine_leads": "is of whom nothing but machines is known",
    "good_fits": "takes rules of the playbook",
    "time_in_mql": "takes a stage that lasted",
    "time_in_sal": "takes a stage that lasted",
    "time_in_sql": "takes a stage that lasted",
    "time_in_opportunity": "takes a stage that lasted",
    "returned": "comes back only from being recycled",
    "acted_alerts": "acts on what was alerted before",
    "answered_in_time": "answers who was owed an answer",
    "followed_up": "takes six of them",
    "wasted_touches": "takes a disqualification after it",
    "content_customers": "takes content before it",
    "content_leads": "is of who becomes known with it",
    "known_visitors": "takes a visit before it",
    "time_on_page": "takes another page after it",
    "pipeline_at_start": "takes a window that begins later",
    "deals_open_at_start": "takes a window that begins later",
    "deals_slipped": "takes a window in which it should have closed",
    "pipeline_slipped": "takes a window in which it should have closed",
    "deals_reopened": "takes a deal that was closed before it",
    "pipeline_reopened": "takes a deal that was closed before it",
    "pipeline_changed": "takes another amount before it",
    "sourced_pipeline": "takes a touch of marketing before it",
    "influenced_pipeline": "takes a touch of marketing before it",
    "touches_before_mql": "takes an MQL after it",
    "touches_before_deal": "takes a deal after it",
    "crossed_over": "takes another variant after it",
    **{f"{goal}_after_exposure": "takes what they did after it" for goal in GOALS},
}


def test_everything_that_is_counted_has_one_example() -> None:
    brought = [name for shape in SHAPES for name in shape.brings]

    assert len(brought) == len(set(brought))
    assert {name for name in COUNTED if not examples([name], DAY)} == {"days"}


@pytest.mark.parametrize("shape", BY_FIRST_NAME)
def test_an_example_is_of_the_type_that_is_said_to_bring_it(shape: Shape) -> None:
    assert [name for name in shape.brings if f"`{shape.type}`" not in COUNTED[name].send] == []


@pytest.mark.parametrize("name", sorted(COUNTED.keys() - {"days"}))
def test_an_example_is_accepted_as_it_is_written(name: str) -> None:
    (example,) = examples([name], DAY)
    if example.place == "playbook":
        assert Playbook.model_validate(yaml.safe_load(example.text)) != Playbook()
        return
    parsed = cloudevents.parse(
        example.text.encode(), {"Content-Type": "application/cloudevents+json"}, received=NOW
    )

    assert (len(parsed.events), parsed.problems) == (1, ())


@pytest.mark.parametrize("shape", BY_FIRST_NAME)
async def test_an_example_brings_what_it_is_an_example_of(store: Store, shape: Shape) -> None:
    body = json.dumps(event(shape, DAY)).encode()
    (sent,) = cloudevents.parse(body, {}, received=NOW - timedelta(hours=1)).events
    known = [] if isinstance(sent, CampaignSpent | LeadCaptured) else [captured("1", at=-2 * 24 * 60)]
    await store.record([*known, sent])
    await tell_all(store)
    window = parse_period("last 30 days", NOW, PLAYBOOK.zone)
    wanted = frozenset(shape.brings) - NEEDS_MORE.keys()
    cells = await store.count(Ask(wanted, window, "activity"), PLAYBOOK, now=NOW)

    found = cells.get(None, Cell())
    assert wanted - {*found.counts, *found.samples} == set()
