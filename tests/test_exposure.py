"""Who was shown which variant of an experiment first: the fold, and the two doors."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_rig import NOW, PLAYBOOK, captured, minutes

from funnel.events import ExperimentViewed, LeadEngaged, Person
from funnel.journey import receipts, tell
from funnel.lead import Exposure
from funnel.machine_rules import Machines
from funnel.playbook import Alias, Playbook
from funnel.stage import Stage
from intake import cloudevents, segment

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def shown(id: str, variant: str = "A", *, at: float = 0, **fields: Any) -> ExperimentViewed:  # noqa: A002 - an event's id
    """Somebody is shown a variant, `at` so many minutes after `NOW`."""
    return ExperimentViewed(
        id=id,
        source="site",
        time=minutes(at),
        person=Person(**fields.pop("person", {"anonymous_id": "a-1"})),
        experiment=fields.pop("experiment", "Hero headline"),
        variant=variant,
        **fields,
    )


def in_experiments(*events: ExperimentViewed, playbook: Playbook = PLAYBOOK) -> list[tuple[str, str, bool]]:
    lead = tell(events, playbook)
    return [(one.experiment, one.variant, one.crossed_over) for one in lead.exposures]


# The fold


def test_who_is_shown_two_variants_belongs_to_the_first() -> None:
    seen = [
        shown("2", "B", at=5),
        shown("1", "A"),
        shown("3", "A", at=9),
        shown("4", "X", experiment="Price"),
    ]

    assert in_experiments(*seen) == [("Hero headline", "A", True), ("Price", "X", False)]


@given(st.permutations(range(4)), st.lists(st.sampled_from("AB"), min_size=4, max_size=4))
def test_the_order_in_which_events_come_changes_nothing(order: list[int], variants: list[str]) -> None:
    seen = [shown(str(at), variant, at=at) for at, variant in enumerate(variants)]

    assert in_experiments(*(seen[place] for place in order)) == [
        ("Hero headline", variants[0], len({*variants}) > 1)
    ]


def test_a_variant_is_no_touch_and_a_stranger_stays_one() -> None:
    lead = tell([shown("1")], PLAYBOOK)

    assert lead.exposures == (Exposure("Hero headline", "A", NOW, shown("1").key),)
    assert (lead.touches, lead.stage, lead.created_at) == ((), Stage.ANONYMOUS, None)
    assert receipts(lead) == {shown("1").key}


def test_what_a_machine_is_shown_is_set_aside() -> None:
    machine = shown("1", "B", user_agent=GOOGLEBOT, method="head")

    assert in_experiments(machine, shown("2", "A", at=5)) == [("Hero headline", "A", False)]
    assert in_experiments(machine.model_copy(update={"human": True})) == [("Hero headline", "B", False)]
    assert in_experiments(shown("1", user_agent=GOOGLEBOT), playbook=_strict()) == []


def _strict() -> Playbook:
    return Playbook(machines=Machines(signs_needed=1))


def test_what_lies_in_the_future_counts_for_nothing() -> None:
    assert in_experiments(shown("1", ahead=True)) == []


def test_who_is_shown_a_variant_under_their_address_is_known_by_it() -> None:
    lead = tell([shown("1", person={"email": "ana@example.com"}), captured("2", at=5)], PLAYBOOK)

    assert lead.created_at == NOW


# The doors


def test_a_cloudevent_says_the_experiment_and_the_variant() -> None:
    data = {"person": {"anonymous_id": "a-1"}, "experiment": " Hero headline ", "variant": "B", "page": "/"}
    (event,) = _sent(data).events

    assert isinstance(event, ExperimentViewed)
    assert (event.experiment, event.variant, event.model_extra) == ("Hero headline", "B", {"page": "/"})


@pytest.mark.parametrize("name", ["", "   ", "x" * 10_000])
def test_a_name_has_one_to_two_hundred_characters(name: str) -> None:
    parsed = _sent({"person": {"anonymous_id": "a-1"}, "experiment": "Hero headline", "variant": name})

    assert parsed.events == ()
    assert [problem.path for problem in parsed.problems] == ["data.variant"]


def _sent(data: dict[str, Any]) -> Any:
    body = {
        "specversion": "1.0",
        "type": "tipoff.experiment.viewed",
        "id": "1",
        "source": "/site",
        "data": data,
    }
    return cloudevents.parse(json.dumps(body).encode(), {}, NOW)


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        (
            {
                "experiment_id": "e1",
                "experiment_name": "Hero headline",
                "variation_id": "v2",
                "variation_name": "B",
            },
            ("Hero headline", "B"),
        ),
        ({"experimentName": "Hero headline", "variationName": "B"}, ("Hero headline", "B")),
        ({"experimentId": "hero", "variationId": 1}, ("hero", "1")),
        ({"experiment_name": "<!channel>", "variant": "=1+1"}, ("<!channel>", "=1+1")),
    ],
)
@pytest.mark.parametrize("name", ["Experiment Viewed", "experiment_viewed"])
def test_segments_experiment_viewed_is_understood(
    name: str, properties: dict[str, Any], named: tuple[str, str]
) -> None:
    context = {"userAgent": "Firefox", "ip": "10.0.0.1"}
    event = _tracked(name, properties, context=context).events[0]

    assert isinstance(event, ExperimentViewed)
    assert (event.experiment, event.variant, event.user_agent) == (*named, "Firefox")
    assert event.person == Person(anonymous_id="a-1")


def test_an_experiment_without_a_variant_is_any_other_event() -> None:
    event = _tracked("Experiment Viewed", {"experiment_name": "Hero headline"}).events[0]

    assert isinstance(event, LeadEngaged)
    assert (event.kind, event.label) == ("other", "Experiment Viewed")


def test_the_playbook_may_say_that_it_means_something_else() -> None:
    rules = Playbook(aliases={"Experiment Viewed": Alias(kind="page_viewed")})
    event = _tracked("Experiment Viewed", {"experiment_name": "x", "variation_name": "y"}, rules).events[0]

    assert isinstance(event, LeadEngaged)


def test_a_name_of_ten_thousand_characters_is_refused_where_it_stands() -> None:
    parsed = _tracked("Experiment Viewed", {"experiment_name": "x" * 10_000, "variation_name": "y"})

    assert [problem.path for problem in parsed.problems] == ["properties.experiment_name"]


def _tracked(name: str, properties: dict[str, Any], playbook: Playbook = PLAYBOOK, **fields: Any) -> Any:
    message = {"messageId": "m", "anonymousId": "a-1", "event": name, "properties": properties, **fields}
    return segment.parse("track", json.dumps(message).encode(), NOW + timedelta(minutes=1), playbook)
